// Carts live seven days from their last change and take part in no transaction.
// Every method throws RetryLater `cart_unavailable` when the store does not answer.

import type { Cart, CartBounds, CartLine, MergedCart } from '../domain/cart.ts'
import type { CartId, Sku, UserId } from '../domain/ids.ts'

export interface CartStore {
  /** An empty cart with a fresh id when there is none; the id is kept from then on. */
  get(user: UserId): Promise<Cart>
  /** Sets a line's quantity; `too_many_lines` when a new one would exceed `linesMax`. */
  put(
    user: UserId,
    line: CartLine,
    linesMax: number,
  ): Promise<{ readonly ok: true; readonly cart: Cart } | { readonly ok: false }>
  remove(user: UserId, sku: Sku): Promise<Cart>
  /** Empties the cart. Its id stays: the same cart is still bought only once. */
  clear(user: UserId): Promise<Cart>
  /**
   * Takes bought quantities out of the cart and gives it a new id, if it still has the id it was
   * bought under; else nothing. Repeating it is nothing.
   */
  removeBought(
    user: UserId,
    cartId: CartId,
    bought: readonly { readonly sku: Sku; readonly quantity: number }[],
  ): Promise<void>
  /**
   * Moves the lines of one buyer's cart into another's: quantities of one SKU add up, and what
   * would exceed `bounds` is not taken. Each line is moved once, however often and from wherever
   * this is called; a call that died midway is gone on with by the next. A repeat is told again
   * what was not taken. The cart that is left is empty and keeps its id.
   */
  merge(from: UserId, into: UserId, bounds: CartBounds): Promise<MergedCart>
}
