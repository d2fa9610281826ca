// Holds end by the owner's clock, which the test moves: their units come back without anybody
// asking, a running payment keeps its hold, and no crowd of ended holds keeps a buyer waiting.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import {
  ask,
  assertBalances,
  MINUTE_MS,
  ofHold,
  openSkuWorld,
  reserve,
  settle,
  written,
} from './sku-world.ts'

test('a hold comes back at its end without anybody asking, the others stay', async () => {
  const world = await openSkuWorld({ roses: 3 })
  const endsLater = world.clock.nowMs() + 20 * MINUTE_MS
  await ask(world, reserve(world, 'R1'))
  await ask(world, reserve(world, 'R2', { expiresAtMs: endsLater }))
  world.clock.advance(15 * MINUTE_MS - 1)
  await settle()
  assertBalances(world, [1, 2, 0])
  world.clock.advance(1)
  await settle()
  assertBalances(world, [2, 1, 0])
  world.clock.advance(5 * MINUTE_MS)
  await settle()
  assertBalances(world, [3, 0, 0])
  assert.deepEqual(written(world).slice(3), ['expire R1', 'expire R2'])
})

test('what came back can be bought at once', async () => {
  const world = await openSkuWorld({ roses: 1 })
  await ask(world, reserve(world, 'R1'))
  assert.equal(await ask(world, reserve(world, 'R2')), 'insufficient_stock')
  world.clock.advance(15 * MINUTE_MS)
  await settle()
  assert.equal(await ask(world, reserve(world, 'R2')), 'held')
  assert.equal(await ask(world, ofHold('pin', 'R1')), 'already_expired')
})

test('a pinned hold outlives its end and is sold, an unpinned one ends at once', async () => {
  const world = await openSkuWorld({ roses: 2 })
  await ask(world, reserve(world, 'R1'))
  await ask(world, reserve(world, 'R2'))
  await ask(world, ofHold('pin', 'R1'))
  await ask(world, ofHold('pin', 'R2'))
  world.clock.advance(60 * MINUTE_MS)
  await settle()
  assertBalances(world, [0, 2, 0])
  assert.equal(await ask(world, ofHold('commit', 'R1')), 'committed')
  assert.equal(await ask(world, ofHold('unpin', 'R2')), 'held')
  await settle()
  assertBalances(world, [1, 0, 1])
})

test('a thousand holds ending at once do not delay a sale', async () => {
  const world = await openSkuWorld({ roses: 1_001, batchMax: 100 })
  const ends = world.clock.nowMs() + MINUTE_MS
  await Promise.all(
    Array.from({ length: 1_000 }, (_, index) =>
      ask(world, reserve(world, `R${index}`, { expiresAtMs: ends })),
    ),
  )
  const before = world.ledger.arrivals.length
  world.clock.advance(MINUTE_MS)
  const sale = ask(world, reserve(world, 'SALE'))
  assert.equal(await sale, 'held')
  await settle()
  const [first, ...others] = world.ledger.arrivals.slice(before)
  assert.equal(first?.entries[0]?.holdId, 'SALE')
  assert.equal(first?.entries.length, 100)
  for (const { entries } of others) assert(entries.length <= 100, `${entries.length} in one append`)
  assertBalances(world, [1_000, 1, 0])
})

test('holds that end in a trickle are gathered for a quarter of a second', async () => {
  const world = await openSkuWorld({ roses: 100 })
  const ends = world.clock.nowMs() + MINUTE_MS
  for (let index = 0; index < 100; index += 1) {
    await ask(world, reserve(world, `R${index}`, { expiresAtMs: ends + 5 * index }))
  }
  const before = world.ledger.arrivals.length
  world.clock.advance(MINUTE_MS)
  for (let tick = 0; tick < 150; tick += 1) {
    await settle()
    world.clock.advance(5)
  }
  const sizes = world.ledger.arrivals.slice(before).map(({ entries }) => entries.length)
  assert.deepEqual(sizes, [1, 50, 49])
})

test('a full batch of sales still lets some holds end', async () => {
  const world = await openSkuWorld({ roses: 300, batchMax: 100 })
  const ends = world.clock.nowMs() + MINUTE_MS
  await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      ask(world, reserve(world, `R${index}`, { expiresAtMs: ends })),
    ),
  )
  const before = world.ledger.arrivals.length
  world.clock.advance(MINUTE_MS)
  const sales = Array.from({ length: 100 }, (_, index) => ask(world, reserve(world, `S${index}`)))
  await Promise.all(sales)
  const [first] = world.ledger.arrivals.slice(before)
  const kinds = first?.entries.map(({ kind }) => kind) ?? []
  assert.equal(kinds.filter((kind) => kind === 'reserve').length, 100)
  assert.equal(kinds.filter((kind) => kind === 'expire').length, 64)
})

test('an ending that could not be written is written a second later', async () => {
  const world = await openSkuWorld({ roses: 1 })
  await ask(world, reserve(world, 'R1'))
  world.ledger.loseNextRequest()
  world.clock.advance(15 * MINUTE_MS)
  await settle()
  assert.deepEqual(written(world), ['receive', 'reserve R1'])
  world.clock.advance(1_000)
  await settle()
  assert.deepEqual(written(world), ['receive', 'reserve R1', 'expire R1'])
})

test('after a restart holds still end', async () => {
  const world = await openSkuWorld({ roses: 1 })
  await ask(world, reserve(world, 'R1'))
  world.ledger.loseNextRequest()
  assert.equal(await ask(world, ofHold('pin', 'R1')), 'ledger_unavailable')
  assert.equal(await ask(world, ofHold('unpin', 'R1')), 'held')
  world.clock.advance(15 * MINUTE_MS)
  await settle()
  assertBalances(world, [1, 0, 0])
})

test('a step of the wall clock ends no hold', async () => {
  const world = await openSkuWorld({ roses: 3 })
  await ask(world, reserve(world, 'R1'))
  for (const step of [60 * MINUTE_MS, -120 * MINUTE_MS]) {
    world.clock.step(step)
    const ends = world.clock.nowMs() + 600 * MINUTE_MS
    await ask(world, reserve(world, `R at ${step}`, { expiresAtMs: ends }))
    await settle()
  }
  assertBalances(world, [0, 3, 0])
  world.clock.advance(15 * MINUTE_MS)
  await settle()
  assertBalances(world, [1, 2, 0])
})

test.run()
