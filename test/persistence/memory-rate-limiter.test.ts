// The rate limiter in memory, on a clock that the test moves.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { memoryRateLimiter } from '../../persistence/memory/memory-rate-limiter.ts'
import { exerciseRateLimiter } from '../conformance/exercise-rate-limiter.ts'
import { manualClock } from '../support/manual-clock.ts'

exerciseRateLimiter('memory', async () => ({
  limiter: (_name, perMinute) => memoryRateLimiter(manualClock(0), perMinute),
  close: async () => {},
}))

const test = suite('minutes of the rate limiter in memory')

test('the count begins anew with each minute', async () => {
  const time = manualClock(0)
  const limiter = memoryRateLimiter(time, 1)
  assert.equal((await limiter.take('a')).allowed, true)
  time.advance(59_999)
  assert.deepEqual(await limiter.take('a'), { allowed: false, remaining: 0, resetInMs: 1 })
  time.advance(1)
  assert.deepEqual(await limiter.take('a'), { allowed: true, remaining: 0, resetInMs: 60_000 })
})

test('a flood of made-up callers shuts nobody out; who came first keeps a count', async () => {
  const limiter = memoryRateLimiter(manualClock(0), 2)
  for (let n = 0; n < 100_000; n += 1) await limiter.take(`caller-${n}`)
  for (let n = 0; n < 5; n += 1) assert.equal((await limiter.take(`late-${n}`)).allowed, true)
  assert.equal((await limiter.take('caller-7')).allowed, true)
  assert.equal((await limiter.take('caller-7')).allowed, false)
})

test.run()
