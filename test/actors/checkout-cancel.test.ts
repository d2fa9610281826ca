// A buyer gives up, or gives up and pays at once. Whatever order things happen in, the buyer is
// charged or the units are free, never both and never neither.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { orderIdOf } from '../../actors/domain/ids.ts'
import { scriptedPaymentGateway } from '../../src/payments/scripted-payment-gateway.ts'
import { gatedGateway } from '../support/gated-gateway.ts'
import {
  answerOf,
  assertChargedOnce,
  assertNotCharged,
  lost,
  openSale,
  settle,
  wordOf,
} from '../support/sale.ts'
import { BUDGET_MS, HOLD_TTL_MS } from '../support/shop.ts'

const test = suite('cancelling a checkout')

async function saleWithGates() {
  const books = scriptedPaymentGateway()
  const gates = gatedGateway(books)
  const sale = await openSale({ stock: { ROSE: 5 }, gateway: gates })
  const checkout = await sale.opened('ada', { ROSE: 2 }, { cart: 'cart_1' })
  return { ...sale, checkout, gates, gateway: books }
}

test('an open checkout is cancelled without a gateway, its units and cart are free', async () => {
  const { checkout, ...sale } = await saleWithGates()
  const cancelled = answerOf(await sale.cancel(checkout, 'cancel'))
  assert(cancelled.kind === 'checkout_cancelled')
  assert.equal(cancelled.checkout.state, 'cancelled')
  assert.deepEqual(await sale.stock('ROSE'), [5, 0, 0])
  assert.deepEqual(sale.gateway.calls, [])
  const again = await sale.cancel(checkout, 'cancel')
  assert(again.kind === 'answer' && again.replayed)
  assert.deepEqual(again.answer, cancelled)
  assert.equal(wordOf(await sale.cancel(checkout, 'another')), 'checkout_cancelled')
  assert.equal(wordOf(await sale.pay(checkout)), 'not_open')
  await sale.opened('ada', { ROSE: 2 }, { cart: 'cart_1' })
})

for (const operation of ['create', 'confirm'] as const) {
  for (const when of ['before', 'after'] as const) {
    test(`a ${operation} that hangs ${when} its effect is cancelled`, async () => {
      const { checkout, ...sale } = await saleWithGates()
      const hang = sale.gates.hang(operation, when)
      const paying = sale.pay(checkout, { key: 'pay' })
      await hang.arrived
      assert.equal(wordOf(await sale.cancel(checkout, 'cancel')), 'checkout_cancelled')
      assert.equal(wordOf(await paying), 'not_open')
      assert.deepEqual(await sale.stock('ROSE'), [5, 0, 0])
      hang.letGo()
      await settle()
      assert.equal((await sale.load(checkout.id)).state, 'cancelled')
      assertNotCharged(sale.gateway, checkout)
      assert.equal(sale.gateway.bookOf(orderIdOf(checkout.id)).intents, 1)
      assert.deepEqual(sale.shop.bugs, [])
    })
  }
}

test('a payment that succeeds while it is being voided is voided all the same', async () => {
  const { checkout, ...sale } = await saleWithGates()
  const confirm = sale.gates.hang('confirm', 'after')
  const voiding = sale.gates.hang('void', 'before')
  const paying = sale.pay(checkout)
  await confirm.arrived
  const cancelling = sale.cancel(checkout)
  await voiding.arrived
  confirm.letGo()
  await settle()
  assert.equal((await sale.load(checkout.id)).state, 'releasing')
  assert.deepEqual(sale.shop.bugs, [])
  voiding.letGo()
  assert.equal(wordOf(await cancelling), 'checkout_cancelled')
  assert.equal(wordOf(await paying), 'not_open')
  assertNotCharged(sale.gateway, checkout)
})

test('cancelling does not wait for the pause before the next try of a payment', async () => {
  const { checkout, ...sale } = await saleWithGates()
  sale.gateway.play(...Array.from({ length: 3 }, () => lost('create', false)))
  void sale.pay(checkout)
  // Two tries failed, and the third is many seconds away.
  await sale.pass(6_000)
  assert.equal(wordOf(await sale.cancel(checkout)), 'checkout_cancelled')
  assert.deepEqual(await sale.stock('ROSE'), [5, 0, 0])
})

test('while the void is unknown the buyer is told so, and later shown the end', async () => {
  const { checkout, ...sale } = await saleWithGates()
  const confirm = sale.gates.hang('confirm', 'after')
  void sale.pay(checkout)
  await confirm.arrived
  sale.gateway.play(...Array.from({ length: 4 }, () => lost('void', false)))
  const cancelling = sale.cancel(checkout, 'cancel')
  await sale.pass(BUDGET_MS)
  assert.equal(wordOf(await cancelling), 'cancel_pending')
  assert.deepEqual(await sale.stock('ROSE'), [5, 0, 0])
  await sale.pass(60_000)
  assert.equal(wordOf(await sale.cancel(checkout, 'cancel')), 'checkout_cancelled')
  assertNotCharged(sale.gateway, checkout)
})

test('an order cannot be cancelled as a checkout any more, and says so for ever', async () => {
  const { checkout, ...sale } = await saleWithGates()
  await sale.pay(checkout)
  assert.equal(wordOf(await sale.cancel(checkout, 'late')), 'too_late_to_cancel')
  await sale.atRest(checkout.id)
  const again = await sale.cancel(checkout, 'late')
  assert(again.kind === 'answer' && again.replayed)
  assertChargedOnce(sale.gateway, checkout)
})

test('a key that cancelled one checkout pays no other', async () => {
  const { checkout, ...sale } = await saleWithGates()
  await sale.cancel(checkout, 'one')
  const other = await sale.opened('ada', { ROSE: 1 })
  assert.equal(wordOf(await sale.pay(other, { key: 'one' })), 'key_reused')
})

test('a checkout that ran out is released when it is looked at, its cart is free', async () => {
  const { checkout, ...sale } = await saleWithGates()
  await sale.pass(HOLD_TTL_MS)
  await sale.shop.client.nudge(checkout.id)
  assert.equal((await sale.atRest(checkout.id)).state, 'expired')
  assert.equal(wordOf(await sale.cancel(checkout)), 'checkout_expired')
  await sale.opened('ada', { ROSE: 5 }, { cart: 'cart_1' })
})

test('50 races of paying and cancelling end charged and sold, or free of both', async () => {
  const sale = await openSale({ stock: { ROSE: 100 } })
  let sold = 0
  for (let round = 0; round < 50; round += 1) {
    const checkout = await sale.opened('ada', { ROSE: 2 })
    const paying = sale.pay(checkout)
    // The cancel comes a little later in every round.
    for (let turn = 0; turn < round % 25; turn += 1) await new Promise(setImmediate)
    const cancelling = sale.cancel(checkout)
    const words = [wordOf(await paying), wordOf(await cancelling)]
    const { state } = await sale.atRest(checkout.id)
    if (state === 'captured') {
      assert.deepEqual(words, ['order_confirmed', 'too_late_to_cancel'])
      assertChargedOnce(sale.gateway, checkout)
      sold += 2
    } else {
      assert.equal(state, 'cancelled')
      assert.deepEqual(words, ['not_open', 'checkout_cancelled'])
      assertNotCharged(sale.gateway, checkout)
    }
    assert.deepEqual(await sale.stock('ROSE'), [100 - sold, 0, sold])
  }
  assert(sold > 0 && sold < 100, `every race ended alike: ${sold} sold`)
})

test.run()
