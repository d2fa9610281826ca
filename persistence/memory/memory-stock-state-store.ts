// States of SKUs in memory, for tests and simulations: they are gone with the process.

import type { Sku } from '../../actors/domain/ids.ts'
import type { SavedState, StockStateStore } from '../../actors/ports/stock-state-store.ts'

export interface MemoryStockStateStore extends StockStateStore {
  /** What is kept, for a test to look at and to damage. */
  readonly kept: Map<Sku, SavedState>
}

export function memoryStockStateStore(): MemoryStockStateStore {
  const kept = new Map<Sku, SavedState>()
  return {
    kept,
    async newest(sku, afterSeq) {
      const state = kept.get(sku)
      if (state === undefined) return null
      return { ...state, text: state.seq > afterSeq ? state.text : null }
    },
    async saveIfNewer(sku, state) {
      const there = kept.get(sku)
      const isNewer =
        there === undefined ||
        state.seq > there.seq ||
        (state.seq === there.seq && state.hash !== there.hash)
      if (isNewer) kept.set(sku, state)
      return isNewer
    },
    async discard(sku, { seq, hash }) {
      const there = kept.get(sku)
      if (there?.seq === seq && there.hash === hash) kept.delete(sku)
    },
  }
}
