// Every answer names its request, so that a person can ask about it and an operator can find it.

import type { MiddlewareHandler } from 'hono'
import type { Randomness } from '../../actors/ports/clock.ts'
import type { HttpEnv } from './http-env.ts'

// What may be written into logs and headers without a second thought.
const ACCEPTABLE = /^[A-Za-z0-9._:-]{1,128}$/

/**
 * Takes the caller's X-Request-Id or mints one, and says it back. Also forbids caching: an answer
 * is private unless its route says otherwise.
 */
export function nameRequest(randomness: Randomness): MiddlewareHandler<HttpEnv> {
  return async function nameRequest(c, next) {
    const given = c.req.header('x-request-id')
    const requestId = given !== undefined && ACCEPTABLE.test(given) ? given : mint(randomness)
    c.set('requestId', requestId)
    c.header('X-Request-Id', requestId)
    c.header('Cache-Control', 'no-store')
    await next()
  }
}

function mint(randomness: Randomness): string {
  return `req_${Buffer.from(randomness.bytes(12)).toString('hex')}`
}
