// The process dies where it hurts most, at each of the named points, and another one takes its
// place on the same ledger, journal and gateway. The buyer asks again under the same keys, and the
// books must not show that anything happened.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { KeyedReply } from '../../actors/checkout-client.ts'
import type { Checkout } from '../../actors/domain/checkout.ts'
import type { CheckoutId } from '../../actors/domain/ids.ts'
import {
  BUYING_CRASH_POINTS,
  type CrashPoint,
  RELEASING_CRASH_POINTS,
} from '../../actors/ports/crash-points.ts'
import { checkoutCompleter } from '../../src/workers/checkout-completer.ts'
import {
  answerOf,
  assertChargedOnce,
  assertNotCharged,
  lost,
  openSale,
  orderOf,
  type Sale,
  settle,
  wordOf,
} from '../support/sale.ts'

const test = suite('a crash in a checkout')

const LINES = { ROSE: 2, TULIP: 3 }
const STOCK = { ROSE: 5, TULIP: 5 }

type Buyer = Pick<Sale, 'open' | 'pay' | 'buyNow' | 'cancel'>

/** What a buyer does, under keys that a repeat of it uses again. */
async function buy(buyer: Buyer): Promise<KeyedReply> {
  const opened = answerOf(await buyer.open('ada', LINES, { key: 'open', cart: 'cart_1' }))
  assert(opened.kind === 'checkout_opened', `not opened: ${JSON.stringify(opened)}`)
  return buyer.pay(opened.checkout, { key: 'pay' })
}

const buyAtOnce = (buyer: Buyer) => buyer.buyNow('ada', LINES, { key: 'buy', total: 1_750 })

async function onlyCheckout(sale: Sale): Promise<Checkout> {
  const [checkout, ...more] = sale.books.checkouts()
  assert(checkout && more.length === 0, 'a repeat opened another checkout')
  return checkout
}

/** One round of the completer of a shop. */
function complete({ shop }: Pick<Sale, 'shop'>): Promise<boolean> {
  return checkoutCompleter(shop.journal, shop.client)()
}

async function assertSoldOnce(sale: Sale, id: CheckoutId): Promise<void> {
  await complete(sale)
  const checkout = await sale.atRest(id)
  assert.equal(checkout.state, 'captured')
  assertChargedOnce(sale.gateway, checkout)
  assert.deepEqual(await sale.stock('ROSE'), [3, 0, 2])
  assert.deepEqual(await sale.stock('TULIP'), [2, 0, 3])
  const topics = sale.books.events.map(({ topic }) => topic)
  assert.deepEqual(topics, ['order.confirmed', 'payment.captured'])
}

async function crashWhile(
  crashAt: CrashPoint,
  act: (buyer: Buyer) => Promise<KeyedReply>,
): Promise<Sale> {
  const sale = await openSale({ stock: STOCK, crashAt })
  const survived = act(sale).then(settle)
  await Promise.race([sale.shop.crashed, survived])
  return sale
}

for (const point of BUYING_CRASH_POINTS) {
  test(`${point}: the same keys lead to one order, charged once`, async () => {
    const sale = await crashWhile(point, buy)
    assert(sale.shop.isDead(), `${point} was never reached`)
    const next = await sale.reopen()
    const order = orderOf(await buy(next))
    const { id } = await onlyCheckout(sale)
    assert.equal(order.checkoutId, id)
    await assertSoldOnce({ ...sale, ...next }, id)
    assert.deepEqual(next.shop.bugs, [])
    const again = await next.pay(await next.load(id), { key: 'pay' })
    assert(again.kind === 'answer' && again.replayed)
    assert.deepEqual(answerOf(again), { kind: 'order_confirmed', order })
  })

  test(`${point}: a buy-now under the same key leads to one order, charged once`, async () => {
    const sale = await crashWhile(point, buyAtOnce)
    const next = await sale.reopen()
    orderOf(await buyAtOnce(next))
    await assertSoldOnce({ ...sale, ...next }, (await onlyCheckout(sale)).id)
    assert.deepEqual(next.shop.bugs, [])
  })

  test(`${point}: the completer finishes what the buyer never asks for again`, async () => {
    const sale = await crashWhile(point, buy)
    const next = await sale.reopen()
    await complete(next)
    const { id } = await onlyCheckout(sale)
    const ended = { ...sale, ...next }
    await ended.pass(30 * 60_000)
    await complete(next)
    const checkout = await ended.atRest(id)
    if (checkout.state === 'captured') return assertSoldOnce(ended, id)
    assert.equal(checkout.state, 'expired')
    assertNotCharged(sale.gateway, checkout)
    assert.deepEqual(await ended.stock('ROSE'), [5, 0, 0])
  })
}

for (const point of RELEASING_CRASH_POINTS) {
  test(`${point}: a cancelled payment is voided and its units come back once`, async () => {
    const sale = await openSale({ stock: STOCK, crashAt: point })
    const checkout = await sale.opened('ada', LINES, { cart: 'cart_1' })
    sale.gateway.play(lost('confirm', true))
    void sale.pay(checkout, { key: 'pay' })
    await sale.pass(0)
    void sale.cancel(checkout, 'cancel')
    await sale.shop.crashed
    const next = await sale.reopen()
    const cancelling = await next.cancel(checkout, 'cancel')
    assert.equal(wordOf(cancelling), 'cancel_pending')
    const ended = await next.atRest(checkout.id)
    assert.equal(ended.state, 'cancelled')
    assert.equal(wordOf(await next.cancel(checkout, 'cancel')), 'checkout_cancelled')
    assert.equal(wordOf(await next.pay(checkout, { key: 'pay' })), 'not_open')
    assertNotCharged(sale.gateway, checkout)
    assert.deepEqual(await next.stock('ROSE'), [5, 0, 0])
    assert.deepEqual(await next.stock('TULIP'), [5, 0, 0])
    await next.opened('ada', LINES, { cart: 'cart_1' })
  })
}

test('a shop that is dead is refused by the ledger, whatever it still tries', async () => {
  const sale = await openSale({ stock: STOCK })
  const next = await sale.reopen()
  await next.opened('ada', { ROSE: 5 })
  // The first shop still thinks that it owns the shelves.
  await assert.rejects(sale.open('bob', { ROSE: 5 }), { code: 'sku_moved' })
  assert.deepEqual(await next.stock('ROSE'), [0, 5, 0])
})

test.run()
