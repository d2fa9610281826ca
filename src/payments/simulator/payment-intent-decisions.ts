// What each request does to a PaymentIntent: reads the record, answers with facts or a refusal,
// and changes nothing. A decline is both: a fact, and a refusal as the answer.

import { unreachable } from '../../../actors/domain/failures.ts'
import { testCardOf } from '../test-payment-methods.ts'
import type { DeclineRecord, IntentFact, IntentRecord } from './payment-intent-record.ts'
import {
  cardDeclined,
  invalid,
  noSuch,
  type StripeRefusal,
  unexpectedState,
} from './stripe-refusal.ts'

export interface Decision {
  readonly facts: readonly IntentFact[]
  readonly refusal: StripeRefusal | null
}

export interface CreateRequest {
  readonly amount: number
  readonly currency: string
  readonly captureMethod: 'automatic' | 'manual'
  readonly allowedTypes: readonly string[] | null
  readonly metadata: Readonly<Record<string, string>>
  readonly description: string | null
  readonly transferGroup: string | null
  readonly paymentMethod: string | null
}

export interface ConfirmRequest {
  /** null confirms with the method the intent already has. */
  readonly paymentMethod: string | null
  /** Turns a demand for authentication into a decline. */
  readonly errorOnRequiresAction: boolean
}

/** Mints ids and tells Unix seconds; everything else about a decision is in its arguments. */
export interface Surroundings {
  newId(prefix: string): string
  nowSeconds(): number
}

/** Online card payments are held seven days: docs.stripe.com/payments/place-a-hold. */
const AUTHORISATION_WINDOW_SECONDS = 7 * 24 * 3_600

const AUTHENTICATION_REQUIRED: DeclineRecord = {
  code: 'authentication_required',
  declineCode: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
}
const AUTHENTICATION_FAILED: DeclineRecord = {
  code: 'payment_intent_authentication_failure',
  declineCode: null,
  message: 'The provided payment method has failed authentication.',
}

export function decideCreate(request: CreateRequest, around: Surroundings): Decision {
  const { paymentMethod } = request
  if (paymentMethod !== null && testCardOf(paymentMethod) === null) {
    return no(noSuch('PaymentMethod', paymentMethod, 400, 'payment_method'))
  }
  const intent = around.newId('pi')
  const secret = `${intent}_${around.newId('secret')}`
  return yes({ kind: 'created', intent, event: around.newId('evt'), secret, ...request })
}

export function decideConfirm(
  intent: IntentRecord,
  request: ConfirmRequest,
  around: Surroundings,
): Decision {
  const { status } = intent
  if (status !== 'requires_payment_method' && status !== 'requires_confirmation') {
    return no(
      unexpectedState(
        `This PaymentIntent's status is ${status}. Only one that requires a payment method` +
          ' or a confirmation can be confirmed.',
      ),
    )
  }
  const paymentMethod = request.paymentMethod ?? intent.paymentMethod
  if (paymentMethod === null) {
    return no(
      unexpectedState("You can't confirm this PaymentIntent because it has no payment method."),
    )
  }
  const card = testCardOf(paymentMethod)
  if (card === null) return no(noSuch('PaymentMethod', paymentMethod, 400, 'payment_method'))
  if (card.behaviour === 'approve') return yes(...approved(intent, paymentMethod, around))
  if (card.behaviour !== 'authenticate') {
    return declined(intent, paymentMethod, card.behaviour, around)
  }
  if (request.errorOnRequiresAction) {
    return declined(intent, paymentMethod, AUTHENTICATION_REQUIRED, around)
  }
  const event = around.newId('evt')
  return yes({ kind: 'action_demanded', intent: intent.id, event, paymentMethod })
}

/** `amountToCapture` null captures all; capturing less releases the rest, finally. */
export function decideCapture(
  intent: IntentRecord,
  amountToCapture: number | null,
  around: Surroundings,
): Decision {
  if (intent.status !== 'requires_capture') {
    return no(
      unexpectedState(
        `This PaymentIntent could not be captured because it has a status of ${intent.status}.` +
          ' Only one with a status of requires_capture can be captured.',
      ),
    )
  }
  const amount = amountToCapture ?? intent.amountCapturable
  if (amount > intent.amountCapturable) {
    const message = 'The amount to capture is greater than the amount that can be captured.'
    return no({ ...invalid(message, 'amount_too_large', 'amount_to_capture'), stored: true })
  }
  return yes({ kind: 'captured', intent: intent.id, event: around.newId('evt'), amount })
}

export function decideCancel(
  intent: IntentRecord,
  reason: string | null,
  around: Surroundings,
): Decision {
  if (intent.status === 'succeeded' || intent.status === 'canceled') {
    return no(
      unexpectedState(
        `You cannot cancel this PaymentIntent because it has a status of ${intent.status}.`,
      ),
    )
  }
  return yes({ kind: 'canceled', intent: intent.id, event: around.newId('evt'), reason })
}

export type AuthenticationOutcome = 'succeed' | 'fail'

/** The buyer's side of authentication, which at Stripe happens at the issuer's page. */
export function decideAuthenticate(
  intent: IntentRecord,
  outcome: AuthenticationOutcome,
  around: Surroundings,
): Decision {
  if (intent.status !== 'requires_action' || intent.paymentMethod === null) {
    return no(unexpectedState(`This PaymentIntent waits for nobody: it is ${intent.status}.`))
  }
  switch (outcome) {
    case 'succeed':
      return yes(...approved(intent, intent.paymentMethod, around))
    case 'fail':
      return yes(declineFact(intent, intent.paymentMethod, AUTHENTICATION_FAILED, around))
    default:
      return unreachable(outcome, 'an outcome of authentication')
  }
}

function approved(intent: IntentRecord, paymentMethod: string, around: Surroundings): IntentFact[] {
  const held: IntentFact = {
    kind: 'authorised',
    intent: intent.id,
    event: around.newId('evt'),
    charge: around.newId('ch'),
    paymentMethod,
    captureBefore: around.nowSeconds() + AUTHORISATION_WINDOW_SECONDS,
  }
  if (intent.captureMethod === 'manual') return [held]
  const event = around.newId('evt')
  return [held, { kind: 'captured', intent: intent.id, event, amount: intent.amount }]
}

function declined(
  intent: IntentRecord,
  paymentMethod: string,
  decline: DeclineRecord,
  around: Surroundings,
): Decision {
  const fact = declineFact(intent, paymentMethod, decline, around)
  return { facts: [fact], refusal: cardDeclined(decline, fact.charge) }
}

function declineFact(
  intent: IntentRecord,
  paymentMethod: string,
  { code, declineCode, message }: DeclineRecord,
  around: Surroundings,
): Extract<IntentFact, { kind: 'declined' }> {
  return {
    kind: 'declined',
    intent: intent.id,
    event: around.newId('evt'),
    charge: around.newId('ch'),
    paymentMethod,
    decline: { code, declineCode, message },
  }
}

function yes(...facts: IntentFact[]): Decision {
  return { facts, refusal: null }
}

function no(refusal: StripeRefusal): Decision {
  return { facts: [], refusal }
}
