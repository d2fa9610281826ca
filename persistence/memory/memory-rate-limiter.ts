// Counts requests in this process, by the minute of its clock: for a shop without Redis, and while
// Redis is away. Several processes then each allow the whole rate.

import type { Clock } from '../../actors/ports/clock.ts'
import type { RateLimiter } from '../../actors/ports/rate-limiter.ts'

const MINUTE_MS = 60_000
// A flood of made-up callers must not fill the memory: those past this many are counted as one.
const KEYS_MAX = 100_000
const EVERYBODY_ELSE = ''

export function memoryRateLimiter(clock: Clock, perMinute: number): RateLimiter {
  let counts = new Map<string, number>()
  let endsAtMs = clock.monotonicMs() + MINUTE_MS
  return {
    perMinute,
    async take(key) {
      const nowMs = clock.monotonicMs()
      if (nowMs >= endsAtMs) {
        counts = new Map()
        endsAtMs = nowMs + MINUTE_MS
      }
      const counted = counts.has(key) || counts.size < KEYS_MAX ? key : EVERYBODY_ELSE
      const taken = (counts.get(counted) ?? 0) + 1
      counts.set(counted, taken)
      const remaining = Math.max(0, perMinute - taken)
      return { allowed: taken <= perMinute, remaining, resetInMs: endsAtMs - nowMs }
    },
  }
}
