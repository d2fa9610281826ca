// Carts in this process: the twin of the Redis carts, for machines without Redis and for tests.
// They do not survive a restart and are seen by this process alone.

import type { Cart, CartBounds, CartLine, NotTaken } from '../../actors/domain/cart.ts'
import type { CartId, Sku, UserId } from '../../actors/domain/ids.ts'
import type { CartStore } from '../../actors/ports/cart-store.ts'
import type { Clock } from '../../actors/ports/clock.ts'

export interface MemoryCartStoreOptions {
  readonly clock: Clock
  /** How long a cart lives after its last change. */
  readonly ttlMs: number
  readonly newCartId: (user: UserId) => CartId
}

interface StoredCart {
  cartId: CartId
  /** A Map keeps the order in which lines were added. */
  readonly lines: Map<Sku, CartLine>
  endsAtMs: number
  /** The last move out of this cart; null when there was none. */
  left: { readonly into: UserId; readonly notTaken: readonly NotTaken[] } | null
}

export function memoryCartStore({ clock, ttlMs, newCartId }: MemoryCartStoreOptions): CartStore {
  // By the time of their last change, the oldest first: all carts live equally long after it.
  const carts = new Map<UserId, StoredCart>()

  function dropEnded(nowMs: number): void {
    for (const [user, cart] of carts) {
      if (cart.endsAtMs > nowMs) return
      carts.delete(user)
    }
  }

  function cartOf(user: UserId): StoredCart {
    const nowMs = clock.monotonicMs()
    dropEnded(nowMs)
    const there = carts.get(user)
    if (there !== undefined) return there
    const fresh: StoredCart = {
      cartId: newCartId(user),
      lines: new Map(),
      endsAtMs: nowMs + ttlMs,
      left: null,
    }
    carts.set(user, fresh)
    return fresh
  }

  function renew(user: UserId, cart: StoredCart): Cart {
    cart.endsAtMs = clock.monotonicMs() + ttlMs
    carts.delete(user)
    carts.set(user, cart)
    return seen(cart)
  }

  return {
    async get(user) {
      return seen(cartOf(user))
    },
    async put(user, line, linesMax) {
      const cart = cartOf(user)
      const before = cart.lines.get(line.sku)
      if (before === undefined && cart.lines.size >= linesMax) return { ok: false }
      // A line that is set again keeps its place and the time it was added.
      const { addedAtMs } = before ?? line
      cart.lines.set(line.sku, { ...line, addedAtMs })
      return { ok: true, cart: renew(user, cart) }
    },
    async remove(user, sku) {
      const cart = cartOf(user)
      cart.lines.delete(sku)
      return renew(user, cart)
    },
    async clear(user) {
      const cart = cartOf(user)
      cart.lines.clear()
      return renew(user, cart)
    },
    async removeBought(user, cartId, bought) {
      dropEnded(clock.monotonicMs())
      const cart = carts.get(user)
      if (cart?.cartId !== cartId) return
      for (const { sku, quantity } of bought) takeOut(cart.lines, sku, quantity)
      cart.cartId = newCartId(user)
      renew(user, cart)
    },
    async merge(from, into, bounds) {
      dropEnded(clock.monotonicMs())
      const leaving = carts.get(from)
      const taking = cartOf(into)
      if (leaving !== undefined && leaving.lines.size > 0) {
        leaving.left = { into, notTaken: takeLines(leaving.lines, taking.lines, bounds) }
        leaving.lines.clear()
        renew(from, leaving)
        renew(into, taking)
      }
      const { left } = leaving ?? { left: null }
      return { cart: seen(taking), notTaken: left?.into === into ? left.notTaken : [] }
    },
  }
}

function takeLines(
  from: ReadonlyMap<Sku, CartLine>,
  into: Map<Sku, CartLine>,
  { linesMax, quantityMax }: CartBounds,
): NotTaken[] {
  const notTaken: NotTaken[] = []
  for (const [sku, line] of from) {
    const before = into.get(sku)
    if (before === undefined && into.size >= linesMax) {
      notTaken.push({ sku, quantity: line.quantity, reason: 'too_many_lines' })
      continue
    }
    const had = before?.quantity ?? 0
    const wanted = had + line.quantity
    const quantity = Math.max(had, Math.min(wanted, quantityMax))
    into.set(sku, { ...(before ?? line), quantity })
    if (wanted > quantity) {
      notTaken.push({ sku, quantity: wanted - quantity, reason: 'quantity_limit' })
    }
  }
  return notTaken
}

function takeOut(lines: Map<Sku, CartLine>, sku: Sku, quantity: number): void {
  const line = lines.get(sku)
  if (line === undefined) return
  const left = line.quantity - quantity
  if (left > 0) lines.set(sku, { ...line, quantity: left })
  else lines.delete(sku)
}

function seen({ cartId, lines }: StoredCart): Cart {
  return { cartId, lines: [...lines.values()] }
}
