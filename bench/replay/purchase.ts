// One invoice bought as a shop's customer buys it: an empty cart, every line into it, a look at
// it, checkout, payment. Nothing here is computed from an answer: the total that is paid is the
// file's.

import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { HttpAnswer, HttpRequest } from '../load/http-connection.ts'
import { type PatientClient, problemCode } from '../load/patient-client.ts'
import { expectStatus, UnexpectedAnswer } from '../load/unexpected-answer.ts'
import type { CartLosses } from './cart-losses.ts'
import { CURRENCY, type ExpectedOrder } from './expected-books.ts'

const ATTEMPTS_MAX = 5
const SETTLED_WITHIN_MS = 60_000
const POLL_MS = 20

const Cart = z.object({
  cart_id: z.string().nullish(),
  lines: z.array(z.object({ sku: z.string(), quantity: z.number() })),
})
const Checkout = z.object({ id: z.string(), state: z.string() })
const CheckoutExists = z.object({ checkout_id: z.string() })

/** States of a checkout whose order stands. */
const BOUGHT: readonly string[] = ['confirmed', 'captured']

export interface Receipt {
  readonly checkoutId: string
  /** The cart that was bought; the buyer's next one has another id. */
  readonly cartId: string | null
  /** From sending the payment to knowing that the order stands, rides over outages included. */
  readonly payMs: number
  /** How often the cart had to be filled again because a restart had lost it. */
  readonly refills: number
}

export interface Buyer {
  readonly client: PatientClient
  readonly token: string
  /** The cart of the buyer's purchase before this one, if there was one. */
  readonly boughtCartId: string | null
  readonly losses: Pick<CartLosses, 'mark' | 'since'>
}

/**
 * Throws UnexpectedAnswer when the service answers what it should not, ServiceUnreachable when it
 * is gone for good.
 */
export async function purchase(order: ExpectedOrder, buyer: Buyer): Promise<Receipt> {
  let refills = 0
  let boughtCartId = buyer.boughtCartId
  for (let attempt = 1; ; attempt += 1) {
    // A bought cart is emptied shortly after the purchase; lines put in before that would go too.
    await cartIsRenewed(buyer, boughtCartId)
    const cart = await fillCart(order, buyer)
    refills += cart.refills
    const before = buyer.losses.mark()
    const opened = await openCheckout(order, buyer, attempt)
    if (opened.status === 201) {
      const { id } = Checkout.parse(opened.body)
      const startedAt = performance.now()
      await pay(order, buyer, id)
      const payMs = performance.now() - startedAt
      return { checkoutId: id, cartId: cart.cartId, payMs, refills }
    }
    const wasBought = await isOfBoughtCart(opened.answer, buyer)
    const wasLost = problemCode(opened.answer) === 'cart_empty'
    const mayTryAgain = wasBought || (wasLost && (await buyer.losses.since(before)))
    if (!mayTryAgain || attempt === ATTEMPTS_MAX) {
      throw new UnexpectedAnswer(opened.asked, opened.answer)
    }
    if (wasBought) boughtCartId = cart.cartId
    else refills += 1
  }
}

/** Whether a checkout was refused because the cart is one that is bought and not yet renewed. */
async function isOfBoughtCart(refused: HttpAnswer, buyer: Buyer): Promise<boolean> {
  if (problemCode(refused) !== 'checkout_exists') return false
  const path = `/v1/checkouts/${CheckoutExists.parse(refused.body).checkout_id}`
  const asked: HttpRequest = { method: 'GET', path, token: buyer.token }
  const answer = expectStatus(asked, await buyer.client.call(asked), [200])
  return BOUGHT.includes(Checkout.parse(answer.body).state)
}

async function cartIsRenewed(buyer: Buyer, boughtCartId: string | null): Promise<void> {
  if (boughtCartId === null) return
  const asked: HttpRequest = { method: 'GET', path: '/v1/cart', token: buyer.token }
  await until(async () => {
    const answer = expectStatus(asked, await buyer.client.call(asked), [200])
    return Cart.parse(answer.body).cart_id === boughtCartId ? { notYet: answer } : { done: true }
  }, asked)
}

async function fillCart(
  order: ExpectedOrder,
  buyer: Buyer,
): Promise<{ cartId: string | null; refills: number }> {
  const { client, token, losses } = buyer
  const send = async (asked: HttpRequest): Promise<HttpAnswer> => {
    return expectStatus(asked, await client.call(asked), [200, 201, 204])
  }
  const look: HttpRequest = { method: 'GET', path: '/v1/cart', token }
  for (let refills = 0; ; refills += 1) {
    const before = losses.mark()
    await send({ method: 'DELETE', path: '/v1/cart', token })
    for (const { sku, quantity } of order.lines) {
      const path = `/v1/cart/items/${encodeURIComponent(sku)}`
      await send({ method: 'PUT', path, token, body: { quantity } })
    }
    const answer = await send(look)
    const cart = Cart.parse(answer.body)
    if (holdsExactly(cart.lines, order)) return { cartId: cart.cart_id ?? null, refills }
    if (!(await losses.since(before)) || refills === ATTEMPTS_MAX) {
      throw new UnexpectedAnswer(look, answer)
    }
  }
}

function holdsExactly(
  lines: readonly { sku: string; quantity: number }[],
  order: ExpectedOrder,
): boolean {
  const wanted = new Map(order.lines.map((line) => [line.sku, line.quantity]))
  if (lines.length !== wanted.size) return false
  return lines.every((line) => wanted.get(line.sku) === line.quantity)
}

async function openCheckout(order: ExpectedOrder, buyer: Buyer, attempt: number) {
  const key = `${order.invoiceNo}-checkout`
  const asked: HttpRequest = {
    method: 'POST',
    path: '/v1/checkouts',
    token: buyer.token,
    // A refusal is kept under its key; only after one, when no checkout was made, a new key is due.
    key: attempt === 1 ? key : `${key}-${attempt}`,
    body: { shipping_address: addressOf(order.buyer) },
  }
  const answer = expectStatus(asked, await buyer.client.call(asked), [201, 409])
  return { asked, answer, status: answer.status, body: answer.body }
}

async function pay(order: ExpectedOrder, buyer: Buyer, checkoutId: string): Promise<void> {
  const asked: HttpRequest = {
    method: 'POST',
    path: `/v1/checkouts/${checkoutId}/pay`,
    token: buyer.token,
    key: `${order.invoiceNo}-pay`,
    body: {
      payment_method: 'pm_card_visa',
      expected_total: { amount: order.totalPence, currency: CURRENCY },
    },
  }
  const answer = expectStatus(asked, await buyer.client.call(asked), [201, 202])
  if (answer.status === 201) return
  const look: HttpRequest = {
    method: 'GET',
    path: `/v1/checkouts/${checkoutId}`,
    token: buyer.token,
  }
  await until(async () => {
    const seen = expectStatus(look, await buyer.client.call(look), [200])
    const { state } = Checkout.parse(seen.body)
    return BOUGHT.includes(state) ? { done: true } : { notYet: seen }
  }, look)
}

/** Asks until it is done; the last answer is the failure when that takes longer than a minute. */
async function until(
  ask: () => Promise<{ done: true } | { notYet: HttpAnswer }>,
  asked: HttpRequest,
): Promise<void> {
  const deadline = performance.now() + SETTLED_WITHIN_MS
  for (let pauseMs = POLL_MS; ; pauseMs = Math.min(pauseMs * 2, 500)) {
    const outcome = await ask()
    if ('done' in outcome) return
    if (performance.now() > deadline) throw new UnexpectedAnswer(asked, outcome.notYet)
    await pause(pauseMs)
  }
}

function addressOf(name: string): Record<string, string> {
  return { name, line1: '1 Market Street', city: 'London', postal_code: 'EC1A 1AA', country: 'GB' }
}
