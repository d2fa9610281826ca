// A sale in a test: a shop with stock on its shelves, buyers who open, pay and cancel under keys of
// their own, and the books that say afterwards who was charged and where every unit went.

import assert from 'node:assert/strict'
import type { KeyedReply, KeyedRequest, Pay } from '../../actors/checkout-client.ts'
import { type Checkout, isAtRest } from '../../actors/domain/checkout.ts'
import type { CheckoutAnswer, CheckoutRefusal } from '../../actors/domain/checkout-answer.ts'
import { sha256Hex } from '../../actors/domain/hash.ts'
import {
  type CartId,
  type CheckoutId,
  orderIdOf,
  type SellerId,
  type Sku,
  type UserId,
} from '../../actors/domain/ids.ts'
import type { Order } from '../../actors/domain/order.ts'
import type { Product } from '../../actors/domain/product.ts'
import { emptyStock, replayEntry } from '../../actors/domain/sku-stock.ts'
import {
  type ScriptedPaymentGateway,
  scriptedPaymentGateway,
} from '../../src/payments/scripted-payment-gateway.ts'
import { type ManualClock, manualClock } from './manual-clock.ts'
import { seededRandom } from './seeded-random.ts'
import { openShop, type Shop, type ShopOptions } from './shop.ts'
import { memoryStorage, type ShopStorage } from './shop-storage.ts'

export const NOON_MS = Date.parse('2026-01-15T12:00:00Z')
const PRICE = 350
export const ADDRESS = {
  name: 'Ada',
  line1: '1 Quay',
  line2: null,
  city: 'Bristol',
  region: null,
  postal_code: 'BS1',
  country: 'GB',
} as const

const TURNS_TO_SETTLE = 40
const TURNS_MAX = 20_000

/** Lines as a buyer names them: SKU and quantity. */
export type Wanted = Readonly<Record<string, number>>

export interface OpenOptions {
  readonly key?: string
  readonly cart?: string | null
  readonly address?: typeof ADDRESS | null
  readonly guest?: boolean
}

export interface PayOptions {
  readonly key?: string
  readonly card?: string
  readonly total?: number
}

export type Sale = Awaited<ReturnType<typeof openSale>>

export interface SaleOptions extends Partial<ShopOptions> {
  readonly stock: Wanted
  /** Minor units of one unit; `PRICE` when not named. */
  readonly price?: number
}

export function productOf(sku: string, price = PRICE): Product {
  return {
    sku: sku as Sku,
    name: `The ${sku}`,
    description: '',
    price: { amount: price, currency: 'GBP' },
    sellerId: 'seller-1' as SellerId,
    imageUrl: null,
    attributes: {},
    status: 'active',
    purchaseLimit: null,
    version: 1,
    updatedAtMs: 0,
  }
}

/** A shop in memory on a manual clock; `options` replace its parts. */
export async function openSale(options: SaleOptions) {
  const clock = manualClock(NOON_MS)
  const storage = memoryStorage(clock)
  const gateway = scriptedPaymentGateway()
  const parts = {
    ...{ clock, storage, gateway, randomness: seededRandom(7) },
    products: Object.keys(options.stock).map((sku) => productOf(sku, options.price)),
    ...options,
  }
  const sale = saleIn(await openShop(parts), parts.storage)
  await sale.receive(options.stock)
  const onMemory = {
    ...sale,
    clock,
    gateway,
    books: storage.books,
    pass: passing(clock),
    passOn: passing,
  }
  /** Another shop on the same storage, after the first one ended or died. */
  const reopen = async (changes: Partial<ShopOptions> = {}) => {
    const shop = await openShop({ ...parts, crashAt: null, ...changes })
    return { ...onMemory, ...saleIn(shop, parts.storage) }
  }
  return { ...onMemory, reopen }
}

/** The buyers of one shop, whatever it stands on. */
export function saleIn(shop: Shop, storage: ShopStorage) {
  const { client, journal } = shop
  let requests = 0

  function request(user: string, key: string | undefined, body: unknown): KeyedRequest {
    requests += 1
    const fingerprint = sha256Hex(JSON.stringify(body))
    const named = key ?? `key-${requests}`
    const requestId = `request-${requests}`
    return { caller: user as UserId, guest: false, key: named, fingerprint, requestId }
  }

  function wantedOf(lines: Wanted, { cart = null, address = ADDRESS }: OpenOptions) {
    const wanted = Object.entries(lines).map(([sku, quantity]) => {
      return { sku: sku as Sku, quantity, priceSeen: null }
    })
    return { lines: wanted, cartId: cart as CartId | null, shippingAddress: address }
  }

  function payOf(total: number, card: string | undefined): Pay {
    const expectedTotal = { amount: total, currency: 'GBP' }
    return { paymentMethod: card ?? 'pm_card_visa', expectedTotal }
  }

  function open(user: string, lines: Wanted, options: OpenOptions = {}): Promise<KeyedReply> {
    const body = { open: lines, cart: options.cart }
    const asked = { ...request(user, options.key, body), guest: options.guest ?? false }
    return client.open(asked, async () => wantedOf(lines, options))
  }

  async function load(id: CheckoutId): Promise<Checkout> {
    const checkout = await journal.load(id)
    assert(checkout, `${id} is not in the journal`)
    return checkout
  }

  return {
    shop,
    open,
    load,
    async opened(user: string, lines: Wanted, options: OpenOptions = {}): Promise<Checkout> {
      const answer = answerOf(await open(user, lines, options))
      assert(answer.kind === 'checkout_opened', `not opened: ${JSON.stringify(answer)}`)
      return answer.checkout
    },
    /** `lines` null changes the address alone. */
    revise(
      { id, userId }: Checkout,
      lines: Wanted | null,
      options: { readonly key?: string; readonly address?: typeof ADDRESS | null } = {},
    ): Promise<KeyedReply> {
      const { key, address = null } = options
      const asked = request(userId, key, { revise: id, lines, address })
      const wanted = lines && wantedOf(lines, {}).lines
      return client.revise(asked, id, { lines: wanted, shippingAddress: address })
    },
    pay(checkout: Checkout, options: PayOptions = {}): Promise<KeyedReply> {
      const { card, total = checkout.total.amount } = options
      const asked = request(checkout.userId, options.key, { pay: checkout.id, card, total })
      return client.pay(asked, checkout.id, payOf(total, card))
    },
    buyNow(user: string, lines: Wanted, options: OpenOptions & PayOptions): Promise<KeyedReply> {
      const { card, total = 0, key } = options
      const asked = request(user, key, { buy: lines, card, total })
      return client.buyNow(asked, wantedOf(lines, options), payOf(total, card))
    },
    cancel(checkout: Checkout, key?: string): Promise<KeyedReply> {
      const asked = request(checkout.userId, key, { cancel: checkout.id })
      return client.cancel(asked, checkout.id)
    },
    async receive(stock: Wanted): Promise<void> {
      for (const [sku, quantity] of Object.entries(stock)) {
        const asked = request('ops', `receive-${sku}`, { receive: sku, quantity })
        if (quantity > 0) await client.changeStock(asked, sku as Sku, quantity)
      }
    },
    /** Once nothing will happen to the checkout by itself any more. */
    async atRest(id: CheckoutId): Promise<Checkout> {
      await inTurns(`${id} comes to rest`, async () => isAtRest((await load(id)).state))
      return load(id)
    },
    /** [available, held, sold], folded again from the ledger, which checks I1, I2, I3 and I8. */
    async stock(sku: string): Promise<readonly [number, number, number]> {
      const stock = emptyStock(sku as Sku)
      for (const entry of await storage.historyOf(sku as Sku)) replayEntry(stock, entry)
      return [stock.available, stock.held, stock.sold]
    },
  }
}

/** Lets `ms` go by, timer by timer, each with the time to do what it does. */
function passing(clock: ManualClock) {
  return async function pass(ms: number): Promise<void> {
    let leftMs = ms
    for (;;) {
      await settle()
      const nextMs = clock.untilNextTimerMs()
      const byMs = Math.min(leftMs, nextMs ?? leftMs)
      clock.advance(byMs)
      leftMs -= byMs
      if (leftMs <= 0) break
    }
    await settle()
  }
}

/** Turns of the event loop until all that needs no timer is done. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS_TO_SETTLE; turn += 1) await nextTurn()
}

/** Waits turn by turn of the event loop, a bounded number of them. */
async function inTurns(what: string, check: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    if (await check()) return
    await nextTurn()
  }
  throw new Error(`It never came: ${what}.`)
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

export function answerOf(reply: KeyedReply): CheckoutAnswer {
  assert(reply.kind === 'answer', `no answer: ${JSON.stringify(reply)}`)
  return reply.answer
}

export function orderOf(reply: KeyedReply): Order {
  const answer = answerOf(reply)
  assert(answer.kind === 'order_confirmed', `no order: ${JSON.stringify(answer)}`)
  return answer.order
}

/** The word of a refusal; any other reply by its own kind, so that replies can be counted. */
export function wordOf(reply: KeyedReply): CheckoutRefusal | CheckoutAnswer['kind'] | string {
  if (reply.kind === 'interim') return reply.interim.kind
  if (reply.kind !== 'answer') return reply.kind
  return reply.answer.kind === 'refused' ? reply.answer.refusal : reply.answer.kind
}

export function countOf(words: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}

/** Fails unless the order was charged once, and nothing else is held on the card (P1, O4). */
export function assertChargedOnce(gateway: ScriptedPaymentGateway, { id, total }: Checkout): void {
  assert.deepEqual(gateway.bookOf(orderIdOf(id)), {
    intents: 1,
    capturedIntents: 1,
    captured: total.amount,
    openAuthorised: 0,
  })
}

/** Fails when the buyer was charged, or an authorisation is left (P5). */
export function assertNotCharged(gateway: ScriptedPaymentGateway, { id }: Checkout): void {
  const { captured, openAuthorised } = gateway.bookOf(orderIdOf(id))
  assert.deepEqual({ captured, openAuthorised }, { captured: 0, openAuthorised: 0 })
}

/** A call whose answer is lost; `executed` says whether it took effect all the same. */
export function lost(
  operation: 'create' | 'confirm' | 'capture' | 'void' | 'find',
  executed: boolean,
  storedFailure = false,
) {
  const outcome = { kind: 'unknown', cause: 'timeout', storedFailure } as const
  return { operation, outcome, executed } as const
}
