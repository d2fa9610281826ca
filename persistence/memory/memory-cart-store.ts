// Carts in this process: the twin of the Redis carts, for machines without Redis and for tests.
// They do not survive a restart and are seen by this process alone.

import type { Cart, CartLine } from '../../actors/domain/cart.ts'
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
    const fresh = { cartId: newCartId(user), lines: new Map(), endsAtMs: nowMs + ttlMs }
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
  }
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
