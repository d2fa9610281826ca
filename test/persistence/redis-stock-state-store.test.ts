// The snapshots in Redis: what every keeper of stock states promises, how long they live, and what
// becomes of a key that somebody damaged.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { RetryLater } from '../../actors/domain/failures.ts'
import type { Sku } from '../../actors/domain/ids.ts'
import { openRedis, type RedisConnection } from '../../persistence/redis/connect.ts'
import { redisStockStateStore } from '../../persistence/redis/redis-stock-state-store.ts'
import { exerciseStockStateStore } from '../conformance/exercise-stock-state-store.ts'
import { skipTest } from '../runner/skipped.ts'
import { openTestRedis, type TestRedis } from '../support/test-redis.ts'
import { openGate } from './gate.ts'

const TTL_MS = 60_000
const SKU = 'ROSE-12' as Sku
const STATE = { seq: 7, hash: 'ab'.repeat(32), text: 'a state' }
const quiet = { down: () => {}, up: () => {} }

function exerciseKeys({ url, keyPrefix }: TestRedis): void {
  const test = suite<{ redis: RedisConnection }>('the keys of stock states in Redis')
  const key = `${keyPrefix}stock:${SKU}`
  test.before(async (context) => {
    context.redis = await openRedis(url, quiet)
  })
  test.after(({ redis }) => redis.close())
  const storeOn = (redis: RedisConnection) =>
    redisStockStateStore(redis, { keyPrefix, ttlMs: TTL_MS })

  test('a state is forgotten some time after it was written', async ({ redis }) => {
    await storeOn(redis).saveIfNewer(SKU, STATE)
    const ttlMs = await redis.client.pttl(key)
    assert.ok(ttlMs > TTL_MS - 10_000 && ttlMs <= TTL_MS, `${ttlMs} ms`)
  })

  test('a key without a sound number is shown, not believed, and written over', async ({
    redis,
  }) => {
    const store = storeOn(redis)
    await redis.client.hset(key, 'seq', 'many')
    assert.ok(Number.isNaN((await store.newest(SKU, 0))?.seq))
    assert.equal(await store.saveIfNewer(SKU, { ...STATE, seq: 1 }), true)
    assert.deepEqual(await store.newest(SKU, 0), { ...STATE, seq: 1 })
  })

  test('a Redis that is away says retry later', async () => {
    const gate = await openGate(url)
    const redis = await openRedis(`redis://127.0.0.1:${gate.port}`, quiet)
    await gate.shut()
    const store = storeOn(redis)
    const isFailure = (error: unknown) => error instanceof RetryLater
    await assert.rejects(store.newest(SKU, 0), isFailure)
    await assert.rejects(store.saveIfNewer(SKU, STATE), isFailure)
    await assert.rejects(store.discard(SKU, STATE), isFailure)
    redis.close()
    await gate.close()
  })

  test.run()
}

const server = await openTestRedis(import.meta.url)
if (server === null) skipTest('stock states in Redis', 'no Redis was found')
else {
  const own = await openTestRedis(import.meta.url)
  exerciseStockStateStore('Redis', async () => {
    const connections = [await openRedis(server.url, quiet), await openRedis(server.url, quiet)]
    const [store, rival] = connections.map((redis) =>
      redisStockStateStore(redis, { keyPrefix: server.keyPrefix, ttlMs: TTL_MS }),
    )
    assert(store && rival)
    return {
      store,
      rival,
      async close() {
        for (const redis of connections) redis.close()
        await server.close()
      },
    }
  })
  if (own !== null) exerciseKeys(own)
}
