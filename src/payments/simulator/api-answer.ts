// An answer of the simulator's HTTP side, before it is bytes.

import type { IntentRecord } from './payment-intent-record.ts'
import { drawIntent } from './stripe-objects.ts'
import type { StripeErrorBody, StripeRefusal } from './stripe-refusal.ts'

export interface ApiAnswer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface AnswerParts {
  readonly status: number
  readonly error: StripeErrorBody | null
  readonly intent: IntentRecord | null
  readonly expandsCharge: boolean
}

/** The intent, or an error with the intent inside; the same parts give the same bytes. */
export function answerOf({ status, error, intent, expandsCharge }: AnswerParts): ApiAnswer {
  const drawn = intent && drawIntent(intent, expandsCharge)
  if (error === null) return { status, body: drawn }
  return { status, body: { error: drawn ? { ...error, payment_intent: drawn } : error } }
}

export function refusalAnswer(refusal: StripeRefusal): ApiAnswer {
  const { status, error } = refusal
  return answerOf({ status, error, intent: null, expandsCharge: false })
}
