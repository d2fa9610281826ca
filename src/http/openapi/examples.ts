// One story told by all examples of the document: somebody buys two dozen roses. The types keep
// the story true to the schemas, and a linter holds every example against its schema.

import type { ProblemCode } from '../problem-codes.ts'
import type { AddressBody } from '../schemas/address-schema.ts'
import type { CartLineBody } from '../schemas/cart-schema.ts'
import type { CheckoutBody } from '../schemas/checkout-schema.ts'
import type { OrderBody } from '../schemas/order-schema.ts'
import type { StockBody } from '../schemas/stock-schema.ts'
import type { Schema } from './document-shape.ts'

export const REQUEST_ID = 'req_5f2b6c0d9e1a4b7c8d3e2f10'

const CHECKOUT_ID = 'chk_019c0a4f2e107c5d8e3fa1b2c3d4e5f6'
const ORDER_ID = 'ord_019c0a4f2e107c5d8e3fa1b2c3d4e5f6'
const CART_ID = 'cart_019c0a4e11aa7b3c9d2ef0a1b2c3d4e6'
const GUEST_ID = 'guest_019c0a4d00ff7a2b8c1dee9f0a1b2c36'
const OPENED_AT = '2026-02-14T09:00:00.000Z'
const PAID_AT = '2026-02-14T09:02:10.000Z'
const USD_0 = { amount: 0, currency: 'USD' }
const USD_35 = { amount: 3_500, currency: 'USD' }
const USD_70 = { amount: 7_000, currency: 'USD' }

const ADDRESS: AddressBody = {
  name: 'Ada Example',
  line1: '1 Rose Lane',
  line2: null,
  city: 'Bath',
  region: null,
  postal_code: 'BA1 1AA',
  country: 'GB',
}

const LINE: CheckoutBody['lines'][number] = {
  line: 1,
  sku: 'ROSE-12',
  name: 'A dozen roses',
  seller_id: 'seller-1',
  quantity: 2,
  unit_price: USD_35,
  total: USD_70,
  hold_id: 'hold_019c0a4f2e107c5d8e3fa1b2c3d4e5f6_1_1',
}

const TOTALS = { items: USD_70, shipping: USD_0, discount: USD_0, tax: USD_0, total: USD_70 }

const CHECKOUT: CheckoutBody = {
  id: CHECKOUT_ID,
  state: 'open',
  user_id: GUEST_ID,
  expires_at: '2026-02-14T09:15:00.000Z',
  shipping_address: ADDRESS,
  lines: [LINE],
  totals: TOTALS,
  price_changes: [],
  order_id: null,
  payment: null,
  next: { pay: true },
}

const CHECKOUT_ON_ITS_WAY: CheckoutBody & { readonly checkout_id: string } = {
  ...CHECKOUT,
  state: 'paying',
  payment: { attempt: 1, status: 'unknown', method: 'pm_card_visa', decline_code: null },
  next: { wait: 2 },
  checkout_id: CHECKOUT_ID,
}

const ORDER: OrderBody = {
  id: ORDER_ID,
  status: 'confirmed',
  user_id: GUEST_ID,
  checkout_id: CHECKOUT_ID,
  lines: [LINE],
  totals: TOTALS,
  shipping_address: ADDRESS,
  payment: {
    status: 'authorised',
    method: 'pm_card_visa',
    authorised: USD_70,
    captured: USD_0,
    refunded: USD_0,
  },
  sub_orders: [{ seller_id: 'seller-1', status: 'confirmed', lines: [1], total: USD_70 }],
  events: [{ type: 'order.confirmed', at: PAID_AT, data: {} }],
  created_at: PAID_AT,
  updated_at: PAID_AT,
}

const CART_LINE: CartLineBody = {
  sku: 'ROSE-12',
  name: 'A dozen roses',
  quantity: 2,
  price_added: USD_35,
  price_now: USD_35,
  price_changed: false,
  availability: 'in_stock',
  added_at: '2026-02-14T08:58:30.000Z',
}

const STOCK: StockBody = { sku: 'ROSE-12', received: 100, available: 88, held: 2, sold: 10 }

/** By the name of the schema. */
const NAMED: Readonly<Record<string, unknown>> = {
  Money: USD_35,
  ShippingAddress: ADDRESS,
  Checkout: CHECKOUT,
  CheckoutOnItsWay: CHECKOUT_ON_ITS_WAY,
  Order: ORDER,
  CartLine: CART_LINE,
  Cart: { cart_id: CART_ID, lines: [CART_LINE] },
  MergedCart: { cart_id: CART_ID, lines: [CART_LINE], not_taken: [] },
  CartChange: { cart_id: CART_ID, lines_count: 1, line: CART_LINE },
  Stock: STOCK,
  Availability: { state: 'in_stock', available: 88, as_of: OPENED_AT },
  GuestSession: {
    token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJndWVzdF8wMTljIn0.c2lnbmF0dXJl',
    user_id: GUEST_ID,
    expires_at: '2026-03-16T09:00:00.000Z',
  },
  Product: {
    sku: 'ROSE-12',
    name: 'A dozen roses',
    description: 'Red, long-stemmed, cut this morning.',
    price: USD_35,
    seller_id: 'seller-1',
    image_url: null,
    attributes: { colour: 'red' },
    status: 'active',
    purchase_limit: null,
    version: 3,
    updated_at: '2026-02-13T17:20:00.000Z',
  },
  Part: { name: 'redis', state: 'ready', detail: null },
  OpenHold: {
    hold_id: LINE.hold_id,
    checkout_id: CHECKOUT_ID,
    buyer: GUEST_ID,
    quantity: 2,
    taken_at: OPENED_AT,
    expires_at: CHECKOUT.expires_at,
    pinned: false,
  },
  CheckoutUnderWay: {
    id: CHECKOUT_ID,
    user_id: GUEST_ID,
    state: 'confirmed',
    since: PAID_AT,
    why: 'The order stands; the money is being captured until that is surely done or refused.',
    next_action: 'capture',
    next_run_at: '2026-02-14T09:02:25.000Z',
    expires_at: CHECKOUT.expires_at,
    owner: 'b3f1c2a4-5d6e-4f70-8192-a3b4c5d6e7f8',
    order_id: ORDER_ID,
    payment: { attempt: 1, stage: 'settled', status: 'authorised', intent_id: 'pi_1' },
  },
  LedgerEntry: {
    seq: 12,
    kind: 'reserve',
    quantity: 2,
    at: OPENED_AT,
    hold_id: LINE.hold_id,
    checkout_id: CHECKOUT_ID,
    buyer: GUEST_ID,
    command_id: null,
    expires_at: CHECKOUT.expires_at,
    received: 100,
    available: 88,
    held: 2,
    sold: 10,
    epoch: 4,
    prev_hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    hash: '60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752',
  },
}

interface ProblemExample {
  readonly detail: string
  readonly more: Readonly<Record<string, unknown>>
}

/** Problems that show more than their code, in the order in which they make the better example. */
export const PROBLEM_EXAMPLES: Partial<Record<ProblemCode, ProblemExample>> = {
  out_of_stock: {
    detail: 'Not every line can be had, so nothing is held: `lines` says what each could have.',
    more: { lines: [{ line: 1, sku: 'ROSE-12', requested: 2, available: 1 }] },
  },
  invalid_request: {
    detail: 'Nothing was done. Please correct: quantity.',
    more: { errors: [{ path: 'quantity', message: 'must be at least 1' }] },
  },
  payment_declined: {
    detail: 'The payment was declined and nothing was charged. The stock stays held.',
    more: { checkout_id: CHECKOUT_ID, decline_code: 'insufficient_funds' },
  },
  unknown_sku: {
    detail: 'There is no product ROSE-13. Nothing was held or changed. Check the SKU.',
    more: { skus: ['ROSE-13'] },
  },
  insufficient_stock: {
    detail: 'Only 3 units are available; held and sold ones cannot be written off.',
    more: { available: 3 },
  },
}

/** An example for a schema: its own, that of its name, or one put together from its parts. */
export function exampleOf(schema: Schema): unknown {
  const { example, $ref, type, properties, items, anyOf } = schema
  if (example !== undefined) return example
  if (typeof $ref === 'string') return NAMED[$ref.slice($ref.lastIndexOf('/') + 1)]
  if (Array.isArray(anyOf)) return exampleOf(anyOf[0])
  if (Array.isArray(schema['enum'])) return schema['enum'][0]
  if (type === 'array') return [exampleOf((items ?? {}) as Schema)]
  if (properties !== undefined) return exampleOfFields(properties as Record<string, Schema>)
  if (type === 'null' || (Array.isArray(type) && type.includes('null'))) return null
  if (type === 'integer') return schema['minimum'] ?? 0
  return schema['default'] ?? {}
}

function exampleOfFields(properties: Readonly<Record<string, Schema>>): unknown {
  const fields = Object.entries(properties).map(([name, field]) => [name, exampleOf(field)])
  return Object.fromEntries(fields)
}
