// Two mistakes that charge twice or lose an order, put into a whole shop on purpose: the books must
// show each of them, and must have nothing against the shop without it.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { orderIdOf } from '../../actors/domain/ids.ts'
import type { CheckoutJournal } from '../../actors/ports/checkout-journal.ts'
import type { PaymentGateway } from '../../actors/ports/payment-gateway.ts'
import {
  type ScriptedPaymentGateway,
  scriptedPaymentGateway,
} from '../../src/payments/scripted-payment-gateway.ts'
import { lost, openSale, wordOf } from '../support/sale.ts'
import { freshKeyGateway } from './fresh-key-gateway.ts'
import { journalWithoutVersionCheck } from './journal-without-version-check.ts'

const test = suite('mutants of the journal and the gateway')
const same = <Port>(port: Port): Port => port

/** Buys while the first answer of each operation is lost; what the books hold against it. */
async function objectionsToKeys(around: (gateway: PaymentGateway) => PaymentGateway) {
  const books = scriptedPaymentGateway()
  const sale = await openSale({ stock: { ROSE: 5 }, gateway: around(books) })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  books.play(lost('create', true), lost('confirm', true), lost('capture', true))
  const paying = sale.pay(checkout)
  await sale.pass(10_000)
  assert.equal(wordOf(await paying), 'order_confirmed')
  assert.equal((await sale.atRest(checkout.id)).state, 'captured')
  const { intents, captured } = books.bookOf(orderIdOf(checkout.id))
  return [
    ...(intents === 1 ? [] : [`${intents} intents`]),
    ...(captured === 700 ? [] : [`${captured} captured`]),
    ...keysUsed(books).filter((use) => !use.endsWith(' 1')),
  ]
}

/** For each operation that changes something: how many keys it was asked under. */
function keysUsed({ calls }: ScriptedPaymentGateway): string[] {
  const keys = (operation: string) => {
    const own = calls.filter((call) => call.operation === operation)
    return new Set(own.map(({ idempotencyKey }) => idempotencyKey)).size
  }
  return ['create', 'confirm', 'capture'].map(
    (operation) => `${operation} keys: ${keys(operation)}`,
  )
}

test('a shop that keeps its keys makes one intent, though answers are lost (P6)', async () => {
  assert.deepEqual(await objectionsToKeys(same), [])
})

test('the mutant fresh-key-per-retry is caught: the books show a second intent', async () => {
  const objections = await objectionsToKeys(freshKeyGateway)
  assert.deepEqual(objections, ['2 intents', 'create keys: 2', 'capture keys: 2'])
})

/**
 * One process opens a checkout, another takes over and sells it; then the first one, which still
 * believes that the checkout is open, is asked to pay it.
 */
async function objectionsToStaleWriter(around: (journal: CheckoutJournal) => CheckoutJournal) {
  const first = await openSale({ stock: { ROSE: 5 }, aroundJournal: around })
  const checkout = await first.opened('ada', { ROSE: 2 })
  const second = await first.reopen()
  assert.equal(wordOf(await second.pay(checkout)), 'order_confirmed')
  assert.equal((await second.atRest(checkout.id)).state, 'captured')
  const late = first.pay(checkout, { key: 'late' }).catch((failure: unknown) => failure)
  await first.pass(60_000)
  await late
  const { state } = await second.load(checkout.id)
  const order = second.books.order(orderIdOf(checkout.id))
  const charged = second.gateway.bookOf(orderIdOf(checkout.id)).captured
  return [
    ...(charged === 700 ? [] : [`${charged} captured`]),
    ...(state === 'captured' ? [] : [`charged, and yet ${state}`]),
    ...(order?.status === 'confirmed' ? [] : [`sold, and yet the order is ${order?.status}`]),
  ]
}

test('a process that was overtaken changes nothing of what the other one wrote', async () => {
  assert.deepEqual(await objectionsToStaleWriter(same), [])
})

test('the mutant journal-without-version-check is caught: a paid order is cancelled', async () => {
  assert.deepEqual(await objectionsToStaleWriter(journalWithoutVersionCheck), [
    'charged, and yet expired',
    'sold, and yet the order is cancelled',
  ])
})

test.run()
