// Opening and paying in one request, under one key.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { BUYING_CRASH_POINTS } from '../../actors/ports/crash-points.ts'
import {
  answerOf,
  assertChargedOnce,
  assertNotCharged,
  countOf,
  lost,
  openSale,
  orderOf,
  wordOf,
} from '../support/sale.ts'
import { BUDGET_MS, HOLD_TTL_MS } from '../support/shop.ts'

const test = suite('buying at once')
const LINES = { ROSE: 2 }

async function onlyCheckout(sale: Awaited<ReturnType<typeof openSale>>) {
  const [checkout, ...more] = sale.books.checkouts()
  assert(checkout && more.length === 0, 'more than one checkout')
  return checkout
}

test('one request buys: it is answered with the order, and again with the same', async () => {
  const sale = await openSale({ stock: { ROSE: 5 } })
  const first = await sale.buyNow('ada', LINES, { key: 'buy', total: 700 })
  const checkout = await sale.atRest((await onlyCheckout(sale)).id)
  assertChargedOnce(sale.gateway, checkout)
  const again = await sale.buyNow('ada', LINES, { key: 'buy', total: 700 })
  assert(again.kind === 'answer' && again.replayed)
  assert.deepEqual(answerOf(again), { kind: 'order_confirmed', order: orderOf(first) })
  const other = await sale.buyNow('ada', { ROSE: 1 }, { key: 'buy', total: 350 })
  assert.deepEqual(other, { kind: 'key_reused' })
  assert.deepEqual(await sale.stock('ROSE'), [3, 0, 2])
})

test('what is short is refused, and nothing is charged', async () => {
  const sale = await openSale({ stock: { ROSE: 1 } })
  const reply = await sale.buyNow('ada', LINES, { key: 'buy', total: 700 })
  assert.equal(wordOf(reply), 'out_of_stock')
  assert.deepEqual(sale.gateway.calls, [])
  assert.deepEqual(await sale.stock('ROSE'), [1, 0, 0])
})

test('a declined card leaves a checkout that another card can pay', async () => {
  const sale = await openSale({ stock: { ROSE: 5 } })
  const card = 'pm_card_chargeDeclined'
  const declined = answerOf(await sale.buyNow('ada', LINES, { key: 'buy', total: 700, card }))
  assert(declined.kind === 'refused' && declined.refusal === 'payment_declined')
  const checkout = await onlyCheckout(sale)
  assert.equal(declined.checkoutId, checkout.id)
  const again = await sale.buyNow('ada', LINES, { key: 'buy', total: 700, card })
  assert(again.kind === 'answer' && again.replayed)
  orderOf(await sale.pay(checkout))
})

test('a wrong total, or no address, is refused with the checkout to go on with', async () => {
  const sale = await openSale({ stock: { ROSE: 5 } })
  const wrong = answerOf(await sale.buyNow('ada', LINES, { key: 'buy', total: 1 }))
  assert(wrong.kind === 'refused' && wrong.refusal === 'total_changed')
  const checkout = await onlyCheckout(sale)
  assert.equal(wrong.checkoutId, checkout.id)
  const again = await sale.buyNow('ada', LINES, { key: 'buy', total: 1 })
  assert(again.kind === 'answer' && again.replayed)
  orderOf(await sale.pay(checkout))
  const nowhere = await sale.buyNow('bob', LINES, { key: 'buy', total: 700, address: null })
  assert.equal(wordOf(nowhere), 'address_missing')
})

test('an unknown outcome is pending after 10 s, and the order by the same key later', async () => {
  const sale = await openSale({ stock: { ROSE: 5 } })
  sale.gateway.play(lost('confirm', true), lost('find', false), lost('find', false))
  const buying = sale.buyNow('ada', LINES, { key: 'buy', total: 700 })
  await sale.pass(BUDGET_MS)
  assert.equal(wordOf(await buying), 'payment_pending')
  await sale.pass(60_000)
  orderOf(await sale.buyNow('ada', LINES, { key: 'buy', total: 700 }))
  assertChargedOnce(sale.gateway, await onlyCheckout(sale))
})

test('an authentication is asked for, and a hint finishes what it began', async () => {
  const sale = await openSale({ stock: { ROSE: 5 } })
  const card = 'pm_card_authenticationRequired'
  const asked = await sale.buyNow('ada', LINES, { key: 'buy', total: 700, card })
  assert.equal(wordOf(asked), 'authenticate')
  const { id, payment } = await onlyCheckout(sale)
  assert(payment?.intentId)
  sale.gateway.authenticate(payment.intentId, true)
  await sale.shop.client.nudge(id)
  await sale.atRest(id)
  orderOf(await sale.buyNow('ada', LINES, { key: 'buy', total: 700, card }))
})

test('a repeat while the buyer has to authenticate is told so at once, each time', async () => {
  const sale = await openSale({ stock: { ROSE: 5 } })
  const asking = { key: 'buy', total: 700, card: 'pm_card_authenticationRequired' }
  await sale.buyNow('ada', LINES, asking)
  // The clock stands still: whoever waited for the budget would wait for ever.
  const repeats = [sale.buyNow('ada', LINES, asking), sale.buyNow('ada', LINES, asking)]
  for (const again of await Promise.all(repeats)) {
    assert(again.kind === 'interim' && again.replayed, JSON.stringify(again))
    assert.equal(again.interim.kind, 'authenticate')
  }
  const next = await sale.reopen()
  const afterwards = await next.buyNow('ada', LINES, asking)
  assert(afterwards.kind === 'interim' && afterwards.replayed, 'also in another process')
})

test('50 parallel requests under one key buy once', async () => {
  const sale = await openSale({ stock: { ROSE: 50 } })
  const buying = Array.from({ length: 50 }, () =>
    sale.buyNow('ada', LINES, { key: 'buy', total: 700 }),
  )
  const words = countOf((await Promise.all(buying)).map(wordOf))
  assert.equal(words['order_confirmed'], 1)
  assert.equal((words['in_progress'] ?? 0) + 1, 50)
  const checkout = await sale.atRest((await onlyCheckout(sale)).id)
  assertChargedOnce(sale.gateway, checkout)
  assert.deepEqual(await sale.stock('ROSE'), [48, 0, 2])
})

for (const point of BUYING_CRASH_POINTS.slice(0, 3)) {
  test(`${point}: after a crash and the end of the hold the key is told so`, async () => {
    const sale = await openSale({ stock: { ROSE: 5 }, crashAt: point })
    void sale.buyNow('ada', LINES, { key: 'buy', total: 700 })
    await sale.shop.crashed
    await sale.pass(HOLD_TTL_MS)
    const next = await sale.reopen()
    const reply = await next.buyNow('ada', LINES, { key: 'buy', total: 700 })
    assert.equal(wordOf(reply), 'checkout_expired')
    const { id } = await onlyCheckout(sale)
    await next.shop.client.nudge(id)
    const checkout = await next.atRest(id)
    assert.equal(checkout.state, 'expired')
    assertNotCharged(sale.gateway, checkout)
    assert.deepEqual(await next.stock('ROSE'), [5, 0, 0])
    const again = await next.buyNow('ada', LINES, { key: 'buy', total: 700 })
    assert(again.kind === 'answer' && again.replayed)
    assert.deepEqual(next.shop.bugs, [])
  })
}

test.run()
