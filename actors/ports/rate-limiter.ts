// How many requests one caller may make in a minute. A limiter never fails and never makes anybody
// wait for long: a shop that cannot count still sells.

export interface RateVerdict {
  readonly allowed: boolean
  /** Requests left until the count begins anew. */
  readonly remaining: number
  /** Until then, milliseconds. */
  readonly resetInMs: number
}

export interface RateLimiter {
  readonly perMinute: number
  /** Counts one request of `key`; no key is told from its verdict. */
  take(key: string): Promise<RateVerdict>
}
