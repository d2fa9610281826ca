// The rate limiter in Redis, and what becomes of a limit while Redis is away, jammed or back.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { RateLimiter } from '../../actors/ports/rate-limiter.ts'
import { memoryRateLimiter } from '../../persistence/memory/memory-rate-limiter.ts'
import { openRedis } from '../../persistence/redis/connect.ts'
import { redisRateLimiter } from '../../persistence/redis/redis-rate-limiter.ts'
import { systemClock } from '../../src/system-clock.ts'
import { exerciseRateLimiter } from '../conformance/exercise-rate-limiter.ts'
import { skipTest } from '../runner/skipped.ts'
import { manualClock } from '../support/manual-clock.ts'
import { openTestRedis, type TestRedis } from '../support/test-redis.ts'
import { openGate } from './gate.ts'

const server = await openTestRedis(import.meta.url)
const nobody = { down: () => {}, up: () => {} }

function exerciseOutages(test: ReturnType<typeof suite>, server: TestRedis): void {
  async function limited(name: string, perMinute: number) {
    const gate = await openGate(server.url)
    let hearUp = () => {}
    const up = new Promise<void>((resolve) => {
      hearUp = resolve
    })
    const redis = await openRedis(`redis://127.0.0.1:${gate.port}`, {
      down: () => {},
      up: () => hearUp(),
    })
    const clock = manualClock(0)
    const asked: string[] = []
    const inMemory = memoryRateLimiter(clock, perMinute)
    const insurance: RateLimiter = {
      perMinute,
      take(key) {
        asked.push(key)
        return inMemory.take(key)
      },
    }
    const keyPrefix = `${server.keyPrefix}${name}`
    const limiter = redisRateLimiter(redis, { keyPrefix, perMinute, clock, insurance })
    const close = async () => {
      redis.close()
      await gate.close()
    }
    return { gate, limiter, clock, asked, up, close }
  }

  test('without Redis this process counts by itself, and still refuses', async () => {
    const { gate, limiter, asked, close } = await limited('away', 2)
    await gate.shut()
    const verdicts = []
    for (let n = 0; n < 3; n += 1) verdicts.push((await limiter.take('a')).allowed)
    assert.deepEqual(verdicts, [true, true, false])
    assert.equal(asked.length, 3)
    await close()
  })

  test('a Redis that hangs is met by one request, and left alone for a second', async () => {
    const { gate, limiter, clock, asked, up, close } = await limited('hangs', 10)
    assert.equal((await limiter.take('a')).remaining, 9)
    assert.deepEqual(asked, [])
    gate.jam()
    const first = limiter.take('a')
    clock.advance(100)
    assert.equal((await first).allowed, true)
    // Nobody moves the clock for this one: it is not waiting for Redis.
    assert.equal((await limiter.take('a')).remaining, 8)
    assert.deepEqual(asked, ['a', 'a'])
    await gate.shut()
    await gate.open()
    await up
    clock.advance(1_000)
    assert.ok((await limiter.take('a')).remaining <= 8)
    assert.equal(asked.length, 2, 'Redis counts again')
    await close()
  })
}

if (server === null) skipTest('rate limiter in Redis', 'no Redis was found')
else {
  exerciseRateLimiter('Redis', async () => {
    const redis = await openRedis(server.url, nobody)
    return {
      limiter: (name, perMinute) =>
        redisRateLimiter(redis, {
          keyPrefix: `${server.keyPrefix}${name}`,
          perMinute,
          clock: systemClock,
          insurance: memoryRateLimiter(manualClock(0), 0),
        }),
      close: async () => redis.close(),
    }
  })
  const outages = suite('rate limits through an outage of Redis')
  exerciseOutages(outages, server)
  outages.after(() => server.close())
  outages.run()
}
