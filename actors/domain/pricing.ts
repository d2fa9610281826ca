// Turns what a buyer wants into lines at the catalogue's prices, or says why it cannot be sold.
// A price the buyer saw is only compared, never used.

import type { CheckoutLine, LimitedLine, PriceChange } from './checkout.ts'
import type { CheckoutAnswer, CheckoutRefusal, RefusalDetails } from './checkout-answer.ts'
import { type CheckoutId, holdIdOf, type Sku } from './ids.ts'
import { AMOUNT_MAX, type Money, sameMoney } from './money.ts'
import { totalOf } from './order.ts'
import type { Product } from './product.ts'

export interface WantedLine {
  readonly sku: Sku
  /** At least 1. */
  readonly quantity: number
  /** What the buyer last saw in the cart; null when they named the line themselves. */
  readonly priceSeen: Money | null
}

export interface PricingLimits {
  readonly cartLinesMax: number
}

export interface PricedCart {
  readonly total: Money
  readonly priceChanges: readonly PriceChange[]
  /** The lines with the hold ids they take in this revision of a checkout; 0 opens it. */
  linesOf(checkoutId: CheckoutId, revision: number): CheckoutLine[]
}

export type Priced =
  | { readonly ok: true; readonly cart: PricedCart }
  | { readonly ok: false; readonly answer: Extract<CheckoutAnswer, { kind: 'refused' }> }

/** A guest costs nothing to make, so no limit per buyer binds one. */
export interface PricedBuyer {
  readonly guest: boolean
}

/**
 * Refusals, first that applies: cart_empty, too_many_lines, unknown_sku, sku_not_for_sale,
 * sign_in_required, purchase_limit (more at once than anybody may have), mixed_currency,
 * total_too_large.
 */
export function priceCart(
  wanted: readonly WantedLine[],
  products: ReadonlyMap<Sku, Product>,
  { cartLinesMax }: PricingLimits,
  buyer: PricedBuyer,
): Priced {
  const lines = mergeLines(wanted)
  if (lines.length === 0) return no('cart_empty')
  if (lines.length > cartLinesMax) return no('too_many_lines')
  const found = lines.flatMap(({ sku }) => products.get(sku) ?? [])
  const missing = lines.filter(({ sku }) => !products.has(sku)).map(({ sku }) => sku)
  if (missing.length > 0) return no('unknown_sku', { skus: missing })
  const archived = found.filter(({ status }) => status !== 'active').map(({ sku }) => sku)
  if (archived.length > 0) return no('sku_not_for_sale', { skus: archived })
  const limited = found.filter(({ purchaseLimit }) => purchaseLimit !== null)
  if (buyer.guest && limited.length > 0) {
    return no('sign_in_required', { skus: limited.map(({ sku }) => sku) })
  }
  const above = lines.flatMap((line, index) => aboveLimit(line, index + 1, products))
  if (above.length > 0) return no('purchase_limit', { limits: above })
  if (new Set(found.map(({ price }) => price.currency)).size > 1) return no('mixed_currency')
  const priced = lines.flatMap((line, index) => linesAtPrice(line, index + 1, products))
  const total = totalOf(priced)
  if (total.amount > AMOUNT_MAX) return no('total_too_large')
  const priceChanges = lines.flatMap((line) => changeOf(line, products))
  const linesOf = (id: CheckoutId, revision: number) =>
    priced.map((line) => ({ ...line, holdId: holdIdOf(id, line.line, revision) }))
  return { ok: true, cart: { total, priceChanges, linesOf } }
}

/** One line per SKU, in the order the SKUs were first named. */
function mergeLines(wanted: readonly WantedLine[]): WantedLine[] {
  const bySku = new Map<Sku, WantedLine>()
  for (const line of wanted) {
    const before = bySku.get(line.sku)
    bySku.set(line.sku, { ...line, quantity: line.quantity + (before?.quantity ?? 0) })
  }
  return [...bySku.values()]
}

/** What the buyer has already is counted where it is known, by the SKU itself. */
function aboveLimit(
  { sku, quantity: requested }: WantedLine,
  line: number,
  products: ReadonlyMap<Sku, Product>,
): LimitedLine[] {
  const limit = products.get(sku)?.purchaseLimit ?? null
  return limit === null || requested <= limit
    ? []
    : [{ line, sku, requested, limit, remaining: limit }]
}

function linesAtPrice(
  { sku, quantity }: WantedLine,
  line: number,
  products: ReadonlyMap<Sku, Product>,
): Omit<CheckoutLine, 'holdId'>[] {
  const product = products.get(sku)
  if (!product) return []
  const { name, sellerId, price: unitPrice, purchaseLimit } = product
  return [{ line, sku, name, sellerId, quantity, unitPrice, purchaseLimit }]
}

function changeOf(
  { sku, priceSeen: was }: WantedLine,
  products: ReadonlyMap<Sku, Product>,
): PriceChange[] {
  const now = products.get(sku)?.price
  return was && now && !sameMoney(was, now) ? [{ sku, was, now }] : []
}

function no(refusal: CheckoutRefusal, details: RefusalDetails = {}): Priced {
  return { ok: false, answer: { kind: 'refused', refusal, checkoutId: null, details } }
}
