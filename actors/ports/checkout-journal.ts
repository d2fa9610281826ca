// The durable memory of checkouts. A write is a compare-and-set on the checkout's version and takes
// everything that becomes true with it: the key that asked, the answers, the order, the events.
// Every method throws RetryLater `journal_unavailable` when the outcome is not known.

import type { Checkout, RequestKey } from '../domain/checkout.ts'
import type { CheckoutAnswer } from '../domain/checkout-answer.ts'
import type { CheckoutId } from '../domain/ids.ts'
import type { OrderRecord } from '../domain/order-record.ts'

/** A key a write brings along; the write happens only if the key was free, or claimed in vain. */
export interface KeyClaim extends RequestKey {
  readonly fingerprint: string
  readonly requestId: string
}

export interface KeyRecord {
  readonly fingerprint: string
  readonly requestId: string
  /** null for a request that moves no checkout. */
  readonly checkoutId: CheckoutId | null
  /** null while there is none yet; its process may be gone. */
  readonly answer: CheckoutAnswer | null
}

export interface DomainEvent {
  /** `order.confirmed`, `payment.captured`, `order.cancelled`. */
  readonly topic: string
  readonly payload: Readonly<Record<string, unknown>>
}

export interface CheckoutWrite {
  /** The checkout as it is to be; its version is one more than the one it replaces. */
  readonly checkout: Checkout
  /** True when its lines are others than before; only then are they written again. */
  readonly relined: boolean
  readonly claim: KeyClaim | null
  readonly answers: readonly { readonly request: RequestKey; readonly answer: CheckoutAnswer }[]
  readonly order: OrderRecord | null
  readonly events: readonly DomainEvent[]
}

export type WriteOutcome =
  | 'written'
  /** Somebody else moved the checkout on: read it again. */
  | 'stale'
  /** The key belongs to another request: look it up. */
  | 'key_taken'

export type OpenOutcome =
  | { readonly kind: 'opened' }
  | { readonly kind: 'key_taken' }
  | { readonly kind: 'cart_taken'; readonly checkoutId: CheckoutId }

export interface CheckoutJournal {
  /** Inserts a checkout in `opening` together with the key that asked for it. */
  open(checkout: Checkout, claim: KeyClaim): Promise<OpenOutcome>
  write(write: CheckoutWrite): Promise<WriteOutcome>
  load(id: CheckoutId): Promise<Checkout | null>
  findKey(request: RequestKey): Promise<KeyRecord | null>
  /**
   * Takes a key for a request that moves no checkout, to be answered by `remember`. null: it is
   * this request's from now on; otherwise what was asked under it before. Claims of one key are
   * answered in the order they were made.
   */
  claim(claim: KeyClaim): Promise<KeyRecord | null>
  /** Keeps the answer of a request that changed nothing; a key with an answer keeps its own. */
  remember(claim: KeyClaim, checkoutId: CheckoutId | null, answer: CheckoutAnswer): Promise<void>
  /**
   * Checkouts whose time has come, at most `limit`, and not again before the completer's patience
   * is over. Those of a process that is gone come at once.
   */
  claimDue(limit: number): Promise<CheckoutId[]>
}
