// Merges of carts in Redis whose process dies midway, at each script they consist of: what was set
// aside arrives with the next merge, once.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { cartIdOf, type Sku, type UserId } from '../../actors/domain/ids.ts'
import { money } from '../../actors/domain/money.ts'
import { openRedis, type RedisConnection } from '../../persistence/redis/connect.ts'
import { redisCartStore } from '../../persistence/redis/redis-cart-store.ts'
import { skipTest } from '../runner/skipped.ts'
import { openTestRedis, type TestRedis } from '../support/test-redis.ts'

// Waited for before any suite is queued: uvu starts as soon as a file pauses.
const server = await openTestRedis(import.meta.url)
const USER = 'buyer-1' as UserId
const LINE = { sku: 'A' as Sku, quantity: 1, priceSeen: money(100, 'USD'), addedAtMs: 0 }
const MERGE_STEPS = ['begin_cart_move', 'take_cart_lines', 'end_cart_move'] as const

/** A connection whose client dies at one script, before Redis hears of it or after it obeyed. */
function dyingAt(redis: RedisConnection, script: string, when: 'before' | 'after') {
  const client = new Proxy(redis.client, {
    get(target, name, receiver) {
      const found: unknown = Reflect.get(target, name, receiver)
      if (name !== script || typeof found !== 'function') return found
      return async (...sent: unknown[]) => {
        if (when === 'after') await Reflect.apply(found, target, sent)
        throw new Error('the process died')
      }
    },
  })
  return { ...redis, client }
}

/** Each time another id. */
function numberedIds() {
  let made = 10
  return () => cartIdOf(`0190a0000000700080000000000000${made++}`)
}

/** The carts of one test, and the same ones as a process writes them that dies at `script`. */
async function cartsDyingAt(
  { url, keyPrefix }: TestRedis,
  script: string,
  when: 'before' | 'after',
  testName: string,
) {
  const redis = await openRedis(url, { down: () => {}, up: () => {} })
  const options = {
    keyPrefix: `${keyPrefix}${testName}-${script}-${when}:`,
    ttlMs: 60_000,
    newCartId: numberedIds(),
    onUnreadable: (field: string) => assert.fail(`${field} could not be read`),
  }
  const carts = redisCartStore(redis, options)
  const dying = redisCartStore(dyingAt(redis, script, when), options)
  return { redis, carts, dying }
}

function exerciseCrashes(test: ReturnType<typeof suite>, server: TestRedis): void {
  const bounds = { linesMax: 10, quantityMax: 5 }
  const [one, other] = ['one' as UserId, 'other' as UserId]
  const lines = [LINE, { ...LINE, sku: 'B' as Sku, quantity: 7 }]

  for (const step of MERGE_STEPS) {
    test(`after a merge that died at ${step}, the next brings what came since, too`, async () => {
      const { redis, carts, dying } = await cartsDyingAt(server, step, 'after', 'since')
      for (const line of lines) await carts.put(USER, line, 10)
      await assert.rejects(dying.merge(USER, one, bounds), { code: 'cart_unavailable' })
      const added = { ...LINE, sku: 'C' as Sku, quantity: 6 }
      await carts.put(USER, added, 10)
      const { cart, notTaken } = await carts.merge(USER, one, bounds)
      const capped = [lines[1], added].map((line) => ({ ...line, quantity: 5 }))
      assert.deepEqual(cart.lines, [LINE, ...capped])
      const told = notTaken.map(({ sku, quantity }) => [sku, quantity])
      // A move that had ended is not told of again once a later one took its place.
      const ended = step === 'end_cart_move'
      assert.deepEqual(
        told,
        ended
          ? [['C', 1]]
          : [
              ['B', 2],
              ['C', 1],
            ],
      )
      assert.deepEqual((await carts.get(USER)).lines, [])
      redis.close()
    })
  }

  for (const step of MERGE_STEPS) {
    for (const when of ['before', 'after'] as const) {
      test(`a merge that dies ${when} ${step} is gone on with by the next, once`, async () => {
        const { redis, carts, dying } = await cartsDyingAt(server, step, when, 'once')
        for (const line of lines) await carts.put(USER, line, 10)
        await assert.rejects(dying.merge(USER, one, bounds), { code: 'cart_unavailable' })
        // The next who asks may be another buyer: what was set aside is not theirs.
        const begun = step !== 'begin_cart_move' || when === 'after'
        if (begun) assert.deepEqual((await carts.merge(USER, other, bounds)).cart.lines, [])
        const { cart, notTaken } = await carts.merge(USER, one, bounds)
        assert.deepEqual(cart.lines, [LINE, { ...lines[1], quantity: 5 }])
        assert.deepEqual(notTaken, [{ sku: 'B', quantity: 2, reason: 'quantity_limit' }])
        assert.deepEqual((await carts.get(USER)).lines, [])
        redis.close()
      })
    }
  }
}

if (server === null) skipTest('merges of carts in Redis', 'no Redis was found')
else {
  const crashes = suite('merges of carts that die midway')
  exerciseCrashes(crashes, server)
  crashes.after(() => server.close())
  crashes.run()
}
