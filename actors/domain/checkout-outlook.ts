// Why a checkout is where it is, and what happens next, in sentences for an operator.

import type { Checkout } from './checkout.ts'
import { type Action, actionOf, hasNoAttemptLeft } from './checkout-saga.ts'

const WHY = {
  take_holds: 'Its stock is being taken; refused, or cut off, it is given back.',
  revise_holds: 'Its lines are being changed; a change that died is ended or undone.',
  start_payment: 'Its holds are being pinned, and the payment created at the gateway.',
  confirm_payment: 'The gateway was asked for the money; until it says, the outcome is unknown.',
  replace_payment: 'An older attempt at paying is being voided before the next one begins.',
  next_payment: 'The next attempt at paying is about to begin.',
  screen_again: 'The payment is authorised, and the fraud check has not decided.',
  commit_holds: 'It is paid for: its holds are being sold, and it only goes forward.',
  capture: 'The order stands; the money is being captured until that is surely done or refused.',
  release: 'It ends: the payment is being voided and the stock given back.',
  reverse: 'The money could not be had: the stock is being returned and the order cancelled.',
} as const satisfies Record<Action, string>

export interface CheckoutOutlook {
  /** What the shop does next by itself; null: nothing, until somebody asks or time runs out. */
  readonly action: Action | null
  readonly why: string
}

export function outlookOf(checkout: Checkout): CheckoutOutlook {
  const action = actionOf(checkout)
  if (action !== null) return { action, why: whyOf(checkout, action) }
  if (checkout.state === 'open') {
    const why = hasNoAttemptLeft(checkout)
      ? 'No attempt to pay it is left; its stock is held until it is cancelled or runs out.'
      : 'Its stock is held and the buyer may pay, until the hold runs out.'
    return { action, why }
  }
  return { action, why: 'It is at rest: nothing is left to do.' }
}

function whyOf({ payment }: Checkout, action: Action): string {
  if (action === 'confirm_payment' && payment?.stage === 'authenticating') {
    return 'The buyer must authenticate the payment; given up, it is voided.'
  }
  return WHY[action]
}
