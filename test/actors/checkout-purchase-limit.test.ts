// A product that a buyer may have only so many of: guests are asked to sign in, the limit holds
// however many checkouts a buyer opens at once, and a refusal leaves nothing held.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { CheckoutAnswer } from '../../actors/domain/checkout-answer.ts'
import { answerOf, countOf, openSale, productOf, settle, wordOf } from '../support/sale.ts'
import { HOLD_TTL_MS } from '../support/shop.ts'

const test = suite('a purchase limit')

/** FEW may be had twice by each buyer, ROSE as often as they like. */
async function openLimitedSale(limit = 2) {
  const few = { ...productOf('FEW'), purchaseLimit: limit }
  return openSale({ stock: { FEW: 100, ROSE: 100 }, products: [few, productOf('ROSE')] })
}

function limitsOf(answer: CheckoutAnswer) {
  assert(answer.kind === 'refused' && answer.refusal === 'purchase_limit', JSON.stringify(answer))
  return answer.details.limits
}

test('more at once than anybody may have is refused, and nothing is written', async () => {
  const sale = await openLimitedSale()
  const refused = answerOf(await sale.open('ada', { ROSE: 1, FEW: 3 }))
  assert.deepEqual(limitsOf(refused), [
    { line: 2, sku: 'FEW', requested: 3, limit: 2, remaining: 2 },
  ])
  assert.deepEqual(sale.books.checkouts(), [])
  assert.deepEqual(await sale.stock('ROSE'), [100, 0, 0])
})

test('what a buyer holds and bought counts, and the other lines are given back', async () => {
  const sale = await openLimitedSale()
  const first = await sale.opened('ada', { FEW: 1 })
  await sale.pay(first)
  await sale.opened('ada', { FEW: 1 })
  const refused = answerOf(await sale.open('ada', { FEW: 1, ROSE: 5 }, { key: 'third' }))
  assert.deepEqual(limitsOf(refused), [
    { line: 1, sku: 'FEW', requested: 1, limit: 2, remaining: 0 },
  ])
  await settle()
  assert.deepEqual(await sale.stock('FEW'), [98, 1, 1])
  assert.deepEqual(await sale.stock('ROSE'), [100, 0, 0])
  const again = await sale.open('ada', { FEW: 1, ROSE: 5 }, { key: 'third' })
  assert(again.kind === 'answer' && again.replayed, 'what the SKU decided is kept under the key')
  assert.equal(wordOf(await sale.open('bob', { FEW: 2 })), 'checkout_opened')
})

test('50 checkouts of one buyer at once have the limit between them', async () => {
  const sale = await openLimitedSale(7)
  const opening = Array.from({ length: 50 }, () => sale.open('ada', { FEW: 1, ROSE: 1 }))
  const words = countOf((await Promise.all(opening)).map(wordOf))
  assert.deepEqual(words, { checkout_opened: 7, purchase_limit: 43 })
  await settle()
  assert.deepEqual(await sale.stock('FEW'), [93, 7, 0])
  assert.deepEqual(await sale.stock('ROSE'), [93, 7, 0])
})

test('what is cancelled or runs out may be bought again', async () => {
  const sale = await openLimitedSale()
  const first = await sale.opened('ada', { FEW: 2 })
  assert.equal(wordOf(await sale.open('ada', { FEW: 1 })), 'purchase_limit')
  await sale.cancel(first)
  await sale.opened('ada', { FEW: 2 })
  await sale.pass(HOLD_TTL_MS)
  await sale.opened('ada', { FEW: 2 })
  assert.deepEqual(await sale.stock('FEW'), [98, 2, 0])
})

test('a guest is asked to sign in, whatever else is in the cart', async () => {
  const sale = await openLimitedSale()
  const refused = answerOf(await sale.open('guest_1', { ROSE: 1, FEW: 1 }, { guest: true }))
  assert(refused.kind === 'refused')
  assert.deepEqual(
    [refused.refusal, refused.details.skus, refused.checkoutId],
    ['sign_in_required', ['FEW'], null],
  )
  assert.deepEqual(sale.books.checkouts(), [])
  assert.equal(wordOf(await sale.open('guest_1', { ROSE: 1 }, { guest: true })), 'checkout_opened')
})

test('a limit that is lowered meanwhile leaves what is held and sold', async () => {
  const sale = await openLimitedSale(5)
  await sale.pay(await sale.opened('ada', { FEW: 2 }))
  const held = await sale.opened('ada', { FEW: 2 })
  sale.shop.crash()
  const few = { ...productOf('FEW'), purchaseLimit: 1 }
  const next = await sale.reopen({ products: [few, productOf('ROSE')] })
  assert.equal(wordOf(await next.open('ada', { FEW: 1 })), 'purchase_limit')
  assert.equal(wordOf(await next.pay(held)), 'order_confirmed')
  assert.deepEqual(await next.stock('FEW'), [96, 0, 4])
})

test('a checkout that is resumed after a crash asks under the limit it was priced at', async () => {
  const few = { ...productOf('FEW'), purchaseLimit: 2 }
  const products = [few, productOf('ROSE')]
  const stock = { FEW: 100, ROSE: 100 }
  const sale = await openSale({ stock, products, crashAt: 'after_checkout_claimed' })
  void sale.open('ada', { FEW: 2 }, { key: 'open' })
  await sale.shop.crashed
  const next = await sale.reopen({ products: [productOf('FEW')] })
  assert.equal(wordOf(await next.open('ada', { FEW: 2 }, { key: 'open' })), 'checkout_opened')
  const other = await sale.reopen({ products })
  assert.equal(wordOf(await other.open('ada', { FEW: 1 })), 'purchase_limit')
})

test.run()
