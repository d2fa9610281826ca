// The keeper writes states behind the sales: when they are due, no more often, never more than it
// may at once, and never in the way of a sale, whatever its stores do.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import type { Sku } from '../../actors/domain/ids.ts'
import type { StockStateStore } from '../../actors/ports/stock-state-store.ts'
import { memoryStockStateStore } from '../../persistence/memory/memory-stock-state-store.ts'
import { stockStatesWithPatience } from '../../persistence/stock-states-with-patience.ts'
import { manualClock } from '../support/manual-clock.ts'
import { awayStore } from './sku-recovery-world.ts'
import { ask, openSkuWorld, ROSE, reserve, settle, type WorldOptions, wordOf } from './sku-world.ts'

const RULE = { entriesMin: 10, entriesBeforeEvictionMin: 5, pauseMs: 1_000, charactersMax: 1e6 }
const NEVER = { ...RULE, entriesMin: 1e9, entriesBeforeEvictionMin: 1e9 }

async function openKeeping(options: WorldOptions & { readonly snapshots: StockStateStore }) {
  const told: string[] = []
  const world = await openSkuWorld({
    ...{ roses: 10_000, snapshotRule: RULE, checkpointRule: NEVER, ...options },
    listener: {
      onStateSaved: ({ kind, rows }) => told.push(`${kind} of ${rows} rows`),
      onStateNotSaved: (_sku, kind, why) => told.push(`${kind} ${why}`),
    },
  })
  let holds = 0
  /** Takes holds one after the other, an entry each. */
  async function sell(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      holds += 1
      assert.equal(await ask(world, reserve(world, `R${holds}`)), 'held')
    }
    await settle()
  }
  return { ...world, sell, told }
}

test('a state is written after so many entries, and again after a pause', async () => {
  const snapshots = memoryStockStateStore()
  const world = await openKeeping({ snapshots })
  await world.sell(8)
  assert.equal(snapshots.kept.size, 0)
  await world.sell(1)
  assert.equal(snapshots.kept.get(ROSE)?.seq, 10)
  await world.sell(30)
  assert.equal(snapshots.kept.get(ROSE)?.seq, 10)
  world.clock.advance(1_000)
  await world.sell(1)
  assert.equal(snapshots.kept.get(ROSE)?.seq, 41)
})

test('a huge state is due more rarely: an entry for two rows at least', async () => {
  const snapshots = memoryStockStateStore()
  const world = await openKeeping({ snapshots, batchMax: 1_000 })
  await Promise.all(
    Array.from({ length: 999 }, (_, index) => ask(world, reserve(world, `B${index}`))),
  )
  await settle()
  assert.equal(snapshots.kept.get(ROSE)?.seq, 1_000)
  world.clock.advance(1_000)
  await world.sell(300)
  assert.equal(snapshots.kept.get(ROSE)?.seq, 1_000)
  await world.sell(800)
  assert((snapshots.kept.get(ROSE)?.seq ?? 0) > 1_400)
})

test('a state that is too big for its store is not written, and the sale goes on', async () => {
  const snapshots = memoryStockStateStore()
  const small = { ...RULE, charactersMax: 300 }
  const world = await openKeeping({ snapshots, snapshotRule: small })
  await world.sell(40)
  assert.equal(snapshots.kept.size, 0)
  assert.deepEqual(world.told, ['snapshot too_big'])
})

test('who is behind drops states; what is written later holds it all', async () => {
  const inner = memoryStockStateStore()
  let letGo = () => {}
  const gate = new Promise<void>((resolve) => (letGo = resolve))
  const snapshots: StockStateStore = {
    ...inner,
    saveIfNewer: async (...asked) => {
      await gate
      return inner.saveIfNewer(...asked)
    },
  }
  const world = await openKeeping({ snapshots, statesInFlightMax: 1 })
  const tulip = 'TULIP' as Sku
  await wordOf(world.directory.ask(tulip, { kind: 'receive', commandId: 'D1', quantity: 99 }))
  await world.sell(20)
  for (let index = 0; index < 12; index += 1) {
    await wordOf(world.directory.ask(tulip, reserve(world, `T${index}`)))
  }
  assert.deepEqual(world.told, ['snapshot behind'])
  letGo()
  world.clock.advance(1_000)
  await settle()
  await world.sell(1)
  await wordOf(world.directory.ask(tulip, reserve(world, 'LAST')))
  await settle()
  assert.equal(inner.kept.get(tulip)?.seq, 14)
})

test('a store that fails or never answers fails and slows no sale', async () => {
  const hangs = () => new Promise<never>(() => {})
  const hanging: StockStateStore = { newest: hangs, saveIfNewer: hangs, discard: hangs }
  for (const broken of [awayStore, hanging]) {
    const clock = manualClock(1_763_836_000_000)
    const patient = { clock, patienceMs: 100, restMs: 1_000 }
    const snapshots = stockStatesWithPatience(broken, patient)
    const opening = openKeeping({ snapshots, after: { ...(await openSkuWorld()), clock } })
    await settle()
    clock.advance(100)
    const world = await opening
    await world.sell(50)
    assert.equal(world.directory.committedBalances(ROSE)?.held, 50)
    assert.deepEqual(world.bugs, [])
  }
})

test('after a failure the cache is left alone for a while, then asked again', async () => {
  const clock = manualClock(0)
  let asked = 0
  const store = stockStatesWithPatience(
    {
      ...memoryStockStateStore(),
      newest: async () => {
        asked += 1
        return asked === 1 ? awayStore.newest(ROSE, 0) : null
      },
    },
    { clock, patienceMs: 100, restMs: 2_000 },
  )
  await assert.rejects(store.newest(ROSE, 0))
  await assert.rejects(store.newest(ROSE, 0))
  assert.equal(asked, 1)
  clock.advance(2_000)
  assert.equal(await store.newest(ROSE, 0), null)
  assert.equal(asked, 2)
  assert.equal(clock.untilNextTimerMs(), null)
})

test.run()
