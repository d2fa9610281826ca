// Walks all orders once: each against its checkout (judge-order.ts), its payments
// (judge-payment.ts), its lines and sub-orders, its event, and the stock that was sold for it. A
// pending order was announced to nobody and has sold nothing yet: the last two wait for it.

import { isDeepStrictEqual } from 'node:util'
import {
  type AuditedOrder,
  type AuditView,
  type HoldFacts,
  holdKeyOf,
} from '../../actors/ports/audit-source.ts'
import { judgeAgainstCheckout } from './judge-order.ts'
import { isCaptured, judgeLiveAuthorisation, judgePayment } from './judge-payment.ts'
import type { Tally } from './tally.ts'

const UNFOUNDED_MAX = 1_000

/** Reports to O1-O3, P1-P5, P8 and I5; `onOrder` sees each order as well. */
export async function auditOrders(
  view: AuditView,
  tally: Tally,
  onOrder: (order: AuditedOrder) => void,
): Promise<void> {
  for await (const page of view.orders()) {
    const sold = page.filter((order) => order.confirmed || isCaptured(order))
    const facts = await view.holds(sold.flatMap(({ lines }) => lines))
    for (const order of page) {
      judgeAgainstCheckout(order, tally)
      judgePayment(order, tally)
      judgeLiveAuthorisation(order, tally)
      judgeSums(order, tally)
      if (order.confirmed) judgeEvent(order, tally)
      onOrder(order)
    }
    for (const order of sold) judgeStock(order, facts, tally)
  }
  for (const orderId of await view.unfoundedConfirmations(UNFOUNDED_MAX)) {
    tally.violated('O3', `${orderId}: order.confirmed was written, but it never was confirmed`)
  }
}

function judgeSums(order: AuditedOrder, tally: Tally): void {
  const { id, totalAmount, currency, lines, subOrders, checkout } = order
  tally.looked('O2')
  const wrong: string[] = []
  const bySeller = new Map<string, number>()
  for (const line of lines) {
    bySeller.set(line.sellerId, (bySeller.get(line.sellerId) ?? 0) + line.totalAmount)
    if (line.totalAmount !== line.unitAmount * line.quantity) {
      wrong.push(
        `line ${line.line} is ${line.totalAmount} for ${line.quantity} x ${line.unitAmount}`,
      )
    }
  }
  const sum = lines.reduce((total, line) => total + line.totalAmount, 0)
  if (sum !== totalAmount) wrong.push(`total ${totalAmount}, lines ${sum} ${currency}`)
  for (const { sellerId, totalAmount: part } of subOrders) {
    const due = bySeller.get(sellerId)
    bySeller.delete(sellerId)
    if (due !== part) wrong.push(`sub-order of ${sellerId} is ${part}, its lines ${due ?? 'none'}`)
  }
  for (const sellerId of bySeller.keys()) wrong.push(`no sub-order of ${sellerId}`)
  if (checkout !== null && checkout.totalAmount !== totalAmount) {
    wrong.push(`total ${totalAmount}, its checkout was priced ${checkout.totalAmount}`)
  }
  if (checkout !== null && checkout.currency !== currency) {
    wrong.push(`in ${currency}, its checkout in ${checkout.currency}`)
  }
  if (wrong.length > 0) tally.violated('O2', `${id}: ${wrong.join('; ')}`)
}

/** O3: one event, which tells the buyer's own and tells it as it was sold. */
function judgeEvent(order: AuditedOrder, tally: Tally): void {
  const { id, userId, confirmations, checkout } = order
  tally.looked('O3')
  const wrong: string[] = []
  if (confirmations.length !== 1) {
    wrong.push(`${confirmations.length} order.confirmed events, should be 1`)
  }
  const lines = order.lines.map(({ sku, quantity }) => ({ sku, quantity }))
  for (const { userId: told, payload } of confirmations) {
    const said: Readonly<Record<string, unknown>> = { ...(payload as object) }
    if (told !== userId) wrong.push(`order.confirmed of ${told}, the order of ${userId}`)
    if (said.order_id !== id) wrong.push(`order.confirmed names ${said.order_id ?? 'no order'}`)
    if (!isDeepStrictEqual(said.lines, lines)) {
      const named = JSON.stringify(said.lines) ?? 'no lines'
      wrong.push(`order.confirmed names ${named}, should be ${JSON.stringify(lines)}`)
    }
    if (checkout !== null && (said.cart_id ?? null) !== checkout.cartId) {
      const cart = checkout.cartId ?? 'no cart'
      wrong.push(`order.confirmed empties ${said.cart_id ?? 'no cart'}, should be ${cart}`)
    }
  }
  if (wrong.length > 0) tally.violated('O3', `${id}: ${wrong.join('; ')}`)
}

/** All holds are committed before an order is confirmed (I5), and so before it is captured (P3). */
function judgeStock(
  order: AuditedOrder,
  facts: ReadonlyMap<string, HoldFacts>,
  tally: Tally,
): void {
  const check = isCaptured(order) ? 'P3' : 'I5'
  if (order.lines.length === 0) {
    tally.looked(check)
    tally.violated(check, `${order.id}: sold without a line`)
  }
  for (const line of order.lines) {
    tally.looked(check)
    const ends = facts.get(holdKeyOf(line))?.ends ?? []
    const sold = ends.some(({ kind, quantity }) => kind === 'commit' && quantity === line.quantity)
    if (sold) continue
    const found = ends.map(({ kind, quantity }) => `${kind} of ${quantity}`).join(', ')
    const said = found === '' ? 'the ledger sold nothing' : `the ledger has ${found}`
    tally.violated(check, `${order.id} line ${line.line}: ${line.quantity} ${line.sku}, ${said}`)
  }
}
