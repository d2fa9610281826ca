// Counts how SKUs come into memory and leave it, and what became of their cached states.

import type { StockListener } from '../../../actors/ports/stock-listener.ts'
import type { Meters } from './meters.ts'

export function meteredStock(listener: StockListener, meters: Meters): StockListener {
  return {
    onActivated(loaded) {
      const { from, durationMs } = loaded
      meters.count('checkout_actor_activations_total', { from })
      meters.observe('checkout_actor_replay_seconds', durationMs / 1_000, { from })
      listener.onActivated(loaded)
    },
    onEvicted(sku, why) {
      meters.count('checkout_actor_passivations_total', { why })
      listener.onEvicted(sku, why)
    },
    onStateThrownAway(thrown) {
      const { kind, fault } = thrown
      meters.count('checkout_stock_states_thrown_away_total', { kind, fault })
      listener.onStateThrownAway(thrown)
    },
    onStateSaved(saved) {
      meters.count('checkout_stock_states_total', { kind: saved.kind, result: 'saved' })
      listener.onStateSaved(saved)
    },
    onStateNotSaved(sku, kind, why) {
      meters.count('checkout_stock_states_total', { kind, result: why })
      listener.onStateNotSaved(sku, kind, why)
    },
  }
}
