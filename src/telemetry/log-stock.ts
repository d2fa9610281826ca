// What becomes of SKUs in memory, for whoever reads the log: a cache that could not be believed is
// worth a look, a SKU that took long to load explains a slow minute.

import type { StockListener } from '../../actors/ports/stock-listener.ts'
import type { Log } from './log.ts'

const SLOW_LOAD_MS = 1_000

export function logStock(log: Log): StockListener {
  return {
    onActivated(loaded) {
      if (loaded.durationMs < SLOW_LOAD_MS) return
      const durationMs = Math.round(loaded.durationMs)
      log.warn({ ...loaded, durationMs }, 'a SKU took long to load; its buyers waited')
    },
    onEvicted() {},
    onStateThrownAway(thrown) {
      log.warn(thrown, 'a cached state of a SKU was thrown away; its ledger was read instead')
    },
    onStateSaved: (saved) => log.debug(saved, 'a state of a SKU was cached'),
    onStateNotSaved(sku, kind, why) {
      log.debug({ sku, kind, why }, 'a state of a SKU was not cached; starting takes longer')
    },
  }
}
