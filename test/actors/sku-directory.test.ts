// The door of a node: how many may wait, how long, what happens when it closes, and that 200 buyers
// for 50 units are 50 buyers who got one.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import { Bug } from '../../actors/domain/failures.ts'
import type { HoldId, Sku } from '../../actors/domain/ids.ts'
import type { StockCommand } from '../../actors/domain/stock-command.ts'
import {
  ask,
  assertBalances,
  isUnanswered,
  ofHold,
  openSkuWorld,
  ROSE,
  reserve,
  resize,
  settle,
  wordOf,
  written,
} from './sku-world.ts'

const TULIP = 'TULIP' as Sku

test('of 200 buyers at once for 50 units 50 get one and 150 hear that it is sold out', async () => {
  const world = await openSkuWorld({ roses: 50 })
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, index) => ask(world, reserve(world, `R${index}`))),
  )
  assert.equal(answers.filter((word) => word === 'held').length, 50)
  assert.equal(answers.filter((word) => word === 'insufficient_stock').length, 150)
  assert.equal(written(world).filter((entry) => entry.startsWith('reserve')).length, 50)
  assertBalances(world, [0, 50, 0])
})

test('a command that waited past its deadline is dropped undecided', async () => {
  const world = await openSkuWorld({ roses: 5, commandTimeoutMs: 2_000 })
  world.ledger.shut()
  const inFlight = ask(world, reserve(world, 'R1'))
  await world.ledger.arrived(2)
  const late = ask(world, reserve(world, 'R2'))
  world.clock.advance(1_000)
  const inTime = ask(world, reserve(world, 'R3'))
  world.clock.advance(1_000)
  world.ledger.open()
  assert.deepEqual(await Promise.all([inFlight, late, inTime]), ['held', 'deadline_passed', 'held'])
  assert.deepEqual(written(world), ['receive', 'reserve R1', 'reserve R3'])
})

test('one more than may wait for a SKU is refused at once, other SKUs are not', async () => {
  const world = await openSkuWorld({ roses: 50, skuInboxMax: 3 })
  world.ledger.shut()
  const inFlight = ask(world, reserve(world, 'R0'))
  await world.ledger.arrived(2)
  const waiting = ['R1', 'R2', 'R3'].map((hold) => ask(world, reserve(world, hold)))
  assert.equal(await ask(world, reserve(world, 'R4')), 'overloaded')
  const other = wordOf(world.directory.ask(TULIP, reserve(world, 'T1')))
  world.ledger.open()
  assert.deepEqual(await Promise.all([inFlight, ...waiting]), Array(4).fill('held'))
  assert.equal(await other, 'insufficient_stock')
  assert.equal(await ask(world, reserve(world, 'R4')), 'held')
})

test('one more than may wait on the node is refused at once, whatever its SKU', async () => {
  const world = await openSkuWorld({ roses: 50, nodeInboxMax: 2 })
  world.ledger.shut()
  const asked = ['R0', 'R1'].map((hold) => ask(world, reserve(world, hold)))
  assert.equal(await wordOf(world.directory.ask(TULIP, reserve(world, 'T1'))), 'overloaded')
  world.ledger.open()
  assert.deepEqual(await Promise.all(asked), ['held', 'held'])
  assert.equal(await ask(world, reserve(world, 'R2')), 'held')
})

test('a draining node refuses what is new, answers what it took, and is then done', async () => {
  const world = await openSkuWorld({ roses: 5 })
  world.ledger.shut()
  const asked = ask(world, reserve(world, 'R1'))
  const drained = world.directory.drain()
  const drainedToo = world.directory.drain()
  assert.equal(await ask(world, reserve(world, 'R2')), 'shutting_down')
  assert(await isUnanswered(drained))
  world.ledger.open()
  assert.equal(await asked, 'held')
  await Promise.all([drained, drainedToo])
  assert.equal(await ask(world, reserve(world, 'R3')), 'shutting_down')
  assert.equal(world.clock.untilNextTimerMs(), null)
})

test('a node with nothing to do is drained at once', async () => {
  const world = await openSkuWorld()
  await world.directory.drain()
})

test('a SKU is loaded once, on first touch, however many ask', async () => {
  const world = await openSkuWorld({ roses: 5 })
  const { reads } = world.ledger.count
  const asked = Array.from({ length: 20 }, () => world.directory.look(TULIP))
  assert.equal(world.directory.committedBalances(TULIP), null)
  const nothing = { received: 0, available: 0, held: 0, sold: 0 }
  assert.deepEqual(await Promise.all(asked), Array(20).fill(nothing))
  assert.equal(world.ledger.count.reads, reads + 1)
  assert.equal(world.directory.resident(), 2)
})

test('a look shows the last commit, never what is not yet written', async () => {
  const world = await openSkuWorld({ roses: 5 })
  world.ledger.shut()
  const asked = ask(world, reserve(world, 'R1'))
  await world.ledger.arrived(2)
  assert.equal((await world.directory.look(ROSE)).available, 5)
  world.ledger.open()
  await asked
  assert.equal((await world.directory.look(ROSE)).available, 4)
})

test('a quantity or an end that makes no sense fails its caller alone', async () => {
  const world = await openSkuWorld({ roses: 5 })
  const unsound: StockCommand[] = [
    reserve(world, 'R1', { quantity: 0 }),
    reserve(world, 'R1', { quantity: -5 }),
    reserve(world, 'R1', { quantity: 1.5 }),
    reserve(world, 'R1', { quantity: Number.NaN }),
    reserve(world, 'R1', { expiresAtMs: world.clock.nowMs() + 0.5 }),
    { kind: 'receive', commandId: 'D2', quantity: -1 },
    { kind: 'adjust', commandId: 'D2', quantity: 0 },
    reserve(world, 'R1', { purchaseLimit: 0 }),
    reserve(world, 'R1', { purchaseLimit: 1.5 }),
    resize('R1', 0),
    { kind: 'return', commandId: 'B1', holdId: 'R1' as HoldId, quantity: -1 },
  ]
  const sound = ask(world, reserve(world, 'R2'))
  for (const command of unsound) await assert.rejects(ask(world, command), Bug)
  assert.equal(await sound, 'held')
  assert.deepEqual(written(world), ['receive', 'reserve R2'])
  assert.deepEqual(world.bugs, [])
})

test('after its epoch is gone a SKU sells nothing, and nothing it sold is lost', async () => {
  const world = await openSkuWorld({ roses: 5 })
  assert.equal(await ask(world, reserve(world, 'R1')), 'held')
  await world.memory.shards.takeAll('somebody else')
  const answers = await Promise.all([
    ask(world, reserve(world, 'R2')),
    ask(world, ofHold('release', 'R1')),
  ])
  assert.deepEqual(answers, ['sku_moved', 'sku_moved'])
  await settle()
  assert.deepEqual(written(world), ['receive', 'reserve R1'])
})

test.run()
