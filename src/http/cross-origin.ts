// Which pages of other origins may call this service from a browser: those that the operator
// listed, and none by default. Callers show a token, never a cookie, so no credentials are allowed.

import type { MiddlewareHandler } from 'hono'
import type { HttpEnv } from './http-env.ts'

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE'
const REQUEST_HEADERS =
  'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id'
const ANSWER_HEADERS =
  'ETag, Idempotent-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, ' +
  'WWW-Authenticate, X-Request-Id'
const PREFLIGHT_GOOD_FOR_SECONDS = '600'

/** `origins` as a browser sends them, `https://shop.example`; with none this does nothing. */
export function allowOrigins(origins: readonly string[]): MiddlewareHandler<HttpEnv> {
  const allowed = new Set(origins)
  return async function allowOrigins(c, next) {
    if (allowed.size === 0) return next()
    // A cache between must not show one origin the answer of another.
    c.header('Vary', 'Origin')
    const origin = c.req.header('origin')
    if (origin === undefined || !allowed.has(origin)) return next()
    c.header('Access-Control-Allow-Origin', origin)
    c.header('Cross-Origin-Resource-Policy', 'cross-origin')
    if (c.req.method !== 'OPTIONS') {
      c.header('Access-Control-Expose-Headers', ANSWER_HEADERS)
      return next()
    }
    return c.body(null, 204, {
      'Access-Control-Allow-Methods': METHODS,
      'Access-Control-Allow-Headers': REQUEST_HEADERS,
      'Access-Control-Max-Age': PREFLIGHT_GOOD_FOR_SECONDS,
    })
  }
}
