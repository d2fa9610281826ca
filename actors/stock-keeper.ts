// Writes the states that recovery begins from, behind the sales: a commit only looks whether one is
// due, and copies references when it is. Encoding goes in turns, nobody waits for the stores, and
// who is behind drops a state: the next one holds all that it held.
//
// A state costs by its rows, so a huge one is due more rarely: at least one entry for two rows.
// That bounds what is written per sale, and the entries after the state, which recovery has to
// fold, by `entriesMin` or half of the rows, plus what was sold within one pause.

import { RetryLater } from './domain/failures.ts'
import type { SkuStock } from './domain/sku-stock.ts'
import { freeze, rowsIn, writeState } from './domain/stock-state.ts'
import { inTurns } from './in-turns.ts'
import type { Clock } from './ports/clock.ts'
import type { StateKind, StockListener } from './ports/stock-listener.ts'
import type { StockStateStore } from './ports/stock-state-store.ts'

/** When a state is worth writing, and when it is too big for its store. */
export interface KeepingRule {
  /** Entries since the last one. */
  readonly entriesMin: number
  /** The same when the SKU leaves memory. */
  readonly entriesBeforeEvictionMin: number
  /** Between two of one SKU. */
  readonly pauseMs: number
  readonly charactersMax: number
}

export interface KeeperDeps {
  /** null: there is no such cache. */
  readonly snapshots: StockStateStore | null
  readonly checkpoints: StockStateStore | null
  readonly snapshotRule: KeepingRule
  readonly checkpointRule: KeepingRule
  readonly clock: Clock
  readonly listener: StockListener
  /** States being written at once, of all SKUs; one more is dropped. */
  readonly statesInFlightMax: number
  readonly onBug: (actor: string, error: unknown) => void
}

/** What the caches have of one SKU, as far as its actor knows. */
export interface KeptMarks {
  readonly snapshot: KeptMark
  readonly checkpoint: KeptMark
}

interface KeptMark {
  seq: number
  /** When one was begun last, by the monotonic clock. */
  begunMs: number
  busy: boolean
}

export interface StockKeeper {
  /** Keeps the committed state when it is due. Never throws, never waits. */
  consider(stock: SkuStock, marks: KeptMarks, moment: 'commit' | 'eviction'): void
  /** True when a state that is due at its eviction could be kept at once. */
  hasRoom(): boolean
  /** Resolves when nothing is being written. */
  quiet(): Promise<void>
}

export function marksOf(kept: {
  readonly snapshotSeq: number
  readonly checkpointSeq: number
}): KeptMarks {
  const mark = (seq: number): KeptMark => ({ seq, begunMs: Number.NEGATIVE_INFINITY, busy: false })
  return { snapshot: mark(kept.snapshotSeq), checkpoint: mark(kept.checkpointSeq) }
}

// What one row takes: judged before a state is copied, because a huge one costs too much to try.
const CHARACTERS_A_ROW_MIN = 60
const ROWS_AN_ENTRY_MAX = 2

export function stockKeeper(deps: KeeperDeps): StockKeeper {
  const { clock, listener } = deps
  const inFlight = new Set<Promise<void>>()

  function considerFor(
    kind: StateKind,
    stock: SkuStock,
    mark: KeptMark,
    moment: 'commit' | 'eviction',
  ): void {
    const store = deps[`${kind}s`]
    const rule = deps[`${kind}Rule`]
    if (store === null || mark.busy || !isDue(rule, stock, mark, moment)) return
    const tooBig = rowsIn(stock) * CHARACTERS_A_ROW_MIN > rule.charactersMax
    if (tooBig || !hasRoom()) {
      giveUp(stock, kind, mark, tooBig ? 'too_big' : 'behind')
      return
    }
    mark.begunMs = clock.monotonicMs()
    mark.busy = true
    const writing: Promise<void> = keep(kind, store, rule, stock, mark)
      .catch((error: unknown) => {
        listener.onStateNotSaved(stock.sku, kind, 'failed')
        if (!(error instanceof RetryLater)) deps.onBug(`${kind} of ${stock.sku}`, error)
      })
      .finally(() => {
        mark.busy = false
        inFlight.delete(writing)
      })
    inFlight.add(writing)
  }

  function isDue(
    rule: KeepingRule,
    stock: SkuStock,
    mark: KeptMark,
    moment: 'commit' | 'eviction',
  ): boolean {
    const entries = stock.seq - mark.seq
    if (moment === 'eviction') return entries >= rule.entriesBeforeEvictionMin
    if (entries < rule.entriesMin || entries * ROWS_AN_ENTRY_MAX < rowsIn(stock)) return false
    return clock.monotonicMs() - mark.begunMs >= rule.pauseMs
  }

  /** Not now: it is tried again after the pause, and not at each commit until then. */
  function giveUp(
    { sku }: SkuStock,
    kind: StateKind,
    mark: KeptMark,
    why: 'behind' | 'too_big',
  ): void {
    mark.begunMs = clock.monotonicMs()
    listener.onStateNotSaved(sku, kind, why)
  }

  async function keep(
    kind: StateKind,
    store: StockStateStore,
    rule: KeepingRule,
    stock: SkuStock,
    mark: KeptMark,
  ): Promise<void> {
    // Taken now, before anything is awaited: the next batch changes the state.
    const frozen = freeze(stock)
    const { sku, seq, hash } = frozen.head
    const rows = rowsIn(stock)
    const lines: string[] = []
    await inTurns(writeState(frozen), clock, (line) => lines.push(line))
    const text = lines.join('\n')
    if (text.length > rule.charactersMax) return giveUp(stock, kind, mark, 'too_big')
    await store.saveIfNewer(sku, { seq, hash, text })
    mark.seq = Math.max(mark.seq, seq)
    const durationMs = clock.monotonicMs() - mark.begunMs
    listener.onStateSaved({ sku, kind, rows, characters: text.length, durationMs })
  }

  function hasRoom(): boolean {
    return inFlight.size < deps.statesInFlightMax
  }

  return {
    hasRoom,
    consider(stock, marks, moment) {
      considerFor('snapshot', stock, marks.snapshot, moment)
      considerFor('checkpoint', stock, marks.checkpoint, moment)
    },
    async quiet() {
      while (inFlight.size > 0) await Promise.all(inFlight)
    },
  }
}
