// Nobody knows what became of a payment: the answer is lost, late, or the gateway is gone. Nothing
// is then called declined or failed, and in the end the books agree with what the buyer was told.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { paymentDeadlineMs } from '../../actors/domain/checkout-expiry.ts'
import { orderIdOf } from '../../actors/domain/ids.ts'
import { NO_OUTAGES } from '../../actors/domain/outages.ts'
import type { GatewayOperation } from '../../src/payments/scripted-payment-gateway.ts'
import { scriptedPaymentGateway } from '../../src/payments/scripted-payment-gateway.ts'
import { gatedGateway } from '../support/gated-gateway.ts'
import {
  answerOf,
  assertChargedOnce,
  assertNotCharged,
  lost,
  NOON_MS,
  openSale,
  orderOf,
  settle,
  wordOf,
} from '../support/sale.ts'
import { BUDGET_MS } from '../support/shop.ts'

const test = suite('a payment nobody knows the outcome of')
const HOUR_MS = 3_600_000

const gone = (operation: GatewayOperation, calls: number) =>
  Array.from({ length: calls }, () => lost(operation, false))

for (const executed of [true, false]) {
  const what = executed ? 'took effect' : 'never arrived'

  test(`a confirmation that ${what} is found out by itself, on the same intent`, async () => {
    const sale = await openSale({ stock: { ROSE: 5 } })
    const checkout = await sale.opened('ada', { ROSE: 2 })
    sale.gateway.play(lost('confirm', executed))
    const paying = sale.pay(checkout, { key: 'pay' })
    await sale.pass(2_000)
    orderOf(await paying)
    await sale.atRest(checkout.id)
    assertChargedOnce(sale.gateway, checkout)
  })

  test(`a creation that ${what} does not make a second intent`, async () => {
    const sale = await openSale({ stock: { ROSE: 5 } })
    const checkout = await sale.opened('ada', { ROSE: 2 })
    sale.gateway.play(lost('create', executed))
    const paying = sale.pay(checkout, { key: 'pay' })
    await sale.pass(2_000)
    orderOf(await paying)
    await sale.atRest(checkout.id)
    assertChargedOnce(sale.gateway, checkout)
  })

  test(`a capture that ${what} is retried with its key and never voided`, async () => {
    const sale = await openSale({ stock: { ROSE: 5 } })
    const checkout = await sale.opened('ada', { ROSE: 2 })
    sale.gateway.play(lost('capture', executed), lost('capture', false), lost('capture', false))
    orderOf(await sale.pay(checkout))
    assert.equal(wordOf(await sale.cancel(checkout)), 'too_late_to_cancel')
    assert.equal((await sale.load(checkout.id)).state, 'confirmed')
    await sale.pass(60_000)
    assert.equal((await sale.load(checkout.id)).state, 'captured')
    assertChargedOnce(sale.gateway, checkout)
    const captures = sale.gateway.calls.filter(({ operation }) => operation === 'capture')
    assert.equal(captures.length, 4)
    assert.equal(new Set(captures.map(({ idempotencyKey }) => idempotencyKey)).size, 1)
    assert(sale.gateway.calls.every(({ operation }) => operation !== 'void'))
  })
}

test('who waited 10 s is told that it is pending; the same key later shows the order', async () => {
  const sale = await openSale({ stock: { ROSE: 5 } })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  sale.gateway.play(lost('confirm', true), ...gone('find', 2))
  const paying = sale.pay(checkout, { key: 'pay' })
  await sale.pass(BUDGET_MS - 1)
  assert.equal(await Promise.race([paying, settle().then(() => 'silence')]), 'silence')
  await sale.pass(1)
  assert.equal(wordOf(await paying), 'payment_pending')
  const again = await sale.pay(checkout, { key: 'pay' })
  assert(again.kind === 'interim' && again.replayed, 'a repeat shows what is true by then')
  assert.equal(wordOf(await sale.pay(checkout, { key: 'other' })), 'payment_in_progress')
  await sale.pass(30_000)
  orderOf(await sale.pay(checkout, { key: 'pay' }))
  await sale.atRest(checkout.id)
  assertChargedOnce(sale.gateway, checkout)
})

test('a failure that the gateway keeps under a key is decided by a read', async () => {
  const sale = await openSale({ stock: { ROSE: 5 } })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  sale.gateway.play(lost('confirm', true, true))
  const paying = sale.pay(checkout)
  await sale.pass(2_000)
  orderOf(await paying)
  await sale.atRest(checkout.id)
  assertChargedOnce(sale.gateway, checkout)
})

test('a failure kept under a key of a call without effect takes another key, once', async () => {
  const sale = await openSale({ stock: { ROSE: 5 } })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  sale.gateway.play(lost('confirm', false, true))
  orderOf(await sale.pay(checkout))
  await sale.atRest(checkout.id)
  const keys = sale.gateway.calls
    .filter(({ operation }) => operation === 'confirm')
    .map(({ idempotencyKey }) => idempotencyKey)
  const orderId = orderIdOf(checkout.id)
  assert.deepEqual(keys, [`${orderId}:confirm:1`, `${orderId}:confirm:1.1`])
  assertChargedOnce(sale.gateway, checkout)
})

test('a gateway that is gone is asked ever more rarely', async () => {
  const sale = await openSale({ stock: { ROSE: 5 } })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  sale.gateway.play(...gone('create', 1_000))
  void sale.pay(checkout)
  await sale.pass(60_000)
  assert(sale.gateway.calls.length <= 7, `${sale.gateway.calls.length} calls in a minute`)
})

test('a gateway that keeps a failure under every key is asked ever more rarely, too', async () => {
  const sale = await openSale({ stock: { ROSE: 5 } })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  const failThenKeepIt = [lost('create', false), lost('create', false, true)]
  sale.gateway.play(...Array.from({ length: 200 }, () => failThenKeepIt).flat())
  void sale.pay(checkout)
  await sale.pass(60_000)
  assert(sale.gateway.calls.length <= 16, `${sale.gateway.calls.length} calls in a minute`)
})

test('a gateway that names a time is not asked before it', async () => {
  const sale = await openSale({ stock: { ROSE: 5 } })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  const outcome = { kind: 'throttled', retryAfterMs: 7_000 } as const
  sale.gateway.play({ operation: 'create', outcome, executed: false })
  const paying = sale.pay(checkout)
  await sale.pass(6_000)
  assert.equal(sale.gateway.calls.length, 1)
  await sale.pass(1_500)
  orderOf(await paying)
})

test('past the deadline a payment is voided and its units sold to somebody else', async () => {
  const sale = await openSale({ stock: { ROSE: 2 } })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  sale.gateway.play(lost('confirm', true), ...gone('find', 1_000))
  void sale.pay(checkout, { key: 'pay' })
  await sale.pass(paymentDeadlineMs(checkout, NO_OUTAGES) - NOON_MS - 1)
  assert.equal((await sale.load(checkout.id)).state, 'paying', 'given up too early')
  assert.deepEqual(await sale.stock('ROSE'), [0, 2, 0])
  await sale.pass(HOUR_MS)
  const expired = await sale.atRest(checkout.id)
  assert.deepEqual([expired.state, expired.payment?.status], ['expired', 'voided'])
  assertNotCharged(sale.gateway, checkout)
  assert.deepEqual(await sale.stock('ROSE'), [2, 0, 0])
  assert.equal(wordOf(await sale.pay(checkout, { key: 'pay' })), 'checkout_expired')
})

test('stock is given back at the deadline though nobody can void; the void follows', async () => {
  const sale = await openSale({ stock: { ROSE: 2 } })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  sale.gateway.play(lost('confirm', true), ...gone('find', 1_000), ...gone('void', 60))
  void sale.pay(checkout)
  await sale.pass(paymentDeadlineMs(checkout, NO_OUTAGES) - NOON_MS + HOUR_MS / 4)
  assert.equal((await sale.load(checkout.id)).state, 'releasing')
  assert.deepEqual(await sale.stock('ROSE'), [2, 0, 0])
  await sale.pass(2 * HOUR_MS)
  assert.equal((await sale.atRest(checkout.id)).state, 'expired')
  assertNotCharged(sale.gateway, checkout)
})

test('an intent that may exist unseen is brought to light by its key and voided', async () => {
  const sale = await openSale({ stock: { ROSE: 2 } })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  sale.gateway.play(lost('create', true))
  void sale.pay(checkout)
  await settle()
  assert.equal(wordOf(await sale.cancel(checkout)), 'checkout_cancelled')
  const book = sale.gateway.bookOf(orderIdOf(checkout.id))
  assert.deepEqual(book, { intents: 1, capturedIntents: 0, captured: 0, openAuthorised: 0 })
  const keys = sale.gateway.calls.map(({ operation, idempotencyKey }) => [
    operation,
    idempotencyKey,
  ])
  const key = `${orderIdOf(checkout.id)}:create:1`
  assert.deepEqual(keys.slice(0, 2), [
    ['create', key],
    ['create', key],
  ])
})

for (const executed of [true, false]) {
  const what = executed ? 'and yet has happened' : 'while the money is still held'

  test(`a capture that is refused ${what} is captured in the end, not taken back`, async () => {
    const sale = await openSale({ stock: { ROSE: 5 } })
    const checkout = await sale.opened('ada', { ROSE: 2 })
    const outcome = { kind: 'conflict', code: 'payment_intent_unexpected_state' } as const
    sale.gateway.play({ operation: 'capture', outcome, executed })
    orderOf(await sale.pay(checkout))
    await sale.pass(2_000)
    assert.equal((await sale.atRest(checkout.id)).state, 'captured')
    assertChargedOnce(sale.gateway, checkout)
    assert.deepEqual(await sale.stock('ROSE'), [3, 0, 2])
  })
}

test('a capture refused for good gives the units back and the order is cancelled', async () => {
  const gateway = scriptedPaymentGateway()
  const gated = gatedGateway(gateway)
  const sale = await openSale({ stock: { ROSE: 5 }, gateway: gated })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  const capture = gated.hang('capture', 'before')
  orderOf(await sale.pay(checkout, { key: 'pay' }))
  await capture.arrived
  // The authorisation ran out at the gateway before the capture got there.
  const intentId = (await sale.load(checkout.id)).payment?.intentId
  assert(intentId)
  await gateway.void(intentId, { idempotencyKey: 'run-out', timeoutMs: 1_000 })
  capture.letGo()
  const reversed = await sale.atRest(checkout.id)
  assert.deepEqual([reversed.state, reversed.payment?.status], ['reversed', 'voided'])
  assertNotCharged(gateway, checkout)
  assert.deepEqual(await sale.stock('ROSE'), [5, 0, 0])
  const order = sale.books.order(orderIdOf(checkout.id))
  assert.deepEqual([order?.status, order?.capturedAmount], ['cancelled', 0])
  const topics = sale.books.events.map(({ topic }) => topic)
  assert.deepEqual(topics, ['order.confirmed', 'order.cancelled'])
  // What was said stays said; what became of it is read from the order.
  orderOf(await sale.pay(checkout, { key: 'pay' }))
})

test('an authentication that a hint reports finishes the payment', async () => {
  const sale = await openSale({ stock: { ROSE: 5 } })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  const card = 'pm_card_authenticationRequired'
  const waiting = await sale.pay(checkout, { key: 'pay', card })
  assert.equal(wordOf(waiting), 'authenticate')
  const calls = sale.gateway.calls.length
  await sale.pass(60_000)
  assert.equal(sale.gateway.calls.length, calls, 'the buyer takes the time they take')
  const intentId = (await sale.load(checkout.id)).payment?.intentId
  assert(intentId)
  sale.gateway.authenticate(intentId, true)
  await sale.shop.client.nudge(checkout.id)
  assert.equal((await sale.atRest(checkout.id)).state, 'captured')
  assertChargedOnce(sale.gateway, checkout)
  orderOf(await sale.pay(checkout, { key: 'pay', card }))
})

test('an authentication that fails is a decline, and another card pays', async () => {
  const sale = await openSale({ stock: { ROSE: 5 } })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  const card = 'pm_card_authenticationRequired'
  await sale.pay(checkout, { key: 'pay', card })
  const intentId = (await sale.load(checkout.id)).payment?.intentId
  assert(intentId)
  sale.gateway.authenticate(intentId, false)
  await sale.shop.client.nudge(checkout.id)
  await settle()
  const declined = answerOf(await sale.pay(checkout, { key: 'pay', card }))
  assert(declined.kind === 'refused' && declined.refusal === 'payment_declined')
  orderOf(await sale.pay(checkout, { key: 'other' }))
})

test('a storm of hints about one payment asks the gateway no more than needed', async () => {
  const sale = await openSale({ stock: { ROSE: 5 } })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  await sale.pay(checkout, { card: 'pm_card_authenticationRequired' })
  const before = sale.gateway.calls.length
  const hints = Array.from({ length: 50 }, () => sale.shop.client.nudge(checkout.id))
  await Promise.all(hints)
  await settle()
  const calls = sale.gateway.calls.slice(before).map(({ operation }) => operation)
  assert.deepEqual(calls, ['find'])
  assert.equal((await sale.load(checkout.id)).state, 'paying')
})

test.run()
