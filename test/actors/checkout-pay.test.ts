// Paying, as buyers do it: once, twice, in parallel, with a card that fails, too late. What they
// were charged is read from the gateway's books, what was sold from the ledger.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { orderIdOf } from '../../actors/domain/ids.ts'
import {
  answerOf,
  assertChargedOnce,
  assertNotCharged,
  countOf,
  openSale,
  orderOf,
  wordOf,
} from '../support/sale.ts'
import { HOLD_TTL_MS } from '../support/shop.ts'

const test = suite('paying a checkout')
const MINUTE_MS = 60_000

test('a checkout that is paid is an order, charged once and captured, its units sold', async () => {
  const sale = await openSale({ stock: { ROSE: 10, TULIP: 10 } })
  const checkout = await sale.opened('ada', { ROSE: 2, TULIP: 1 })
  assert.deepEqual(await sale.stock('ROSE'), [8, 2, 0])
  const order = orderOf(await sale.pay(checkout))
  assert.equal(order.status, 'confirmed')
  assert.deepEqual(order.total, { amount: 1_050, currency: 'GBP' })
  assert.equal((await sale.atRest(checkout.id)).state, 'captured')
  assertChargedOnce(sale.gateway, checkout)
  assert.deepEqual(await sale.stock('ROSE'), [8, 0, 2])
  assert.deepEqual(await sale.stock('TULIP'), [9, 0, 1])
  const topics = sale.books.events.map(({ topic }) => topic)
  assert.deepEqual(topics, ['order.confirmed', 'payment.captured'])
  assert.deepEqual(sale.shop.bugs, [])
})

test('a declined card leaves the stock held until its old end, and another card pays', async () => {
  const sale = await openSale({ stock: { ROSE: 10 } })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  await sale.pass(5 * MINUTE_MS)
  const declined = answerOf(await sale.pay(checkout, { card: 'pm_card_chargeDeclinedLostCard' }))
  assert(declined.kind === 'refused' && declined.refusal === 'payment_declined')
  assert.equal(declined.details.declineCode, 'lost_card')
  assert.equal(declined.checkoutId, checkout.id)
  const back = await sale.load(checkout.id)
  assert.equal(back.state, 'open')
  assert.equal(back.expiresAtMs, checkout.expiresAtMs)
  assert.deepEqual(await sale.stock('ROSE'), [8, 2, 0])
  orderOf(await sale.pay(checkout))
  await sale.atRest(checkout.id)
  const book = sale.gateway.bookOf(orderIdOf(checkout.id))
  assert.deepEqual(book, { intents: 2, capturedIntents: 1, captured: 700, openAuthorised: 0 })
  assert.deepEqual(sale.books.order(orderIdOf(checkout.id))?.attempts, ['failed', 'captured'])
})

test('a payment method nobody knows is told as such; the stock stays, another pays', async () => {
  const sale = await openSale({ stock: { ROSE: 10 } })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  const typo = { key: 'typo', card: 'pm_card_viza' }
  assert.equal(wordOf(await sale.pay(checkout, typo)), 'payment_method_unknown')
  const again = await sale.pay(checkout, typo)
  assert(again.kind === 'answer' && again.replayed)
  assert.deepEqual(await sale.stock('ROSE'), [8, 2, 0])
  const back = await sale.load(checkout.id)
  assert.deepEqual([back.state, back.payment?.status], ['open', 'failed'])
  orderOf(await sale.pay(checkout))
  await sale.atRest(checkout.id)
  assert.equal(sale.gateway.bookOf(orderIdOf(checkout.id)).captured, 700)
  const other = await sale.opened('ada', { ROSE: 1 })
  for (let attempt = 1; attempt <= 5; attempt += 1) await sale.pay(other, { card: 'pm_card_viza' })
  assert.equal(wordOf(await sale.pay(other)), 'too_many_attempts')
})

test('after a decline nobody heard of again, the hold ends when it always was to end', async () => {
  const sale = await openSale({ stock: { ROSE: 3 } })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  await sale.pay(checkout, { card: 'pm_card_chargeDeclined' })
  await sale.pass(HOLD_TTL_MS)
  assert.deepEqual(await sale.stock('ROSE'), [3, 0, 0])
  assert.equal(wordOf(await sale.pay(checkout)), 'checkout_expired')
})

test('five cards are tried on a checkout, the sixth is refused', async () => {
  const sale = await openSale({ stock: { ROSE: 3 } })
  const checkout = await sale.opened('ada', { ROSE: 1 })
  for (let card = 1; card <= 5; card += 1) {
    const reply = await sale.pay(checkout, { card: 'pm_card_chargeDeclined' })
    assert.equal(wordOf(reply), 'payment_declined')
  }
  assert.equal(wordOf(await sale.pay(checkout)), 'too_many_attempts')
  assertNotCharged(sale.gateway, checkout)
})

test('50 parallel requests under one key charge once: one answer, 49 are to wait', async () => {
  const sale = await openSale({ stock: { ROSE: 10 } })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  const paying = Array.from({ length: 50 }, () => sale.pay(checkout, { key: 'one' }))
  const replies = await Promise.all(paying)
  assert.deepEqual(countOf(replies.map(wordOf)), { order_confirmed: 1, in_progress: 49 })
  const again = await sale.pay(checkout, { key: 'one' })
  assert(again.kind === 'answer' && again.replayed)
  await sale.atRest(checkout.id)
  assertChargedOnce(sale.gateway, checkout)
  assert.deepEqual(await sale.stock('ROSE'), [8, 0, 2])
})

test('50 parallel requests under 50 keys charge once: the others are told why not', async () => {
  const sale = await openSale({ stock: { ROSE: 10 } })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  const paying = Array.from({ length: 50 }, (_, tab) => sale.pay(checkout, { key: `tab-${tab}` }))
  const replies = await Promise.all(paying)
  assert.deepEqual(countOf(replies.map(wordOf)), { order_confirmed: 1, payment_in_progress: 49 })
  assert.equal(wordOf(await sale.pay(checkout, { key: 'late' })), 'already_paid')
  await sale.atRest(checkout.id)
  assertChargedOnce(sale.gateway, checkout)
})

test('a key answers with the same words for ever, and not at all for another request', async () => {
  const sale = await openSale({ stock: { ROSE: 10 } })
  const checkout = await sale.opened('ada', { ROSE: 2 }, { key: 'open' })
  const first = await sale.pay(checkout, { key: 'pay' })
  await sale.atRest(checkout.id)
  const again = await sale.pay(checkout, { key: 'pay' })
  assert(first.kind === 'answer' && again.kind === 'answer')
  assert.deepEqual(again.answer, first.answer)
  assert.deepEqual([first.replayed, again.replayed], [false, true])
  assert.equal(again.requestId, first.requestId)
  const other = await sale.pay(checkout, { key: 'pay', card: 'pm_card_amex' })
  assert.deepEqual(other, { kind: 'key_reused' })
  const opened = await sale.open('ada', { ROSE: 2 }, { key: 'open' })
  assert.deepEqual(answerOf(opened), { kind: 'checkout_opened', checkout })
  assert.equal(wordOf(await sale.open('ada', { ROSE: 3 }, { key: 'open' })), 'key_reused')
  assert.equal(wordOf(await sale.open('bob', { ROSE: 2 }, { key: 'open' })), 'checkout_opened')
})

test('another request under a key that is being paid with is told so', async () => {
  const sale = await openSale({ stock: { ROSE: 10 } })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  const replies = await Promise.all([
    sale.pay(checkout, { key: 'one' }),
    sale.pay(checkout, { key: 'one', card: 'pm_card_amex' }),
  ])
  assert.deepEqual(replies.map(wordOf), ['order_confirmed', 'key_reused'])
})

test('a total that is not the one in the shop is refused, and the refusal is kept', async () => {
  const sale = await openSale({ stock: { ROSE: 10 } })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  const refused = answerOf(await sale.pay(checkout, { key: 'low', total: 1 }))
  assert(refused.kind === 'refused' && refused.refusal === 'total_changed')
  assert.deepEqual(refused.details, {
    expected: { amount: 1, currency: 'GBP' },
    actual: { amount: 700, currency: 'GBP' },
    priceChanges: [],
  })
  const again = await sale.pay(checkout, { key: 'low', total: 1 })
  assert(again.kind === 'answer' && again.replayed)
  assert.equal((await sale.load(checkout.id)).state, 'open')
  assert.deepEqual(sale.gateway.calls, [])
})

test('whoever pays after the hold ended is told so, and no gateway is asked', async () => {
  const sale = await openSale({ stock: { ROSE: 2 } })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  await sale.pass(HOLD_TTL_MS)
  assert.deepEqual(await sale.stock('ROSE'), [2, 0, 0])
  assert.equal(wordOf(await sale.pay(checkout, { key: 'late' })), 'checkout_expired')
  assert.deepEqual(sale.gateway.calls, [])
  await sale.opened('bob', { ROSE: 2 })
})

test('a hold that ended before it was pinned ends the payment, no gateway is asked', async () => {
  const sale = await openSale({ stock: { ROSE: 2 }, crashAt: 'after_payment_journalled' })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  void sale.pay(checkout, { key: 'pay' })
  await sale.shop.crashed
  await sale.pass(HOLD_TTL_MS)
  const next = await sale.reopen()
  assert.equal(wordOf(await next.pay(checkout, { key: 'pay' })), 'checkout_expired')
  const expired = await next.atRest(checkout.id)
  assert.deepEqual([expired.state, expired.payment?.status], ['expired', 'failed'])
  assert.deepEqual(await next.stock('ROSE'), [2, 0, 0])
  assert.deepEqual(sale.gateway.calls, [])
})

test('an order that costs nothing is confirmed without a gateway', async () => {
  const sale = await openSale({ stock: { SAMPLE: 5 }, price: 0 })
  const checkout = await sale.opened('ada', { SAMPLE: 1 })
  assert.equal(orderOf(await sale.pay(checkout)).payment.status, 'captured')
  assert.equal((await sale.atRest(checkout.id)).state, 'captured')
  assert.deepEqual(sale.gateway.calls, [])
  assert.deepEqual(await sale.stock('SAMPLE'), [4, 0, 1])
})

test("somebody else's checkout can be neither paid nor cancelled", async () => {
  const sale = await openSale({ stock: { ROSE: 5 } })
  const checkout = await sale.opened('ada', { ROSE: 1 })
  const asBob = { ...checkout, userId: 'bob' as typeof checkout.userId }
  assert.equal(wordOf(await sale.pay(asBob)), 'checkout_not_found')
  assert.equal(wordOf(await sale.cancel(asBob)), 'checkout_not_found')
  orderOf(await sale.pay(checkout))
})

test.run()
