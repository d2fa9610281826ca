// So many requests a minute and no more: before any work, and before a key is looked at, so that
// what is refused here was never begun. Off unless configured.

import type { MiddlewareHandler } from 'hono'
import type { RateLimiter, RateVerdict } from '../../actors/ports/rate-limiter.ts'
import type { AppDeps } from './app-deps.ts'
import { clientAddress } from './client-address.ts'
import type { HttpContext, HttpEnv } from './http-env.ts'
import { refuse } from './problem.ts'
import { bearerTokenOf } from './require-caller.ts'

// Probes must hear from a busy process, and a webhook that is refused is money not heard of.
export const NEVER_LIMITED: ReadonlySet<string> = new Set([
  '/livez',
  '/readyz',
  '/metrics',
  '/webhooks/stripe',
])
const WINDOW_SECONDS = 60

/** The names of the policies, as the answers carry them. */
type Policy = 'caller' | 'address' | 'guest-sessions'

interface Counted {
  readonly limiter: RateLimiter
  readonly policy: Policy
  readonly key: string
}

/** 429 `rate_limited` past the limit; each answer says what is left of it. */
export function limitRate(
  deps: Pick<AppDeps, 'callers' | 'rates' | 'trustedProxies'>,
): MiddlewareHandler<HttpEnv> {
  const { callers, rates, trustedProxies } = deps

  async function counted(c: HttpContext): Promise<Counted | null> {
    const address = clientAddress(c, trustedProxies)
    const { requests: limiter, guestSessions } = rates
    if (guestSessions !== null && isForGuestSession(c)) {
      // A guest costs nothing to make, so a limit per guest is only worth as much as this one.
      return { limiter: guestSessions, policy: 'guest-sessions', key: address }
    }
    if (limiter === null) return null
    // Nor is a new guest counted to the caller who asks: one guest could open the next for ever.
    const token = isForGuestSession(c) ? null : bearerTokenOf(c)
    const known = token === null ? null : await callers.identify(token)
    // A token that is not good gives nobody a count of their own.
    if (!known?.ok) return { limiter, policy: 'address', key: `ip:${address}` }
    return { limiter, policy: 'caller', key: `user:${known.caller.userId}` }
  }

  return async function limitRate(c, next) {
    const count = NEVER_LIMITED.has(c.req.path) ? null : await counted(c)
    if (count === null) return next()
    const verdict = await count.limiter.take(count.key)
    const headers = headersOf(count, verdict)
    if (!verdict.allowed) {
      const seconds = String(Math.max(1, Math.ceil(verdict.resetInMs / 1_000)))
      return refuse(
        c,
        'rate_limited',
        'More requests came from you in a minute than this shop takes, so this one was not ' +
          'begun. Send it again after Retry-After, with its Idempotency-Key if it had one.',
        { headers: { ...headers, 'Retry-After': seconds } },
      )
    }
    await next()
    // What a shared cache keeps is shown to others, whose limit this is not.
    if (c.res.headers.get('cache-control')?.startsWith('public') !== true) {
      for (const [name, value] of Object.entries(headers)) c.header(name, value)
    }
    return undefined
  }
}

function isForGuestSession(c: HttpContext): boolean {
  return c.req.method === 'POST' && c.req.path === '/v1/guest-sessions'
}

/** The fields of draft-ietf-httpapi-ratelimit-headers. */
function headersOf({ limiter, policy }: Counted, { remaining, resetInMs }: RateVerdict) {
  const resetSeconds = Math.ceil(resetInMs / 1_000)
  return {
    'RateLimit-Policy': `"${policy}";q=${limiter.perMinute};w=${WINDOW_SECONDS}`,
    RateLimit: `"${policy}";r=${remaining};t=${resetSeconds}`,
  }
}
