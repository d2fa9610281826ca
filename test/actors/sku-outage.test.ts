// After an outage a hold has the minutes it had left, also before anybody has told of the outage: a
// silence that has not ended lets nothing run out.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import { OUTAGE_MIN_MS } from '../../actors/domain/outages.ts'
import {
  ask,
  assertBalances,
  MINUTE_MS,
  ofHold,
  openSkuWorld,
  reserve,
  resize,
  type SkuWorld,
  sayAlive,
  settle,
} from './sku-world.ts'

/** Serves for that long, saying now and then that it lives. */
async function serve(world: SkuWorld, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 5_000) {
    world.clock.advance(Math.min(left, 5_000))
    await sayAlive(world)
    await settle()
  }
}

/** R1 and R2, for ten minutes, of which five have gone by. */
async function fiveMinutesLeft(): Promise<SkuWorld> {
  const world = await openSkuWorld({ roses: 3 })
  await sayAlive(world)
  const expiresAtMs = world.clock.nowMs() + 10 * MINUTE_MS
  await ask(world, reserve(world, 'R1', { expiresAtMs }))
  await ask(world, reserve(world, 'R2', { expiresAtMs }))
  await serve(world, 5 * MINUTE_MS)
  return world
}

test('what had five minutes left before an hour of silence has five minutes left', async () => {
  const world = await fiveMinutesLeft()
  world.clock.advance(60 * MINUTE_MS)
  await settle()
  assertBalances(world, [1, 2, 0])
  await sayAlive(world)
  assert.equal(await ask(world, ofHold('pin', 'R1')), 'pinned')
  await serve(world, 5 * MINUTE_MS - 10_000)
  assertBalances(world, [1, 2, 0])
  await serve(world, 15_000)
  assertBalances(world, [2, 1, 0])
  assert.equal(await ask(world, ofHold('pin', 'R2')), 'already_expired')
})

test('before anybody tells of the outage nothing has run out', async () => {
  const world = await fiveMinutesLeft()
  world.clock.advance(60 * MINUTE_MS)
  await settle()
  assert.equal(await ask(world, ofHold('pin', 'R1')), 'pinned')
  assert.equal(await ask(world, resize('R2', 2)), 'held')
  assertBalances(world, [0, 3, 0])
  await sayAlive(world)
  await serve(world, 5 * MINUTE_MS - 10_000)
  assertBalances(world, [0, 3, 0])
  await serve(world, 15_000)
  assertBalances(world, [2, 1, 0])
})

test('what was over before the silence began ends as soon as it can', async () => {
  const world = await fiveMinutesLeft()
  const expiresAtMs = world.clock.nowMs() + 1_000
  await ask(world, reserve(world, 'R3', { expiresAtMs }))
  world.ledger.loseNextRequest()
  world.clock.advance(1_000)
  await settle()
  await sayAlive(world)
  world.clock.advance(60 * MINUTE_MS)
  await settle()
  assertBalances(world, [1, 2, 0])
})

test('a sign of life that comes late by less than an outage puts nothing off', async () => {
  const world = await fiveMinutesLeft()
  await serve(world, 5 * MINUTE_MS - OUTAGE_MIN_MS)
  world.clock.advance(OUTAGE_MIN_MS)
  await settle()
  assertBalances(world, [3, 0, 0])
})

test('a silence of the database leaves the holds that were pinned pinned', async () => {
  const world = await fiveMinutesLeft()
  assert.equal(await ask(world, ofHold('pin', 'R1')), 'pinned')
  world.clock.advance(60 * MINUTE_MS)
  await sayAlive(world)
  await serve(world, 6 * MINUTE_MS)
  assertBalances(world, [2, 1, 0])
  assert.equal(await ask(world, ofHold('commit', 'R1')), 'committed')
})

test.run()
