// What a buyer can be told. An answer is stored with the effect that made it true, in the same
// transaction, and is all that is needed to say it again in the same bytes.

import type { Checkout, LimitedLine, PriceChange, ShortLine } from './checkout.ts'
import type { CheckoutId, Sku } from './ids.ts'
import type { Money } from './money.ts'
import type { Order } from './order.ts'

/**
 * In order of precedence: the first that applies is the answer. Only `purchase_limit` has a second
 * chance: what a buyer has already is counted after the stock was found to be there.
 */
export const CHECKOUT_REFUSALS = [
  'checkout_not_found',
  'checkout_expired',
  'already_paid',
  'payment_in_progress',
  'checkout_busy',
  'not_open',
  'too_late_to_cancel',
  'address_missing',
  'total_changed',
  'too_many_attempts',
  'payment_method_unknown',
  'payment_declined',
  'payment_replaced',
  'fraud_rejected',
  'cart_empty',
  'too_many_lines',
  'unknown_sku',
  'sku_not_for_sale',
  'sign_in_required',
  'purchase_limit',
  'mixed_currency',
  'total_too_large',
  'checkout_exists',
  'out_of_stock',
  'stock_limit_reached',
  'insufficient_stock',
] as const

export type CheckoutRefusal = (typeof CHECKOUT_REFUSALS)[number]

/** What a refusal shows beside its word; each field belongs to the refusals that name it. */
export interface RefusalDetails {
  /** out_of_stock */
  readonly lines?: readonly ShortLine[]
  /** purchase_limit */
  readonly limits?: readonly LimitedLine[]
  /** unknown_sku, sku_not_for_sale, sign_in_required */
  readonly skus?: readonly string[]
  /** total_changed */
  readonly expected?: Money
  readonly actual?: Money
  /** total_changed: what the buyer saw against the locked prices */
  readonly priceChanges?: readonly PriceChange[]
  /** payment_declined */
  readonly declineCode?: string
  /** checkout_busy: set when a payment is in the way, and whether it waits for its buyer */
  readonly busyPaying?: 'authenticating' | 'running'
  /** insufficient_stock: a write-off above what is available */
  readonly available?: number
}

export type CheckoutAnswer =
  | { readonly kind: 'checkout_opened'; readonly checkout: Checkout }
  | { readonly kind: 'checkout_revised'; readonly checkout: Checkout }
  | { readonly kind: 'order_confirmed'; readonly order: Order }
  | { readonly kind: 'checkout_cancelled'; readonly checkout: Checkout }
  | {
      readonly kind: 'stock_changed'
      readonly sku: Sku
      readonly received: number
      readonly available: number
      readonly held: number
      readonly sold: number
    }
  | {
      readonly kind: 'refused'
      readonly refusal: CheckoutRefusal
      readonly checkoutId: CheckoutId | null
      readonly details: RefusalDetails
    }

/** Said while the end is not known; never stored, a repeat shows what is true by then. */
export type Interim =
  | { readonly kind: 'payment_pending'; readonly checkout: Checkout }
  | { readonly kind: 'under_review'; readonly checkout: Checkout }
  | { readonly kind: 'authenticate'; readonly checkout: Checkout }
  | { readonly kind: 'cancel_pending'; readonly checkout: Checkout }

export function refusal(
  checkout: Checkout | null,
  word: CheckoutRefusal,
  details: RefusalDetails = {},
): CheckoutAnswer {
  return { kind: 'refused', refusal: word, checkoutId: checkout?.id ?? null, details }
}
