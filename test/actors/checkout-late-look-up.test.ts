// A request looks its key up, and only then reaches its checkout. Between the two the saga may have
// answered the key by itself: what was answered must be said again, and never be done again.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { Sku, UserId } from '../../actors/domain/ids.ts'
import type { CheckoutJournal } from '../../actors/ports/checkout-journal.ts'
import { scriptedPaymentGateway } from '../../src/payments/scripted-payment-gateway.ts'
import { gatedGateway } from '../support/gated-gateway.ts'
import { openSale, wordOf } from '../support/sale.ts'

const test = suite('a look-up that is late')

/** Holds back what the next look-up found, until it is let go. */
function lateLookUps() {
  let letGo = () => {}
  let arrive = () => {}
  let next: Promise<void> | null = null
  const around = (journal: CheckoutJournal): CheckoutJournal => ({
    ...journal,
    async findKey(request) {
      const found = await journal.findKey(request)
      const held = next
      next = null
      if (held) {
        arrive()
        await held
      }
      return found
    },
  })
  const hold = () => {
    next = new Promise<void>((resolve) => {
      letGo = resolve
    })
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve
    })
    return { arrived, letGo: () => letGo() }
  }
  return { around, hold }
}

async function saleWithLateLookUps() {
  const gates = gatedGateway(scriptedPaymentGateway())
  const lookUps = lateLookUps()
  const sale = await openSale({
    stock: { ROSE: 5 },
    gateway: gates,
    aroundJournal: lookUps.around,
  })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  return { ...sale, checkout, gates, hold: lookUps.hold }
}

test('a repeat of pay that looked while the payment ran hears the order', async () => {
  const { checkout, ...sale } = await saleWithLateLookUps()
  const hang = sale.gates.hang('confirm', 'before')
  const first = sale.pay(checkout, { key: 'pay' })
  await hang.arrived
  const held = sale.hold()
  const repeat = sale.pay(checkout, { key: 'pay' })
  await held.arrived
  hang.letGo()
  assert.equal(wordOf(await first), 'order_confirmed')
  held.letGo()
  const reply = await repeat
  assert.equal(wordOf(reply), 'order_confirmed')
  assert(reply.kind === 'answer' && reply.replayed)
})

test('a repeat of pay that looked before the key was known hears the order', async () => {
  const { checkout, ...sale } = await saleWithLateLookUps()
  const held = sale.hold()
  const slow = sale.pay(checkout, { key: 'pay' })
  await held.arrived
  assert.equal(wordOf(await sale.pay(checkout, { key: 'pay' })), 'order_confirmed')
  held.letGo()
  const reply = await slow
  assert.equal(wordOf(reply), 'order_confirmed')
  assert(reply.kind === 'answer' && reply.replayed)
})

test('a repeat of a declined pay that looked while it ran is not another attempt', async () => {
  const { checkout, ...sale } = await saleWithLateLookUps()
  const card = 'pm_card_chargeDeclined'
  const hang = sale.gates.hang('confirm', 'before')
  const first = sale.pay(checkout, { key: 'pay', card })
  await hang.arrived
  const held = sale.hold()
  const repeat = sale.pay(checkout, { key: 'pay', card })
  await held.arrived
  hang.letGo()
  assert.equal(wordOf(await first), 'payment_declined')
  held.letGo()
  assert.equal(wordOf(await repeat), 'payment_declined')
  assert.equal((await sale.load(checkout.id)).payment?.attempt, 1)
})

test('a repeat of open that looked before the refusal was written hears the refusal', async () => {
  const { checkout: _, ...sale } = await saleWithLateLookUps()
  const held = sale.hold()
  const slow = sale.open('bob', { ROSE: 5 }, { key: 'open' })
  await held.arrived
  assert.equal(wordOf(await sale.open('bob', { ROSE: 5 }, { key: 'open' })), 'out_of_stock')
  held.letGo()
  assert.equal(wordOf(await slow), 'out_of_stock')
})

test('a repeat of open asks for no cart: there may be none by then', async () => {
  const { client } = (await saleWithLateLookUps()).shop
  const asked = { caller: 'bob' as UserId, guest: false, key: 'open', fingerprint: 'f' }
  const lines = [{ sku: 'ROSE' as Sku, quantity: 1, priceSeen: null }]
  const input = { lines, cartId: null, shippingAddress: null }
  const first = await client.open({ ...asked, requestId: 'r1' }, async () => input)
  assert.equal(wordOf(first), 'checkout_opened')
  const again = await client.open({ ...asked, requestId: 'r2' }, () => assert.fail('no carts now'))
  assert.deepEqual(again, { ...first, replayed: true })
})

test.run()
