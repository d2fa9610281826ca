// A cart is what a buyer means to buy. It promises nothing: the price in it is only what they last
// saw, and its id changes once it is bought, so that one cart is bought once.

import type { CartId, Sku } from './ids.ts'
import type { Money } from './money.ts'

export interface CartLine {
  readonly sku: Sku
  readonly quantity: number
  readonly priceSeen: Money
  readonly addedAtMs: number
}

export interface Cart {
  readonly cartId: CartId
  /** In the order they were added. */
  readonly lines: readonly CartLine[]
}
