// What operators look at while a sale runs. Lists live: a row that changes between two pages may be
// seen twice or not at all, and whoever wants the truth audits.
// Every method throws RetryLater `journal_unavailable` when storage does not answer.

import type { Checkout, CheckoutState } from '../domain/checkout.ts'
import type { CheckoutId, HoldId, Sku } from '../domain/ids.ts'

/** The key of a row in the list of checkouts under way. */
export interface UnderWayKey {
  /** When it is looked at next, Unix microseconds, as exact as it is stored. */
  readonly nextRunAtUs: string
  readonly id: CheckoutId
}

export interface CheckoutUnderWay {
  readonly checkout: Checkout
  readonly nextRunAtMs: number
  /** The process that worked on it last. */
  readonly owner: string | null
}

export interface OpenHold {
  readonly holdId: HoldId
  readonly checkoutId: CheckoutId | null
  readonly buyer: string | null
  readonly quantity: number
  readonly takenAtMs: number
  /** As it was promised; an outage puts expiry off. */
  readonly expiresAtMs: number | null
  /** A payment runs: it does not expire. */
  readonly pinned: boolean
}

export interface OperatorReads {
  /** Checkouts that are not at rest, the one that is due first; of one state, or of all (null). */
  checkoutsUnderWay(query: {
    readonly state: CheckoutState | null
    readonly after: UnderWayKey | null
    readonly limit: number
  }): Promise<{
    readonly checkouts: readonly CheckoutUnderWay[]
    readonly nextAfter: UnderWayKey | null
  }>
  /** Holds of a SKU that nothing has ended, in the order of their ids. */
  openHolds(
    sku: Sku,
    query: { readonly after: HoldId | null; readonly limit: number },
  ): Promise<{ readonly holds: readonly OpenHold[]; readonly nextAfter: HoldId | null }>
}
