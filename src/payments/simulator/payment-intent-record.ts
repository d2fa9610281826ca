// A PaymentIntent as the simulator keeps it, and how a fact changes it.
//
// An intent is always in exactly one of Stripe's statuses:
//   requires_payment_method -> requires_confirmation      a payment method was given
//   requires_payment_method | requires_confirmation
//     -> requires_action        the issuer wants the buyer to authenticate
//     -> requires_capture       the issuer approved: money is held
//     -> requires_payment_method    the issuer declined: another card may be tried
//   requires_action -> requires_capture | requires_payment_method
//   requires_capture -> succeeded       captured, wholly or in part; the rest is released
//   any but the last two -> canceled
// succeeded and canceled are final. Facts are what the journal stores; applying one never refuses.
// Source: docs.stripe.com/payments/paymentintents/lifecycle.

import { Bug } from '../../../actors/domain/failures.ts'

export const INTENT_TRANSITIONS = {
  requires_payment_method: [
    'requires_confirmation',
    'requires_action',
    'requires_capture',
    'requires_payment_method',
    'canceled',
  ],
  requires_confirmation: [
    'requires_action',
    'requires_capture',
    'requires_payment_method',
    'canceled',
  ],
  requires_action: ['requires_capture', 'requires_payment_method', 'canceled'],
  requires_capture: ['succeeded', 'canceled'],
  succeeded: [],
  canceled: [],
} as const satisfies Record<string, readonly string[]>

export type IntentStatus = keyof typeof INTENT_TRANSITIONS

export interface DeclineRecord {
  readonly code: string
  readonly declineCode: string | null
  readonly message: string
}

export interface IntentRecord {
  readonly id: string
  readonly clientSecret: string
  /** Unix seconds, like every time Stripe shows. */
  readonly createdAt: number
  /** Minor units. */
  readonly amount: number
  readonly currency: string
  readonly captureMethod: 'automatic' | 'manual'
  readonly allowedTypes: readonly string[] | null
  readonly metadata: Readonly<Record<string, string>>
  readonly description: string | null
  readonly transferGroup: string | null
  readonly status: IntentStatus
  readonly paymentMethod: string | null
  readonly amountCapturable: number
  readonly amountReceived: number
  /** One an attempt at a card, approved or not; the last is the latest. */
  readonly charges: readonly ChargeRecord[]
  readonly lastError: DeclineRecord | null
  /** Confirmations that ended in a decline so far. */
  readonly declines: number
  readonly canceledAt: number | null
  readonly cancellationReason: string | null
}

export interface ChargeRecord {
  readonly id: string
  readonly createdAt: number
  readonly paymentMethod: string
  readonly amount: number
  readonly amountCaptured: number
  /** What was held and given back without having been captured. */
  readonly amountReleased: number
  /** Unix seconds after which the hold is gone. */
  readonly captureBefore: number
  readonly decline: DeclineRecord | null
}

export interface CreatedFact {
  readonly kind: 'created'
  readonly intent: string
  readonly event: string
  readonly secret: string
  readonly amount: number
  readonly currency: string
  readonly captureMethod: 'automatic' | 'manual'
  readonly allowedTypes: readonly string[] | null
  readonly metadata: Readonly<Record<string, string>>
  readonly description: string | null
  readonly transferGroup: string | null
  readonly paymentMethod: string | null
}

/** What happened to an intent; each is one event towards the webhook endpoint. */
export type IntentFact =
  | CreatedFact
  | (FactOf<'action_demanded'> & { readonly paymentMethod: string })
  | (FactOf<'authorised'> & ChargeFact & { readonly captureBefore: number })
  | (FactOf<'declined'> & ChargeFact & { readonly decline: DeclineRecord })
  | (FactOf<'captured'> & { readonly amount: number })
  | (FactOf<'canceled'> & { readonly reason: string | null })

interface FactOf<Kind extends string> {
  readonly kind: Kind
  readonly intent: string
  readonly event: string
}

interface ChargeFact {
  readonly charge: string
  readonly paymentMethod: string
}

/** The intent after a fact. `at` is Unix seconds. An illegal step is a bug of `decide`. */
export function applyIntentFact(
  before: IntentRecord | null,
  fact: IntentFact,
  at: number,
): IntentRecord {
  if (fact.kind === 'created') return opened(fact, at)
  if (before === null) throw new Bug(`${fact.kind} of an intent that was never created`)
  switch (fact.kind) {
    case 'action_demanded':
      return { ...moved(before, 'requires_action'), paymentMethod: fact.paymentMethod }
    case 'authorised':
      return {
        ...moved(before, 'requires_capture'),
        paymentMethod: fact.paymentMethod,
        amountCapturable: before.amount,
        lastError: null,
        charges: [...before.charges, chargeOf(before, fact, at, fact.captureBefore, null)],
      }
    case 'declined':
      return {
        ...moved(before, 'requires_payment_method'),
        paymentMethod: null,
        lastError: fact.decline,
        declines: before.declines + 1,
        charges: [...before.charges, chargeOf(before, fact, at, at, fact.decline)],
      }
    case 'captured':
      return {
        ...moved(before, 'succeeded'),
        amountCapturable: 0,
        amountReceived: fact.amount,
        charges: settledCharges(before, fact.amount),
      }
    case 'canceled':
      return canceled(before, fact.reason, at)
  }
}

function opened(fact: CreatedFact, at: number): IntentRecord {
  return {
    id: fact.intent,
    clientSecret: fact.secret,
    createdAt: at,
    amount: fact.amount,
    currency: fact.currency,
    captureMethod: fact.captureMethod,
    allowedTypes: fact.allowedTypes,
    metadata: fact.metadata,
    description: fact.description,
    transferGroup: fact.transferGroup,
    status: fact.paymentMethod === null ? 'requires_payment_method' : 'requires_confirmation',
    paymentMethod: fact.paymentMethod,
    amountCapturable: 0,
    amountReceived: 0,
    charges: [],
    lastError: null,
    declines: 0,
    canceledAt: null,
    cancellationReason: null,
  }
}

function canceled(before: IntentRecord, reason: string | null, at: number): IntentRecord {
  const wasHeld = before.status === 'requires_capture'
  return {
    ...moved(before, 'canceled'),
    amountCapturable: 0,
    canceledAt: at,
    cancellationReason: reason,
    charges: wasHeld ? settledCharges(before, 0) : before.charges,
  }
}

/** The held charge, which is the latest one, with `captured` of it kept and the rest given back. */
function settledCharges({ charges }: IntentRecord, captured: number): readonly ChargeRecord[] {
  const held = charges.at(-1)
  if (held === undefined) throw new Bug('an intent held money without a charge')
  const released = held.amount - captured
  return [...charges.slice(0, -1), { ...held, amountCaptured: captured, amountReleased: released }]
}

function moved(before: IntentRecord, status: IntentStatus): IntentRecord {
  const allowed: readonly IntentStatus[] = INTENT_TRANSITIONS[before.status]
  if (!allowed.includes(status)) {
    throw new Bug(`a PaymentIntent went from ${before.status} to ${status}`)
  }
  return { ...before, status }
}

function chargeOf(
  intent: IntentRecord,
  fact: ChargeFact,
  at: number,
  captureBefore: number,
  decline: DeclineRecord | null,
): ChargeRecord {
  return {
    id: fact.charge,
    createdAt: at,
    paymentMethod: fact.paymentMethod,
    amount: intent.amount,
    amountCaptured: 0,
    amountReleased: 0,
    captureBefore,
    decline,
  }
}
