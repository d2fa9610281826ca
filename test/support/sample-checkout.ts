// Checkouts for tests of what is done with them: priced, with everything in its place, and an id of
// their own each.

import type { Checkout, CheckoutLine, PaymentAttempt } from '../../actors/domain/checkout.ts'
import {
  checkoutIdOf,
  holdIdOf,
  orderIdOf,
  type SellerId,
  type Sku,
  type UserId,
} from '../../actors/domain/ids.ts'
import { totalOf } from '../../actors/domain/order.ts'
import { uuidV7 } from '../../actors/domain/uuid.ts'
import { seededRandom } from './seeded-random.ts'

export const SAMPLE_MS = Date.parse('2026-01-15T12:00:00Z')

const random = seededRandom(11)

/** A checkout in `opening`, version 1, of two lines of two sellers; `change` replaces fields. */
export function sampleCheckout(change: Partial<Checkout> = {}): Checkout {
  const id = checkoutIdOf(uuidV7(SAMPLE_MS, random.bytes(10), 3))
  const lines = [
    lineOf(id, 1, 'TULIP', 'seller-b', 2, 125),
    lineOf(id, 2, 'ROSE', 'seller-a', 1, 350),
  ]
  return {
    id,
    version: 1,
    state: 'opening',
    userId: 'ada' as UserId,
    guest: false,
    cartId: null,
    lines,
    total: totalOf(lines),
    priceChanges: [],
    shippingAddress: null,
    createdAtMs: SAMPLE_MS,
    expiresAtMs: SAMPLE_MS + 900_000,
    updatedAtMs: SAMPLE_MS,
    orderId: null,
    payment: null,
    ending: null,
    openRequest: { caller: 'ada' as UserId, key: `open-${id}`, purpose: 'open' },
    cancelRequest: null,
    revision: null,
    revisions: 0,
    confirmedAtMs: null,
    ...change,
  }
}

/** One that is being paid under the key `pay-<id>`; `change` replaces fields of the payment. */
export function samplePaying(change: Partial<PaymentAttempt> = {}): Checkout {
  const opened = sampleCheckout({ state: 'paying', openRequest: null })
  const payment: PaymentAttempt = {
    attempt: 1,
    method: 'pm_card_visa',
    stage: 'starting',
    status: 'pending',
    intentId: null,
    clientSecret: null,
    declineCode: null,
    keyRevision: 0,
    successor: null,
    request: { caller: opened.userId, key: `pay-${opened.id}` },
    fingerprint: 'f',
    startedAtMs: SAMPLE_MS,
    ...change,
  }
  return { ...opened, payment, orderId: orderIdOf(opened.id) }
}

function lineOf(
  id: Checkout['id'],
  line: number,
  sku: string,
  seller: string,
  quantity: number,
  price: number,
): CheckoutLine {
  return {
    line,
    sku: sku as Sku,
    name: `The ${sku}`,
    sellerId: seller as SellerId,
    quantity,
    unitPrice: { amount: price, currency: 'GBP' },
    purchaseLimit: null,
    holdId: holdIdOf(id, line, 0),
  }
}
