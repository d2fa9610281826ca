// Traces calls to the payment gateway, as part of the run that makes them. What is sent and what
// comes back stays out of it: cards and client secrets are among it.

import { SpanKind } from '@opentelemetry/api'
import type { GatewayOutcome, PaymentGateway } from '../../../actors/ports/payment-gateway.ts'
import type { Traces } from './traces.ts'

export function tracedGateway(gateway: PaymentGateway, traces: Traces): PaymentGateway {
  function traced(op: string, call: () => Promise<GatewayOutcome>): Promise<GatewayOutcome> {
    const attributes = { 'gateway.name': gateway.name, 'gateway.operation': op }
    const terms = { parent: traces.here(), kind: SpanKind.CLIENT, attributes }
    return traces.inSpan(`gateway.${op}`, terms, async (span) => {
      const outcome = await call()
      span.setAttribute('gateway.result', outcome.kind)
      return outcome
    })
  }
  return {
    name: gateway.name,
    publishableKey: gateway.publishableKey,
    create: (...given) => traced('create', () => gateway.create(...given)),
    confirm: (...given) => traced('confirm', () => gateway.confirm(...given)),
    capture: (...given) => traced('capture', () => gateway.capture(...given)),
    void: (...given) => traced('void', () => gateway.void(...given)),
    find: (...given) => traced('find', () => gateway.find(...given)),
  }
}
