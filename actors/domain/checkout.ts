// One buyer's attempt to buy. A checkout is in exactly one state:
//
//   opening    lines are priced, stock is being taken
//   open       stock is held until `expiresAtMs`; payable
//   revising   lines are being changed (holds resized, added, given back)
//   paying     holds are pinned, the gateway is being asked
//   reviewing  authorised, the fraud check is undecided
//   committing THE PIVOT: from here the sale only goes forward
//   confirmed  stock is sold, the order stands, the capture is on its way
//   captured   the money has moved
//   releasing  the authorisation is voided and the holds are given back, then one of
//              cancelled | expired | fraud_rejected
//   reversing  after the pivot the money could not be had: units return, then reversed
//
// A state is written to the journal before the next one touches the outside world; after a crash
// the journal, not memory, says where to resume.

import type { ShippingAddress } from './address.ts'
import { Bug } from './failures.ts'
import type { CartId, CheckoutId, HoldId, OrderId, SellerId, Sku, UserId } from './ids.ts'
import type { Money } from './money.ts'

export const CHECKOUT_TRANSITIONS = {
  opening: ['open', 'releasing', 'cancelled'],
  open: ['revising', 'paying', 'releasing'],
  revising: ['open', 'releasing'],
  paying: ['open', 'reviewing', 'committing', 'releasing'],
  reviewing: ['committing', 'releasing'],
  committing: ['confirmed'],
  confirmed: ['captured', 'reversing'],
  captured: ['reversing'],
  releasing: ['cancelled', 'expired', 'fraud_rejected'],
  cancelled: [],
  expired: [],
  fraud_rejected: [],
  reversing: ['reversed'],
  reversed: [],
} as const satisfies Record<string, readonly string[]>

export type CheckoutState = keyof typeof CHECKOUT_TRANSITIONS

/** Throws when the machine above has no such step; staying where one is, is no step. */
export function assertTransition(from: CheckoutState, to: CheckoutState): void {
  const allowed: readonly string[] = CHECKOUT_TRANSITIONS[from]
  if (from !== to && !allowed.includes(to)) throw new Bug(`a checkout went from ${from} to ${to}`)
}

/** Nothing is left to do for a checkout in such a state, unless somebody asks. */
export function isAtRest(state: CheckoutState): boolean {
  return state === 'captured' || CHECKOUT_TRANSITIONS[state].length === 0
}

/** A line as it is sold; the order copies it. */
export interface OrderLine {
  /** 1, 2, 3 … in the order the buyer named them. */
  readonly line: number
  readonly sku: Sku
  readonly name: string
  readonly sellerId: SellerId
  readonly quantity: number
  readonly unitPrice: Money
  readonly holdId: HoldId
}

export interface CheckoutLine extends OrderLine {
  /** The SKU's limit when the line was priced: a checkout that is resumed asks for the same. */
  readonly purchaseLimit: number | null
}

/** A line that cannot be had as it is wanted. */
export interface ShortLine {
  readonly line: number
  readonly sku: Sku
  readonly requested: number
  /** The most the line could have, the units it has already among them. */
  readonly available: number
}

/** A line of which the buyer would have more than one person may. */
export interface LimitedLine {
  readonly line: number
  readonly sku: Sku
  readonly requested: number
  /** The most units one buyer may have, held and bought together. */
  readonly limit: number
  /** The most units this line can have. */
  readonly remaining: number
}

export interface PriceChange {
  readonly sku: Sku
  readonly was: Money
  readonly now: Money
}

export const PAYMENT_STATUSES = [
  'pending',
  'requires_action',
  'unknown',
  'failed',
  'authorised',
  'captured',
  'partially_refunded',
  'refunded',
  'voided',
] as const

export type PaymentStatus = (typeof PAYMENT_STATUSES)[number]

/** What the gateway is being asked for. */
export type PaymentStage =
  | 'starting'
  | 'confirming'
  | 'authenticating'
  | 'replacing' // the buyer wants to pay otherwise: this attempt is voided first
  | 'reviewing'
  | 'settled'

/** Names a request of one caller; its answer is stored with the effect it had. */
export interface RequestKey {
  readonly caller: UserId
  readonly key: string
}

/** What an attempt to pay is begun with. */
export interface PaymentOrder {
  readonly method: string
  /** The request that pays; null when nobody waits for its answer. */
  readonly request: RequestKey | null
  /** The fingerprint of that request, to tell a repeat from another request under its key. */
  readonly fingerprint: string
}

/** One try at paying. Attempt n + 1 begins only once attempt n is surely declined or voided. */
export interface PaymentAttempt extends PaymentOrder {
  readonly attempt: number
  readonly stage: PaymentStage
  readonly status: PaymentStatus
  readonly intentId: string | null
  readonly clientSecret: string | null
  readonly declineCode: string | null
  /** Raised when the gateway stored a failure under a key, so that the key can never succeed. */
  readonly keyRevision: number
  /** What the buyer wants to pay with instead, while authentication is open. */
  readonly successor: PaymentOrder | null
  readonly startedAtMs: number
}

/** The buyer is asked to authenticate. The stage stays when such a payment is given up. */
export function isAuthenticating({ state, payment }: Checkout): boolean {
  return state === 'paying' && payment?.stage === 'authenticating'
}

/**
 * A change of lines or address that is under way: what the checkout is to be when it is open again.
 * checkout-revision.ts tells of its life.
 */
export interface Revision {
  /** 1, 2, 3 …: no two revisions of a checkout share one, nor a hold or a command to stock. */
  readonly number: number
  readonly lines: readonly CheckoutLine[]
  readonly total: Money
  readonly priceChanges: readonly PriceChange[]
  readonly shippingAddress: ShippingAddress | null
  readonly request: RequestKey
  /** The fingerprint of that request, to tell a repeat from another request under its key. */
  readonly fingerprint: string
  /** null while stock is being taken; then what was refused, and which holds are to be undone. */
  readonly refused: {
    readonly lines: readonly ShortLine[]
    readonly limits: readonly LimitedLine[]
    readonly taken: readonly HoldId[]
  } | null
}

/** Where `releasing` leads, and the words for it. */
export type CheckoutEnding = 'cancelled' | 'expired' | 'fraud_rejected'

export interface Checkout {
  readonly id: CheckoutId
  readonly version: number
  readonly state: CheckoutState
  readonly userId: UserId
  readonly guest: boolean
  readonly cartId: CartId | null
  readonly lines: readonly CheckoutLine[]
  readonly total: Money
  readonly priceChanges: readonly PriceChange[]
  readonly shippingAddress: ShippingAddress | null
  readonly createdAtMs: number
  readonly expiresAtMs: number
  readonly updatedAtMs: number
  readonly orderId: OrderId | null
  readonly payment: PaymentAttempt | null
  readonly ending: CheckoutEnding | null
  /** The request that opened it, and later the one that cancels it, while it is unanswered. */
  readonly openRequest: (RequestKey & { readonly purpose: 'open' | 'buy_now' }) | null
  readonly cancelRequest: RequestKey | null
  /** Kept until its holds are settled: while revising, and while releasing out of it. */
  readonly revision: Revision | null
  /** How many revisions were begun. */
  readonly revisions: number
  /** When the order was confirmed; null before. */
  readonly confirmedAtMs: number | null
}
