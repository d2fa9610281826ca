// Decides whether a JWT is one of ours, and who it speaks for. Each way of signing has its own key
// and its own algorithms, fixed here: a token never chooses how it is checked (RFC 8725, 3.1).

import type { KeyObject } from 'node:crypto'
import {
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose'
import { parseSellerId, parseUserId } from '../../actors/domain/ids.ts'
import { type Caller, ROLES, type Role, type TokenRefusal } from './caller.ts'
import { AUDIENCE, GUEST_PREFIX, ISSUER } from './token-terms.ts'

const SECRET_ALGORITHMS = ['HS256']
const PUBLIC_KEY_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519']
// Longer than any token we issue; a longer one is not worth decoding.
const TOKEN_LENGTH_MAX = 8_192

export interface TokenKeys {
  /** For HS256; null when none is configured. */
  readonly secret: KeyObject | null
  /** Public keys of an identity provider; null when none is configured. */
  readonly published: JWTVerifyGetKey | null
}

export type Verified =
  | { readonly ok: true; readonly caller: Caller; readonly expiresAtMs: number }
  | { readonly ok: false; readonly refusal: TokenRefusal }

export async function verifyToken(
  keys: TokenKeys,
  token: string,
  nowMs: number,
): Promise<Verified> {
  if (token.length > TOKEN_LENGTH_MAX) return { ok: false, refusal: 'token_invalid' }
  try {
    const payload = await payloadOf(keys, token, nowMs)
    const caller = payload === null ? null : callerOf(payload)
    if (caller === null) return { ok: false, refusal: 'token_invalid' }
    return { ok: true, caller, expiresAtMs: (payload?.exp ?? 0) * 1_000 }
  } catch (error) {
    return { ok: false, refusal: refusalOf(error) }
  }
}

/** null when no configured key can have signed such a token; throws what jose throws. */
async function payloadOf(
  keys: TokenKeys,
  token: string,
  nowMs: number,
): Promise<JWTPayload | null> {
  const algorithm = algorithmOf(token)
  if (algorithm === null) return null
  const terms = {
    issuer: ISSUER,
    audience: AUDIENCE,
    // Without an end a stolen token would be good for ever.
    requiredClaims: ['sub', 'exp'],
    currentDate: new Date(nowMs),
  }
  if (keys.secret !== null && SECRET_ALGORITHMS.includes(algorithm)) {
    const options = { ...terms, algorithms: SECRET_ALGORITHMS }
    return (await jwtVerify(token, keys.secret, options)).payload
  }
  if (keys.published !== null && PUBLIC_KEY_ALGORITHMS.includes(algorithm)) {
    const options = { ...terms, algorithms: PUBLIC_KEY_ALGORITHMS }
    return (await jwtVerify(token, keys.published, options)).payload
  }
  return null
}

function algorithmOf(token: string): string | null {
  try {
    return decodeProtectedHeader(token).alg ?? null
  } catch {
    return null
  }
}

function callerOf(payload: JWTPayload): Caller | null {
  // Its type says text, and nobody has checked it: `sub` is what the issuer wrote.
  const subject: unknown = payload.sub
  const userId = typeof subject === 'string' ? parseUserId(subject) : null
  if (userId === null) return null
  const said: readonly unknown[] = Array.isArray(payload['roles']) ? payload['roles'] : []
  const sellerSaid = payload['seller_id']
  const sellerId = typeof sellerSaid === 'string' ? parseSellerId(sellerSaid) : null
  // A seller of nothing in particular would be a seller of everything.
  const roles = ROLES.filter((role) => said.includes(role) && (role !== 'seller' || sellerId))
  return {
    userId,
    roles: new Set<Role>(roles),
    sellerId: roles.includes('seller') ? sellerId : null,
    guest: userId.startsWith(GUEST_PREFIX),
  }
}

function refusalOf(error: unknown): TokenRefusal {
  if (error instanceof errors.JWTExpired) return 'token_expired'
  // These are jose's words for "the key set could not be had", and so is whatever fetch throws.
  const aboutKeys =
    !(error instanceof errors.JOSEError) ||
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    error.code === 'ERR_JOSE_GENERIC'
  return aboutKeys ? 'keys_unavailable' : 'token_invalid'
}
