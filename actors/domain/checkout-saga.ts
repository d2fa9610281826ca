// What a checkout has to do next, and what each outcome makes of it. The journalled checkout alone
// decides: a process that starts over does what the one before it was about to do. Nothing here
// touches the world; checkout-actor.ts performs the actions and writes the steps.
//
//   opening ─ take_holds ─> open ─ (pay) ─> paying ─ start_payment, confirm_payment ─> committing
//   open ─ (change) ─> revising ─ revise_holds ─> open
//   paying, authenticating ─ (pay otherwise) ─> replacing ─ replace_payment, next_payment ─> paying
//   committing ─ commit_holds ─> confirmed ─ capture ─> captured
//   releasing ─ release ─> its ending          reversing ─ reverse ─> reversed

import type {
  Checkout,
  CheckoutEnding,
  LimitedLine,
  PaymentAttempt,
  PaymentOrder,
  PaymentStage,
  RequestKey,
  ShortLine,
} from './checkout.ts'
import { type CheckoutAnswer, type CheckoutRefusal, refusal } from './checkout-answer.ts'
import {
  afterRevision,
  afterRevisionRefused,
  afterRevisionUndone,
  type RevisionOutcome,
} from './checkout-revision.ts'
import { answering, moved, type Step } from './checkout-step.ts'
import { Bug } from './failures.ts'
import { orderIdOf } from './ids.ts'
import { orderAtConfirmation } from './order.ts'

/** At most so many cards are tried on one checkout. */
export const PAYMENT_ATTEMPTS_MAX = 5

/** No other card can be tried; an attempt that is under way may still succeed. */
export function hasNoAttemptLeft({ payment }: Checkout): boolean {
  return payment !== null && payment.attempt >= PAYMENT_ATTEMPTS_MAX
}

export type Action =
  | 'take_holds'
  | 'revise_holds' // take what is new, give back the surplus; or undo what was taken
  | 'start_payment' // pin the holds, create the intent
  | 'confirm_payment' // ask for the money, screen for fraud
  | 'replace_payment' // void the attempt whose authentication is open, unless it is paid by now
  | 'next_payment' // nothing but a step: the attempt that was waited for begins
  | 'screen_again'
  | 'commit_holds'
  | 'capture'
  | 'release' // give the holds back, void the authorisation
  | 'reverse' // void what is left of the payment, return the units

/** null: nothing to do until somebody asks, or until the hold runs out. */
export function actionOf(checkout: Checkout): Action | null {
  switch (checkout.state) {
    case 'opening':
      return 'take_holds'
    case 'paying':
      return PAYING_ACTION[paymentOf(checkout).stage]
    case 'reviewing':
      return 'screen_again'
    case 'committing':
      return 'commit_holds'
    case 'confirmed':
      return 'capture'
    case 'releasing':
      return 'release'
    case 'reversing':
      return 'reverse'
    case 'revising':
      return 'revise_holds'
    case 'open':
    case 'captured':
    case 'cancelled':
    case 'expired':
    case 'fraud_rejected':
    case 'reversed':
      return null
  }
}

const PAYING_ACTION = {
  starting: 'start_payment',
  confirming: 'confirm_payment',
  authenticating: 'confirm_payment',
  replacing: 'replace_payment',
  reviewing: 'confirm_payment',
  settled: 'next_payment',
} as const satisfies Record<PaymentStage, Action>

/** What performing an action showed. */
export type Outcome =
  | { readonly kind: 'holds_taken' }
  | {
      readonly kind: 'holds_refused'
      readonly lines: readonly ShortLine[]
      readonly taken: boolean
    }
  /** The buyer has as many as one may have; other lines may be held. */
  | { readonly kind: 'limit_reached'; readonly limits: readonly LimitedLine[] }
  | { readonly kind: 'time_ran_out' }
  | RevisionOutcome
  | {
      readonly kind: 'intent_created'
      readonly intentId: string
      readonly clientSecret: string | null
    }
  | { readonly kind: 'action_required' }
  | { readonly kind: 'declined'; readonly code: string }
  | { readonly kind: 'method_unknown' }
  | { readonly kind: 'authorised'; readonly verdict: 'approved' | 'rejected' | 'undecided' }
  | { readonly kind: 'replaced' }
  | { readonly kind: 'next_begins' }
  | { readonly kind: 'key_burnt' }
  | { readonly kind: 'holds_committed' }
  | { readonly kind: 'captured' }
  | { readonly kind: 'capture_refused' }
  | { readonly kind: 'released' }
  | { readonly kind: 'reversed' }

/** The step an outcome makes. Throws Bug when the outcome cannot happen in this state. */
export function stepAfter(checkout: Checkout, outcome: Outcome, nowMs: number): Step {
  switch (outcome.kind) {
    case 'holds_taken':
      return afterHoldsTaken(checkout, nowMs)
    case 'holds_refused':
      return afterHoldsRefused(checkout, outcome, nowMs)
    case 'limit_reached':
      return afterLimitReached(checkout, outcome.limits, nowMs)
    case 'time_ran_out':
      return afterTimeRanOut(checkout, nowMs)
    case 'revision_done':
      return afterRevision(checkout, nowMs)
    case 'revision_refused':
      return afterRevisionRefused(checkout, outcome, nowMs)
    case 'revision_undone':
      return afterRevisionUndone(checkout, nowMs)
    case 'intent_created': {
      const { intentId, clientSecret } = outcome
      return paymentStep(checkout, { stage: 'confirming', intentId, clientSecret }, nowMs)
    }
    case 'action_required':
      return paymentStep(checkout, { stage: 'authenticating', status: 'requires_action' }, nowMs)
    case 'key_burnt': {
      const keyRevision = paymentOf(checkout).keyRevision + 1
      return paymentStep(checkout, { keyRevision }, nowMs)
    }
    case 'replaced':
      return afterReplacement(checkout, nowMs)
    case 'next_begins':
      return afterNextBegins(checkout, nowMs)
    case 'declined': {
      const answer = refusal(checkout, 'payment_declined', { declineCode: outcome.code })
      return afterDecline(checkout, outcome.code, answer, nowMs)
    }
    case 'method_unknown': {
      // An attempt is used up: it cost the gateway two calls, and five of them are enough.
      const answer = refusal(checkout, 'payment_method_unknown')
      return afterDecline(checkout, 'payment_method_unknown', answer, nowMs)
    }
    case 'authorised':
      return afterAuthorisation(checkout, outcome.verdict, nowMs)
    case 'holds_committed':
      return afterCommit(checkout, nowMs)
    case 'captured':
      return afterCapture(checkout, nowMs)
    case 'capture_refused':
      return moved(
        checkout,
        'reversing',
        { payment: paymentWith(checkout, { stage: 'settled' }) },
        nowMs,
      )
    case 'released':
      return afterRelease(checkout, nowMs)
    case 'reversed':
      return afterReversal(checkout, nowMs)
  }
}

/** Begins an attempt to pay; the checkout is open and the request was not refused. */
export function stepToPaying(checkout: Checkout, order: PaymentOrder, nowMs: number): Step {
  const payment: PaymentAttempt = {
    ...order,
    attempt: (checkout.payment?.attempt ?? 0) + 1,
    stage: 'starting',
    status: 'pending',
    intentId: null,
    clientSecret: null,
    declineCode: null,
    keyRevision: 0,
    successor: null,
    startedAtMs: nowMs,
  }
  return moved(checkout, 'paying', { payment, orderId: orderIdOf(checkout.id) }, nowMs)
}

/** Begins to void an attempt whose authentication is open, because the buyer pays otherwise. */
export function stepToReplacing(checkout: Checkout, successor: PaymentOrder, nowMs: number): Step {
  return paymentStep(checkout, { stage: 'replacing', successor }, nowMs)
}

/** Begins to give everything back, because the buyer asked (`request`) or the time is up (null). */
export function stepToReleasing(
  checkout: Checkout,
  ending: CheckoutEnding,
  request: RequestKey | null,
  nowMs: number,
): Step {
  return moved(checkout, 'releasing', { ending, cancelRequest: request }, nowMs)
}

/** The gateway's key of an operation: the same for every try of it, another for another attempt. */
export function gatewayKeyOf(
  checkout: Checkout,
  operation: 'create' | 'confirm' | 'capture' | 'void',
): string {
  const { attempt, keyRevision } = paymentOf(checkout)
  const revision = keyRevision === 0 ? '' : `.${keyRevision}`
  return `${orderIdOf(checkout.id)}:${operation}:${attempt}${revision}`
}

export function paymentOf(checkout: Checkout): PaymentAttempt {
  if (checkout.payment === null) throw new Bug(`${checkout.id} has no payment`)
  return checkout.payment
}

function afterHoldsTaken(checkout: Checkout, nowMs: number): Step {
  const step = moved(checkout, 'open', { openRequest: null }, nowMs)
  const asked = checkout.openRequest
  if (asked === null || asked.purpose === 'buy_now') return step
  const answer: CheckoutAnswer = { kind: 'checkout_opened', checkout: step.checkout }
  return { ...step, answers: [{ request: asked, answer }] }
}

function afterHoldsRefused(
  checkout: Checkout,
  { lines, taken }: { readonly lines: readonly ShortLine[]; readonly taken: boolean },
  nowMs: number,
): Step {
  const change = { ending: 'cancelled' as const, openRequest: null }
  const step = moved(checkout, taken ? 'releasing' : 'cancelled', change, nowMs)
  return answering(step, checkout.openRequest, refusal(checkout, 'out_of_stock', { lines }))
}

function afterLimitReached(
  checkout: Checkout,
  limits: readonly LimitedLine[],
  nowMs: number,
): Step {
  const change = { ending: 'cancelled' as const, openRequest: null }
  const step = moved(checkout, 'releasing', change, nowMs)
  return answering(step, checkout.openRequest, refusal(checkout, 'purchase_limit', { limits }))
}

/**
 * The holds ran out while they were taken, changed or pinned. The gateway is asked only for holds
 * that are pinned: of such a payment it never heard.
 */
function afterTimeRanOut(checkout: Checkout, nowMs: number): Step {
  const { payment } = checkout
  const unheard = payment && paymentWith(checkout, { stage: 'settled', status: 'failed' })
  return moved(checkout, 'releasing', { ending: 'expired', payment: unheard }, nowMs)
}

/** The holds are unpinned already: back to open, with the expiry it always had. */
function afterDecline(
  checkout: Checkout,
  code: string,
  answer: CheckoutAnswer,
  nowMs: number,
): Step {
  const payment = paymentWith(checkout, {
    stage: 'settled',
    status: 'failed',
    declineCode: code,
    request: null,
  })
  const step = moved(checkout, 'open', { payment }, nowMs)
  return answering(step, paymentOf(checkout).request, answer)
}

/** Surely void: who waited for the authentication is told, and the next attempt may begin. */
function afterReplacement(checkout: Checkout, nowMs: number): Step {
  const { request } = paymentOf(checkout)
  const change = { stage: 'settled', status: 'voided', request: null } as const
  const step = paymentStep(checkout, change, nowMs)
  return answering(step, request, refusal(checkout, 'payment_replaced'))
}

/** A step of its own: of two attempts in one write, both would be live for a moment. */
function afterNextBegins(checkout: Checkout, nowMs: number): Step {
  const { successor } = paymentOf(checkout)
  if (successor === null) throw new Bug(`${checkout.id} has nothing to be paid with next`)
  return stepToPaying(checkout, successor, nowMs)
}

function afterAuthorisation(
  checkout: Checkout,
  verdict: 'approved' | 'rejected' | 'undecided',
  nowMs: number,
): Step {
  const payment = paymentWith(checkout, { status: 'authorised', stage: 'reviewing' })
  if (verdict === 'approved') return moved(checkout, 'committing', { payment }, nowMs)
  if (verdict === 'undecided') return moved(checkout, 'reviewing', { payment }, nowMs)
  return moved(checkout, 'releasing', { payment, ending: 'fraud_rejected' }, nowMs)
}

function afterCommit(checkout: Checkout, nowMs: number): Step {
  const orderId = orderIdOf(checkout.id)
  const { request, successor } = paymentOf(checkout)
  const payment = paymentWith(checkout, { request: null, successor: null })
  const step = moved(checkout, 'confirmed', { payment, confirmedAtMs: nowMs }, nowMs)
  const bought = checkout.lines.map(({ sku, quantity }) => ({ sku, quantity }))
  const payload = { order_id: orderId, cart_id: checkout.cartId, lines: bought }
  const event = { type: 'order.confirmed', atMs: nowMs, data: payload }
  const order = orderAtConfirmation(checkout, orderId, event)
  const confirmed = answering(
    { ...step, events: [{ topic: 'order.confirmed', payload }] },
    request,
    {
      kind: 'order_confirmed',
      order,
    },
  )
  // Who wanted to pay otherwise came too late: the payment before was authenticated after all.
  return answering(confirmed, successor?.request ?? null, refusal(checkout, 'already_paid'))
}

function afterCapture(checkout: Checkout, nowMs: number): Step {
  const payment = paymentWith(checkout, { stage: 'settled', status: 'captured' })
  const step = moved(checkout, 'captured', { payment }, nowMs)
  const payload = { order_id: orderIdOf(checkout.id), amount: checkout.total }
  return { ...step, events: [{ topic: 'payment.captured', payload }] }
}

function afterRelease(checkout: Checkout, nowMs: number): Step {
  const { ending, payment } = checkout
  if (ending === null) throw new Bug(`${checkout.id} releases without an ending`)
  const status = payment?.status === 'failed' ? 'failed' : 'voided'
  const over = { stage: 'settled', status, request: null, successor: null } as const
  const settled = payment && paymentWith(checkout, over)
  const change = { payment: settled, cancelRequest: null, openRequest: null, revision: null }
  const step = moved(checkout, ending, change, nowMs)
  const cancelled: CheckoutAnswer = { kind: 'checkout_cancelled', checkout: step.checkout }
  const withCancel = answering(step, checkout.cancelRequest, cancelled)
  const lost = refusal(checkout, REFUSAL_OF_ENDING[ending])
  const withPay = answering(withCancel, payment?.request ?? null, lost)
  const withNext = answering(withPay, payment?.successor?.request ?? null, lost)
  const withRevision = answering(withNext, checkout.revision?.request ?? null, lost)
  return answering(withRevision, checkout.openRequest, lost)
}

function afterReversal(checkout: Checkout, nowMs: number): Step {
  const payment = paymentWith(checkout, { stage: 'settled', status: 'voided' })
  const step = moved(checkout, 'reversed', { payment }, nowMs)
  const payload = { order_id: orderIdOf(checkout.id), reason: 'capture_refused' }
  return { ...step, events: [{ topic: 'order.cancelled', payload }] }
}

const REFUSAL_OF_ENDING = {
  cancelled: 'not_open',
  expired: 'checkout_expired',
  fraud_rejected: 'fraud_rejected',
} as const satisfies Record<CheckoutEnding, CheckoutRefusal>

function paymentWith(checkout: Checkout, change: Partial<PaymentAttempt>): PaymentAttempt {
  return { ...paymentOf(checkout), ...change }
}

function paymentStep(checkout: Checkout, change: Partial<PaymentAttempt>, nowMs: number): Step {
  return moved(checkout, checkout.state, { payment: paymentWith(checkout, change) }, nowMs)
}
