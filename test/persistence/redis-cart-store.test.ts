// The carts in Redis: what every cart store must do, and what becomes of them while Redis is away,
// jammed or back again.

import assert from 'node:assert/strict'
import { type AddressInfo, createServer } from 'node:net'
import { suite } from 'uvu'
import { cartIdOf, type Sku, type UserId } from '../../actors/domain/ids.ts'
import { money } from '../../actors/domain/money.ts'
import type { CartStore } from '../../actors/ports/cart-store.ts'
import { openRedis } from '../../persistence/redis/connect.ts'
import { redisCartStore } from '../../persistence/redis/redis-cart-store.ts'
import { exerciseCartStore } from '../conformance/exercise-cart-store.ts'
import { skipTest } from '../runner/skipped.ts'
import { openTestRedis, type TestRedis } from '../support/test-redis.ts'
import { openGate } from './gate.ts'

// Waited for before any suite is queued: uvu starts as soon as a file pauses.
const server = await openTestRedis(import.meta.url)
const USER = 'buyer-1' as UserId
const CART_ID = cartIdOf('0190a0000000700080000000000000a1')
const LINE = { sku: 'A' as Sku, quantity: 1, priceSeen: money(100, 'USD'), addedAtMs: 0 }

/** A connection to a port of this machine, its carts, and what its listener heard. */
function cartsAt(port: number, keyPrefix: string) {
  return cartsOf(`redis://127.0.0.1:${port}`, keyPrefix)
}

async function cartsOf(url: string, keyPrefix: string) {
  const heard: string[] = []
  let hearUp = () => {}
  const up = new Promise<void>((resolve) => {
    hearUp = resolve
  })
  const redis = await openRedis(url, {
    down: () => heard.push('down'),
    up: () => {
      heard.push('up')
      hearUp()
    },
  })
  const unreadable: string[] = []
  const onUnreadable = (field: string) => void unreadable.push(field)
  const options = { keyPrefix, ttlMs: 60_000, newCartId: () => CART_ID, onUnreadable }
  return { redis, carts: redisCartStore(redis, options), heard, up, unreadable }
}

/** Every method ends as a failure worth retrying, within two seconds. */
async function assertAllUnavailable(carts: CartStore): Promise<void> {
  const startedMs = performance.now()
  const calls = await Promise.allSettled([
    carts.get(USER),
    carts.put(USER, LINE, 10),
    carts.remove(USER, LINE.sku),
    carts.clear(USER),
    carts.removeBought(USER, CART_ID, []),
    carts.merge(USER, 'buyer-2' as UserId, { linesMax: 10, quantityMax: 10 }),
  ])
  for (const call of calls) {
    assert.equal(call.status, 'rejected')
    assert.equal(call.reason.name, 'RetryLater')
    assert.equal(call.reason.code, 'cart_unavailable')
  }
  assert.ok(performance.now() - startedMs < 2_000)
}

/** A port of this machine where nobody listens. */
async function closedPort(): Promise<number> {
  const gate = await openGate('redis://127.0.0.1:1')
  await gate.close()
  return gate.port
}

function silentServer(): Promise<{ port: number; close(): void }> {
  const sockets = new Set<{ destroy(): void }>()
  const listener = createServer((socket) => sockets.add(socket.on('error', () => {})))
  return new Promise((resolve) => {
    listener.listen(0, '127.0.0.1', () => {
      const { port } = listener.address() as AddressInfo
      const close = () => {
        for (const socket of sockets) socket.destroy()
        listener.close()
      }
      resolve({ port, close })
    })
  })
}

const away = suite('carts while Redis is away')

away('nobody listens: every call says retry later, the outage is reported once', async () => {
  const { redis, carts, heard } = await cartsAt(await closedPort(), 'unused:')
  await assertAllUnavailable(carts)
  assert.equal(await redis.answers(1_000), false)
  redis.close()
  assert.deepEqual(heard, ['down'])
})

away('somebody listens and never answers: opening and every call end soon', async () => {
  const silent = await silentServer()
  const startedMs = performance.now()
  const { redis, carts, heard } = await cartsAt(silent.port, 'unused:')
  assert.ok(performance.now() - startedMs < 2_000)
  await assertAllUnavailable(carts)
  redis.close()
  silent.close()
  assert.deepEqual(heard, ['down'])
})

away.run()

function exerciseOutages(test: ReturnType<typeof suite>, server: TestRedis): void {
  test('carts are there again once Redis is, without a restart', async () => {
    const gate = await openGate(server.url)
    const { redis, carts, heard, up } = await cartsAt(gate.port, `${server.keyPrefix}back:`)
    await carts.put(USER, LINE, 10)
    const before = await carts.get(USER)
    await gate.shut()
    await assertAllUnavailable(carts)
    await gate.open()
    await up
    assert.deepEqual(await carts.get(USER), before)
    assert.deepEqual(heard, ['down', 'up'])
    redis.close()
    await gate.close()
  })

  test('a call that hangs ends as retry later; afterwards answers are not mixed up', async () => {
    const gate = await openGate(server.url)
    const { redis, carts } = await cartsAt(gate.port, `${server.keyPrefix}hangs:`)
    await carts.put(USER, LINE, 10)
    gate.jam()
    await assertAllUnavailable(carts)
    gate.unjam()
    const { lines } = await carts.get(USER)
    // The calls were sent before the gate jammed them: the clear among them has happened by now.
    assert.deepEqual(lines, [])
    const outcome = await carts.put(USER, LINE, 10)
    assert.deepEqual(outcome.ok && outcome.cart.lines, [LINE])
    redis.close()
    await gate.close()
  })

  test('a Redis that hangs is connected, and yet does not answer', async () => {
    const gate = await openGate(server.url)
    const { redis } = await cartsAt(gate.port, `${server.keyPrefix}ping:`)
    assert.equal(await redis.answers(1_000), true)
    gate.jam()
    const startedMs = performance.now()
    assert.equal(await redis.answers(50), false)
    assert.ok(performance.now() - startedMs < 500)
    assert.equal(redis.client.status, 'ready')
    gate.unjam()
    assert.equal(await redis.answers(1_000), true)
    redis.close()
    await gate.close()
  })

  test('a line that went dead is given up and dialled again', async () => {
    const gate = await openGate(server.url)
    const { redis, carts, heard, up } = await cartsAt(gate.port, `${server.keyPrefix}dead:`)
    gate.jam()
    await assertAllUnavailable(carts)
    await up
    assert.deepEqual((await carts.get(USER)).lines, [])
    assert.deepEqual(heard, ['down', 'up'])
    redis.close()
    await gate.close()
  })
}

function exerciseStrangers(test: ReturnType<typeof suite>, server: TestRedis): void {
  const open = async (name: string) => {
    const keyPrefix = `${server.keyPrefix}${name}:`
    return { ...(await cartsOf(server.url, keyPrefix)), key: `${keyPrefix}cart:${USER}` }
  }

  test('lines that cannot be read are left out and named; the others stay', async () => {
    const { redis, carts, key, unreadable } = await open('lines')
    await carts.put(USER, LINE, 10)
    const odd = {
      'line:B': 'hello',
      'line:C': '1 0 -5 100 USD',
      'line:D': '1 0 1 100 usd',
      'line: E': '1 0 1 100 USD',
      [`line:${'F'.repeat(100)}`]: '',
    }
    await redis.client.hset(key, odd)
    assert.deepEqual((await carts.get(USER)).lines, [LINE])
    const names = Object.keys(odd).map((name) => name.slice(0, 80))
    assert.deepEqual(unreadable.toSorted(), names.toSorted())
    await carts.removeBought(USER, CART_ID, [{ sku: 'B' as Sku, quantity: 1 }])
    assert.equal(await redis.client.hexists(key, 'line:B'), 0)
    redis.close()
  })

  test('a cart without its id gets one, and a cleared cart is clean', async () => {
    const { redis, carts, key } = await open('id')
    await redis.client.hset(key, { 'line:B': 'hello', hello: 'world' })
    assert.deepEqual(await carts.get(USER), { cartId: CART_ID, lines: [] })
    assert.ok((await redis.client.pttl(key)) > 0, 'it ends like any cart')
    assert.deepEqual(await carts.clear(USER), { cartId: CART_ID, lines: [] })
    assert.equal(await redis.client.hexists(key, 'line:B'), 0)
    redis.close()
  })

  test('records of moves that cannot be read move nothing and stop nothing', async () => {
    const { redis, carts, key, unreadable } = await open('moves')
    const to = 'buyer-2' as UserId
    const bounds = { linesMax: 10, quantityMax: 10 }
    for (const odd of ['{', '[]', '{"id":7}', 'null']) {
      await redis.client.hset(key, { leaving: odd })
      await redis.client.hset(key.replace(USER, to), { moves: odd === 'null' ? '{' : '[]' })
      assert.deepEqual((await carts.merge(USER, to, bounds)).notTaken, [])
      await carts.put(USER, LINE, 10)
      await carts.merge(USER, to, bounds)
    }
    assert.deepEqual((await carts.get(to)).lines, [{ ...LINE, quantity: 4 }])
    assert.ok(unreadable.includes('leaving'))
    redis.close()
  })

  test('a key that holds something else is no cart for now, and no bug', async () => {
    const { redis, carts, key } = await open('type')
    await redis.client.set(key, 'hello')
    await assertAllUnavailable(carts)
    assert.equal(await redis.client.get(key), 'hello')
    redis.close()
  })
}

if (server === null) skipTest('carts in Redis', 'no Redis was found')
else {
  const nobody = { down: () => {}, up: () => {} }
  const onUnreadable = (field: string) => assert.fail(`${field} could not be read`)
  exerciseCartStore('Redis', async (settings) => {
    const redis = await openRedis(server.url, nobody)
    return {
      carts: redisCartStore(redis, { keyPrefix: server.keyPrefix, onUnreadable, ...settings }),
      async age(user, byMs) {
        const key = `${server.keyPrefix}cart:${user}`
        await redis.client.pexpire(key, Math.max(0, (await redis.client.pttl(key)) - byMs))
      },
      close: async () => redis.close(),
    }
  })
  const strangers = suite('what a stranger wrote among the carts in Redis')
  exerciseStrangers(strangers, server)
  strangers.run()
  const outages = suite('carts through an outage of Redis')
  exerciseOutages(outages, server)
  outages.after(() => server.close())
  outages.run()
}
