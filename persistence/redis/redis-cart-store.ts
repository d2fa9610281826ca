// Carts in Redis: a hash a user, a field a line, and the cart's id. Every change is one script, so
// two tabs of one buyer cannot lose each other's lines, and every change renews the cart's life.
//
// Merging two carts takes three steps, each on one key alone, so that it works on Redis Cluster:
//
//   begin   in the cart that is left: its lines are set aside as a move, with an id and a target
//   take    in the cart that takes: the move's lines are added, and the move's id remembered
//   end     in the cart that is left: the lines set aside are let go, the move's id stays
//
// A call that dies in between leaves a move under way. Whoever merges from that cart next, for
// whichever buyer, ends it first, and then moves what was put there since; the remembered id makes
// a second take do nothing.

import type { CartBounds, MergedCart, NotTaken } from '../../actors/domain/cart.ts'
import { RetryLater } from '../../actors/domain/failures.ts'
import type { CartId, UserId } from '../../actors/domain/ids.ts'
import type { CartStore } from '../../actors/ports/cart-store.ts'
import {
  type CartMove,
  cartMoveOfReply,
  cartOfReply,
  notTakenOfReply,
  type OnUnreadable,
} from './cart-of-reply.ts'
import { isOurMistake, type RedisConnection } from './connect.ts'
import { loadScript, type Script } from './load-script.ts'

export interface RedisCartStoreOptions {
  /** Begins every key: `holdfast:` unless several shops share one Redis. */
  readonly keyPrefix: string
  /** How long a cart lives after its last change. */
  readonly ttlMs: number
  readonly newCartId: (user: UserId) => CartId
  readonly onUnreadable: OnUnreadable
}

// A move is only repeated while it is fresh; a buyer does not merge so many carts meanwhile.
const MOVES_REMEMBERED_MAX = 64
// Each round but the last ends a move that another call began.
const MERGE_ROUNDS_MAX = 8

/** Throws RetryLater `cart_unavailable` within about a second when Redis does not answer. */
export function redisCartStore(
  { client }: RedisConnection,
  { keyPrefix, ttlMs, newCartId, onUnreadable }: RedisCartStoreOptions,
): CartStore {
  const getCart = loadScript(client, 'get_cart')
  const putCartLine = loadScript(client, 'put_cart_line')
  const removeCartLine = loadScript(client, 'remove_cart_line')
  const clearCart = loadScript(client, 'clear_cart')
  const removeBoughtLines = loadScript(client, 'remove_bought_lines')
  const beginCartMove = loadScript(client, 'begin_cart_move')
  const takeCartLines = loadScript(client, 'take_cart_lines')
  const endCartMove = loadScript(client, 'end_cart_move')
  const cartOf = (reply: unknown) => cartOfReply(reply, onUnreadable)

  async function run(
    script: Script,
    user: UserId,
    ...values: readonly (string | number)[]
  ): Promise<unknown> {
    return runWithId(script, user, newCartId(user), ...values)
  }

  async function runWithId(
    script: Script,
    user: UserId,
    id: CartId,
    ...values: readonly (string | number)[]
  ): Promise<unknown> {
    try {
      return await script(`${keyPrefix}cart:${user}`, ttlMs, id, ...values)
    } catch (error) {
      throw isOurMistake(error) ? error : unavailable(error)
    }
  }

  async function finish(move: CartMove, from: UserId, bounds: CartBounds): Promise<MergedCart> {
    const { linesMax, quantityMax } = bounds
    const limits = [linesMax, quantityMax, MOVES_REMEMBERED_MAX]
    const taken = await run(takeCartLines, move.to as UserId, move.json, ...limits)
    if (move.isUnderWay) await run(endCartMove, from, move.id)
    const [notTaken, cart] = Array.isArray(taken) ? taken : []
    return { cart: cartOf(cart), notTaken: notTakenOfReply(notTaken) }
  }

  return {
    async get(user) {
      return cartOf(await run(getCart, user))
    },
    async put(user, { sku, quantity, priceSeen, addedAtMs }, linesMax) {
      const { amount, currency } = priceSeen
      const line = [sku, addedAtMs, quantity, amount, currency]
      const reply = await run(putCartLine, user, linesMax, ...line)
      return reply === null ? { ok: false } : { ok: true, cart: cartOf(reply) }
    },
    async remove(user, sku) {
      return cartOf(await run(removeCartLine, user, sku))
    },
    async clear(user) {
      return cartOf(await run(clearCart, user))
    },
    async removeBought(user, cartId, bought) {
      const pairs = bought.flatMap(({ sku, quantity }) => [sku, quantity])
      await run(removeBoughtLines, user, cartId, ...pairs)
    },
    async merge(from, into, bounds) {
      const notTaken = new Map<string, readonly NotTaken[]>()
      for (let round = 0; round < MERGE_ROUNDS_MAX; round += 1) {
        const id = newCartId(from)
        const begun = await runWithId(beginCartMove, from, id, into)
        const move = cartMoveOfReply(begun, onUnreadable)
        if (move === null || (move.to !== into && !move.isUnderWay)) {
          return { cart: cartOf(await run(getCart, into)), notTaken: [...notTaken.values()].flat() }
        }
        const merged = await finish(move, from, bounds)
        if (move.to !== into) continue
        notTaken.set(move.id, merged.notTaken)
        // A move that another call began may have left behind what came to the cart after it.
        if (move.id !== id && move.isUnderWay) continue
        return { cart: merged.cart, notTaken: [...notTaken.values()].flat() }
      }
      throw unavailable('the cart is being merged by many at once')
    },
  }
}

function unavailable(cause: unknown): RetryLater {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new RetryLater('cart_unavailable', `Redis did not answer: ${why}`, { cause })
}
