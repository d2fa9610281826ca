// What a buyer wants becomes lines at the catalogue's prices, or a refusal; and lines become the
// parts that each seller fulfils.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { suite } from 'uvu'
import type { OrderLine } from '../../actors/domain/checkout.ts'
import { CHECKOUT_REFUSALS, type CheckoutRefusal } from '../../actors/domain/checkout-answer.ts'
import { type HoldId, holdIdOf, type SellerId, type Sku } from '../../actors/domain/ids.ts'
import { AMOUNT_MAX } from '../../actors/domain/money.ts'
import { orderAtConfirmation, subOrdersOf, totalOf } from '../../actors/domain/order.ts'
import { type Priced, priceCart, type WantedLine } from '../../actors/domain/pricing.ts'
import type { Product } from '../../actors/domain/product.ts'
import { SAMPLE_MS, sampleCheckout, samplePaying } from '../support/sample-checkout.ts'

const test = suite('pricing')
const LIMITS = { cartLinesMax: 3 }
const MEMBER = { guest: false }
const GUEST = { guest: true }

function product(sku: string, amount: number, change: Partial<Product> = {}): Product {
  return {
    sku: sku as Sku,
    name: `The ${sku}`,
    description: '',
    price: { amount, currency: 'GBP' },
    sellerId: 'seller-1' as SellerId,
    imageUrl: null,
    attributes: {},
    status: 'active',
    purchaseLimit: null,
    version: 1,
    updatedAtMs: 0,
    ...change,
  }
}

const SHELVES = new Map(
  [
    product('ROSE', 350),
    product('TULIP', 125, { sellerId: 'seller-2' as SellerId }),
    product('VASE', 999),
    product('OLD', 100, { status: 'archived' }),
    product('DOLLAR', 100, { price: { amount: 100, currency: 'USD' } }),
    product('HOUSE', AMOUNT_MAX),
    product('FEW', 100, { purchaseLimit: 2 }),
    product('DEAR', AMOUNT_MAX, { purchaseLimit: 2 }),
  ].map((each) => [each.sku, each]),
)

function want(sku: string, quantity = 1, seen: number | null = null): WantedLine {
  const priceSeen = seen === null ? null : { amount: seen, currency: 'GBP' }
  return { sku: sku as Sku, quantity, priceSeen }
}

function refusalOf(priced: Priced): CheckoutRefusal {
  assert(!priced.ok && priced.answer.kind === 'refused')
  return priced.answer.refusal
}

test('lines are priced by the catalogue and numbered as they were named', () => {
  const priced = priceCart([want('TULIP', 2), want('ROSE', 1)], SHELVES, LIMITS, MEMBER)
  assert(priced.ok)
  const { id } = sampleCheckout()
  assert.deepEqual(priced.cart.total, { amount: 600, currency: 'GBP' })
  assert.deepEqual(priced.cart.linesOf(id, 0), [
    {
      line: 1,
      sku: 'TULIP',
      name: 'The TULIP',
      sellerId: 'seller-2',
      quantity: 2,
      unitPrice: { amount: 125, currency: 'GBP' },
      purchaseLimit: null,
      holdId: holdIdOf(id, 1, 0),
    },
    {
      line: 2,
      sku: 'ROSE',
      name: 'The ROSE',
      sellerId: 'seller-1',
      quantity: 1,
      unitPrice: { amount: 350, currency: 'GBP' },
      purchaseLimit: null,
      holdId: holdIdOf(id, 2, 0),
    },
  ])
})

test('a price the buyer saw is shown to have changed, and changes nothing', () => {
  const priced = priceCart([want('ROSE', 1, 1), want('TULIP', 1, 125)], SHELVES, LIMITS, MEMBER)
  assert(priced.ok)
  assert.equal(priced.cart.total.amount, 475)
  assert.deepEqual(priced.cart.priceChanges, [
    { sku: 'ROSE', was: { amount: 1, currency: 'GBP' }, now: { amount: 350, currency: 'GBP' } },
  ])
})

test('a SKU that is named twice is one line', () => {
  const wanted = [want('ROSE', 2), want('TULIP', 1), want('ROSE', 3)]
  const priced = priceCart(wanted, SHELVES, LIMITS, MEMBER)
  assert(priced.ok)
  const lines = priced.cart.linesOf(sampleCheckout().id, 0)
  assert.deepEqual(
    lines.map(({ line, sku, quantity }) => [line, sku, quantity]),
    [
      [1, 'ROSE', 5],
      [2, 'TULIP', 1],
    ],
  )
})

// Each cart has the fault it is named for, and all that come later in the list.
const REFUSED: readonly (readonly [CheckoutRefusal, readonly WantedLine[]])[] = [
  ['cart_empty', []],
  ['too_many_lines', [want('NONE'), want('OLD'), want('DOLLAR'), want('HOUSE', 9), want('ROSE')]],
  ['unknown_sku', [want('HOUSE', 2), want('OLD'), want('NONE')]],
  ['sku_not_for_sale', [want('DOLLAR'), want('HOUSE', 2), want('OLD')]],
  ['sign_in_required', [want('DOLLAR'), want('DEAR', 3)]],
  ['purchase_limit', [want('DOLLAR'), want('DEAR', 3)]],
  ['mixed_currency', [want('DOLLAR'), want('HOUSE', 2)]],
  ['total_too_large', [want('HOUSE'), want('TULIP')]],
]

for (const [word, wanted] of REFUSED) {
  test(`refused as ${word}, before all that comes later in the list`, () => {
    const buyer = word === 'sign_in_required' ? GUEST : MEMBER
    assert.equal(refusalOf(priceCart(wanted, SHELVES, LIMITS, buyer)), word)
  })
}

test('the refusals of pricing are listed in the order in which they are found', () => {
  const words = REFUSED.map(([word]) => word)
  assert.deepEqual(
    CHECKOUT_REFUSALS.filter((word) => words.includes(word)),
    words,
  )
})

test('a refusal names every SKU at fault', () => {
  const missing = priceCart([want('NONE'), want('ROSE'), want('GONE')], SHELVES, LIMITS, MEMBER)
  assert(!missing.ok && missing.answer.kind === 'refused')
  assert.deepEqual(missing.answer.details, { skus: ['NONE', 'GONE'] })
  const archived = priceCart([want('OLD'), want('ROSE')], SHELVES, LIMITS, MEMBER)
  assert(!archived.ok && archived.answer.kind === 'refused')
  assert.deepEqual(archived.answer.details, { skus: ['OLD'] })
})

test('a line carries the limit of its SKU, which counts what is named twice as one', () => {
  const priced = priceCart([want('FEW', 2), want('ROSE', 9)], SHELVES, LIMITS, MEMBER)
  assert(priced.ok)
  const lines = priced.cart.linesOf(sampleCheckout().id, 0)
  assert.deepEqual(
    lines.map(({ sku, purchaseLimit }) => [sku, purchaseLimit]),
    [
      ['FEW', 2],
      ['ROSE', null],
    ],
  )
  const wanted = [want('ROSE'), want('FEW', 2), want('FEW', 1)]
  const above = priceCart(wanted, SHELVES, LIMITS, MEMBER)
  assert(!above.ok && above.answer.kind === 'refused')
  assert.deepEqual(above.answer.details, {
    limits: [{ line: 2, sku: 'FEW', requested: 3, limit: 2, remaining: 2 }],
  })
})

test('a guest buys what has no limit, and is told which lines have one', () => {
  assert(priceCart([want('ROSE', 9)], SHELVES, LIMITS, GUEST).ok)
  const refused = priceCart([want('ROSE'), want('FEW')], SHELVES, LIMITS, GUEST)
  assert(!refused.ok && refused.answer.kind === 'refused')
  assert.equal(refused.answer.refusal, 'sign_in_required')
  assert.deepEqual(refused.answer.details, { skus: ['FEW'] })
})

const linesOfAnOrder: fc.Arbitrary<OrderLine[]> = fc
  .array(
    fc.record({
      seller: fc.constantFrom('a', 'b', 'c', 'B'),
      quantity: fc.integer({ min: 1, max: 999 }),
      amount: fc.integer({ min: 0, max: 99_999 }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((rows) =>
    rows.map(({ seller, quantity, amount }, at) => ({
      line: at + 1,
      sku: `SKU-${at}` as Sku,
      name: 'A thing',
      sellerId: seller as SellerId,
      quantity,
      unitPrice: { amount, currency: 'GBP' },
      holdId: `hold_${at}` as HoldId,
    })),
  )

test('the parts of an order partition its lines, and their totals are its total (O2)', () => {
  fc.assert(
    fc.property(linesOfAnOrder, (lines) => {
      const parts = subOrdersOf(lines, 'confirmed')
      const numbers = parts.flatMap((part) => part.lines).toSorted((a, b) => a - b)
      assert.deepEqual(
        numbers,
        lines.map(({ line }) => line),
      )
      for (const part of parts) {
        const own = lines.filter(({ line }) => part.lines.includes(line))
        assert(own.every(({ sellerId }) => sellerId === part.sellerId))
        assert.deepEqual(part.total, totalOf(own))
      }
      const sum = parts.reduce((total, part) => total + part.total.amount, 0)
      assert.equal(sum, totalOf(lines).amount)
      const sellers = parts.map(({ sellerId }) => sellerId)
      assert.deepEqual(sellers, [...new Set(lines.map(({ sellerId }) => sellerId))].toSorted())
    }),
  )
})

test('a confirmed order is what the checkout said, authorised, not yet captured', () => {
  const checkout = samplePaying()
  assert(checkout.orderId)
  const event = { type: 'order.confirmed', atMs: SAMPLE_MS, data: {} }
  const order = orderAtConfirmation(checkout, checkout.orderId, event)
  assert.deepEqual(
    order.lines,
    checkout.lines.map(({ purchaseLimit: _, ...line }) => line),
  )
  assert.deepEqual(order.total, totalOf(checkout.lines))
  assert.deepEqual(order.payment, {
    status: 'authorised',
    method: 'pm_card_visa',
    authorised: { amount: 600, currency: 'GBP' },
    captured: { amount: 0, currency: 'GBP' },
    refunded: { amount: 0, currency: 'GBP' },
  })
  assert.deepEqual(order.events, [event])
})

test.run()
