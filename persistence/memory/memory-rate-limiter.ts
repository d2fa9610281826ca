// Counts requests in this process, by the minute of its clock: for a shop without Redis, and while
// Redis is away. Several processes then each allow the whole rate.

import type { Clock } from '../../actors/ports/clock.ts'
import type { RateLimiter } from '../../actors/ports/rate-limiter.ts'

const MINUTE_MS = 60_000
// A flood of made-up callers must not fill the memory. Those past this many are let through without
// a count: whoever can be a hundred thousand callers has as many limits, and counting the others as
// one would let them shut everybody else out.
const KEYS_MAX = 100_000

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
      const taken = (counts.get(key) ?? 0) + 1
      if (taken > 1 || counts.size < KEYS_MAX) counts.set(key, taken)
      const remaining = Math.max(0, perMinute - taken)
      return { allowed: taken <= perMinute, remaining, resetInMs: endsAtMs - nowMs }
    },
  }
}
