// Counts the calls to the payment gateway by operation and result, and times them.

import type { GatewayOutcome, PaymentGateway } from '../../../actors/ports/payment-gateway.ts'
import type { Meters } from './meters.ts'
import type { GatewayOperation } from './metric-table.ts'
import { secondsSince } from './seconds-since.ts'

export function meteredGateway(gateway: PaymentGateway, meters: Meters): PaymentGateway {
  async function timed(
    op: GatewayOperation,
    call: () => Promise<GatewayOutcome>,
  ): Promise<GatewayOutcome> {
    const startedMs = performance.now()
    let result: GatewayOutcome['kind'] | 'error' = 'error'
    try {
      const outcome = await call()
      result = outcome.kind
      return outcome
    } finally {
      meters.count('checkout_gateway_requests_total', { op, result })
      const seconds = secondsSince(startedMs)
      meters.observe('checkout_gateway_request_duration_seconds', seconds, { op })
    }
  }
  // Each operation by name: one that is added to the port must be added here to compile.
  return {
    name: gateway.name,
    publishableKey: gateway.publishableKey,
    create: (...given) => timed('create', () => gateway.create(...given)),
    confirm: (...given) => timed('confirm', () => gateway.confirm(...given)),
    capture: (...given) => timed('capture', () => gateway.capture(...given)),
    void: (...given) => timed('void', () => gateway.void(...given)),
    find: (...given) => timed('find', () => gateway.find(...given)),
  }
}
