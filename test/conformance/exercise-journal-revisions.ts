// What the saga may rely on when the lines of a checkout change: nothing of the change shows before
// it is done, and then all of it does, in the order of a declined payment, too.

import assert from 'node:assert/strict'
import type { Checkout } from '../../actors/domain/checkout.ts'
import { stepToRevising } from '../../actors/domain/checkout-revision.ts'
import type { Step } from '../../actors/domain/checkout-step.ts'
import type { SellerId, Sku } from '../../actors/domain/ids.ts'
import { priceCart } from '../../actors/domain/pricing.ts'
import { ADDRESS, productOf } from '../support/sale.ts'
import { SAMPLE_MS } from '../support/sample-checkout.ts'
import { claimOf, type JournalTests, openIn, paying, take, writeOf } from './journal-steps.ts'

/** Begins to change the lines to one VASE of another seller, and the address. */
function revising(checkout: Checkout): Step {
  const sku = 'VASE' as Sku
  const product = { ...productOf(sku, 900), sellerId: 'seller-c' as SellerId }
  const wanted = [
    { sku, quantity: 1, priceSeen: null },
    { sku: 'ROSE' as Sku, quantity: 4, priceSeen: null },
  ]
  const rose = { ...productOf('ROSE', 360), sellerId: 'seller-a' as SellerId }
  const products = new Map([product, rose].map((each) => [each.sku, each]))
  const priced = priceCart(wanted, products, { cartLinesMax: 9 }, { guest: false })
  assert(priced.ok)
  const request = { caller: checkout.userId, key: 'revise' }
  const revise = { cart: priced.cart, shippingAddress: ADDRESS }
  return stepToRevising(checkout, revise, { request, fingerprint: 'f' }, SAMPLE_MS)
}

export function exerciseRevisions(test: JournalTests): void {
  test('a change that is under way is read as it was begun, and as it ended', async ({ under }) => {
    const { journal } = under
    const opened = await openIn(journal)
    const begun = revising(opened)
    assert.equal(await journal.write(writeOf(begun, opened, claimOf('revise'))), 'written')
    assert.deepEqual(await journal.load(opened.id), begun.checkout)
    assert.deepEqual(begun.checkout.lines, opened.lines, 'the lines are still the old ones')
    const taken = begun.checkout.revision?.lines.map(({ holdId }) => holdId) ?? []
    const short = { kind: 'revision_refused', lines: [], limits: [], taken } as const
    const refused = await take(journal, begun.checkout, short)
    assert.deepEqual(await journal.load(opened.id), refused)
    const undone = await take(journal, refused, { kind: 'revision_undone' })
    assert.deepEqual(await journal.load(opened.id), undone)
    const again = revising(undone)
    const write = writeOf(again, undone, claimOf('again'))
    assert.equal(await journal.write(write), 'written')
    const done = await take(journal, again.checkout, { kind: 'revision_done' })
    assert.deepEqual(await journal.load(opened.id), done)
    assert.deepEqual([done.lines.length, done.total.amount], [2, 2_340])
    assert.deepEqual(done.shippingAddress, ADDRESS)
    assert.equal(done.priceChanges.length, 1)
  })

  test('an order whose card was declined takes the new lines, all of them', async ({ under }) => {
    const { journal } = under
    const opened = await openIn(journal)
    const first = paying(opened, 'first')
    await journal.write(writeOf(first, opened, claimOf('first')))
    const declined = await take(journal, first.checkout, { kind: 'declined', code: 'lost_card' })
    const begun = revising(declined)
    await journal.write(writeOf(begun, declined, claimOf('revise')))
    const { orderId } = declined
    assert(orderId)
    const meanwhile = await under.storedOrder(orderId)
    assert.deepEqual(meanwhile?.lines, ['TULIP 2', 'ROSE 1'], 'nothing is agreed yet')
    assert.equal(meanwhile?.totalAmount, 600)
    const done = await take(journal, begun.checkout, { kind: 'revision_done' })
    const second = paying(done, 'second')
    await journal.write(writeOf(second, done, claimOf('second')))
    const order = await under.storedOrder(orderId)
    assert.deepEqual(order?.lines, ['VASE 1', 'ROSE 4'])
    assert.deepEqual(order?.subOrders, ['seller-a pending 1440', 'seller-c pending 900'])
    assert.deepEqual(order?.attempts, ['failed', 'pending'])
    assert.equal(order?.totalAmount, 2_340)
  })

  test('an order of fewer lines keeps none of the others', async ({ under }) => {
    const { journal } = under
    const opened = await openIn(journal)
    const first = paying(opened, 'first')
    await journal.write(writeOf(first, opened, claimOf('first')))
    const declined = await take(journal, first.checkout, { kind: 'declined', code: 'lost_card' })
    const begun = revising(declined)
    const { revision } = begun.checkout
    assert(revision)
    const lines = revision.lines.slice(0, 1)
    const total = { amount: 900, currency: 'GBP' }
    const checkout = { ...begun.checkout, revision: { ...revision, lines, total } }
    await journal.write(writeOf({ ...begun, checkout }, declined, claimOf('revise')))
    const done = await take(journal, checkout, { kind: 'revision_done' })
    const order = done.orderId && (await under.storedOrder(done.orderId))
    assert.deepEqual(order?.lines, ['VASE 1'])
    assert.deepEqual(order?.subOrders, ['seller-c pending 900'])
  })
}
