// An order beside its checkout. Both are written in one statement, so whatever moment is looked at,
// they say the same (O1, O2).

import type { CheckoutState, PaymentStatus } from '../../actors/domain/checkout.ts'
import { orderIdOf } from '../../actors/domain/ids.ts'
import type { OrderStatus } from '../../actors/domain/order.ts'
import type { AuditedLine, AuditedOrder } from '../../actors/ports/audit-source.ts'
import type { Tally } from './tally.ts'

type Checkout = NonNullable<AuditedOrder['checkout']>

interface Fitting {
  readonly confirmed: boolean
  readonly order: readonly OrderStatus[]
  readonly payment: readonly PaymentStatus[]
}

// Before the pivot the order waits; after it, it stands until it is reversed. Nothing is shipped
// before the money has moved.
const UNDER_WAY = ['pending', 'requires_action', 'unknown'] as const
const GIVEN_UP = ['failed', 'voided'] as const
const PAID = ['captured', 'partially_refunded', 'refunded'] as const
const BEFORE = { confirmed: false, order: ['pending'] } as const
const STANDS = { confirmed: true, order: ['confirmed'] } as const
const ENDED = { confirmed: false, order: ['cancelled'], payment: GIVEN_UP } as const

/** What an order may say, by the state of its checkout. An opening one has none. */
const FITTING = {
  opening: { confirmed: false, order: [], payment: [] },
  open: { ...BEFORE, payment: GIVEN_UP },
  revising: { ...BEFORE, payment: GIVEN_UP },
  // Void between two attempts: the buyer pays otherwise, and the next attempt is about to begin.
  paying: { ...BEFORE, payment: [...UNDER_WAY, 'voided'] },
  reviewing: { ...BEFORE, payment: ['authorised'] },
  committing: { ...BEFORE, payment: ['authorised'] },
  confirmed: { ...STANDS, payment: ['authorised'] },
  captured: {
    confirmed: true,
    order: ['confirmed', 'partially_shipped', 'shipped', 'delivered'],
    payment: PAID,
  },
  releasing: { ...BEFORE, payment: [...UNDER_WAY, ...GIVEN_UP, 'authorised'] },
  cancelled: ENDED,
  expired: ENDED,
  fraud_rejected: ENDED,
  reversing: { ...STANDS, payment: ['authorised', ...PAID] },
  reversed: { confirmed: true, order: ['cancelled'], payment: ['voided', 'refunded'] },
} as const satisfies Record<CheckoutState, Fitting>

/** Reports to O1, and to O2 what differs between their lines. */
export function judgeAgainstCheckout(order: AuditedOrder, tally: Tally): void {
  const { id, checkoutId, checkout, ordersOfCheckout } = order
  tally.looked('O1')
  const wrong: string[] = []
  if (checkout === null) wrong.push(`there is no checkout ${checkoutId}`)
  if (ordersOfCheckout > 1) wrong.push(`${checkoutId} has ${ordersOfCheckout} orders`)
  else if (id !== orderIdOf(checkoutId)) wrong.push(`is not the order of ${checkoutId}`)
  if (checkout !== null) {
    wrong.push(...misfits(order, checkout), ...differences(order, checkout))
    judgeLines(order, checkout, tally)
  }
  if (wrong.length > 0) tally.violated('O1', `${id}: ${wrong.join('; ')}`)
}

function misfits(order: AuditedOrder, { state }: Checkout): string[] {
  const { checkoutId, confirmed, status, paymentStatus } = order
  const fitting: Fitting = FITTING[state]
  const said: string[] = []
  if (confirmed !== fitting.confirmed)
    said.push(confirmed ? 'was confirmed' : 'was never confirmed')
  if (!fitting.order.includes(status)) said.push(`is ${status}`)
  if (!fitting.payment.includes(paymentStatus)) said.push(`its payment is ${paymentStatus}`)
  return said.length === 0 ? [] : [`${said.join(', ')}, but ${checkoutId} is ${state}`]
}

function differences(order: AuditedOrder, checkout: Checkout): string[] {
  const last = order.attempts.at(-1)
  const wrong: string[] = []
  const compare = (what: string, ours: unknown, by: string, theirs: unknown): void => {
    if (ours !== theirs) wrong.push(`${what} ${ours ?? 'none'}, ${by} ${theirs ?? 'none'}`)
  }
  compare('order', order.id, 'its checkout names', checkout.orderId)
  compare('of', order.userId, 'its checkout of', checkout.userId)
  compare('intent', order.intentId, 'its checkout pays by', checkout.intentId)
  compare('intent', order.intentId, 'its last attempt is by', last?.intentId ?? null)
  compare('payment', order.paymentStatus, 'its last attempt is', last?.status)
  compare('last attempt', last?.attempt, 'its checkout is at', checkout.attempt ?? undefined)
  return wrong
}

function judgeLines(order: AuditedOrder, checkout: Checkout, tally: Tally): void {
  const { id, lines } = order
  const told = new Map(checkout.lines.map((line) => [line.line, line]))
  const numbers = (of: readonly AuditedLine[]): string =>
    of.length === 0 ? 'none' : of.map(({ line }) => line).join(', ')
  if (checkout.lines.length !== lines.length || lines.some(({ line }) => !told.has(line))) {
    const theirs = numbers(checkout.lines)
    tally.violated('O1', `${id}: has lines ${numbers(lines)}, its checkout ${theirs}`)
  }
  for (const line of lines) {
    const other = told.get(line.line)
    if (other === undefined || textOf(line) === textOf(other)) continue
    const said = `line ${line.line} is ${textOf(line)}; its checkout sold ${textOf(other)}`
    tally.violated('O2', `${id}: ${said}`)
  }
}

function textOf({ sku, quantity, unitAmount, sellerId, holdId }: AuditedLine): string {
  return `${quantity} ${sku} at ${unitAmount} of ${sellerId} (${holdId})`
}
