// Signs tokens with the configured secret: for guests, and for people at the command line.

import type { KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
import type { SellerId, UserId } from '../../actors/domain/ids.ts'
import type { Role } from './caller.ts'
import { AUDIENCE, ISSUER } from './token-terms.ts'

export interface TokenClaims {
  readonly userId: UserId
  readonly roles: readonly Role[]
  /** Goes with the role `seller`. */
  readonly sellerId: SellerId | null
  readonly ttlSeconds: number
}

/** An HS256 JWT that is good from `nowMs` on for the given time. */
export function issueToken(secret: KeyObject, claims: TokenClaims, nowMs: number): Promise<string> {
  const nowSeconds = Math.floor(nowMs / 1_000)
  const seller = claims.sellerId === null ? {} : { seller_id: claims.sellerId }
  return new SignJWT({ roles: claims.roles, ...seller })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(claims.userId)
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + claims.ttlSeconds)
    .sign(secret)
}
