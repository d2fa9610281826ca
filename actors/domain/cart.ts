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

/** How full a cart may be. */
export interface CartBounds {
  readonly linesMax: number
  /** Units of one SKU. */
  readonly quantityMax: number
}

/** In order of precedence: a SKU for which there was no line left, or only so many units. */
export const NOT_TAKEN_REASONS = ['too_many_lines', 'quantity_limit'] as const

/** Units that a merge could not bring: the cart that takes them would be over its bounds. */
export interface NotTaken {
  readonly sku: Sku
  readonly quantity: number
  readonly reason: (typeof NOT_TAKEN_REASONS)[number]
}

export interface MergedCart {
  readonly cart: Cart
  readonly notTaken: readonly NotTaken[]
}
