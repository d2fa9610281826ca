// Who is asking, and may they? Nothing else of a request is looked at before this is known.

import type { MiddlewareHandler } from 'hono'
import type { Callers, Role, TokenRefusal } from '../auth/caller.ts'
import type { Answer, HttpContext, HttpEnv } from './http-env.ts'
import { refuse } from './problem.ts'

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]+) *$/i

const REFUSED = {
  token_expired: 'The token has expired. Nothing was done. Sign in again, or open a guest session.',
  token_invalid:
    'The token was not made for this service, or was altered. Nothing was done. ' +
    'Sign in again, or open a guest session.',
} as const satisfies Record<Exclude<TokenRefusal, 'keys_unavailable'>, string>

/** Answers 401 without a good token and 403 without one of `roles`; else sets `caller`. */
export function requireCaller(
  callers: Callers,
  roles: readonly [Role, ...Role[]],
): MiddlewareHandler<HttpEnv> {
  return async function requireCaller(c, next) {
    const token = bearerTokenOf(c)
    if (token === null) {
      return refuse(
        c,
        'unauthenticated',
        'This needs a token: send Authorization: Bearer followed by one. ' +
          'POST /v1/guest-sessions gives a guest theirs.',
        { headers: { 'WWW-Authenticate': 'Bearer realm="holdfast"' } },
      )
    }
    const identified = await callers.identify(token)
    if (!identified.ok) return refuseToken(c, identified.refusal)
    const { caller } = identified
    if (!roles.some((role) => caller.roles.has(role))) {
      const needed = roles.join(' or ')
      return refuse(c, 'forbidden', `Only for the role ${needed}. Nothing was done.`)
    }
    c.set('caller', caller)
    await next()
    return undefined
  }
}

/** The token as it was sent, unchecked; null when there is none. */
export function bearerTokenOf(c: HttpContext): string | null {
  return BEARER.exec(c.req.header('authorization') ?? '')?.[1] ?? null
}

/** Nothing is known about the token: 503. */
export function refuseForKeys(c: HttpContext): Answer {
  return refuse(
    c,
    'keys_unavailable',
    'The keys that tokens are checked with cannot be reached. Nothing was done, and the token ' +
      'may well be good. Try again after Retry-After.',
    { headers: { 'Retry-After': '2' } },
  )
}

function refuseToken(c: HttpContext, refusal: TokenRefusal): Answer {
  if (refusal === 'keys_unavailable') return refuseForKeys(c)
  const challenge = `Bearer realm="holdfast", error="invalid_token", error_description="${refusal}"`
  return refuse(c, refusal, REFUSED[refusal], { headers: { 'WWW-Authenticate': challenge } })
}
