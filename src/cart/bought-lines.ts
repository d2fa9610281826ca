// What was bought leaves the cart. Carts take part in no transaction, so this happens afterwards,
// told by the outbox, perhaps twice: the cart's new id makes the second time do nothing.

import { Bug } from '../../actors/domain/failures.ts'
import type { CartId, Sku, UserId } from '../../actors/domain/ids.ts'
import type { CartStore } from '../../actors/ports/cart-store.ts'

/** What the effect reads of an event of the outbox. */
export interface BoughtEvent {
  readonly userId: UserId
  readonly topic: string
  readonly payload: Readonly<Record<string, unknown>>
}

/**
 * A listener of the outbox: on `order.confirmed` it takes the order's lines out of the cart that
 * was bought. Throws RetryLater `cart_unavailable`; the relay then tells it again later.
 */
export function leaveCart({
  carts,
}: {
  readonly carts: Pick<CartStore, 'removeBought'>
}): (event: BoughtEvent) => Promise<void> {
  return async function takeBoughtLinesOut({ userId, topic, payload }) {
    if (topic !== 'order.confirmed') return
    const { cart_id: cartId, lines } = payload
    // An order that was bought at once came from no cart.
    if (cartId === null) return
    if (typeof cartId !== 'string' || !Array.isArray(lines)) {
      throw new Bug(`order.confirmed without its cart or lines: ${JSON.stringify(payload)}`)
    }
    await carts.removeBought(userId, cartId as CartId, lines.map(boughtLine))
  }
}

function boughtLine(line: unknown): { readonly sku: Sku; readonly quantity: number } {
  const { sku, quantity } = (line ?? {}) as { readonly sku?: unknown; readonly quantity?: unknown }
  if (typeof sku !== 'string' || !Number.isSafeInteger(quantity)) {
    throw new Bug(`order.confirmed with a line that is none: ${JSON.stringify(line)}`)
  }
  return { sku: sku as Sku, quantity: quantity as number }
}
