// How many units of a SKU are there, for whoever looks. A look wakes no SKU actor: who scans a
// million products must not bring a million of them into memory. What an actor has committed is in
// memory; else the last entry of the SKU's ledger says it.

import type { Sku } from '../../actors/domain/ids.ts'
import type { Balances } from '../../actors/domain/ledger-entry.ts'
import type { Clock } from '../../actors/ports/clock.ts'
import type { ReadModels } from '../../actors/ports/read-models.ts'
import type { SkuRouter } from '../../actors/ports/sku-router.ts'
import { rememberedReads } from './remembered-reads.ts'

export interface StockSeen {
  readonly balances: Balances
  /** When they were true, Unix milliseconds. */
  readonly asOfMs: number
}

export interface Availability {
  /** Of each SKU. Throws RetryLater when one was never seen and cannot be read. */
  of(skus: readonly Sku[]): Promise<ReadonlyMap<Sku, StockSeen>>
}

export interface AvailabilityLimits {
  readonly shownFreshMs: number
  readonly shownStaleMs: number
  readonly shownPatienceMs: number
  readonly shownStocksMax: number
}

const NOTHING: Balances = Object.freeze({ received: 0, available: 0, held: 0, sold: 0 })

export function availability(
  deps: {
    readonly skus: Pick<SkuRouter, 'committedBalances'>
    readonly reads: Pick<ReadModels, 'stockOf'>
    readonly clock: Clock
  },
  limits: AvailabilityLimits,
): Availability {
  const { skus: inMemory, reads, clock } = deps
  const seen = rememberedReads<Balances>({
    clock,
    freshMs: limits.shownFreshMs,
    staleMs: limits.shownStaleMs,
    patienceMs: limits.shownPatienceMs,
    weightMax: limits.shownStocksMax,
    weightOf: () => 1,
    async read(keys) {
      const read = await reads.stockOf(keys as readonly Sku[])
      // A SKU without a ledger has no stock, which is known of it, too.
      return new Map(keys.map((key) => [key, read.get(key as Sku) ?? NOTHING]))
    },
  })
  return {
    async of(skus) {
      const shown = new Map<Sku, StockSeen>()
      for (const sku of skus) {
        const balances = inMemory.committedBalances(sku)
        if (balances === null) continue
        // An actor loses its state when storage goes away; what it said last is still known then.
        seen.keep(sku, balances)
        shown.set(sku, { balances, asOfMs: clock.nowMs() })
      }
      const rest = skus.filter((sku) => !shown.has(sku))
      for (const [sku, { value, asOfMs }] of await seen.get(rest)) {
        shown.set(sku as Sku, { balances: value, asOfMs })
      }
      return shown
    },
  }
}
