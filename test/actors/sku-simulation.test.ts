// Two hundred simulated sales in which processes lose their shards without knowing it. With the
// fence nothing is ever oversold; without it the same seeds oversell, so the simulation can tell.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import type { LedgerEntry } from '../../actors/domain/ledger-entry.ts'
import { balancesOf, emptyStock, replayEntry } from '../../actors/domain/sku-stock.ts'
import { memoryLedger } from '../../persistence/memory/memory-ledger.ts'
import { faultsOf } from '../mutants/ledger-faults.ts'
import { unfencedMemoryLedger } from '../mutants/unfenced-memory-ledger.ts'
import { type Sale, simulateSale } from './sku-simulation.ts'
import { ROSE } from './sku-world.ts'

const SEEDS = Array.from({ length: 200 }, (_, seed) => seed)

/** Runs `check` for the sale of every seed; a failure names its seed. */
async function everySale(check: (sale: Sale, seed: number) => void): Promise<void> {
  for (const seed of SEEDS) {
    const sale = await simulateSale(seed, memoryLedger)
    try {
      check(sale, seed)
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error })
    }
  }
}

function foldOf(entries: readonly LedgerEntry[]) {
  const stock = emptyStock(ROSE)
  for (const entry of entries) replayEntry(stock, entry)
  return stock
}

test('with the fence no sale of 200 breaks a promise', async () => {
  let takenOver = 0
  let refused = 0
  const loads: string[] = []
  await everySale((sale) => {
    const { entries, acknowledged, soldOut, balances, bugs, loadedFrom } = sale
    assert.deepEqual(bugs, [])
    assert.deepEqual(faultsOf(entries, acknowledged), [])
    const stock = foldOf(entries)
    assert.deepEqual(balances, balancesOf(stock), 'I8: memory is the fold')
    const stuck = [...stock.open.values()].filter(({ pinned }) => !pinned)
    assert.deepEqual(stuck, [], 'I9: a hold outlived its end')
    for (const { quantity, availableMeanwhile, fromOwner } of soldOut) {
      if (!fromOwner) continue
      refused += 1
      assert(
        availableMeanwhile.some((available) => available < quantity),
        'I7',
      )
    }
    loads.push(...loadedFrom)
    takenOver += new Set(entries.map(({ epoch }) => epoch)).size > 1 ? 1 : 0
  })
  // The world above is rough enough to mean something.
  assert(takenOver > 100, `only ${takenOver} sales were taken over`)
  assert(refused > 100, `only ${refused} buyers were too late`)
  for (const from of ['snapshot', 'checkpoint', 'ledger']) {
    const count = loads.filter((each) => each === from).length
    assert(count > 100, `only ${count} loads began from a ${from}`)
  }
})

test('mutant without fence and heads: caught because seeds oversell', async () => {
  let oversold = 0
  for (const seed of SEEDS.slice(0, 100)) {
    const open = (clock: Parameters<typeof memoryLedger>[0]) =>
      unfencedMemoryLedger(clock, { looksAtHead: false })
    const { entries, acknowledged } = await simulateSale(seed, open)
    if (faultsOf(entries, acknowledged).includes('oversold')) oversold += 1
  }
  assert(oversold > 10, `only ${oversold} seeds oversell: the simulation is too tame`)
})

test('mutant without fence: caught because epochs go back, though nothing oversells', async () => {
  const faults = new Set<string>()
  for (const seed of SEEDS.slice(0, 60)) {
    const open = (clock: Parameters<typeof memoryLedger>[0]) =>
      unfencedMemoryLedger(clock, { looksAtHead: true })
    const { entries, acknowledged } = await simulateSale(seed, open)
    for (const fault of faultsOf(entries, acknowledged)) faults.add(fault)
  }
  assert.deepEqual([...faults], ['epochs_go_back'])
})

test('the same seed plays the same sale, hash for hash', async () => {
  for (const seed of [3, 77, 141]) {
    const once = await simulateSale(seed, memoryLedger)
    const again = await simulateSale(seed, memoryLedger)
    assert.deepEqual(again, once)
  }
})

test.run()
