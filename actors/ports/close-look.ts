// What an operator looks at closely: one SKU or one checkout, with everything storage has of it.
// Reads alone; a running service does not notice.

import type { Checkout } from '../domain/checkout.ts'
import type { CheckoutId, HoldId, Sku, UserId } from '../domain/ids.ts'
import type { Balances, LedgerEntry } from '../domain/ledger-entry.ts'
import type { Order } from '../domain/order.ts'
import type { Outage } from '../domain/outages.ts'
import type { Product } from '../domain/product.ts'

export interface OpenHoldLook {
  readonly holdId: HoldId
  readonly checkoutId: CheckoutId
  readonly buyer: UserId
  readonly quantity: number
  /** Outages counted in. */
  readonly expiresAtMs: number
  readonly pinned: boolean
}

export interface SkuLook {
  readonly nowMs: number
  readonly product: Product | null
  /** null: nothing ever happened to its stock. */
  readonly balances: Balances | null
  /** The entries there are; the number of the last one. */
  readonly entries: number
  /** Where reading its history begins; null: at the first entry. */
  readonly checkpoint: { readonly seq: number; readonly savedAtMs: number } | null
  /** The soonest to end first, at most as many as asked for. */
  readonly openHolds: readonly OpenHoldLook[]
  /** The newest first. */
  readonly lastEntries: readonly LedgerEntry[]
}

export interface HoldLook {
  readonly sku: Sku
  readonly holdId: HoldId
  /** `missing`: its units were never taken. */
  readonly state: 'missing' | 'held' | 'committed' | 'released' | 'expired'
  readonly sinceMs: number | null
}

export interface CheckoutLook {
  readonly nowMs: number
  readonly checkout: Checkout
  /** They put off when its time is over. */
  readonly outages: readonly Outage[]
  /** When a completer looks at it again; null when nothing is planned. */
  readonly nextRunAtMs: number | null
  /** The process that has it under way; null when none has. */
  readonly claimOwner: string | null
  readonly holds: readonly HoldLook[]
  readonly order: Order | null
}

export interface CloseLook {
  /** null when neither catalogue nor ledger know the SKU. */
  sku(sku: Sku, limit: number): Promise<SkuLook | null>
  /** null when there is none. */
  checkout(id: CheckoutId): Promise<CheckoutLook | null>
}
