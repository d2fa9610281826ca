// What the life of SKU actors tells whoever counts and logs. No call may throw, and nothing waits.

import type { Sku } from '../domain/ids.ts'
import type { StateFault } from '../domain/stock-state.ts'

export type StateKind = 'snapshot' | 'checkpoint'

export interface StockListener {
  /** A SKU was loaded: from which cache, or from its whole ledger, and how many entries it took. */
  onActivated(loaded: {
    readonly sku: Sku
    readonly from: StateKind | 'ledger'
    readonly entries: number
    readonly durationMs: number
  }): void
  /** `idle`: nobody asked for a while. `crowded`: others needed the room. */
  onEvicted(sku: Sku, why: 'idle' | 'crowded'): void
  /** A cache held something that could not be believed; it was taken away. */
  onStateThrownAway(thrown: {
    readonly sku: Sku
    readonly kind: StateKind
    readonly fault: StateFault
  }): void
  onStateSaved(saved: {
    readonly sku: Sku
    readonly kind: StateKind
    readonly rows: number
    readonly characters: number
    readonly durationMs: number
  }): void
  /** `behind`: too many are being written. `too_big`: over the bound. `failed`: no answer. */
  onStateNotSaved(sku: Sku, kind: StateKind, why: 'behind' | 'too_big' | 'failed'): void
}

export const nobodyListens: StockListener = {
  onActivated() {},
  onEvicted() {},
  onStateThrownAway() {},
  onStateSaved() {},
  onStateNotSaved() {},
}
