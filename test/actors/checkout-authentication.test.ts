// The buyer is asked to authenticate, and does, or does not, or pays otherwise, or all at the same
// moment. However it ends: one live payment at most, one capture at most.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { Checkout } from '../../actors/domain/checkout.ts'
import { paymentDeadlineMs } from '../../actors/domain/checkout-expiry.ts'
import { PAYMENT_ATTEMPTS_MAX } from '../../actors/domain/checkout-saga.ts'
import { orderIdOf } from '../../actors/domain/ids.ts'
import { NO_OUTAGES } from '../../actors/domain/outages.ts'
import type { PaymentGateway } from '../../actors/ports/payment-gateway.ts'
import {
  type ScriptedPaymentGateway,
  scriptedPaymentGateway,
} from '../../src/payments/scripted-payment-gateway.ts'
import { checkoutCompleter } from '../../src/workers/checkout-completer.ts'
import { gatedGateway } from '../support/gated-gateway.ts'
import {
  answerOf,
  assertNotCharged,
  lost,
  NOON_MS,
  openSale,
  orderOf,
  type Sale,
  settle,
  wordOf,
} from '../support/sale.ts'
import { HOLD_TTL_MS } from '../support/shop.ts'

const test = suite('authentication of a payment')
const CARD = 'pm_card_authenticationRequired'

/** A checkout whose first payment, under the key `pay`, waits for its buyer. */
async function authenticating() {
  const books = scriptedPaymentGateway()
  const gates = gatedGateway(books)
  const sale = await openSale({ stock: { ROSE: 5 }, gateway: gates })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  const waiting = await sale.pay(checkout, { key: 'pay', card: CARD })
  assert.equal(wordOf(waiting), 'authenticate')
  const intentId = (await sale.load(checkout.id)).payment?.intentId
  assert(intentId)
  return { ...sale, gateway: books, gates, checkout, intentId }
}

function bookOf({ gateway }: Pick<Sale, 'gateway'>, { id }: Checkout) {
  const { captured, capturedIntents, openAuthorised, intents } = gateway.bookOf(orderIdOf(id))
  return { captured, capturedIntents, openAuthorised, intents }
}

const PAID_ONCE = { captured: 700, capturedIntents: 1, openAuthorised: 0 }

test('paying otherwise voids what waits for authentication, then pays, once', async () => {
  const { checkout, ...sale } = await authenticating()
  const order = orderOf(await sale.pay(checkout, { key: 'other' }))
  assert.equal(order.payment.method, 'pm_card_visa')
  await sale.atRest(checkout.id)
  assert.deepEqual(bookOf(sale, checkout), { ...PAID_ONCE, intents: 2 })
  const operations = sale.gateway.calls.map(({ operation }) => operation)
  assert(operations.indexOf('void') < operations.lastIndexOf('create'), 'first the void')
  const first = answerOf(await sale.pay(checkout, { key: 'pay', card: CARD }))
  assert(first.kind === 'refused' && first.refusal === 'payment_replaced')
  assert.equal(first.checkoutId, checkout.id)
  assert.deepEqual(sale.books.order(orderIdOf(checkout.id))?.attempts, ['voided', 'captured'])
  assert.deepEqual(sale.shop.bugs, [])
})

test('what was authenticated at the same moment stands, and nothing else is begun', async () => {
  const { checkout, intentId, ...sale } = await authenticating()
  const reading = sale.gates.hang('find', 'before')
  const paying = sale.pay(checkout, { key: 'other' })
  await reading.arrived
  sale.gateway.authenticate(intentId, true)
  reading.letGo()
  assert.equal(wordOf(await paying), 'already_paid')
  await sale.atRest(checkout.id)
  assert.deepEqual(bookOf(sale, checkout), { ...PAID_ONCE, intents: 1 })
  orderOf(await sale.pay(checkout, { key: 'pay', card: CARD }))
})

test('what is authenticated after the read is void, and the other payment is the one', async () => {
  const { checkout, intentId, ...sale } = await authenticating()
  const voiding = sale.gates.hang('void', 'before')
  const paying = sale.pay(checkout, { key: 'other' })
  await voiding.arrived
  sale.gateway.authenticate(intentId, true)
  await sale.shop.client.nudge(checkout.id)
  voiding.letGo()
  orderOf(await paying)
  await sale.atRest(checkout.id)
  assert.deepEqual(bookOf(sale, checkout), { ...PAID_ONCE, intents: 2 })
})

test('no second payment begins while it is not known that the first is void', async () => {
  const { checkout, ...sale } = await authenticating()
  sale.gateway.play(...Array.from({ length: 3 }, () => lost('void', false)))
  const paying = sale.pay(checkout, { key: 'other' })
  await sale.pass(10_000)
  assert.equal(wordOf(await paying), 'payment_pending')
  assert.equal(bookOf(sale, checkout).intents, 1)
  assert.equal(wordOf(await sale.pay(checkout, { key: 'third' })), 'payment_in_progress')
  await sale.pass(60_000)
  orderOf(await sale.pay(checkout, { key: 'other' }))
  assert.deepEqual(bookOf(sale, checkout), { ...PAID_ONCE, intents: 2 })
})

test('50 races of authenticating and paying otherwise leave one payment each', async () => {
  const gateway = scriptedPaymentGateway()
  const sale = await openSale({ stock: { ROSE: 1_000 }, gateway: slowly(gateway) })
  const winners = new Set<string>()
  for (let round = 0; round < 50; round += 1) {
    const checkout = await sale.opened('ada', { ROSE: 2 })
    await sale.pay(checkout, { card: CARD })
    const intentId = (await sale.load(checkout.id)).payment?.intentId ?? ''
    const paying = sale.pay(checkout)
    for (let turn = 0; turn < round % 25; turn += 1) await new Promise(setImmediate)
    gateway.authenticate(intentId, true)
    await sale.shop.client.nudge(checkout.id)
    winners.add(wordOf(await paying))
    const { state } = await sale.atRest(checkout.id)
    assert.equal(state, 'captured')
    const book = bookOf({ gateway }, checkout)
    assert.deepEqual({ ...book, intents: 0 }, { ...PAID_ONCE, intents: 0 })
  }
  assert.deepEqual([...winners].toSorted(), ['already_paid', 'order_confirmed'])
})

/**
 * Reads and voids take a few turns of the event loop, so that others come in between; a second
 * payment that holds money beside the first is found where it begins to.
 */
function slowly(gateway: ScriptedPaymentGateway): PaymentGateway {
  const turns = async () => {
    for (let turn = 0; turn < 4; turn += 1) await new Promise(setImmediate)
  }
  return {
    ...gateway,
    async confirm(...call) {
      const outcome = await gateway.confirm(...call)
      const orderId = outcome.kind === 'ok' ? outcome.intent.metadata['order_id'] : undefined
      assert(gateway.bookOf(orderId ?? '').openAuthorised <= 700, 'two payments are live')
      return outcome
    },
    async find(...call) {
      await turns()
      return gateway.find(...call)
    },
    async void(...call) {
      await turns()
      return gateway.void(...call)
    },
  }
}

test('a crash between the void and the next payment goes on with the same key', async () => {
  const sale = await openSale({ stock: { ROSE: 5 }, crashAt: 'after_voided' })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  await sale.pay(checkout, { key: 'pay', card: CARD })
  void sale.pay(checkout, { key: 'other' })
  await sale.shop.crashed
  const next = await sale.reopen()
  orderOf(await next.pay(checkout, { key: 'other' }))
  await next.atRest(checkout.id)
  assert.deepEqual(bookOf(sale, checkout), { ...PAID_ONCE, intents: 2 })
  assert.deepEqual(await next.stock('ROSE'), [3, 0, 2])
})

test('a failed authentication is void before it is told, and another card pays', async () => {
  const { checkout, intentId, ...sale } = await authenticating()
  sale.gateway.authenticate(intentId, false)
  await sale.shop.client.nudge(checkout.id)
  await settle()
  assert.equal((await sale.load(checkout.id)).state, 'open')
  const found = await sale.gateway.find(intentId, { timeoutMs: 1 })
  assert(found.kind === 'ok' && found.intent.status === 'voided', 'its secret is out')
  const declined = await sale.pay(checkout, { key: 'pay', card: CARD })
  assert.equal(wordOf(declined), 'payment_declined')
  orderOf(await sale.pay(checkout, { key: 'other' }))
})

test('a webhook that is lost is made up for by the completer', async () => {
  const { checkout, intentId, ...sale } = await authenticating()
  const complete = checkoutCompleter(sale.shop.journal, sale.shop.client)
  sale.gateway.authenticate(intentId, true)
  for (let second = 0; second < 20; second += 1) {
    await sale.pass(1_000)
    await complete()
  }
  await sale.atRest(checkout.id)
  assert.deepEqual(bookOf(sale, checkout), { ...PAID_ONCE, intents: 1 })
})

test('an authentication nobody finishes is void at the deadline, and its stock free', async () => {
  const { checkout, ...sale } = await authenticating()
  const complete = checkoutCompleter(sale.shop.journal, sale.shop.client)
  await sale.pass(paymentDeadlineMs(checkout, NO_OUTAGES) - NOON_MS - 1_000)
  await complete()
  await settle()
  assert.equal((await sale.load(checkout.id)).state, 'paying')
  assert.deepEqual(await sale.stock('ROSE'), [3, 2, 0])
  await sale.pass(30_000)
  await complete()
  await settle()
  assert.equal((await sale.atRest(checkout.id)).state, 'expired')
  assertNotCharged(sale.gateway, checkout)
  assert.deepEqual(await sale.stock('ROSE'), [5, 0, 0])
  const late = await sale.pay(checkout, { key: 'pay', card: CARD })
  assert.equal(wordOf(late), 'checkout_expired')
})

test('past the end of the hold the payment that waits is the last one', async () => {
  const { checkout, intentId, ...sale } = await authenticating()
  await sale.pass(HOLD_TTL_MS)
  assert.equal(wordOf(await sale.pay(checkout, { key: 'other' })), 'payment_in_progress')
  sale.gateway.authenticate(intentId, true)
  await sale.shop.client.nudge(checkout.id)
  await sale.atRest(checkout.id)
  assert.deepEqual(bookOf(sale, checkout), { ...PAID_ONCE, intents: 1 })
})

test('five cards may be asked to authenticate, and no sixth', async () => {
  const { checkout, ...sale } = await authenticating()
  for (let attempt = 2; attempt <= PAYMENT_ATTEMPTS_MAX; attempt += 1) {
    assert.equal(wordOf(await sale.pay(checkout, { card: CARD })), 'authenticate')
  }
  assert.equal(wordOf(await sale.pay(checkout)), 'too_many_attempts')
  assert.equal((await sale.load(checkout.id)).payment?.attempt, PAYMENT_ATTEMPTS_MAX)
  assert.equal(wordOf(await sale.cancel(checkout)), 'checkout_cancelled')
  assertNotCharged(sale.gateway, checkout)
  assert.deepEqual(await sale.stock('ROSE'), [5, 0, 0])
})

test('a cancel wins over a payment that takes the place of another', async () => {
  const { checkout, ...sale } = await authenticating()
  const voiding = sale.gates.hang('void', 'before')
  const paying = sale.pay(checkout, { key: 'other' })
  await voiding.arrived
  assert.equal(wordOf(await sale.cancel(checkout)), 'checkout_cancelled')
  voiding.letGo()
  assert.equal(wordOf(await paying), 'not_open')
  await settle()
  assertNotCharged(sale.gateway, checkout)
  assert.equal(bookOf(sale, checkout).intents, 1)
  assert.deepEqual(await sale.stock('ROSE'), [5, 0, 0])
  assert.deepEqual(sale.shop.bugs, [])
})

test.run()
