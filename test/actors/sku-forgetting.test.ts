// A SKU remembers its last few thousand ended holds and commands. What is older is asked of the
// ledger, so that a late repeat gets the answer it would always have had.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { HoldId } from '../../actors/domain/ids.ts'
import { REMEMBERED_MAX } from '../../actors/domain/sku-stock.ts'
import { skuRouterWithRetry } from '../../actors/sku-router-with-retry.ts'
import { ask, ofHold, openSkuWorld, reserve, type SkuWorld, written } from './sku-world.ts'

const test = suite<{ world: SkuWorld }>('a SKU that has forgotten')

/** Takes and gives back `count` holds of one unit. */
async function takeAndGiveBack(world: SkuWorld, name: string, count: number): Promise<void> {
  const holds = Array.from({ length: count }, (_, index) => `${name}${index}`)
  await Promise.all(holds.map((hold) => ask(world, reserve(world, hold))))
  await Promise.all(holds.map((hold) => ask(world, ofHold('release', hold))))
}

test.before(async (context) => {
  const world = await openSkuWorld({ roses: 10_000, batchMax: 5_000 })
  context.world = world
  for (const hold of ['SOLD', 'BACK']) {
    await ask(world, reserve(world, hold, { quantity: 4 }))
    await ask(world, ofHold('pin', hold))
    await ask(world, ofHold('commit', hold))
  }
  assert.equal(await giveBack(world, 'B1', 3), 'committed')
  await takeAndGiveBack(world, 'R', 10)
  await takeAndGiveBack(world, 'filler', REMEMBERED_MAX)
})

const giveBack = (world: SkuWorld, commandId: string, quantity: number) =>
  ask(world, { kind: 'return', holdId: 'BACK' as HoldId, commandId, quantity })

test('asks the ledger about a late repeat and answers what became of it', async ({ world }) => {
  const before = written(world).length
  assert.equal(await ask(world, ofHold('release', 'R1')), 'released')
  assert.equal(await ask(world, ofHold('commit', 'SOLD')), 'committed')
  assert.equal(await ask(world, ofHold('release', 'SOLD')), 'already_committed')
  assert.equal(await ask(world, reserve(world, 'R2', { repeat: true })), 'already_released')
  assert.equal(await ask(world, ofHold('pin', 'NEVER')), 'unknown_hold')
  assert.equal(written(world).length, before)
  assert(world.ledger.count.lookUps > 0)
})

test('applies an old command once', async ({ world }) => {
  const again = { kind: 'receive', commandId: 'D1', quantity: 10_000 } as const
  assert.equal(await ask(world, again), 'done')
  assert.equal(await ask(world, { ...again, quantity: 9_999 }), 'command_reused_with_other_fields')
})

test('still knows how much of a sale came back', async ({ world }) => {
  assert.equal(await giveBack(world, 'B2', 2), 'insufficient_stock')
  assert.equal(await giveBack(world, 'B1', 3), 'committed')
  assert.equal(await giveBack(world, 'B3', 1), 'committed')
  assert.equal(await giveBack(world, 'B4', 1), 'insufficient_stock')
})

test('finds a first-time reserve that was none by the ledger’s own constraint', async ({
  world,
}) => {
  const late = reserve(world, 'R3')
  assert.equal(await ask(world, late), 'ledger_conflict')
  const patient = { directory: skuRouterWithRetry(world.directory, 2) }
  assert.equal(await ask(patient, reserve(world, 'R4')), 'already_released')
})

test('never forgets what a batch was told apart by before the batch is decided', async () => {
  const world = await openSkuWorld({ roses: 10_000, batchMax: 5_000 })
  await takeAndGiveBack(world, 'old', REMEMBERED_MAX)
  await ask(world, reserve(world, 'NEW'))
  const [, oldest] = await Promise.all([
    ask(world, ofHold('release', 'NEW')),
    ask(world, ofHold('release', 'old0')),
  ])
  assert.equal(oldest, 'released')
})

test.run()
