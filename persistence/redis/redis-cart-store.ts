// Carts in Redis: a hash a user, a field a line, and the cart's id. Every change is one script, so
// two tabs of one buyer cannot lose each other's lines, and every change renews the cart's life.

import type { Cart, CartLine } from '../../actors/domain/cart.ts'
import { Bug, RetryLater } from '../../actors/domain/failures.ts'
import type { CartId, Sku, UserId } from '../../actors/domain/ids.ts'
import { money } from '../../actors/domain/money.ts'
import type { CartStore } from '../../actors/ports/cart-store.ts'
import { isOurMistake, type RedisConnection } from './connect.ts'
import { loadScript, type Script } from './load-script.ts'

export interface RedisCartStoreOptions {
  /** Begins every key: `holdfast:` unless several shops share one Redis. */
  readonly keyPrefix: string
  /** How long a cart lives after its last change. */
  readonly ttlMs: number
  readonly newCartId: (user: UserId) => CartId
}

/** Throws RetryLater `cart_unavailable` within about a second when Redis does not answer. */
export function redisCartStore(
  { client }: RedisConnection,
  { keyPrefix, ttlMs, newCartId }: RedisCartStoreOptions,
): CartStore {
  const getCart = loadScript(client, 'get_cart')
  const putCartLine = loadScript(client, 'put_cart_line')
  const removeCartLine = loadScript(client, 'remove_cart_line')
  const clearCart = loadScript(client, 'clear_cart')
  const removeBoughtLines = loadScript(client, 'remove_bought_lines')

  async function run(
    script: Script,
    user: UserId,
    ...values: readonly (string | number)[]
  ): Promise<unknown> {
    try {
      return await script(`${keyPrefix}cart:${user}`, ttlMs, newCartId(user), ...values)
    } catch (error) {
      throw isOurMistake(error) ? error : unavailable(error)
    }
  }

  return {
    async get(user) {
      return cartOfReply(await run(getCart, user))
    },
    async put(user, { sku, quantity, priceSeen, addedAtMs }, linesMax) {
      const { amount, currency } = priceSeen
      const line = [sku, addedAtMs, quantity, amount, currency]
      const reply = await run(putCartLine, user, linesMax, ...line)
      return reply === null ? { ok: false } : { ok: true, cart: cartOfReply(reply) }
    },
    async remove(user, sku) {
      return cartOfReply(await run(removeCartLine, user, sku))
    },
    async clear(user) {
      return cartOfReply(await run(clearCart, user))
    },
    async removeBought(user, cartId, bought) {
      const pairs = bought.flatMap(({ sku, quantity }) => [sku, quantity])
      await run(removeBoughtLines, user, cartId, ...pairs)
    },
  }
}

function unavailable(cause: unknown): RetryLater {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new RetryLater('cart_unavailable', `Redis did not answer: ${why}`, { cause })
}

interface PlacedLine {
  readonly place: number
  readonly line: CartLine
}

function cartOfReply(reply: unknown): Cart {
  if (!Array.isArray(reply)) throw new Bug('a cart script answered something else than a list')
  let cartId: string | null = null
  const placed: PlacedLine[] = []
  for (let at = 0; at < reply.length; at += 2) {
    const field = String(reply[at])
    const value = String(reply[at + 1])
    if (field === 'id') cartId = value
    else if (field.startsWith('line:')) placed.push(placedLineOf(field.slice(5), value))
  }
  if (cartId === null) throw new Bug('a cart in Redis has no id')
  // Redis keeps fields in no order.
  placed.sort((left, right) => left.place - right.place)
  return { cartId: cartId as CartId, lines: placed.map(({ line }) => line) }
}

function placedLineOf(sku: string, value: string): PlacedLine {
  const [place, addedAtMs, quantity, amount, currency] = value.split(' ')
  if (currency === undefined) throw new Bug(`a cart line in Redis is cut short: ${value}`)
  return {
    place: Number(place),
    line: {
      sku: sku as Sku,
      quantity: Number(quantity),
      priceSeen: money(Number(amount), currency),
      addedAtMs: Number(addedAtMs),
    },
  }
}
