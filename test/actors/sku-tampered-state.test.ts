// Somebody who can write to Redis changes a snapshot and seals it anew. The ledger has the last
// word: on the balances when the state is loaded, on the holds as soon as one of them moved since,
// and on every entry that is written from it. No forgery sells a unit that is not there.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import type { LedgerEntry } from '../../actors/domain/ledger-entry.ts'
import { memoryLedger } from '../../persistence/memory/memory-ledger.ts'
import { memoryStockStateStore } from '../../persistence/memory/memory-stock-state-store.ts'
import { manualClock } from '../support/manual-clock.ts'
import { foldOf, forged, recoveryScene, savedOf, UNITS_LEFT } from './sku-recovery-world.ts'
import { ask, ofHold, openSkuWorld, ROSE, reserve } from './sku-world.ts'

/** A world whose snapshot of the first `upTo` entries somebody has changed. */
async function tampered(change: (text: string) => string, upTo = Number.POSITIVE_INFINITY) {
  const clock = manualClock(1_763_836_100_000)
  const memory = memoryLedger(clock)
  const { entries } = await recoveryScene(ROSE, memory)
  const snapshots = memoryStockStateStore()
  const thrown: string[] = []
  await snapshots.saveIfNewer(ROSE, savedOf(foldOf(entries.slice(0, upTo)), change))
  const world = await openSkuWorld({
    ...{ snapshots, after: { memory, clock } },
    listener: { onStateThrownAway: ({ fault }) => thrown.push(fault) },
  })
  return { ...world, thrown }
}

/** Everything that moved, by the balances that the ledger's entries carry. */
function unitsOf(entries: readonly LedgerEntry[]) {
  const { received, available, held, sold } = entries.at(-1) ?? {}
  return { received, available, held, sold }
}

test('units from nowhere: the entry’s own balances give it away', async () => {
  const richer = (text: string) =>
    forged('"received":44', '"received":1044')(forged(/"available":\d+/, '"available":1030')(text))
  const world = await tampered(richer)
  const wanted = reserve(world, 'GREEDY', { quantity: UNITS_LEFT + 1 })
  assert.equal(await ask(world, wanted), 'insufficient_stock')
  assert.deepEqual(world.thrown, ['other_balances'])
  assert.equal(await ask(world, reserve(world, 'ALL', { quantity: UNITS_LEFT })), 'held')
})

test('a sold hold made open again: what is held no longer adds up', async () => {
  const reopened = forged(/^\["open",/, '["open",["R0","chk_of_R0","anna",2,2,1,9,true],')
  const world = await tampered(reopened)
  assert.equal(await ask(world, ofHold('release', 'R0')), 'already_committed')
  assert.deepEqual(world.thrown, ['unsound'])
})

// The same units held, but one hold is said to have three of them and another one.
const moved = (text: string) =>
  forged(
    /\["R4",([^\]]*?),2,2,/,
    '["R4",$1,3,2,',
  )(forged(/\["R1",([^\]]*?),2,2,/, '["R1",$1,1,2,')(text))

test('units moved between holds: the next end of one in the ledger gives it away', async () => {
  const world = await tampered(moved)
  // Another process, which knows better, has sold one of them since.
  const clock = manualClock(1_763_836_100_000)
  const honest = await openSkuWorld({ after: { memory: world.memory, clock } })
  assert.equal(await ask(honest, ofHold('commit', 'R4')), 'committed')
  assert.equal((await world.directory.look(ROSE)).available, UNITS_LEFT)
  assert.deepEqual(world.thrown, ['other_fold'])
})

test('units moved between holds and not seen: still none is sold twice', async () => {
  const world = await tampered(moved)
  assert.equal(await ask(world, ofHold('commit', 'R4')), 'committed')
  assert.equal(await ask(world, ofHold('commit', 'R1')), 'committed')
  const left = await world.directory.look(ROSE)
  assert.equal(await ask(world, reserve(world, 'ALL', { quantity: left.available })), 'held')
  assert.equal(await ask(world, reserve(world, 'ONE')), 'insufficient_stock')
  const units = unitsOf(world.memory.historyOf(ROSE))
  assert.deepEqual(units, { received: 44, available: 0, held: 35, sold: 9 })
})

test('an end that is left out: the ledger takes no hold and no end twice', async () => {
  const world = await tampered(forged(/\["R2",[^\]]*\],/, ''))
  await world.directory.look(ROSE)
  assert.deepEqual(world.thrown, [])
  const word = await ask(world, reserve(world, 'R2', { quantity: 2 }))
  assert.equal(word, 'ledger_conflict')
  assert.deepEqual(unitsOf(world.memory.historyOf(ROSE)).available, UNITS_LEFT)
})

test.run()
