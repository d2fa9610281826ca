// One span for each request, named and attributed after the HTTP conventions of OpenTelemetry. Its
// path is left out: what strangers write there is theirs; the template of the route says enough.

import { type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { RequestBegun, RequestFacts } from '../../http/request-observer.ts'
import { contextOfTraceparent } from './traceparent.ts'
import type { Traces } from './traces.ts'

export interface TracedRequest {
  readonly traceId: string
  run(serve: () => Promise<void>): Promise<void>
  end(facts: RequestFacts): void
}

export function beginTracedRequest(begun: RequestBegun, traces: Traces): TracedRequest {
  const { method, requestId, traceparent } = begun
  const parent = contextOfTraceparent(traceparent)
  const attributes = {
    'http.request.method': method,
    'url.scheme': 'http',
    'request.id': requestId,
  }
  const span = traces.tracer.startSpan(method, { kind: SpanKind.SERVER, attributes }, parent)
  return {
    traceId: span.spanContext().traceId,
    run: (serve) => traces.within(trace.setSpan(parent, span), serve),
    end(facts) {
      tellFacts(span, facts)
      span.end()
    },
  }
}

function tellFacts(span: Span, { method, route, status, code, ...facts }: RequestFacts): void {
  if (route !== 'none') {
    span.updateName(`${method} ${route}`)
    span.setAttribute('http.route', route)
  }
  span.setAttribute('http.response.status_code', status)
  span.setAttribute('caller.kind', facts.caller)
  if (facts.checkoutId !== null) span.setAttribute('checkout.id', facts.checkoutId)
  if (facts.orderId !== null) span.setAttribute('order.id', facts.orderId)
  if (status < 500) return
  span.setAttribute('error.type', code ?? String(status))
  span.setStatus({ code: SpanStatusCode.ERROR })
}
