// One buyer, one product, one checkout and its order, as the tests of the edge need them.

import assert from 'node:assert/strict'
import type { Checkout, PaymentAttempt } from '../../actors/domain/checkout.ts'
import {
  type CheckoutId,
  checkoutIdOf,
  holdIdOf,
  orderIdOf,
  parseSellerId,
  parseSku,
  parseUserId,
  type SellerId,
  type Sku,
  type UserId,
} from '../../actors/domain/ids.ts'
import { type Order, orderAtConfirmation } from '../../actors/domain/order.ts'
import type { Product } from '../../actors/domain/product.ts'

export const NOW_MS = Date.UTC(2026, 0, 15, 12, 0, 0)
export const HOLD_TTL_MS = 900_000

export function skuOf(text: string): Sku {
  const sku = parseSku(text)
  assert.ok(sku)
  return sku
}

export function userOf(text: string): UserId {
  const user = parseUserId(text)
  assert.ok(user)
  return user
}

export function sellerOf(text: string): SellerId {
  const seller = parseSellerId(text)
  assert.ok(seller)
  return seller
}

export const ALICE = userOf('alice')
export const ROSES = skuOf('ROSE-12')
export const USD_70 = { amount: 7_000, currency: 'USD' }
export const CHECKOUT_ID: CheckoutId = checkoutIdOf('0190a0b0c0d07e0f80a1b2c3d4e5f605')

export const ADDRESS = {
  name: 'Alice Example',
  line1: '1 High Street',
  line2: null,
  city: 'Bath',
  region: null,
  postal_code: 'BA1 1AA',
  country: 'GB',
}

export const ROSE_PRODUCT: Product = {
  sku: ROSES,
  name: 'A dozen roses',
  description: 'Red ones',
  price: { amount: 3_500, currency: 'USD' },
  sellerId: sellerOf('seller-1'),
  imageUrl: null,
  attributes: { colour: 'red' },
  status: 'active',
  purchaseLimit: null,
  version: 1,
  updatedAtMs: NOW_MS,
}

export const OPEN_CHECKOUT: Checkout = {
  id: CHECKOUT_ID,
  version: 2,
  state: 'open',
  userId: ALICE,
  guest: false,
  cartId: null,
  lines: [
    {
      line: 1,
      sku: ROSES,
      name: 'A dozen roses',
      sellerId: sellerOf('seller-1'),
      quantity: 2,
      unitPrice: { amount: 3_500, currency: 'USD' },
      purchaseLimit: null,
      holdId: holdIdOf(CHECKOUT_ID, 1, 1),
    },
  ],
  total: USD_70,
  priceChanges: [
    {
      sku: ROSES,
      was: { amount: 3_000, currency: 'USD' },
      now: { amount: 3_500, currency: 'USD' },
    },
  ],
  shippingAddress: ADDRESS,
  createdAtMs: NOW_MS,
  expiresAtMs: NOW_MS + HOLD_TTL_MS,
  updatedAtMs: NOW_MS,
  orderId: null,
  payment: null,
  ending: null,
  openRequest: null,
  cancelRequest: null,
  revision: null,
  revisions: 0,
  confirmedAtMs: null,
}

export const ATTEMPT: PaymentAttempt = {
  attempt: 1,
  method: 'pm_card_visa',
  stage: 'confirming',
  status: 'pending',
  intentId: 'pi_1',
  clientSecret: 'pi_1_secret_1',
  declineCode: null,
  keyRevision: 1,
  successor: null,
  request: null,
  fingerprint: 'f',
  startedAtMs: NOW_MS,
}

export const PAYING_CHECKOUT: Checkout = { ...OPEN_CHECKOUT, state: 'paying', payment: ATTEMPT }

export const AUTHENTICATING_CHECKOUT: Checkout = {
  ...PAYING_CHECKOUT,
  payment: { ...ATTEMPT, stage: 'authenticating', status: 'requires_action' },
}

export const ORDER: Order = orderAtConfirmation(PAYING_CHECKOUT, orderIdOf(CHECKOUT_ID), {
  type: 'order.confirmed',
  atMs: NOW_MS,
  data: {},
})
