// Tells the observer of each request, those turned away included. It stands before everything that
// may refuse, and looks at the request only after its answer is ready.

import type { MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { Clock } from '../../actors/ports/clock.ts'
import type { HttpContext, HttpEnv } from './http-env.ts'
import type { CallerKind, RequestFacts, RequestObserver } from './request-observer.ts'

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const CHECKOUT_IN_PATH = /\/(chk_[0-9a-f]{32})(?:\/|$)/
const ORDER_IN_PATH = /\/(ord_[0-9a-f]{32})(?:\/|$)/

export function observeRequests(
  observer: RequestObserver,
  clock: Clock,
): MiddlewareHandler<HttpEnv> {
  return async function observeRequests(c, next) {
    const startedMs = clock.monotonicMs()
    const observed = observer.begin({
      method: methodOf(c),
      requestId: c.get('requestId'),
      traceparent: c.req.header('traceparent') ?? null,
    })
    if (observed.traceId !== null) c.set('traceId', observed.traceId)
    try {
      await observed.run(next)
    } finally {
      observed.end(factsOf(c, clock.monotonicMs() - startedMs, observed.traceId))
    }
  }
}

function factsOf(c: HttpContext, durationMs: number, traceId: string | null): RequestFacts {
  return {
    method: methodOf(c),
    route: routeOf(c),
    status: c.res.status,
    durationMs,
    requestId: c.get('requestId'),
    code: c.get('problemCode') ?? null,
    caller: callerOf(c),
    checkoutId: c.get('checkoutId') ?? CHECKOUT_IN_PATH.exec(c.req.path)?.[1] ?? null,
    orderId: c.get('orderId') ?? ORDER_IN_PATH.exec(c.req.path)?.[1] ?? null,
    traceId,
  }
}

function methodOf(c: HttpContext): string {
  return METHODS.has(c.req.method) ? c.req.method : '_OTHER'
}

/** As the contract writes it. What matched nothing but the middleware of all paths is no route. */
function routeOf(c: HttpContext): string {
  const path = routePath(c, -1)
  return path.includes('*') ? 'none' : path.replaceAll(/:(\w+)(?:\{[^}]*\})?/g, '{$1}')
}

function callerOf(c: HttpContext): CallerKind {
  const caller = c.get('caller')
  if (caller === undefined) return 'anonymous'
  if (caller.guest) return 'guest'
  if (caller.roles.has('ops')) return 'ops'
  return caller.roles.has('seller') ? 'seller' : 'buyer'
}
