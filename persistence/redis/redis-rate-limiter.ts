// Counts requests in Redis, so that all processes count together. While Redis does not answer, this
// process counts by itself: a limit is no reason to make anybody wait, and none to stop selling.

import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Clock } from '../../actors/ports/clock.ts'
import type { RateLimiter, RateVerdict } from '../../actors/ports/rate-limiter.ts'
import type { RedisConnection } from './connect.ts'

export interface RedisRateLimiterOptions {
  /** Begins every key; each limit has its own. */
  readonly keyPrefix: string
  readonly perMinute: number
  readonly clock: Clock
  /** Counts while Redis does not. */
  readonly insurance: RateLimiter
}

const WINDOW_SECONDS = 60
/** Longer than this no request waits to be counted. */
const ANSWER_WITHIN_MS = 100
/** Redis is left alone for so long after it failed; its outage is then met once, not by each. */
const AWAY_FOR_MS = 1_000

export function redisRateLimiter(
  { client }: RedisConnection,
  { keyPrefix, perMinute, clock, insurance }: RedisRateLimiterOptions,
): RateLimiter {
  const counted = new RateLimiterRedis({
    storeClient: client,
    keyPrefix,
    points: perMinute,
    duration: WINDOW_SECONDS,
    rejectIfRedisNotReady: true,
    // Who is over the limit is refused without asking Redis again.
    inMemoryBlockOnConsumed: perMinute + 1,
  })
  let awayUntilMs = Number.NEGATIVE_INFINITY

  async function verdictInRedis(key: string): Promise<RateVerdict> {
    try {
      return verdictOf(true, await counted.consume(key))
    } catch (error) {
      if (error instanceof RateLimiterRes) return verdictOf(false, error)
      throw error
    }
  }

  return {
    perMinute,
    async take(key) {
      if (clock.monotonicMs() < awayUntilMs) return insurance.take(key)
      try {
        return await within(clock, ANSWER_WITHIN_MS, verdictInRedis(key))
      } catch {
        // Why is heard by whoever listens to the connection, once per outage.
        awayUntilMs = clock.monotonicMs() + AWAY_FOR_MS
        return insurance.take(key)
      }
    },
  }
}

function verdictOf(allowed: boolean, result: RateLimiterRes): RateVerdict {
  const { remainingPoints, msBeforeNext } = result
  return { allowed, remaining: remainingPoints, resetInMs: Math.max(0, msBeforeNext) }
}

function within<T>(clock: Clock, limitMs: number, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(limitMs, () => reject(new Error('Redis took too long to count')))
    answer.then(resolve, reject).finally(cancel)
  })
}
