// What every RateLimiter must do. Run on the one in memory and on the one in Redis.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { RateLimiter } from '../../actors/ports/rate-limiter.ts'

export interface RateLimiterUnderTest {
  /** A limiter nobody was counted by yet. */
  limiter(name: string, perMinute: number): RateLimiter
  close(): Promise<void>
}

export function exerciseRateLimiter(name: string, open: () => Promise<RateLimiterUnderTest>): void {
  const test = suite(`rate limiter in ${name}`)
  let under: RateLimiterUnderTest
  test.before(async () => {
    under = await open()
  })
  test.after(() => under.close())

  test('so many requests are allowed in a minute, and the next ones are not', async () => {
    const limiter = under.limiter('bound', 3)
    const verdicts = []
    for (let n = 0; n < 5; n += 1) verdicts.push(await limiter.take('a'))
    assert.deepEqual(
      verdicts.map(({ allowed, remaining }) => [allowed, remaining]),
      [
        [true, 2],
        [true, 1],
        [true, 0],
        [false, 0],
        [false, 0],
      ],
    )
    for (const { resetInMs } of verdicts) assert.ok(resetInMs > 0 && resetInMs <= 60_000)
    assert.equal(limiter.perMinute, 3)
  })

  test('each caller has a count of their own', async () => {
    const limiter = under.limiter('callers', 1)
    assert.equal((await limiter.take('a')).allowed, true)
    assert.equal((await limiter.take('b')).allowed, true)
    assert.equal((await limiter.take('a')).allowed, false)
  })

  test('each limit has counts of its own', async () => {
    const [one, other] = [under.limiter('one', 1), under.limiter('other', 1)]
    assert.equal((await one.take('a')).allowed, true)
    assert.equal((await other.take('a')).allowed, true)
  })

  test('of 100 in parallel, as many are allowed as the limit says', async () => {
    const limiter = under.limiter('parallel', 10)
    const verdicts = await Promise.all(Array.from({ length: 100 }, () => limiter.take('a')))
    assert.equal(verdicts.filter(({ allowed }) => allowed).length, 10)
  })
  test.run()
}
