// Where states of SKUs are kept so that an actor need not fold its whole history: snapshots in
// Redis, checkpoints in Postgres. Both are caches. Nothing that is read from one is believed before
// the ledger has confirmed it, and losing all of it costs time and nothing else.

import type { Sku } from '../domain/ids.ts'

export interface SavedState {
  /** The entry of the ledger it ends at, by number and hash; as stored, not yet believed. */
  readonly seq: number
  readonly hash: string
  /** As `writeState` made it. */
  readonly text: string
}

/** `text` is null when the caller has a state as new: a long one does not travel in vain. */
export interface KeptState extends Omit<SavedState, 'text'> {
  readonly text: string | null
}

/** Every method throws RetryLater when the store does not answer. */
export interface StockStateStore {
  /** What is kept of the SKU, with its text when its `seq` is greater than `afterSeq`. */
  newest(sku: Sku, afterSeq: number): Promise<KeptState | null>
  /**
   * Keeps the state unless one of a greater seq is there, whatever its history: an owner whose
   * write is late must not undo a newer one. Answers whether it was written.
   */
  saveIfNewer(sku: Sku, state: SavedState): Promise<boolean>
  /** Takes exactly this state away; one that was written meanwhile stays. */
  discard(sku: Sku, state: Pick<SavedState, 'seq' | 'hash'>): Promise<void>
}
