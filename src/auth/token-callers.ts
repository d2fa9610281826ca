// Callers by bearer token: users of an identity provider, people with a token from the command
// line, and guests, who get theirs here.

import { createSecretKey } from 'node:crypto'
import { createRemoteJWKSet } from 'jose'
import { Bug } from '../../actors/domain/failures.ts'
import { parseUserId, type UserId } from '../../actors/domain/ids.ts'
import { uuidV7 } from '../../actors/domain/uuid.ts'
import type { Clock, Randomness } from '../../actors/ports/clock.ts'
import type { Callers } from './caller.ts'
import { issueToken } from './issue-token.ts'
import { GUEST_PREFIX, SECRET_BYTES_MIN } from './token-terms.ts'
import { verifiedTokenCache } from './verified-token-cache.ts'
import { verifyToken } from './verify-token.ts'

const GUEST_TTL_SECONDS = 30 * 24 * 60 * 60
const REMEMBERED_TOKENS_MAX = 20_000
const KEY_SET_TIMEOUT_MS = 3_000

export interface TokenCallersSettings {
  /** At least 32 bytes; null when only `jwksUrl` is configured, and then there are no guests. */
  readonly secret: Uint8Array | null
  readonly jwksUrl: URL | null
}

/** Callers that are known by a secret, by a published key set, or by either. */
export function tokenCallers(
  settings: TokenCallersSettings,
  deps: { readonly clock: Clock; readonly randomness: Randomness },
): Callers {
  const { clock, randomness } = deps
  if (settings.secret === null && settings.jwksUrl === null) throw new Bug('no key for tokens')
  if (settings.secret !== null && settings.secret.byteLength < SECRET_BYTES_MIN) {
    throw new Bug(`the token secret has fewer than ${SECRET_BYTES_MIN} bytes`)
  }
  const secret = settings.secret === null ? null : createSecretKey(settings.secret)
  const published =
    settings.jwksUrl === null
      ? null
      : createRemoteJWKSet(settings.jwksUrl, { timeoutDuration: KEY_SET_TIMEOUT_MS })
  const remembered = verifiedTokenCache(clock, REMEMBERED_TOKENS_MAX)

  return {
    async identify(token) {
      const known = remembered.get(token)
      if (known !== null) return { ok: true, caller: known }
      const verified = await verifyToken({ secret, published }, token, clock.nowMs())
      if (!verified.ok) return verified
      remembered.put(token, verified.caller, verified.expiresAtMs)
      return { ok: true, caller: verified.caller }
    },
    async openGuestSession() {
      if (secret === null) return null
      const nowMs = clock.nowMs()
      const userId = newGuestId(nowMs, randomness.bytes(10))
      const claims = {
        userId,
        roles: ['buyer'] as const,
        sellerId: null,
        ttlSeconds: GUEST_TTL_SECONDS,
      }
      const token = await issueToken(secret, claims, nowMs)
      const expiresAtMs = (Math.floor(nowMs / 1_000) + GUEST_TTL_SECONDS) * 1_000
      return { token, userId, expiresAtMs }
    },
  }
}

/** Guests sort by the time they came; their user shard, like anybody's, is a hash of the whole. */
function newGuestId(nowMs: number, random: Uint8Array): UserId {
  const lastDigit = (random[9] ?? 0) & 0x0f
  const userId = parseUserId(`${GUEST_PREFIX}${uuidV7(nowMs, random, lastDigit)}`)
  if (userId === null) throw new Bug('a guest id that is no user id')
  return userId
}
