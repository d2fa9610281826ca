// SKUs that nobody asks for leave memory and come back when they are asked for, or when a hold of
// theirs is due. Nothing is lost on the way, nothing changes its order, and nobody notices.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import type { Sku } from '../../actors/domain/ids.ts'
import type { LedgerEntry } from '../../actors/domain/ledger-entry.ts'
import { emptyStock, replayEntry } from '../../actors/domain/sku-stock.ts'
import { memoryStockStateStore } from '../../persistence/memory/memory-stock-state-store.ts'
import { faultsOf } from '../mutants/ledger-faults.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { foldOf, savedOf } from './sku-recovery-world.ts'
import {
  ask,
  assertBalances,
  MINUTE_MS,
  ofHold,
  openSkuWorld,
  ROSE,
  reserve,
  type SkuWorld,
  settle,
  type WorldOptions,
  wordOf,
  written,
} from './sku-world.ts'

const TULIP = 'TULIP' as Sku
const IDLE_MS = 5 * MINUTE_MS

async function openListening(options: WorldOptions = {}) {
  const evicted: string[] = []
  const loaded: string[] = []
  const world = await openSkuWorld({
    skuIdleMs: IDLE_MS,
    ...options,
    listener: {
      onEvicted: (sku, why) => evicted.push(`${sku} ${why}`),
      onActivated: ({ sku, from }) => loaded.push(`${sku} ${from}`),
    },
  })
  return { ...world, evicted, loaded }
}

/** Moves the clock in steps, so that sweeps happen and what they started can end. */
async function pass(world: SkuWorld, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= MINUTE_MS) {
    world.clock.advance(Math.min(left, MINUTE_MS))
    await settle()
  }
}

test('a SKU that nobody asks for leaves memory, and sells on when it is asked again', async () => {
  const world = await openListening({ roses: 5 })
  assert.equal(await ask(world, reserve(world, 'R1')), 'held')
  await ask(world, ofHold('pin', 'R1'))
  await pass(world, IDLE_MS + MINUTE_MS)
  assert.deepEqual(world.evicted, ['ROSE-12 idle'])
  assert.equal(world.directory.resident(), 0)
  assert.equal(world.directory.committedBalances(ROSE), null)
  assert.equal(await ask(world, ofHold('commit', 'R1')), 'committed')
  assertBalances(world, [4, 0, 1])
  assert.deepEqual(world.loaded, ['ROSE-12 ledger', 'ROSE-12 ledger'])
})

test('a SKU that is asked for, or looked at, stays', async () => {
  const world = await openListening({ roses: 5 })
  for (let minute = 0; minute < 20; minute += 1) {
    await pass(world, MINUTE_MS)
    if (minute % 2 === 0) world.directory.committedBalances(ROSE)
    else await world.directory.look(ROSE)
  }
  assert.deepEqual(world.evicted, [])
})

test('holds of a SKU that left memory still end, each at its time (I9)', async () => {
  const world = await openListening({ roses: 5 })
  const later = world.clock.nowMs() + 40 * MINUTE_MS
  await ask(world, reserve(world, 'R1'))
  await ask(world, reserve(world, 'R2', { expiresAtMs: later }))
  await pass(world, IDLE_MS + MINUTE_MS)
  assert.equal(world.directory.resident(), 0)
  await pass(world, 10 * MINUTE_MS)
  assert.deepEqual(written(world), ['receive', 'reserve R1', 'reserve R2', 'expire R1'])
  await pass(world, 10 * MINUTE_MS)
  assert.equal(world.directory.resident(), 0)
  await pass(world, 20 * MINUTE_MS)
  assert.deepEqual(written(world).slice(3), ['expire R1', 'expire R2'])
})

test('a hold that is due as its SKU leaves ends all the same (I9)', async () => {
  const world = await openListening({ roses: 5 })
  await ask(world, reserve(world, 'R1', { expiresAtMs: world.clock.nowMs() + 2 * MINUTE_MS }))
  world.clock.advance(2 * MINUTE_MS)
  // Rung, and not heard yet.
  await world.directory.evict(ROSE)
  world.clock.advance(1_000)
  await settle()
  assert.deepEqual(written(world).at(-1), 'expire R1')
})

test('a SKU whose next hold ends soon is not sent out for so short a time', async () => {
  const world = await openListening({ roses: 5, skuSweepPeriodMs: 10_000 })
  await ask(world, reserve(world, 'R1', { expiresAtMs: world.clock.nowMs() + IDLE_MS + 8_000 }))
  world.clock.advance(IDLE_MS)
  await settle()
  assert.deepEqual(world.evicted, [])
  world.clock.advance(8_000)
  await settle()
  assert.deepEqual(written(world).at(-1), 'expire R1')
})

test('when there is no room, the one unasked for longest makes it', async () => {
  const world = await openListening({ skusResidentMax: 3 })
  for (const sku of ['A', 'B', 'C'] as Sku[]) {
    await world.directory.look(sku)
    world.clock.advance(2_000)
  }
  await world.directory.look('A' as Sku)
  await settle()
  await world.directory.look('D' as Sku)
  await settle()
  assert.deepEqual(world.evicted, ['B crowded'])
  assert.equal(world.directory.resident(), 3)
})

test('a SKU with work is never sent out, however crowded it is', async () => {
  const world = await openListening({ roses: 5, skusResidentMax: 1 })
  world.ledger.shut()
  const selling = ask(world, reserve(world, 'R1'))
  await world.ledger.arrived(2)
  const beside = world.directory.look(TULIP)
  await settle()
  assert.deepEqual(world.evicted, [])
  world.ledger.open()
  assert.equal(await selling, 'held')
  await beside
  await settle()
  await world.directory.look('LILY' as Sku)
  assert.deepEqual(world.evicted, ['ROSE-12 crowded'])
})

test('who comes while a SKU leaves goes to the next one, behind those who waited', async () => {
  const world = await openListening({ roses: 1, batchMax: 1 })
  world.ledger.shut()
  const told: string[] = []
  const note = (name: string) => (word: string) => told.push(`${name} ${word}`)
  const all = [ask(world, reserve(world, 'R1', { quantity: 1 })).then(note('in flight'))]
  await world.ledger.arrived(2)
  all.push(ask(world, ofHold('release', 'R1')).then(note('waiting')))
  const gone = world.directory.evict(ROSE)
  all.push(ask(world, reserve(world, 'R2')).then(note('came')))
  all.push(ask(world, reserve(world, 'R3')).then(note('came later')))
  await settle()
  assert.deepEqual(told, [])
  world.ledger.open()
  await Promise.all([gone, ...all])
  const inOrder = ['in flight held', 'waiting released', 'came held']
  assert.deepEqual(told, [...inOrder, 'came later insufficient_stock'])
  assert.deepEqual(written(world), ['receive', 'reserve R1', 'release R1', 'reserve R2'])
  assert.equal(world.loaded.length, 2)
})

test('a hold that is due while its SKU leaves ends in the next one', async () => {
  const world = await openListening({ roses: 2 })
  await ask(world, reserve(world, 'R1', { expiresAtMs: world.clock.nowMs() + MINUTE_MS }))
  world.ledger.shut()
  const selling = ask(world, reserve(world, 'R2'))
  await world.ledger.arrived(3)
  const gone = world.directory.evict(ROSE)
  world.clock.advance(MINUTE_MS)
  await settle()
  world.ledger.open()
  assert.equal(await selling, 'held')
  await gone
  await settle()
  assert.equal(written(world).at(-1), 'expire R1')
})

test('a failed append while a SKU leaves fails its callers alone', async () => {
  const world = await openListening({ roses: 2 })
  world.ledger.shut()
  world.ledger.loseNextRequest()
  const lost = ask(world, reserve(world, 'R1'))
  await world.ledger.arrived(2)
  const gone = world.directory.evict(ROSE)
  const came = ask(world, reserve(world, 'R2'))
  world.ledger.open()
  await gone
  assert.deepEqual(await Promise.all([lost, came]), ['ledger_unavailable', 'held'])
  assert.deepEqual(written(world), ['receive', 'reserve R2'])
})

test('a SKU that leaves keeps its state, and begins from it', async () => {
  const snapshots = memoryStockStateStore()
  const world = await openListening({ roses: 500, snapshots })
  for (let index = 0; index < 63; index += 1) await ask(world, reserve(world, `R${index}`))
  await world.directory.evict(ROSE)
  await settle()
  assert.equal(snapshots.kept.get(ROSE)?.seq, 64)
  const readsBefore = world.ledger.count.reads
  assert.equal(await ask(world, reserve(world, 'NEXT')), 'held')
  assert.equal(world.loaded.at(-1), 'ROSE-12 snapshot')
  assert.equal(world.ledger.count.reads, readsBefore + 1)
  await world.directory.evict(ROSE)
  await settle()
  assert.equal(snapshots.kept.get(ROSE)?.seq, 64, 'one more entry is not worth another')
})

test('what was sold since a state may fill many pages', async () => {
  const snapshots = memoryStockStateStore()
  const before = await openSkuWorld({ roses: 9_999, batchMax: 5_000 })
  const take = (name: string, count: number) =>
    Promise.all(Array.from({ length: count }, (_, at) => ask(before, reserve(before, name + at))))
  await take('A', 99)
  await snapshots.saveIfNewer(ROSE, savedOf(foldOf(before.memory.historyOf(ROSE))))
  await take('B', 2_900)
  const world = await openListening({ snapshots, after: before })
  assert.equal((await world.directory.look(ROSE)).held, 2_999)
  assert.deepEqual(world.loaded, ['ROSE-12 snapshot'])
  assert.equal(world.ledger.count.reads, 3)
})

test('loads are capped, and one that nobody waits for any more is left out', async () => {
  const world = await openListening({ skuLoadsMax: 2, commandTimeoutMs: 2_000 })
  let reading = 0
  let letGo = () => {}
  const gate = new Promise<void>((resolve) => (letGo = resolve))
  const { entriesAfter } = world.ledger
  const read: string[] = []
  world.ledger.entriesAfter = async (...asked) => {
    read.push(asked[0])
    reading += 1
    assert(reading <= 2, 'more loads at once than allowed')
    await gate
    reading -= 1
    return entriesAfter(...asked)
  }
  const skus = ['A', 'B', 'C', 'D'] as Sku[]
  const asked = skus.map((sku) => wordOf(world.directory.ask(sku, reserve(world, 'R1'))))
  await settle()
  world.clock.advance(2_000)
  const inTime = wordOf(world.directory.ask('D' as Sku, reserve(world, 'R2')))
  letGo()
  assert.deepEqual(await Promise.all(asked), Array(4).fill('deadline_passed'))
  assert.equal(await inTime, 'insufficient_stock')
  assert(!read.includes('C'), 'C was read though nobody waited')
})

test('an entry of a kind that nobody knows is refused, not passed over', async () => {
  const world = await openListening({ roses: 2 })
  await world.directory.evict(ROSE)
  const { entriesAfter } = world.ledger
  world.ledger.entriesAfter = async (...asked) => {
    const entries = await entriesAfter(...asked)
    return entries.map((entry) => ({ ...entry, kind: 'lend' as LedgerEntry['kind'] }))
  }
  await assert.rejects(ask(world, reserve(world, 'R1')))
  assert.match(String(world.bugs[0]), /kind of an entry.*lend/)
})

test('random sales with hardly any room: none lost, none sold twice (I1-I6, I8)', async () => {
  const skus = Array.from({ length: 12 }, (_, index) => `S${index}` as Sku)
  for (let seed = 0; seed < 20; seed += 1) {
    const random = seededRandom(seed)
    const [snapshots, checkpoints] = [memoryStockStateStore(), memoryStockStateStore()]
    const rule = { entriesMin: 2, entriesBeforeEvictionMin: 1, pauseMs: 0, charactersMax: 1e6 }
    const world = await openListening({
      ...{ skusResidentMax: 2, batchMax: 3, snapshots, checkpoints },
      ...{ snapshotRule: rule, checkpointRule: { ...rule, entriesMin: 5 } },
    })
    await Promise.all(
      skus.map((sku) => world.directory.ask(sku, { kind: 'receive', commandId: 'D', quantity: 4 })),
    )
    const told = new Map(skus.map((sku) => [sku, new Map<string, number>()]))
    const buyers = Array.from({ length: 120 }, async (_, index) => {
      const sku = random.pick(skus)
      const hold = `R${index}`
      for (let turn = random.below(30); turn > 0; turn -= 1) await settle()
      const go = (command: Parameters<typeof world.directory.ask>[1]) =>
        wordOf(world.directory.ask(sku, command))
      if (random.fraction() < 0.2) await world.directory.evict(sku)
      if ((await go(reserve(world, hold))) !== 'held') return
      told.get(sku)?.set(hold, 1)
      const next = random.pick(['pay', 'give back', 'keep'])
      if (next === 'give back') {
        told.get(sku)?.delete(hold)
        assert.equal(await go(ofHold('release', hold)), 'released')
      } else if (next === 'pay') {
        assert.equal(await go(ofHold('pin', hold)), 'pinned')
        if (random.fraction() < 0.3) await world.directory.evict(sku)
        assert.equal(await go(ofHold('commit', hold)), 'committed')
        assert.equal(await go(ofHold('commit', hold)), 'committed')
      }
    })
    await Promise.all(buyers)
    for (const sku of skus) {
      const entries = world.memory.historyOf(sku)
      const stock = emptyStock(sku)
      for (const entry of entries) replayEntry(stock, entry)
      const acknowledged = [...(told.get(sku) ?? [])].map(([holdId]) => ({ holdId, quantity: 1 }))
      assert.deepEqual(faultsOf(entries, acknowledged), [])
      assert.equal(stock.held + stock.sold, acknowledged.length, 'what buyers have is held or sold')
      const { available, held, sold } = await world.directory.look(sku)
      assert.deepEqual([available, held, sold], [stock.available, stock.held, stock.sold])
    }
    assert.deepEqual(world.bugs, [])
    assert(world.evicted.length + world.loaded.length > 60, 'too little came and went')
    assert(world.loaded.some((each) => each.endsWith('snapshot')))
  }
})

test.run()
