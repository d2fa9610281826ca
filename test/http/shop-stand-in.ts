// A shop that says what it is told to say, so that the edge can be shown every answer there is.
// What a shop really answers, and when, is tested elsewhere on the real one.

import type {
  CheckoutClient,
  KeyedReply,
  KeyedRequest,
  OpenCheckout,
  Pay,
  ReviseCheckout,
} from '../../actors/checkout-client.ts'
import type { Cart, NotTaken } from '../../actors/domain/cart.ts'
import type { Checkout, CheckoutState } from '../../actors/domain/checkout.ts'
import { CHECKOUT_TRANSITIONS } from '../../actors/domain/checkout.ts'
import { Bug } from '../../actors/domain/failures.ts'
import { type CheckoutId, cartIdOf, type Sku, type UserId } from '../../actors/domain/ids.ts'
import type { Balances, LedgerEntry } from '../../actors/domain/ledger-entry.ts'
import type { Order } from '../../actors/domain/order.ts'
import type { Product } from '../../actors/domain/product.ts'
import type { CartStore } from '../../actors/ports/cart-store.ts'
import type { Catalogue } from '../../actors/ports/catalogue.ts'
import type { ReadModels } from '../../actors/ports/read-models.ts'
import type { Availability } from '../../src/catalogue/availability.ts'

/** One call of the front door, as it was made. */
export type Asked =
  | { readonly what: 'open'; readonly request: KeyedRequest; readonly input: OpenCheckout }
  | {
      readonly what: 'revise'
      readonly request: KeyedRequest
      readonly id: CheckoutId
      readonly input: ReviseCheckout
    }
  | { readonly what: 'pay'; readonly request: KeyedRequest; readonly id: CheckoutId; pay: Pay }
  | { readonly what: 'buyNow'; readonly request: KeyedRequest; input: OpenCheckout; pay: Pay }
  | { readonly what: 'cancel'; readonly request: KeyedRequest; readonly id: CheckoutId }
  | { readonly what: 'changeStock'; request: KeyedRequest; sku: Sku; quantity: number }

export interface ScriptedCheckouts extends CheckoutClient {
  readonly asked: Asked[]
  /** What every keyed call is answered, until it is told otherwise. */
  script(reply: (asked: Asked) => KeyedReply | Promise<KeyedReply>): void
  /** What `stockOf` says; a thrown error is thrown. */
  stock(of: (sku: Sku) => Balances): void
}

export function scriptedCheckouts(): ScriptedCheckouts {
  const asked: Asked[] = []
  let reply: (asked: Asked) => KeyedReply | Promise<KeyedReply> = ({ what }) => {
    throw new Bug(`nobody said what to answer to ${what}`)
  }
  let stockOf: (sku: Sku) => Balances = () => ({ received: 0, available: 0, held: 0, sold: 0 })

  async function answer(call: Asked): Promise<KeyedReply> {
    asked.push(call)
    return await reply(call)
  }

  return {
    asked,
    script: (next) => {
      reply = next
    },
    stock: (next) => {
      stockOf = next
    },
    open: async (request, readInput) => {
      return answer({ what: 'open', request, input: await readInput() })
    },
    revise: (request, id, input) => answer({ what: 'revise', request, id, input }),
    pay: (request, id, pay) => answer({ what: 'pay', request, id, pay }),
    buyNow: (request, input, pay) => answer({ what: 'buyNow', request, input, pay }),
    cancel: (request, id) => answer({ what: 'cancel', request, id }),
    changeStock: (request, sku, quantity) => {
      return answer({ what: 'changeStock', request, sku, quantity })
    },
    stockOf: async (sku) => stockOf(sku),
    nudge: async () => {},
    wake: async () => {},
  }
}

/** Shows what `stockOf` says. */
export function availabilityStandIn(
  { stockOf }: Pick<CheckoutClient, 'stockOf'>,
  nowMs: () => number,
): Availability {
  return {
    async of(skus) {
      const seen = skus.map(async (sku) => {
        return [sku, { balances: await stockOf(sku), asOfMs: nowMs() }] as const
      })
      return new Map(await Promise.all(seen))
    },
  }
}

export interface CartsStandIn extends CartStore {
  /** The merges that were asked for: whose cart, into whose. */
  readonly merged: (readonly [UserId, UserId])[]
  /** What a merge says could not be taken. */
  notTaken: readonly NotTaken[]
  /** When set, every call throws it. */
  failure: Error | null
}

export function cartsStandIn(): CartsStandIn {
  const carts = new Map<UserId, Cart>()
  const standIn: CartsStandIn = {
    merged: [],
    notTaken: [],
    failure: null,
    async get(user) {
      return cartOf(user)
    },
    async put(user, line, linesMax) {
      const { cartId, lines } = cartOf(user)
      const known = lines.some(({ sku }) => sku === line.sku)
      if (!known && lines.length >= linesMax) return { ok: false }
      const others = lines.filter(({ sku }) => sku !== line.sku)
      return { ok: true, cart: keep(user, { cartId, lines: [...others, line] }) }
    },
    async remove(user, sku) {
      const { cartId, lines } = cartOf(user)
      return keep(user, { cartId, lines: lines.filter((line) => line.sku !== sku) })
    },
    async clear(user) {
      return keep(user, { cartId: cartOf(user).cartId, lines: [] })
    },
    async removeBought() {},
    async merge(from, into) {
      const { lines } = cartOf(from)
      const { cartId, lines: before } = cartOf(into)
      keep(from, { ...cartOf(from), lines: [] })
      standIn.merged.push([from, into])
      const cart = keep(into, { cartId, lines: [...before, ...lines] })
      return { cart, notTaken: standIn.notTaken }
    },
  }

  function cartOf(user: UserId): Cart {
    if (standIn.failure) throw standIn.failure
    return carts.get(user) ?? keep(user, { cartId: newCartId(carts.size), lines: [] })
  }

  function keep(user: UserId, cart: Cart): Cart {
    carts.set(user, cart)
    return cart
  }

  return standIn
}

function newCartId(count: number) {
  return cartIdOf(`${String(count).padStart(12, '0')}7000800000000000000a`)
}

export interface CatalogueStandIn extends Catalogue {
  readonly products: Map<Sku, Product>
  /** When set, every call throws it. */
  failure: Error | null
}

export function catalogueStandIn(nowMs: () => number): CatalogueStandIn {
  const products = new Map<Sku, Product>()

  function known(): Map<Sku, Product> {
    if (standIn.failure) throw standIn.failure
    return products
  }

  const standIn: CatalogueStandIn = {
    products,
    failure: null,
    async bySkus(skus) {
      const all = known()
      return new Map(
        skus.flatMap((sku): [Sku, Product][] => {
          const product = all.get(sku)
          return product ? [[sku, product]] : []
        }),
      )
    },
    async page({ sellerId, skuPrefix, after, limit }) {
      const matching = [...known().values()]
        .filter((product) => sellerId === null || product.sellerId === sellerId)
        .filter(({ sku }) => sku.startsWith(skuPrefix ?? '') && (after === null || sku > after))
        .sort((left, right) => (left.sku < right.sku ? -1 : 1))
      const shown = matching.slice(0, limit)
      const nextAfter = matching.length > limit ? (shown.at(-1)?.sku ?? null) : null
      return { products: shown, nextAfter }
    },
    async put(input, { ifVersion, onlySeller }) {
      const before = known().get(input.sku)
      if (before && onlySeller !== null && before.sellerId !== onlySeller) {
        return { ok: false, refusal: 'other_seller' }
      }
      if (ifVersion !== null && before?.version !== ifVersion) {
        return { ok: false, refusal: 'version_mismatch' }
      }
      const version = (before?.version ?? 0) + 1
      const product: Product = { ...input, version, updatedAtMs: nowMs() }
      products.set(input.sku, product)
      return { ok: true, product, created: before === undefined }
    },
    isEmpty: async () => products.size === 0,
  }
  return standIn
}

export interface ReadsStandIn extends ReadModels {
  readonly checkouts: Checkout[]
  readonly boughtOrders: Order[]
  readonly entries: LedgerEntry[]
}

export function readsStandIn(): ReadsStandIn {
  const checkouts: Checkout[] = []
  const boughtOrders: Order[] = []
  const entries: LedgerEntry[] = []
  return {
    checkouts,
    boughtOrders,
    entries,
    async checkout(id, user) {
      return checkouts.find((each) => each.id === id && each.userId === user) ?? null
    },
    async order(id, user) {
      return boughtOrders.find((each) => each.id === id && each.userId === user) ?? null
    },
    async orders(user, { after, limit }) {
      const own = boughtOrders
        .filter((order) => order.userId === user && (after === null || order.id < after))
        .sort((left, right) => (left.id < right.id ? 1 : -1))
      const orders = own.slice(0, limit)
      return { orders, nextAfter: own.length > limit ? (orders.at(-1)?.id ?? null) : null }
    },
    async stockOf() {
      return new Map()
    },
    async checkoutsByState() {
      const states = Object.keys(CHECKOUT_TRANSITIONS) as CheckoutState[]
      const counts = states.map((state) => [
        state,
        checkouts.filter((checkout) => checkout.state === state).length,
      ])
      return Object.fromEntries(counts) as Record<CheckoutState, number>
    },
    async ledgerTail(sku, limit, beforeSeq) {
      return entries
        .filter((entry) => entry.sku === sku && entry.seq < (beforeSeq ?? Infinity))
        .slice(0, limit)
    },
  }
}
