// The payments of an order, as far as our own books show them (P1, P2, P4, P5, P8).

import { type CheckoutState, isAtRest, type PaymentStatus } from '../../actors/domain/checkout.ts'
import type { AuditedOrder } from '../../actors/ports/audit-source.ts'
import type { Tally } from './tally.ts'

const CAPTURED: ReadonlySet<PaymentStatus> = new Set(['captured', 'partially_refunded', 'refunded'])

// The money is ours, or is held for us.
const SECURED: ReadonlySet<PaymentStatus> = new Set(['authorised', ...CAPTURED])

// Money may be held, or may yet be taken.
const LIVE: ReadonlySet<PaymentStatus> = new Set([
  'pending',
  'requires_action',
  'unknown',
  'authorised',
])

// Past the pivot, and before the capture is known.
const NEEDS_MONEY: ReadonlySet<CheckoutState> = new Set(['committing', 'confirmed'])

export function isCaptured({ paymentStatus }: AuditedOrder): boolean {
  return CAPTURED.has(paymentStatus)
}

/** Reports to P1, P2, P4 and P8. */
export function judgePayment(order: AuditedOrder, tally: Tally): void {
  const { id, capturedAmount, refundedAmount, currency } = order
  tally.looked('P8')
  if (refundedAmount > capturedAmount) {
    tally.violated('P8', `${id}: refunded ${refundedAmount} of ${capturedAmount} ${currency}`)
  }
  judgeCapturedAttempts(order, tally)
  judgeAmounts(order, tally)
  judgeSecured(order, tally)
}

/** P1: exactly one attempt was captured once the order is, and none before. */
function judgeCapturedAttempts(order: AuditedOrder, tally: Tally): void {
  const { id, attempts, paymentStatus } = order
  tally.looked('P1')
  const captured = attempts.filter(({ status }) => CAPTURED.has(status))
  if (captured.length === (isCaptured(order) ? 1 : 0)) return
  const which = captured.map(({ attempt }) => attempt).join(', ')
  const said = `the payment is ${paymentStatus}, captured were attempts ${which || 'none'}`
  tally.violated('P1', `${id}: ${said}`)
}

/** P2, of what is captured and of what is held for the capture. */
function judgeAmounts(order: AuditedOrder, tally: Tally): void {
  const { id, attempts, paymentStatus, checkout, currency, totalAmount, capturedAmount } = order
  const secured = attempts.filter(({ status }) => SECURED.has(status))
  const due = isCaptured(order) || checkout?.state === 'captured'
  if (!due && capturedAmount === 0 && secured.length === 0) return
  tally.looked('P2')
  const wrong = secured
    .filter(
      (each) =>
        each.amount !== totalAmount ||
        each.currency !== currency ||
        each.intentId !== order.intentId,
    )
    .map(({ attempt, status, amount, currency: paid, intentId }) => {
      const by = intentId === order.intentId ? '' : ` by ${intentId}, not ${order.intentId}`
      return `attempt ${attempt} ${status} ${amount} ${paid}${by}`
    })
  const settled = due ? isCaptured(order) && capturedAmount === totalAmount : capturedAmount === 0
  if (settled && wrong.length === 0) return
  const said = `payment ${paymentStatus}, captured ${capturedAmount} of ${totalAmount} ${currency}`
  tally.violated('P2', `${id}: ${[said, ...wrong].join('; ')}`)
}

/** P4, from the side of the order: units are sold only against money. P2 looks after a capture. */
function judgeSecured(order: AuditedOrder, tally: Tally): void {
  const { id, attempts, checkout, checkoutId, paymentStatus } = order
  if (checkout === null || !NEEDS_MONEY.has(checkout.state)) return
  tally.looked('P4')
  if (SECURED.has(paymentStatus) && attempts.some(({ status }) => SECURED.has(status))) return
  const which = attempts.map(({ attempt, status }) => `attempt ${attempt} is ${status}`)
  const said = [`payment is ${paymentStatus}`, ...which].join(', ')
  tally.violated('P4', `${id}: ${checkoutId} is ${checkout.state}, but ${said}`)
}

/**
 * P5. An ended checkout keeps no money; an open one is between two cards, and the next is tried
 * only once the one before is surely declined or voided. Releasing and reversing are on their way
 * to the void.
 */
export function judgeLiveAuthorisation(order: AuditedOrder, tally: Tally): void {
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
