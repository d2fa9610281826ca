// What every answer tells a browser: this is data, to be run, framed and guessed at by nobody. A
// route that shows a page says what that page may load; whatever a route says, stands.
//
// There is no Strict-Transport-Security: TLS ends before this service, at a proxy, and only what
// speaks TLS can promise to go on doing so.

import type { MiddlewareHandler } from 'hono'
import type { HttpEnv } from './http-env.ts'

export const SECURITY_HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const

export const setSecurityHeaders: MiddlewareHandler<HttpEnv> = async function setSecurityHeaders(
  c,
  next,
) {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.header(name, value)
  await next()
}
