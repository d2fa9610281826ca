// What may be called a SKU or a user, what Holdfast's own ids look like, and which shard a name
// belongs to: rules that are written into stored rows and must never change.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import { Bug } from '../../actors/domain/failures.ts'
import {
  cartIdOf,
  checkoutIdOf,
  compareBytes,
  holdIdOf,
  orderIdOf,
  parseCheckoutId,
  parseOrderId,
  parseSellerId,
  parseSku,
  parseUserId,
  type Sku,
  type UserId,
  userShardOfId,
} from '../../actors/domain/ids.ts'
import { SKU_SHARDS, skuShardOf, USER_SHARDS, userShardOf } from '../../actors/domain/shard.ts'
import { uuidV7 } from '../../actors/domain/uuid.ts'

const NOW_MS = 1_763_836_076_123
const zeros = new Uint8Array(10)
const ones = new Uint8Array(10).fill(0xff)
const anyRandom = fc.uint8Array({ minLength: 10, maxLength: 10 })
const anyTime = fc.integer({ min: 0, max: 2 ** 48 - 1 })
const anyShard = fc.nat(USER_SHARDS - 1)

test('a SKU is 1 to 64 of the allowed characters without an outer space', () => {
  const good = ['A', '85123A', 'ROSE-12', 'a b', 'a.b_c-d', '0', '...', '.a', 'x'.repeat(64)]
  for (const text of good) assert.equal(parseSku(text), text)
  const bad = [
    '',
    '.',
    '..',
    ' A',
    'A ',
    ' ',
    'x'.repeat(65),
    'A/B',
    'A%20B',
    'é',
    'A\n',
    'A\tB',
    'A\0',
    '😀',
  ]
  for (const text of bad) assert.equal(parseSku(text), null, JSON.stringify(text))
})

test('SKUs differ when their letters differ in case', () => {
  assert.notEqual(parseSku('rose'), parseSku('ROSE'))
})

test('users and sellers are 1 to 128 visible ASCII characters', () => {
  for (const parse of [parseUserId, parseSellerId]) {
    for (const text of ['u1', 'guest_0f', 'auth0|5f7c8', 'x'.repeat(128)]) {
      assert.equal(parse(text), text)
    }
    for (const text of ['', 'a b', 'x'.repeat(129), 'ü', 'a\n', 'a\0']) {
      assert.equal(parse(text), null, JSON.stringify(text))
    }
  }
})

test('a minted id carries the time, the version, the variant and its user shard', () => {
  assert.equal(uuidV7(NOW_MS, zeros, 5), '019aacd2a05b70008000000000000005')
  assert.equal(uuidV7(NOW_MS, ones, 15), '019aacd2a05b7fffbfffffffffffffff')
})

test('every minted id is one that is recognised, and finds its shard', () => {
  fc.assert(
    fc.property(anyTime, anyRandom, anyShard, (nowMs, random, shard) => {
      const id = checkoutIdOf(uuidV7(nowMs, random, shard))
      assert.equal(parseCheckoutId(id), id)
      assert.equal(userShardOfId(id), shard)
      const orderId = orderIdOf(id)
      assert.equal(parseOrderId(orderId), orderId)
      assert.equal(userShardOfId(orderId), shard)
    }),
  )
})

test('ids sort by the time they were made', () => {
  fc.assert(
    fc.property(anyTime, anyTime, anyRandom, anyRandom, (one, other, random, chance) => {
      fc.pre(one !== other)
      const early = uuidV7(Math.min(one, other), random, 15)
      const late = uuidV7(Math.max(one, other), chance, 0)
      assert.equal(compareBytes(early, late), -1)
    }),
  )
})

test('no two ids of one millisecond are alike unless chance repeats', () => {
  const changed = zeros.slice()
  for (let at = 0; at < 9; at += 1) {
    changed[at] = 0x15
    assert.notEqual(uuidV7(NOW_MS, changed, 0), uuidV7(NOW_MS, zeros, 0), `byte ${at}`)
    changed[at] = 0
  }
})

test('a checkout id is not an order id, and neither is anything else', () => {
  const id = checkoutIdOf(uuidV7(NOW_MS, zeros, 0))
  assert.equal(parseOrderId(id), null)
  assert.equal(parseCheckoutId(orderIdOf(id)), null)
  for (const text of [
    '',
    'chk_',
    `${id}0`,
    id.toUpperCase(),
    id.replace('7000', '4000'),
    `${id}\n`,
  ]) {
    assert.equal(parseCheckoutId(text), null, JSON.stringify(text))
  }
})

test('an id that Holdfast would not mint is a bug where it is made', () => {
  assert.throws(() => checkoutIdOf('not a uuid'), Bug)
  assert.throws(() => cartIdOf('0'.repeat(32)), Bug)
  assert.throws(() => uuidV7(NOW_MS, new Uint8Array(9), 0), Bug)
  assert.throws(() => uuidV7(NOW_MS, zeros, 16), Bug)
  assert.throws(() => uuidV7(NOW_MS, zeros, -1), Bug)
})

test('a hold is named by checkout, line and revision, and by nothing else', () => {
  const id = checkoutIdOf(uuidV7(NOW_MS, zeros, 0))
  assert.equal(holdIdOf(id, 1, 0), holdIdOf(id, 1, 0))
  const names = new Set([
    holdIdOf(id, 1, 0),
    holdIdOf(id, 0, 1),
    holdIdOf(id, 1, 1),
    holdIdOf(id, 11, 0),
  ])
  assert.equal(names.size, 4)
})

// From `printf '%s' ROSE-12 | sha256sum`: the first 8 digits modulo 256, of a user modulo 16.
const SHARDS_OF_SKUS = [130, 57, 18, 208, 8]
const SHARDS_OF_USERS = [13, 8, 5, 1]

test('shards are what they were when the first row was written', () => {
  const skus = ['85123A', 'ROSE-12', 'a', 'A', 'a b'].map((sku) => skuShardOf(sku as Sku))
  assert.deepEqual(skus, SHARDS_OF_SKUS)
  const users = ['u1', 'u2', 'anna', 'guest_1'].map((user) => userShardOf(user as UserId))
  assert.deepEqual(users, SHARDS_OF_USERS)
})

test('names spread over all shards', () => {
  const skus = Array.from({ length: 20_000 }, (_, index) => skuShardOf(`sku ${index}` as Sku))
  const users = Array.from({ length: 2_000 }, (_, index) => userShardOf(`u${index}` as UserId))
  assert.equal(new Set(skus).size, SKU_SHARDS)
  assert.equal(new Set(users).size, USER_SHARDS)
  for (const shard of [...skus, ...users]) assert(Number.isInteger(shard) && shard >= 0)
})

test('names are compared by their bytes, as the database compares them', () => {
  assert.deepEqual(['b', 'A', 'a', 'B', '_', '1', ''].toSorted(compareBytes), [
    ...['', '1', 'A', 'B', '_', 'a', 'b'],
  ])
})

test.run()
