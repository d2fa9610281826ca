// A limit per buyer is kept by the SKU itself: it alone sees every hold in one order. Counting
// takes one read, when the first limited command comes; a SKU without a limit never pays for it.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import type { UserId } from '../../actors/domain/ids.ts'
import type { StockReply } from '../../actors/domain/stock-command.ts'
import {
  ask,
  ofHold,
  openSkuWorld,
  ROSE,
  reserve,
  resize,
  type SkuWorld,
  settle,
} from './sku-world.ts'

const BEN = 'ben' as UserId

/** Reserves under a limit; the holds are anna's, one after the other in the inbox. */
function reserveAll(world: SkuWorld, count: number, purchaseLimit: number): Promise<string[]> {
  const holds = Array.from({ length: count }, (_, index) => `R${index}`)
  return Promise.all(holds.map((hold) => ask(world, reserve(world, hold, { purchaseLimit }))))
}

async function refusedWith(asked: Promise<StockReply>): Promise<number | null> {
  const reply = await asked
  assert(!reply.ok && reply.refusal === 'purchase_limit', JSON.stringify(reply))
  return reply.remaining
}

for (const batchMax of [512, 4, 1]) {
  test(`50 commands of one buyer at once, ${batchMax} a batch: the limit holds`, async () => {
    const world = await openSkuWorld({ roses: 100, batchMax })
    const words = await reserveAll(world, 50, 3)
    assert.deepEqual(words, [...Array(3).fill('held'), ...Array(47).fill('purchase_limit')])
    assert.equal((await world.directory.look(ROSE)).held, 3)
    assert.equal(await ask(world, reserve(world, 'B1', { buyer: BEN, purchaseLimit: 3 })), 'held')
    assert.equal(world.ledger.count.counts, 1)
  })
}

test('a SKU without a limit is never counted', async () => {
  const world = await openSkuWorld({ roses: 10 })
  await ask(world, reserve(world, 'R1'))
  await ask(world, resize('R1', 3))
  await ask(world, ofHold('pin', 'R1'))
  await ask(world, ofHold('commit', 'R1'))
  assert.equal(world.ledger.count.counts, 0)
})

test('what was sold and held before there was a limit counts', async () => {
  const world = await openSkuWorld({ roses: 20 })
  await ask(world, reserve(world, 'R1', { quantity: 4 }))
  await ask(world, ofHold('pin', 'R1'))
  await ask(world, ofHold('commit', 'R1'))
  await ask(world, reserve(world, 'R2', { quantity: 3 }))
  const wanted = reserve(world, 'R3', { quantity: 2, purchaseLimit: 8 })
  assert.equal(await refusedWith(world.directory.ask(ROSE, wanted)), 1)
  assert.equal(await ask(world, resize('R2', 4, { purchaseLimit: 8 })), 'held')
  assert.equal(await refusedWith(world.directory.ask(ROSE, wanted)), 0)
})

test('a batch that was lost is not counted, one whose answer was lost is', async () => {
  const world = await openSkuWorld({ roses: 20 })
  world.ledger.loseNextRequest()
  assert.deepEqual(await reserveAll(world, 2, 2), Array(2).fill('ledger_unavailable'))
  world.ledger.loseNextAnswer()
  const two = reserve(world, 'R7', { quantity: 2, purchaseLimit: 2 })
  assert.equal(await ask(world, two), 'ledger_unavailable')
  const more = reserve(world, 'R8', { purchaseLimit: 2 })
  assert.equal(await refusedWith(world.directory.ask(ROSE, more)), 0)
  assert.equal(await ask(world, { ...two, repeat: true }), 'held')
})

test('a hold that runs out gives its units back to its buyer', async () => {
  const world = await openSkuWorld({ roses: 20 })
  const expiresAtMs = world.clock.nowMs() + 1_000
  await ask(world, reserve(world, 'R1', { quantity: 2, purchaseLimit: 2, expiresAtMs }))
  assert.equal(await ask(world, reserve(world, 'R2', { purchaseLimit: 2 })), 'purchase_limit')
  world.clock.advance(1_000)
  await settle()
  assert.equal(await ask(world, reserve(world, 'R3', { purchaseLimit: 2 })), 'held')
})

test.run()
