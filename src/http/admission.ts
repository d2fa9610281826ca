// Overload is refused at the edge, before any work: past a certain number of requests at once each
// further one only makes all the others slower.

import type { MiddlewareHandler } from 'hono'
import { problemOfFailure } from './failure-details.ts'
import type { HttpEnv } from './http-env.ts'
import { refuse } from './problem.ts'

// A probe must hear from a busy process, or it is restarted when it can least afford it; and it is
// the busy hour that metrics are read for.
const ALWAYS_ADMITTED: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics'])

/** Serves at most `requestsInFlightMax` requests at once; one more is 503 `overloaded`. */
export function admit(requestsInFlightMax: number): MiddlewareHandler<HttpEnv> {
  let inFlight = 0
  return async function admit(c, next) {
    if (inFlight >= requestsInFlightMax && !ALWAYS_ADMITTED.has(c.req.path)) {
      const { code, detail } = problemOfFailure('overloaded')
      return refuse(c, code, detail, { headers: { 'Retry-After': '1' } })
    }
    inFlight += 1
    try {
      await next()
    } finally {
      inFlight -= 1
    }
    return undefined
  }
}
