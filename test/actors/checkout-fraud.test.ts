// Between the authorisation and the pivot somebody may say no, or not know yet. Until a yes nothing
// is sold and nothing is captured.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { paymentDeadlineMs } from '../../actors/domain/checkout-expiry.ts'
import { NO_OUTAGES } from '../../actors/domain/outages.ts'
import type { FraudVerdict } from '../../actors/ports/fraud-screen.ts'
import {
  assertChargedOnce,
  assertNotCharged,
  NOON_MS,
  openSale,
  orderOf,
  wordOf,
} from '../support/sale.ts'
import { BUDGET_MS } from '../support/shop.ts'

const test = suite('the fraud screen of a checkout')

/** A sale whose screen gives these verdicts one after the other, and the last one for ever. */
async function saleWith(...verdicts: (FraudVerdict | 'broken')[]) {
  let asked = 0
  const screen = async (): Promise<FraudVerdict> => {
    const verdict = verdicts[Math.min(asked, verdicts.length - 1)] ?? 'undecided'
    asked += 1
    if (verdict === 'broken') throw new Error('the screen is away')
    return verdict
  }
  const sale = await openSale({ stock: { ROSE: 5 }, fraud: { screen } })
  return { ...sale, checkout: await sale.opened('ada', { ROSE: 2 }) }
}

test('a rejected payment is voided, its units come back, and the buyer is told', async () => {
  const { checkout, ...sale } = await saleWith('rejected')
  assert.equal(wordOf(await sale.pay(checkout, { key: 'pay' })), 'fraud_rejected')
  assert.equal((await sale.atRest(checkout.id)).state, 'fraud_rejected')
  assertNotCharged(sale.gateway, checkout)
  assert.deepEqual(await sale.stock('ROSE'), [5, 0, 0])
  const again = await sale.pay(checkout, { key: 'pay' })
  assert(again.kind === 'answer' && again.replayed)
  assert.equal(wordOf(await sale.pay(checkout)), 'not_open')
})

test('while it is undecided nothing is captured; a later yes confirms the order', async () => {
  const undecided = Array<FraudVerdict>(5).fill('undecided')
  const { checkout, ...sale } = await saleWith(...undecided, 'approved')
  const paying = sale.pay(checkout, { key: 'pay' })
  await sale.pass(BUDGET_MS)
  assert.equal(wordOf(await paying), 'under_review')
  const { captured, openAuthorised } = sale.gateway.bookOf(`ord_${checkout.id.slice(4)}`)
  assert.deepEqual([captured, openAuthorised], [0, 700])
  assert.deepEqual(await sale.stock('ROSE'), [3, 2, 0])
  await sale.pass(60_000)
  orderOf(await sale.pay(checkout, { key: 'pay' }))
  await sale.atRest(checkout.id)
  assertChargedOnce(sale.gateway, checkout)
})

test('a payment under review can be cancelled, and is then voided', async () => {
  const { checkout, ...sale } = await saleWith('undecided')
  void sale.pay(checkout)
  await sale.pass(1_000)
  assert.equal(wordOf(await sale.cancel(checkout)), 'checkout_cancelled')
  assertNotCharged(sale.gateway, checkout)
  assert.deepEqual(await sale.stock('ROSE'), [5, 0, 0])
})

test('a review that never ends is given up at the deadline of the payment', async () => {
  const { checkout, ...sale } = await saleWith('undecided')
  void sale.pay(checkout)
  await sale.pass(paymentDeadlineMs(checkout, NO_OUTAGES) - NOON_MS - 1)
  assert.equal((await sale.load(checkout.id)).state, 'reviewing')
  await sale.pass(3_600_000)
  assert.equal((await sale.atRest(checkout.id)).state, 'expired')
  assertNotCharged(sale.gateway, checkout)
  assert.deepEqual(await sale.stock('ROSE'), [5, 0, 0])
})

test('a screen that breaks is reported and asked again, and is no verdict', async () => {
  const { checkout, ...sale } = await saleWith('broken', 'broken', 'approved')
  const paying = sale.pay(checkout)
  await sale.pass(BUDGET_MS - 1)
  orderOf(await paying)
  assert.equal(sale.shop.bugs.length, 2)
  await sale.atRest(checkout.id)
  assertChargedOnce(sale.gateway, checkout)
})

test.run()
