// Holds what the service says against what the file alone says, number by number. Pure: it reads
// two sets of books and writes a list of differences.

import { CURRENCY, type ExpectedBooks, type ExpectedOrder } from './expected-books.ts'

export const DIFFERENCE_KINDS = [
  'purchase_failed',
  'order_count',
  'order_missing',
  'order_twice',
  'order_unexpected',
  'order_buyer',
  'order_status',
  'order_lines',
  'order_total',
  'order_captured',
  'sub_order',
  'revenue',
  'units_received',
  'units_sold',
  'units_held',
  'units_available',
  'audit',
] as const
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number]

export interface Difference {
  readonly kind: DifferenceKind
  /** The invoice, the SKU or `all`. */
  readonly of: string
  readonly expected: string
  readonly found: string
}

/** Units of one SKU as the ledger has them. */
export interface StatedStock {
  readonly received: number
  readonly available: number
  readonly held: number
  readonly sold: number
}

/** An order as the service tells it; amounts in pence. */
export interface StatedOrder {
  readonly orderId: string
  readonly checkoutId: string
  readonly userId: string
  readonly status: string
  readonly lines: readonly { sku: string; quantity: number; totalPence: number }[]
  /** What each seller is owed of this order. */
  readonly subOrders: readonly { sellerId: string; totalPence: number }[]
  readonly currency: string
  readonly totalPence: number
  readonly paymentStatus: string
  readonly capturedPence: number
}

export interface StatedBooks {
  readonly orders: readonly StatedOrder[]
  readonly stock: ReadonlyMap<string, StatedStock>
}

export interface Comparison {
  /** Invoice number to the checkout that bought it, as the replay was told when it bought. */
  readonly checkouts: ReadonlyMap<string, string>
  /** What was in the ledger before the replay began; a SKU that is missing had nothing. */
  readonly stockBefore: ReadonlyMap<string, StatedStock>
  userOf(buyer: string): string
}

/** In the order of what a person wants to see first: orders, revenue, then stock. */
export function compareBooks(
  expected: ExpectedBooks,
  stated: StatedBooks,
  comparison: Comparison,
): Difference[] {
  return [
    ...compareOrders(expected, stated, comparison),
    ...compareRevenue(expected, stated),
    ...[...expected.catalogue.values()].flatMap(({ sku, units }) => {
      const before = comparison.stockBefore.get(sku) ?? NOTHING
      return compareStock(sku, units, before, stated.stock.get(sku) ?? NOTHING)
    }),
  ]
}

const NOTHING: StatedStock = { received: 0, available: 0, held: 0, sold: 0 }

function compareOrders(
  expected: ExpectedBooks,
  stated: StatedBooks,
  comparison: Comparison,
): Difference[] {
  const byCheckout = new Map<string, StatedOrder[]>()
  for (const order of stated.orders) {
    const same = byCheckout.get(order.checkoutId)
    if (same === undefined) byCheckout.set(order.checkoutId, [order])
    else same.push(order)
  }
  const differences: Difference[] = []
  differ(differences, 'order_count', 'all', expected.orders.length, stated.orders.length)
  for (const order of expected.orders) {
    const checkoutId = comparison.checkouts.get(order.invoiceNo)
    const found = checkoutId === undefined ? [] : (byCheckout.get(checkoutId) ?? [])
    if (checkoutId !== undefined) byCheckout.delete(checkoutId)
    const [only] = found
    if (only === undefined) {
      differ(differences, 'order_missing', order.invoiceNo, 'an order', 'none')
    } else if (found.length > 1) {
      const ids = found.map(({ orderId }) => orderId).join(', ')
      differ(differences, 'order_twice', order.invoiceNo, 'one order', ids)
    } else {
      differences.push(...compareOrder(order, only, comparison.userOf(order.buyer)))
      differences.push(...compareSubOrders(expected, order, only))
    }
  }
  for (const order of [...byCheckout.values()].flat()) {
    differ(differences, 'order_unexpected', order.orderId, 'no such order', `${pounds(order)}`)
  }
  return differences
}

function compareOrder(order: ExpectedOrder, found: StatedOrder, userId: string): Difference[] {
  const differences: Difference[] = []
  const of = order.invoiceNo
  differ(differences, 'order_buyer', of, userId, found.userId)
  differ(differences, 'order_status', of, 'confirmed', found.status)
  differ(differences, 'order_total', of, money(order.totalPence), pounds(found))
  differences.push(...compareLines(order, found))
  const captured = `${found.paymentStatus} ${money(found.capturedPence, found.currency)}`
  differ(differences, 'order_captured', of, `captured ${money(order.totalPence)}`, captured)
  return differences
}

function compareLines(order: ExpectedOrder, found: StatedOrder): Difference[] {
  const text = (line: { quantity: number; totalPence: number }): string => {
    return `${line.quantity} for ${money(line.totalPence, found.currency)}`
  }
  const left = found.lines.map((line) => ({ sku: line.sku, text: text(line) }))
  const differences: Difference[] = []
  for (const line of order.lines) {
    const index = left.findIndex(({ sku }) => sku === line.sku)
    const [stated] = index < 0 ? [] : left.splice(index, 1)
    const wanted = `${line.quantity} for ${money(line.totalPence)}`
    const of = `${order.invoiceNo} ${line.sku}`
    differ(differences, 'order_lines', of, wanted, stated?.text ?? 'no such line')
  }
  for (const { sku, text: stated } of left) {
    differ(differences, 'order_lines', `${order.invoiceNo} ${sku}`, 'no such line', stated)
  }
  return differences
}

function compareSubOrders(
  expected: ExpectedBooks,
  order: ExpectedOrder,
  found: StatedOrder,
): Difference[] {
  const owed = new Map<string, number>()
  for (const { sku, totalPence } of order.lines) {
    const seller = expected.catalogue.get(sku)?.sellerId ?? ''
    owed.set(seller, (owed.get(seller) ?? 0) + totalPence)
  }
  const texts = (amounts: readonly (readonly [string, number])[]): string => {
    return amounts
      .map(([seller, pence]) => `${seller} ${money(pence)}`)
      .toSorted()
      .join(', ')
  }
  const stated = found.subOrders.map((each) => [each.sellerId, each.totalPence] as const)
  const differences: Difference[] = []
  differ(differences, 'sub_order', order.invoiceNo, texts([...owed]), texts(stated))
  return differences
}

function compareRevenue(expected: ExpectedBooks, stated: StatedBooks): Difference[] {
  const differences: Difference[] = []
  const total = stated.orders.reduce((sum, order) => sum + order.totalPence, 0)
  differ(differences, 'revenue', 'all', money(expected.revenuePence), money(total))
  return differences
}

function compareStock(
  sku: string,
  units: number,
  before: StatedStock,
  now: StatedStock,
): Difference[] {
  const differences: Difference[] = []
  differ(differences, 'units_received', sku, before.received + units, now.received)
  differ(differences, 'units_sold', sku, before.sold + units, now.sold)
  differ(differences, 'units_held', sku, before.held, now.held)
  differ(differences, 'units_available', sku, before.available, now.available)
  return differences
}

function differ(
  differences: Difference[],
  kind: DifferenceKind,
  of: string,
  expected: string | number,
  found: string | number,
): void {
  if (expected === found) return
  differences.push({ kind, of, expected: String(expected), found: String(found) })
}

function pounds(order: StatedOrder): string {
  return money(order.totalPence, order.currency)
}

function money(pence: number, currency = CURRENCY): string {
  return `${(pence / 100).toFixed(2)} ${currency}`
}
