// Whether a checkout may be changed, paid or cancelled, in the order the refusals are listed: the
// first that applies is the answer.

import { type Checkout, type CheckoutState, isAuthenticating } from './checkout.ts'
import {
  type CheckoutAnswer,
  type CheckoutRefusal,
  type RefusalDetails,
  refusal,
} from './checkout-answer.ts'
import { hasNoAttemptLeft } from './checkout-saga.ts'
import { type Money, sameMoney } from './money.ts'
import type { Priced } from './pricing.ts'

/** Refusals that only mean "not now": they are not kept under the key. */
export const PASSING_REFUSALS: ReadonlySet<CheckoutRefusal> = new Set([
  'payment_in_progress',
  'checkout_busy',
])

const REVISE_REFUSAL_OF_STATE = {
  opening: 'checkout_busy',
  open: null,
  revising: 'checkout_busy',
  paying: 'checkout_busy',
  reviewing: 'checkout_busy',
  committing: 'checkout_busy',
  confirmed: 'not_open',
  captured: 'not_open',
  releasing: 'not_open',
  cancelled: 'not_open',
  expired: 'checkout_expired',
  fraud_rejected: 'not_open',
  reversing: 'not_open',
  reversed: 'not_open',
} as const satisfies Record<CheckoutState, CheckoutRefusal | null>

/** null when the buyer may change lines and address now. `priced` is null when the lines stay. */
export function refusalToRevise(
  checkout: Checkout,
  priced: Priced | null,
  nowMs: number,
): CheckoutAnswer | null {
  if (hasRunOut(checkout, nowMs)) return refusal(checkout, 'checkout_expired')
  const inTheWay = REVISE_REFUSAL_OF_STATE[checkout.state]
  if (inTheWay !== null) return refusal(checkout, inTheWay, whatKeepsItBusy(checkout))
  if (priced === null || priced.ok) return null
  return { ...priced.answer, checkoutId: checkout.id }
}

function whatKeepsItBusy(checkout: Checkout): RefusalDetails {
  if (isAuthenticating(checkout)) return { busyPaying: 'authenticating' }
  const { state } = checkout
  const running = state === 'paying' || state === 'reviewing' || state === 'committing'
  return running ? { busyPaying: 'running' } : {}
}

const PAY_REFUSAL_OF_STATE = {
  opening: 'checkout_busy',
  open: null,
  revising: 'checkout_busy',
  paying: 'payment_in_progress',
  reviewing: 'payment_in_progress',
  committing: 'payment_in_progress',
  confirmed: 'already_paid',
  captured: 'already_paid',
  releasing: 'not_open',
  cancelled: 'not_open',
  expired: 'checkout_expired',
  fraud_rejected: 'not_open',
  reversing: 'not_open',
  reversed: 'not_open',
} as const satisfies Record<CheckoutState, CheckoutRefusal | null>

/** null when the buyer may pay now. */
export function refusalToPay(
  checkout: Checkout,
  expectedTotal: Money,
  nowMs: number,
): CheckoutAnswer | null {
  const { state, total } = checkout
  if (hasRunOut(checkout, nowMs)) return refusal(checkout, 'checkout_expired')
  // Whose authentication is open may pay otherwise, as long as their stock is held anyway.
  const otherwise = isAuthenticating(checkout) && nowMs < checkout.expiresAtMs
  const inTheWay = otherwise ? null : PAY_REFUSAL_OF_STATE[state]
  if (inTheWay !== null) return refusal(checkout, inTheWay)
  if (checkout.shippingAddress === null) return refusal(checkout, 'address_missing')
  if (!sameMoney(total, expectedTotal)) {
    const { priceChanges } = checkout
    const details = { expected: expectedTotal, actual: total, priceChanges }
    return refusal(checkout, 'total_changed', details)
  }
  if (hasNoAttemptLeft(checkout)) return refusal(checkout, 'too_many_attempts')
  return null
}

/** Its time is over, whether or not anybody wrote that down yet. */
function hasRunOut({ state, ending, expiresAtMs }: Checkout, nowMs: number): boolean {
  const expired = state === 'releasing' ? ending === 'expired' : state === 'open'
  return expired && expiresAtMs <= nowMs
}

const CANCEL_REFUSAL_OF_STATE = {
  opening: 'checkout_busy',
  open: null,
  revising: 'checkout_busy',
  paying: null,
  reviewing: null,
  committing: 'too_late_to_cancel',
  confirmed: 'too_late_to_cancel',
  captured: 'too_late_to_cancel',
  releasing: null,
  cancelled: null,
  expired: 'checkout_expired',
  fraud_rejected: 'not_open',
  reversing: 'too_late_to_cancel',
  reversed: 'too_late_to_cancel',
} as const satisfies Record<CheckoutState, CheckoutRefusal | null>

/** null when it can be cancelled, is being cancelled, or is cancelled. */
export function refusalToCancel(checkout: Checkout): CheckoutAnswer | null {
  const inTheWay = CANCEL_REFUSAL_OF_STATE[checkout.state]
  return inTheWay === null ? null : refusal(checkout, inTheWay)
}
