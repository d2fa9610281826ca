// What a cart costs is what the catalogue says, and an order is its lines and nothing else (O2).

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import { type CheckoutId, holdIdOf, type SellerId, type Sku } from '../../actors/domain/ids.ts'
import { AMOUNT_MAX, money } from '../../actors/domain/money.ts'
import { subOrdersOf, totalOf } from '../../actors/domain/order.ts'
import { type PricedCart, priceCart, type WantedLine } from '../../actors/domain/pricing.ts'
import type { Product } from '../../actors/domain/product.ts'

const LIMITS = { cartLinesMax: 3 }
const CHECKOUT = 'chk_019aacd2a05b70008000000000000005' as CheckoutId

const CATALOGUE = catalogueOf(
  productOf('ROSE', 350, { sellerId: 'flora' as SellerId }),
  productOf('TULIP', 120, { sellerId: 'bulbs' as SellerId }),
  productOf('VASE', 1_999, { sellerId: 'flora' as SellerId }),
  productOf('FREE', 0),
  productOf('YACHT', AMOUNT_MAX),
  productOf('OLD', 100, { status: 'archived' }),
  productOf('YEN', 100, { price: money(100, 'JPY') }),
)

function productOf(sku: string, pence: number, change: Partial<Product> = {}): Product {
  return {
    sku: sku as Sku,
    name: `A ${sku.toLowerCase()}`,
    description: '',
    price: money(pence, 'GBP'),
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

function catalogueOf(...products: readonly Product[]): ReadonlyMap<Sku, Product> {
  return new Map(products.map((product) => [product.sku, product]))
}

/** `{ ROSE: 2 }` as wanted lines; no price was seen. */
function want(wanted: Readonly<Record<string, number>>): WantedLine[] {
  return Object.entries(wanted).map(([sku, quantity]) => ({
    sku: sku as Sku,
    quantity,
    priceSeen: null,
  }))
}

function priced(wanted: readonly WantedLine[]): PricedCart {
  const answer = priceCart(wanted, CATALOGUE, LIMITS)
  assert(answer.ok, JSON.stringify(answer))
  return answer.cart
}

function refusalOf(wanted: readonly WantedLine[]): unknown {
  const answer = priceCart(wanted, CATALOGUE, LIMITS)
  assert(!answer.ok && answer.answer.kind === 'refused')
  return answer.answer.refusal
}

test('lines are numbered as the buyer named them, at the price of the catalogue', () => {
  const cart = priced(want({ TULIP: 2, ROSE: 3 }))
  assert.deepEqual(cart.total, money(2 * 120 + 3 * 350, 'GBP'))
  assert.deepEqual(
    cart.linesOf(CHECKOUT).map(({ line, sku, quantity, unitPrice, name, holdId }) => {
      return [line, sku, quantity, unitPrice.amount, name, holdId]
    }),
    [
      [1, 'TULIP', 2, 120, 'A tulip', holdIdOf(CHECKOUT, 1, 0)],
      [2, 'ROSE', 3, 350, 'A rose', holdIdOf(CHECKOUT, 2, 0)],
    ],
  )
})

test('one SKU named twice is one line', () => {
  const cart = priced([...want({ ROSE: 1, TULIP: 1 }), ...want({ ROSE: 4 })])
  const lines = cart.linesOf(CHECKOUT)
  assert.deepEqual(
    lines.map(({ sku, quantity }) => [sku, quantity]),
    [
      ['ROSE', 5],
      ['TULIP', 1],
    ],
  )
})

test('a price the buyer saw is compared and never used', () => {
  const seen = money(1, 'GBP')
  const cart = priced([
    { sku: 'ROSE' as Sku, quantity: 1, priceSeen: seen },
    { sku: 'TULIP' as Sku, quantity: 1, priceSeen: money(120, 'GBP') },
    { sku: 'VASE' as Sku, quantity: 1, priceSeen: null },
  ])
  assert.deepEqual(cart.priceChanges, [{ sku: 'ROSE', was: seen, now: money(350, 'GBP') }])
  assert.equal(cart.total.amount, 350 + 120 + 1_999)
})

test('what costs nothing can be ordered', () => {
  assert.deepEqual(priced(want({ FREE: 3 })).total, money(0, 'GBP'))
})

test('the first refusal that applies is the answer', () => {
  assert.equal(refusalOf([]), 'cart_empty')
  assert.equal(refusalOf(want({ A: 1, OLD: 1, YEN: 1, YACHT: 2 })), 'too_many_lines')
  assert.equal(refusalOf(want({ A: 1, OLD: 1, YEN: 1 })), 'unknown_sku')
  assert.equal(refusalOf(want({ OLD: 1, YEN: 1, YACHT: 2 })), 'sku_not_for_sale')
  assert.equal(refusalOf(want({ YEN: 1, YACHT: 2 })), 'mixed_currency')
  assert.equal(refusalOf(want({ YACHT: 2 })), 'total_too_large')
  assert.equal(priced(want({ YACHT: 1 })).total.amount, AMOUNT_MAX)
})

test('a refusal names every SKU it is about', () => {
  const answer = priceCart(want({ B: 1, ROSE: 1, A: 1 }), CATALOGUE, LIMITS)
  assert(!answer.ok && answer.answer.kind === 'refused')
  assert.deepEqual(answer.answer.details.skus, ['B', 'A'])
})

test('sub-orders share out the lines, each once, and their totals are the order’s (O2)', () => {
  const anyCart = fc.dictionary(
    fc.constantFrom('ROSE', 'TULIP', 'VASE', 'FREE'),
    fc.integer({ min: 1, max: 99 }),
    { minKeys: 1 },
  )
  fc.assert(
    fc.property(anyCart, (wanted) => {
      const answer = priceCart(want(wanted), CATALOGUE, { cartLinesMax: 4 })
      assert(answer.ok)
      const lines = answer.cart.linesOf(CHECKOUT)
      const parts = subOrdersOf(lines, 'confirmed')
      const shared = parts.flatMap((part) => part.lines).toSorted((a, b) => a - b)
      assert.deepEqual(
        shared,
        lines.map(({ line }) => line),
      )
      const sum = parts.reduce((total, part) => total + part.total.amount, 0)
      assert.equal(sum, totalOf(lines).amount)
      assert.deepEqual(answer.cart.total, totalOf(lines))
      const sellers = parts.map(({ sellerId }) => sellerId)
      assert.deepEqual(sellers, [...new Set(sellers)].toSorted())
    }),
  )
})

test.run()
