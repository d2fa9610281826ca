// The front door of the shop: everything the edges may ask of checkouts and stock. HTTP and the
// workers know this interface and nothing behind it.

import type { ShippingAddress } from './domain/address.ts'
import type { CheckoutAnswer, Interim } from './domain/checkout-answer.ts'
import type { CartId, CheckoutId, Sku, UserId } from './domain/ids.ts'
import type { Balances } from './domain/ledger-entry.ts'
import type { Money } from './domain/money.ts'
import type { WantedLine } from './domain/pricing.ts'

/** Who asks, and under which name the answer is remembered. */
export interface KeyedRequest {
  readonly caller: UserId
  readonly guest: boolean
  /** The client's Idempotency-Key. */
  readonly key: string
  /** SHA-256 over method, path and canonical body, hex. */
  readonly fingerprint: string
  /** The X-Request-Id of this request. */
  readonly requestId: string
}

export interface OpenCheckout {
  readonly lines: readonly WantedLine[]
  /** The cart the lines come from; null when they were named in the request. */
  readonly cartId: CartId | null
  readonly shippingAddress: ShippingAddress | null
}

/** What is to be changed; null leaves it as it is. Not both are null. */
export interface ReviseCheckout {
  readonly lines: readonly WantedLine[] | null
  readonly shippingAddress: ShippingAddress | null
}

export interface Pay {
  readonly paymentMethod: string
  readonly expectedTotal: Money
}

/** What a keyed request ends in. */
export type KeyedReply =
  | {
      readonly kind: 'answer'
      readonly answer: CheckoutAnswer
      /** True when this answer was given before; its bytes are those of the first time. */
      readonly replayed: boolean
      /** Of the request that was answered first. */
      readonly requestId: string
    }
  | { readonly kind: 'interim'; readonly interim: Interim; readonly replayed: boolean }
  /** The first request with this key is still running. */
  | { readonly kind: 'in_progress' }
  /** The key was used for another request, of which nothing is shown. */
  | { readonly kind: 'key_reused' }

/** Every method throws RetryLater when a retry with the same key can succeed. */
export interface CheckoutClient {
  /**
   * `readInput` is called only for a key that is not known: a repeat is told its first answer,
   * whatever is in the cart by then, and whether or not there are carts at the moment.
   * Refusals: cart_empty, too_many_lines, unknown_sku, sku_not_for_sale, sign_in_required,
   * purchase_limit, mixed_currency, total_too_large, checkout_exists, out_of_stock.
   */
  open(request: KeyedRequest, readInput: () => Promise<OpenCheckout>): Promise<KeyedReply>
  /**
   * Changes lines or address of an open checkout, all or none; its end stays where it is.
   * Refusals: checkout_not_found, checkout_expired, checkout_busy, not_open, cart_empty,
   * too_many_lines, unknown_sku, sku_not_for_sale, sign_in_required, purchase_limit,
   * mixed_currency, total_too_large, out_of_stock.
   */
  revise(request: KeyedRequest, checkoutId: CheckoutId, input: ReviseCheckout): Promise<KeyedReply>
  /**
   * Refusals: checkout_not_found, checkout_expired, already_paid, payment_in_progress,
   * checkout_busy, not_open, address_missing, total_changed, too_many_attempts,
   * payment_method_unknown, payment_declined, payment_replaced, fraud_rejected.
   */
  pay(request: KeyedRequest, checkoutId: CheckoutId, input: Pay): Promise<KeyedReply>
  /** Open and pay under one key; the refusals of both. */
  buyNow(request: KeyedRequest, input: OpenCheckout, pay: Pay): Promise<KeyedReply>
  /**
   * Refusals: checkout_not_found, checkout_expired, checkout_busy, not_open, too_late_to_cancel.
   */
  cancel(request: KeyedRequest, checkoutId: CheckoutId): Promise<KeyedReply>
  /** Receives (+) or writes off (-). Refusals: stock_limit_reached, insufficient_stock. */
  changeStock(request: KeyedRequest, sku: Sku, quantity: number): Promise<KeyedReply>
  /** Balances of the last commit. */
  stockOf(sku: Sku): Promise<Balances>
  /** Looks at a checkout again at once: a webhook hinted at it. */
  nudge(checkoutId: CheckoutId): Promise<void>
  /** Its time has come, or its owner died; one that pauses between tries is left alone. */
  wake(checkoutId: CheckoutId): Promise<void>
}
