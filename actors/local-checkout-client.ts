// The front door on the node that has the actors. A keyed request is looked up first; one that was
// made before is resumed or answered again and never reaches the fast paths.

import { stockChanger } from './change-stock.ts'
import type {
  CheckoutClient,
  KeyedReply,
  KeyedRequest,
  OpenCheckout,
  Pay,
  ReviseCheckout,
} from './checkout-client.ts'
import type { CheckoutDirectory } from './checkout-directory.ts'
import type { Replier } from './checkout-waiters.ts'
import type { Checkout } from './domain/checkout.ts'
import { type CheckoutAnswer, refusal } from './domain/checkout-answer.ts'
import { RetryLater } from './domain/failures.ts'
import { type CheckoutId, checkoutIdOf } from './domain/ids.ts'
import {
  type Priced,
  type PricedBuyer,
  type PricedCart,
  type PricingLimits,
  priceCart,
} from './domain/pricing.ts'
import { userShardOf } from './domain/shard.ts'
import { uuidV7 } from './domain/uuid.ts'
import type { LedgerClock } from './ledger-clock.ts'
import type { Catalogue } from './ports/catalogue.ts'
import type { CheckoutJournal, KeyRecord } from './ports/checkout-journal.ts'
import type { Clock, Randomness } from './ports/clock.ts'
import type { SkuRouter } from './ports/sku-router.ts'

export interface LocalCheckoutClientDeps {
  readonly directory: CheckoutDirectory
  readonly journal: CheckoutJournal
  readonly catalogue: Catalogue
  readonly skus: SkuRouter
  readonly ledgerClock: LedgerClock
  readonly clock: Clock
  readonly randomness: Randomness
  /** How long a request waits for a definite answer before it is told what is known. */
  readonly budgetMs: number
  readonly limits: PricingLimits & { readonly holdTtlMs: number }
}

export function localCheckoutClient(deps: LocalCheckoutClientDeps): CheckoutClient {
  const { directory, journal, catalogue, skus, clock, budgetMs } = deps
  // The budget is the whole request's: whatever a request waits for, it began when it came in.
  const until = () => clock.monotonicMs() + budgetMs

  async function open(
    request: KeyedRequest,
    readInput: () => Promise<OpenCheckout>,
  ): Promise<KeyedReply> {
    const untilMs = until()
    const known = await journal.findKey(request)
    if (known) return repeat(known, request, (id) => watch(id, request, untilMs))
    return openAnew(request, await readInput(), 'open', untilMs)
  }

  async function openAnew(
    request: KeyedRequest,
    input: OpenCheckout,
    purpose: 'open' | 'buy_now',
    untilMs: number,
  ): Promise<KeyedReply> {
    const priced = await price(input.lines, request)
    if (!priced.ok) return unkept(request, priced.answer)
    const checkout = newCheckout(deps, request, input, priced.cart, purpose)
    const soldOut = allSoldOut(skus, checkout)
    if (soldOut) return unkept(request, soldOut)
    const opened = await journal.open(checkout, request)
    if (opened.kind === 'cart_taken') {
      const { checkoutId } = opened
      const answer = {
        kind: 'refused',
        refusal: 'checkout_exists',
        checkoutId,
        details: {},
      } as const
      return unkept(request, answer)
    }
    if (opened.kind === 'key_taken') {
      const known = await journal.findKey(request)
      if (known === null) throw new RetryLater('journal_unavailable', 'the key is being written')
      return repeat(known, request, (id) => watch(id, request, untilMs))
    }
    return asking((reply) => directory.start(checkout, { kind: 'watch', request, reply, untilMs }))
  }

  async function price(lines: OpenCheckout['lines'], buyer: PricedBuyer): Promise<Priced> {
    const products = await catalogue.bySkus([...new Set(lines.map(({ sku }) => sku))])
    return priceCart(lines, products, deps.limits, buyer)
  }

  function watch(id: CheckoutId, request: KeyedRequest, untilMs: number): Promise<KeyedReply> {
    return asking((reply) => directory.tell(id, { kind: 'watch', request, reply, untilMs }))
  }

  async function pay(request: KeyedRequest, id: CheckoutId, input: Pay): Promise<KeyedReply> {
    const asked = { kind: 'pay', request, pay: input, untilMs: until() } as const
    const send = (claimed: boolean) => (to: CheckoutId) =>
      asking((reply) => directory.tell(to, { ...asked, claimed, reply }))
    const known = await journal.findKey(request)
    return known ? repeat(known, request, send(true)) : send(false)(id)
  }

  async function revise(
    request: KeyedRequest,
    id: CheckoutId,
    { lines, shippingAddress }: ReviseCheckout,
  ): Promise<KeyedReply> {
    const untilMs = until()
    const send = (claimed: boolean) => async (to: CheckoutId) => {
      const priced = lines && (await price(lines, request))
      const asked = { kind: 'revise', request, priced, shippingAddress, claimed, untilMs } as const
      return asking((reply) => directory.tell(to, { ...asked, reply }))
    }
    const known = await journal.findKey(request)
    return known ? repeat(known, request, send(true)) : send(false)(id)
  }

  async function cancel(request: KeyedRequest, id: CheckoutId): Promise<KeyedReply> {
    const asked = { kind: 'cancel', request, untilMs: until() } as const
    const send = (claimed: boolean) => (to: CheckoutId) =>
      asking((reply) => directory.tell(to, { ...asked, claimed, reply }))
    const known = await journal.findKey(request)
    return known ? repeat(known, request, send(true)) : send(false)(id)
  }

  /** Opens under the key, then pays under the same one: it is answered when the payment is. */
  async function buyNow(
    request: KeyedRequest,
    input: OpenCheckout,
    payment: Pay,
  ): Promise<KeyedReply> {
    const untilMs = until()
    const known = await journal.findKey(request)
    const opened = known
      ? await repeat(known, request, (id) => watch(id, request, untilMs))
      : await openAnew(request, input, 'buy_now', untilMs)
    if (opened.kind !== 'answer' || opened.replayed) return opened
    if (opened.answer.kind !== 'checkout_opened') return opened
    const { id } = opened.answer.checkout
    const asked = { kind: 'pay', request, pay: payment, untilMs, claimed: true } as const
    return asking((reply) => directory.tell(id, { ...asked, reply }))
  }

  return {
    open,
    revise,
    pay,
    buyNow,
    cancel,
    changeStock: stockChanger({ journal, skus }),
    stockOf: (sku) => skus.look(sku),
    async nudge(id) {
      directory.tell(id, { kind: 'nudge' })
    },
    async wake(id) {
      directory.tell(id, { kind: 'wake' })
    },
  }
}

/** A request whose key is known: another one, one that was answered, or one to go on with. */
async function repeat(
  known: KeyRecord,
  request: KeyedRequest,
  goOn: (id: CheckoutId) => Promise<KeyedReply>,
): Promise<KeyedReply> {
  const { answer, requestId } = known
  if (known.fingerprint !== request.fingerprint) return { kind: 'key_reused' }
  if (answer !== null) return { kind: 'answer', answer, replayed: true, requestId }
  if (known.checkoutId === null) return { kind: 'in_progress' }
  return goOn(known.checkoutId)
}

function asking(send: (reply: Replier) => void): Promise<KeyedReply> {
  return new Promise((resolve, reject) => {
    send((reply) => {
      if (reply instanceof RetryLater) reject(reply)
      else resolve(reply)
    })
  })
}

function unkept(request: KeyedRequest, answer: CheckoutAnswer): KeyedReply {
  return { kind: 'answer', answer, replayed: false, requestId: request.requestId }
}

/** A cart of which nothing can be had is refused without writing anything down. */
function allSoldOut(skus: SkuRouter, checkout: Checkout): CheckoutAnswer | null {
  const soldOut = checkout.lines.every(({ sku }) => skus.committedBalances(sku)?.available === 0)
  if (!soldOut) return null
  const lines = checkout.lines.map(({ line, sku, quantity: requested }) => ({
    line,
    sku,
    requested,
    available: 0,
  }))
  return refusal(null, 'out_of_stock', { lines })
}

function newCheckout(
  deps: LocalCheckoutClientDeps,
  request: KeyedRequest,
  input: OpenCheckout,
  cart: PricedCart,
  purpose: 'open' | 'buy_now',
): Checkout {
  const { caller, key } = request
  const nowMs = deps.ledgerClock.nowMs()
  const id = checkoutIdOf(uuidV7(nowMs, deps.randomness.bytes(10), userShardOf(caller)))
  return {
    id,
    version: 1,
    state: 'opening',
    userId: caller,
    guest: request.guest,
    cartId: input.cartId,
    lines: cart.linesOf(id, 0),
    total: cart.total,
    priceChanges: cart.priceChanges,
    shippingAddress: input.shippingAddress,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + deps.limits.holdTtlMs,
    updatedAtMs: nowMs,
    orderId: null,
    payment: null,
    ending: null,
    openRequest: { caller, key, purpose },
    cancelRequest: null,
    revision: null,
    revisions: 0,
    confirmedAtMs: null,
  }
}
