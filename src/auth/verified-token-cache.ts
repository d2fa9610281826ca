// A signature check costs tens of microseconds and a buyer sends the same token again and again.
// Checked tokens are remembered by their hash, never by themselves, and for a minute at most, so
// that a key that was withdrawn is soon without effect.

import { createHash } from 'node:crypto'
import type { Clock } from '../../actors/ports/clock.ts'
import type { Caller } from './caller.ts'

const FRESH_FOR_MS = 60_000

interface Remembered {
  readonly caller: Caller
  readonly freshUntilMs: number
  readonly expiresAtMs: number
}

export interface VerifiedTokenCache {
  get(token: string): Caller | null
  /** `expiresAtMs` is the token's own end, Unix milliseconds; past it nothing is remembered. */
  put(token: string, caller: Caller, expiresAtMs: number): void
  size(): number
}

export function verifiedTokenCache(clock: Clock, entriesMax: number): VerifiedTokenCache {
  // A Map keeps the order of insertion, so that its first key is the oldest.
  const byHash = new Map<string, Remembered>()

  return {
    get(token) {
      const hash = hashOf(token)
      const known = byHash.get(hash)
      if (known === undefined) return null
      if (clock.monotonicMs() < known.freshUntilMs && clock.nowMs() < known.expiresAtMs) {
        return known.caller
      }
      byHash.delete(hash)
      return null
    },
    put(token, caller, expiresAtMs) {
      const oldest = byHash.keys().next()
      if (byHash.size >= entriesMax && !oldest.done) byHash.delete(oldest.value)
      const freshUntilMs = clock.monotonicMs() + FRESH_FOR_MS
      byHash.set(hashOf(token), { caller, freshUntilMs, expiresAtMs })
    },
    size: () => byHash.size,
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64')
}
