// How a SKU comes back into memory: the newest state that a cache has and the ledger confirms, and
// then the entries after it. A cache can only make this faster. What it holds is believed when
//
//   the text is whole, of this version and of this SKU (its checksum, readState),
//   the ledger's entry at its seq has its hash and its balances (faultByLedger), and
//   every entry after it continues from it: chain, holds and balances (replayEntry).
//
// The entry and the entries after it come in one read. Whatever fails is thrown away, reported, and
// the next best is taken: snapshot and checkpoint by their seq, at worst the whole ledger.

import { AssertionError } from 'node:assert/strict'
import { RetryLater } from './domain/failures.ts'
import type { Sku } from './domain/ids.ts'
import type { LedgerEntry } from './domain/ledger-entry.ts'
import { emptyStock, forgetOldest, replayEntry, type SkuStock } from './domain/sku-stock.ts'
import { faultByLedger, readState, type StateFault } from './domain/stock-state.ts'
import { inTurns } from './in-turns.ts'
import type { Clock } from './ports/clock.ts'
import type { Ledger } from './ports/ledger.ts'
import type { StateKind, StockListener } from './ports/stock-listener.ts'
import type { KeptState, StockStateStore } from './ports/stock-state-store.ts'
import { turnstile } from './turnstile.ts'

// A page is parsed and folded in one go: a long one would keep sales waiting.
const ENTRIES_A_PAGE = 1_000

export interface RecoveryDeps {
  readonly ledger: Pick<Ledger, 'entriesAfter'>
  /** null: there is no such cache. */
  readonly snapshots: StockStateStore | null
  readonly checkpoints: StockStateStore | null
  readonly clock: Clock
  readonly listener: StockListener
  /** SKUs loaded at once; when a whole node comes back, the others wait their turn. */
  readonly loadsMax: number
}

export interface LoadedStock {
  readonly stock: SkuStock
  /** The seq of what each cache keeps that was not thrown away; 0 for none. */
  readonly snapshotSeq: number
  readonly checkpointSeq: number
}

export interface StockRecovery {
  /**
   * Throws RetryLater `ledger_unavailable`, or an error of ours when the ledger itself cannot be
   * believed. null: `isWanted` said no when its turn came.
   */
  load(sku: Sku, isWanted: () => boolean): Promise<LoadedStock | null>
}

interface Candidate {
  readonly kind: StateKind
  readonly kept: KeptState
  readonly stock: SkuStock
}

/** `judge` is another one only where a test composes a mutant. */
export function stockRecovery(deps: RecoveryDeps, judge = faultByLedger): StockRecovery {
  const { ledger, clock, listener } = deps
  const loads = turnstile(deps.loadsMax)

  async function recover(sku: Sku): Promise<LoadedStock> {
    const startedMs = clock.monotonicMs()
    const kept = { snapshot: 0, checkpoint: 0 }

    /** The state of a cache, when it is newer than `afterSeq` and whole. */
    async function candidate(kind: StateKind, afterSeq: number): Promise<Candidate | null> {
      const found = await newest(kind, sku, afterSeq)
      kept[kind] = found?.seq ?? 0
      if (found === null || found.text === null) return null
      const read = await inTurns(readState(sku, found.text), clock)
      if (!read.ok) return await throwAway(kind, found, read.fault)
      const { stock } = read
      const labelled = stock.seq === found.seq && stock.hash === found.hash
      if (!labelled) return await throwAway(kind, found, 'corrupt')
      return { kind, kept: found, stock }
    }

    async function throwAway(kind: StateKind, found: KeptState, fault: StateFault): Promise<null> {
      kept[kind] = 0
      listener.onStateThrownAway({ sku, kind, fault })
      await orNull(deps[`${kind}s`]?.discard(sku, found))
      return null
    }

    /** The entries after the candidate on top of it; null when the ledger contradicts it. */
    async function loadedFrom({ kind, kept: found, stock }: Candidate): Promise<SkuStock | null> {
      const { seq } = stock
      const page = await ledger.entriesAfter(sku, seq - 1, ENTRIES_A_PAGE)
      const fault = judge(stock, page[0]) ?? (await faultOfTail(stock, page))
      if (fault !== null) return await throwAway(kind, found, fault)
      const entries = stock.seq - seq
      listener.onActivated({
        sku,
        from: kind,
        entries,
        durationMs: clock.monotonicMs() - startedMs,
      })
      return stock
    }

    async function faultOfTail(
      stock: SkuStock,
      [, ...tail]: readonly LedgerEntry[],
    ): Promise<StateFault | null> {
      try {
        for (const entry of tail) replayEntry(stock, entry)
        if (tail.length + 1 === ENTRIES_A_PAGE) await foldRest(stock)
        return null
      } catch (error) {
        if (error instanceof AssertionError) return 'other_fold'
        throw error
      }
    }

    const loaded = (stock: SkuStock): LoadedStock => ({
      stock,
      snapshotSeq: kept.snapshot,
      checkpointSeq: kept.checkpoint,
    })

    const snapshot = await candidate('snapshot', 0)
    const checkpoint = await candidate('checkpoint', snapshot?.stock.seq ?? 0)
    for (const each of [checkpoint, snapshot]) {
      const stock = each && (await loadedFrom(each))
      if (stock) return loaded(stock)
    }
    // The checkpoint was older than a snapshot that turned out to be worth nothing.
    const older = kept.checkpoint > 0 ? await candidate('checkpoint', 0) : null
    const stock = older && (await loadedFrom(older))
    if (stock) return loaded(stock)
    const whole = emptyStock(sku)
    await foldRest(whole)
    const durationMs = clock.monotonicMs() - startedMs
    listener.onActivated({ sku, from: 'ledger', entries: whole.seq, durationMs })
    return loaded(whole)
  }

  /** A cache of snapshots that is away is no cache; the checkpoints live where the ledger does. */
  function newest(kind: StateKind, sku: Sku, afterSeq: number): Promise<KeptState | null> {
    if (kind === 'snapshot') return orNull(deps.snapshots?.newest(sku, afterSeq))
    return deps.checkpoints?.newest(sku, afterSeq) ?? Promise.resolve(null)
  }

  async function foldRest(stock: SkuStock): Promise<void> {
    for (;;) {
      const page = await ledger.entriesAfter(stock.sku, stock.seq, ENTRIES_A_PAGE)
      for (const entry of page) replayEntry(stock, entry)
      forgetOldest(stock)
      if (page.length < ENTRIES_A_PAGE) return
    }
  }

  return {
    load: (sku, isWanted) => loads.pass(async () => (isWanted() ? recover(sku) : null)),
  }
}

async function orNull<Result>(asked: Promise<Result> | undefined): Promise<Result | null> {
  try {
    return (await asked) ?? null
  } catch (error) {
    if (error instanceof RetryLater) return null
    throw error
  }
}
