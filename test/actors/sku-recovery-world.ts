// A SKU with a history, and every condition in which its snapshot and its checkpoint may be found.

import assert from 'node:assert/strict'
import { RetryLater } from '../../actors/domain/failures.ts'
import { sha256Hex } from '../../actors/domain/hash.ts'
import type { Sku } from '../../actors/domain/ids.ts'
import type { LedgerEntry, StockFact } from '../../actors/domain/ledger-entry.ts'
import { emptyStock, replayEntry, type SkuStock } from '../../actors/domain/sku-stock.ts'
import { freeze, writeState } from '../../actors/domain/stock-state.ts'
import type { SavedState, StockStateStore } from '../../actors/ports/stock-state-store.ts'
import type { MemoryLedger } from '../../persistence/memory/memory-ledger.ts'
import { chainOf, ofHold, received, reserved } from '../conformance/ledger-chain.ts'

export const TOLD = 30
const STALE = 12
export const UNITS_LEFT = 30

/** Thirty entries, every kind of hold among them; `extra` more, of which the ledger never heard. */
function historyOf(sku: Sku, epoch: number, extra: number, first = 40): readonly LedgerEntry[] {
  const { next } = chainOf(sku, epoch)
  const facts: StockFact[] = [received('D1', first)]
  for (let index = 0; index < 9; index += 1) {
    const hold = `R${index}`
    facts.push(reserved(hold, 2), ofHold(index % 3 === 2 ? 'release' : 'pin', hold, 2))
    if (index % 3 === 0) facts.push(ofHold('commit', hold, 2))
  }
  facts.push(reserved('R10', 1), ofHold('pin', 'R10', 1), ofHold('unpin', 'R10', 1))
  facts.push({ ...ofHold('return', 'R0', 1), commandId: 'B1' }, reserved('R11', 1))
  facts.push({ ...ofHold('resize', 'R11', 2), commandId: 'Z1' }, received('D2', 5))
  facts.push({ ...received('A1', -1), kind: 'adjust' })
  const more = Array.from({ length: extra }, (_, index) => received(`X${index}`, 1))
  return next(...facts, ...more).entries
}

export function foldOf(entries: readonly LedgerEntry[]): SkuStock {
  const stock = emptyStock(entries[0]?.sku ?? ('' as Sku))
  for (const entry of entries) replayEntry(stock, entry)
  return stock
}

/** The lines of a text changed and sealed anew, as somebody would who knows how. */
export function forged(from: string | RegExp, to: string): (text: string) => string {
  return (text) => {
    const lines = text.split('\n').slice(0, -1)
    const changed = lines.map((line) => line.replace(from, to))
    assert.notDeepEqual(changed, lines, `nothing to forge: ${from}`)
    return [...changed, JSON.stringify(sha256Hex(`${changed.join('\n')}\n`))].join('\n')
  }
}

export function savedOf(stock: SkuStock, change = (text: string) => text): SavedState {
  const { seq, hash } = stock
  return { seq, hash, text: change([...writeState(freeze(stock))].join('\n')) }
}

/** One condition: what lies in the store, and what a reader has to make of it. */
export interface Condition {
  /** Written one after the other. */
  readonly writes: readonly SavedState[]
  readonly isDown?: boolean
  /** The seq from which the recovery may go on; null: nothing here is to be believed. */
  readonly usableSeq: number | null
}

export interface RecoveryScene {
  readonly entries: readonly LedgerEntry[]
  readonly conditions: Readonly<Record<string, Condition>>
}

/** Writes the history of `sku` to the ledger and makes the conditions that go with it. */
export async function recoveryScene(sku: Sku, memory: MemoryLedger): Promise<RecoveryScene> {
  const epochs = await memory.shards.takeAll('the process before')
  const { shard, epoch } = placeOf(sku, epochs)
  const entries = historyOf(sku, epoch, 0)
  await memory.store.appendMany([
    { sku, shard, epoch, headSeq: 0, headHash: entries[0]?.prevHash ?? '', entries },
  ])
  const fresh = foldOf(entries)
  const stale = foldOf(entries.slice(0, STALE))
  const future = foldOf(historyOf(sku, epoch, 7))
  const foreign = foldOf(historyOf(sku, epoch, 0, 41))
  const other = foldOf(historyOf('TULIP' as Sku, epoch, 0))
  const flip = (text: string) => text.replace('"R4"', '"R5"')
  return {
    entries,
    conditions: {
      missing: { writes: [], usableSeq: null },
      fresh: { writes: [savedOf(fresh)], usableSeq: TOLD },
      stale: { writes: [savedOf(stale)], usableSeq: STALE },
      'a corrupt byte': { writes: [savedOf(fresh, flip)], usableSeq: null },
      'an unknown version': {
        writes: [savedOf(fresh, (text) => text.replace('"version":1', '"version":7'))],
        usableSeq: null,
      },
      future: { writes: [savedOf(future)], usableSeq: null },
      'a foreign history': { writes: [savedOf(foreign)], usableSeq: null },
      'of another SKU': {
        writes: [{ ...savedOf(other), seq: fresh.seq, hash: fresh.hash }],
        usableSeq: null,
      },
      'mislabelled, an older text under a newer number': {
        writes: [{ ...savedOf(stale), seq: fresh.seq, hash: fresh.hash }],
        usableSeq: null,
      },
      'an older write after a newer one': {
        writes: [savedOf(fresh), savedOf(stale)],
        usableSeq: TOLD,
      },
      down: { writes: [savedOf(fresh)], isDown: true, usableSeq: null },
    },
  }
}

function placeOf(sku: Sku, epochs: ReadonlyMap<number, number>) {
  const { shard } = chainOf(sku, 0).next(received('probe', 1))
  return { shard, epoch: epochs.get(shard) ?? 0 }
}

/** Puts the store into the condition, and out of reach when it says so. */
export async function inCondition(
  store: StockStateStore,
  sku: Sku,
  { writes, isDown = false }: Condition,
): Promise<StockStateStore> {
  for (const state of writes) await store.saveIfNewer(sku, state)
  return isDown ? awayStore : store
}

const away = async () => {
  throw new RetryLater('ledger_unavailable', 'the store is away')
}
export const awayStore: StockStateStore = { newest: away, saveIfNewer: away, discard: away }
