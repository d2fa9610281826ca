// Walks all orders once: each against its lines, sub-orders, payments, event, checkout and the
// stock that was sold for it (O1-O3, P1-P3, P5, P8, I5). A pending order promises nobody anything
// yet; it is only held against what may not be there, such as money.

import { type CheckoutState, isAtRest, type PaymentStatus } from '../../actors/domain/checkout.ts'
import { orderIdOf } from '../../actors/domain/ids.ts'
import {
  type AuditedOrder,
  type AuditView,
  type HoldFacts,
  holdKeyOf,
} from '../../actors/ports/audit-source.ts'
import type { Tally } from './tally.ts'

const UNFOUNDED_MAX = 1_000

const CAPTURED: ReadonlySet<PaymentStatus> = new Set(['captured', 'partially_refunded', 'refunded'])

// Money may be held, or may yet be taken.
const LIVE: ReadonlySet<PaymentStatus> = new Set([
  'pending',
  'requires_action',
  'unknown',
  'authorised',
])

const CONFIRMED_STATES: ReadonlySet<CheckoutState> = new Set([
  'confirmed',
  'captured',
  'reversing',
  'reversed',
])

/** Reports to O1-O3, P1-P3, P5, P8 and I5; `onOrder` sees each order as well. */
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
      if (order.confirmed) {
        judgeSums(order, tally)
        judgeEvent(order, tally)
      }
      onOrder(order)
    }
    for (const order of sold) judgeStock(order, facts, tally)
  }
  for (const orderId of await view.unfoundedConfirmations(UNFOUNDED_MAX)) {
    tally.violated('O3', `${orderId}: order.confirmed was written, but it never was confirmed`)
  }
}

function isCaptured({ paymentStatus }: AuditedOrder): boolean {
  return CAPTURED.has(paymentStatus)
}

function judgeAgainstCheckout(order: AuditedOrder, tally: Tally): void {
  const { id, checkoutId, checkout, ordersOfCheckout, confirmed } = order
  tally.looked('O1')
  const wrong: string[] = []
  if (checkout === null) wrong.push(`there is no checkout ${checkoutId}`)
  if (ordersOfCheckout > 1) wrong.push(`${checkoutId} has ${ordersOfCheckout} orders`)
  else if (id !== orderIdOf(checkoutId)) wrong.push(`is not the order of ${checkoutId}`)
  if (checkout !== null && confirmed !== CONFIRMED_STATES.has(checkout.state)) {
    const said = confirmed ? 'was confirmed' : 'was never confirmed'
    wrong.push(`${said}, but ${checkoutId} is ${checkout.state}`)
  }
  if (wrong.length > 0) tally.violated('O1', `${id}: ${wrong.join('; ')}`)
}

function judgePayment(order: AuditedOrder, tally: Tally): void {
  const { id, attempts, totalAmount, capturedAmount, refundedAmount, currency, checkout } = order
  tally.looked('P1')
  tally.looked('P8')
  const captured = attempts.filter(({ status }) => CAPTURED.has(status))
  if (captured.length > 1) {
    const which = captured.map(({ attempt }) => attempt).join(', ')
    tally.violated('P1', `${id}: attempts ${which} were captured`)
  }
  if (refundedAmount > capturedAmount) {
    tally.violated('P8', `${id}: refunded ${refundedAmount} of ${capturedAmount} ${currency}`)
  }
  if (!isCaptured(order) && capturedAmount === 0 && checkout?.state !== 'captured') return
  tally.looked('P2')
  const wrong = captured.filter((each) => each.amount !== totalAmount || each.currency !== currency)
  if (isCaptured(order) && capturedAmount === totalAmount && wrong.length === 0) return
  const said = [
    `payment ${order.paymentStatus}, captured ${capturedAmount} of ${totalAmount} ${currency}`,
    ...wrong.map((each) => `attempt ${each.attempt} captured ${each.amount} ${each.currency}`),
  ]
  tally.violated('P2', `${id}: ${said.join('; ')}`)
}

/**
 * P5, as far as our own books show it. An ended checkout keeps none; an open one is between two
 * cards, and the next is tried only once the one before is surely declined or voided. Releasing and
 * reversing are on their way to the void.
 */
function judgeLiveAuthorisation(order: AuditedOrder, tally: Tally): void {
  const { id, checkout, checkoutId, attempts, paymentStatus } = order
  if (checkout === null || !mustBeFree(checkout.state)) return
  tally.looked('P5')
  const live = attempts.filter(({ status }) => LIVE.has(status))
  if (live.length === 0 && !LIVE.has(paymentStatus)) return
  const which = live.map(({ attempt, status }) => `attempt ${attempt} is ${status}`)
  const said = [`payment is ${paymentStatus}`, ...which].join(', ')
  tally.violated('P5', `${id}: ${checkoutId} is ${checkout.state}, but ${said}`)
}

/** Whether no money may be held for a checkout in this state. */
export function mustBeFree(state: CheckoutState): boolean {
  return state === 'open' || (isAtRest(state) && state !== 'captured')
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

function judgeEvent({ id, confirmedEvents }: AuditedOrder, tally: Tally): void {
  tally.looked('O3')
  if (confirmedEvents !== 1) {
    tally.violated('O3', `${id}: ${confirmedEvents} order.confirmed events, should be 1`)
  }
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
