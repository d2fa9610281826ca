// Why a checkout is where it is, and what happens next, in words for whoever is asked "is it
// stuck?". It tells what checkout-saga.ts will do; the tests hold one against the other.

import { type Checkout, isAtRest } from './checkout.ts'
import { asPutOff, paymentDeadlineMs } from './checkout-expiry.ts'
import { type Action, actionOf, hasNoAttemptLeft } from './checkout-saga.ts'
import type { Outage } from './outages.ts'

export interface CheckoutStory {
  readonly why: string
  readonly next: string
  /** When that is, Unix milliseconds; null: at once, or only when somebody asks. */
  readonly nextAtMs: number | null
}

/** What storage has beside the checkout. */
export interface Surroundings {
  /** When a completer looks at it again; null when nothing is planned. */
  readonly nextRunAtMs: number | null
  readonly outages: readonly Outage[]
  readonly nowMs: number
}

export function storyOf(checkout: Checkout, around: Surroundings): CheckoutStory {
  const { nextRunAtMs, outages, nowMs } = around
  const action = actionOf(checkout)
  if (isAtRest(checkout.state)) return { why: whyAtRest(checkout), next: NOTHING, nextAtMs: null }
  if (action === null) return openStory(asPutOff(checkout, outages), nowMs)
  const why = whyUnderWay(checkout, action)
  const next = `${NEXT_OF_ACTION[action]}. ${WHO_GOES_ON}${deadlineOf(checkout, action, outages)}`
  return { why, next, nextAtMs: nextRunAtMs }
}

const NOTHING = 'Nothing is left to be done.'
const WHO_GOES_ON = 'The process that has it goes on at once; if it is gone, another takes over.'

function openStory(checkout: Checkout, nowMs: number): CheckoutStory {
  const failed = checkout.payment === null ? '' : ` ${declineOf(checkout)}`
  if (nowMs >= checkout.expiresAtMs) {
    return {
      why: `Its holds ran out before it was paid.${failed}`,
      next: 'It is closed as expired and its units go back on sale.',
      nextAtMs: checkout.expiresAtMs,
    }
  }
  if (hasNoAttemptLeft(checkout)) {
    return {
      why: `Its units are held, and no attempt to pay is left.${failed}`,
      next: 'The buyer cancels it and may open a new one; or it expires and the units go back.',
      nextAtMs: checkout.expiresAtMs,
    }
  }
  return {
    why: `Its units are held and it waits for the buyer to pay.${failed}`,
    next: 'The buyer pays, changes or cancels it; otherwise it expires and the units go back.',
    nextAtMs: checkout.expiresAtMs,
  }
}

function declineOf({ payment }: Checkout): string {
  if (payment === null) return ''
  const code = payment.declineCode === null ? '' : ` (${payment.declineCode})`
  return `Attempt ${payment.attempt} to pay ended as ${payment.status}${code}.`
}

function whyAtRest(checkout: Checkout): string {
  switch (checkout.state) {
    case 'captured':
      return 'It is paid: the money has moved and the order stands.'
    case 'cancelled':
      return 'It was cancelled before it was sold; no money moved and its units went back.'
    case 'expired':
      return 'Its time ran out before it was sold; no money moved and its units went back.'
    case 'fraud_rejected':
      return 'The fraud check said no; the authorisation was voided and its units went back.'
    default:
      return 'It was sold and taken back: the units returned and no money was kept.'
  }
}

function whyUnderWay(checkout: Checkout, action: Action): string {
  const { payment, ending } = checkout
  const unknown =
    payment?.status === 'unknown' ? ' The gateway has not said what became of it.' : ''
  switch (action) {
    case 'take_holds':
      return 'It was just asked for; its units are being taken.'
    case 'revise_holds':
      return 'Its lines are being changed; units are being taken and given back.'
    case 'start_payment':
      return 'A payment began; its holds are being pinned and the intent is being made.'
    case 'confirm_payment':
      return payment?.stage === 'authenticating'
        ? 'The buyer has to authenticate the payment with their bank.'
        : `The gateway is being asked for the money.${unknown}`
    case 'replace_payment':
      return 'The buyer wants to pay otherwise; the payment before is being voided first.'
    case 'next_payment':
      return 'The payment before is settled; the next attempt begins.'
    case 'screen_again':
      return 'The money is authorised; the fraud check is undecided.'
    case 'commit_holds':
      return 'The payment is approved: its units are being marked as sold. It only goes forward.'
    case 'capture':
      return `The order stands; the money is being collected.${unknown}`
    case 'release':
      return `It is ending as ${ending}: the authorisation is voided, its units are given back.`
    case 'reverse':
      return 'It was sold and is taken back: what is left of the payment is voided.'
  }
}

const NEXT_OF_ACTION = {
  take_holds: 'The units are taken, all or none',
  revise_holds: 'The change is finished or undone',
  start_payment: 'The intent is made under the key it was begun with',
  confirm_payment: 'The gateway is asked until it answers or a webhook tells',
  replace_payment: 'The old payment is voided, unless it is paid by now',
  next_payment: 'The next payment begins',
  screen_again: 'The fraud check is asked again',
  commit_holds: 'The sale is finished; it is retried until it is done',
  capture: 'The capture is retried until it is surely done or surely refused',
  release: 'It is retried until everything is given back',
  reverse: 'It is retried until the units are back',
} as const satisfies Record<Action, string>

/** Only an undecided payment is given up after a while. */
function deadlineOf(checkout: Checkout, action: Action, outages: readonly Outage[]): string {
  const isPaying = checkout.state === 'paying' || checkout.state === 'reviewing'
  if (!isPaying || action === 'next_payment') return ''
  const at = new Date(paymentDeadlineMs(checkout, outages)).toISOString()
  return ` Undecided by ${at} it is voided, and the units go back.`
}
