// Everything the journal can store. One line is one change of state: the facts of one request, so
// that a torn line loses a whole request and never half of one.

import type { IntentFact, IntentRecord } from './payment-intent-record.ts'
import type { StripeErrorBody } from './stripe-refusal.ts'

export interface JournalLine {
  /** Unix milliseconds on the simulator's clock. */
  readonly at: number
  readonly facts: readonly Fact[]
}

export type Fact = IntentFact | AnsweredFact | EventSettledFact | EndpointSetFact

export type Operation = 'create' | 'confirm' | 'capture' | 'cancel'

/** A request with an idempotency key was answered; the answer is kept under the key. */
export interface AnsweredFact {
  readonly kind: 'answered'
  readonly key: string
  /** Hash of method, path and parameters. */
  readonly fingerprint: string
  readonly request: string
  readonly operation: Operation
  /** Which try of the buyer this was, for counting keys; see `attemptOf`. */
  readonly attempt: string
  readonly status: number
  readonly error: StripeErrorBody | null
  /** The intent the request was about; null when none came of it. */
  readonly intent: string | null
  /** The body shows the intent as it stands after this line. */
  readonly showsIntent: boolean
  readonly expandsCharge: boolean
}

export interface EventSettledFact {
  readonly kind: 'event_settled'
  readonly event: string
  readonly outcome: 'delivered' | 'abandoned'
}

export interface EndpointSetFact {
  readonly kind: 'endpoint_set'
  readonly url: string
  readonly secret: string
  /** Types delivered; `*` is all of them. */
  readonly enabledEvents: readonly string[]
}

/**
 * The attempt a key is counted under: `metadata.attempt` of the intent, and for a confirmation
 * after n declines `.n+1` behind it, because another card on the same intent is another attempt.
 */
export function attemptOf(
  operation: Operation,
  intent: Pick<IntentRecord, 'metadata' | 'declines'>,
): string {
  const attempt = intent.metadata.attempt ?? '1'
  return operation === 'confirm' && intent.declines > 0
    ? `${attempt}.${intent.declines + 1}`
    : attempt
}
