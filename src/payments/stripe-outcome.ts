// Turns what the Stripe SDK returned or threw into a GatewayOutcome. Wrong here means a customer
// charged twice, so the rule is narrow: only a 4xx that Stripe itself wrote is definite; whatever
// cannot be read as Stripe's own answer is unknown, because the money may have moved.

import Stripe from 'stripe'
import type {
  GatewayIntent,
  GatewayOutcome,
  GatewayStatus,
  UnknownCause,
} from '../../actors/ports/payment-gateway.ts'

type DefiniteStatus = Exclude<GatewayStatus, 'processing'>

const STATUS_OF: Readonly<Record<string, DefiniteStatus>> = {
  requires_payment_method: 'unconfirmed',
  requires_confirmation: 'unconfirmed',
  requires_action: 'action_required',
  requires_capture: 'authorised',
  succeeded: 'captured',
  canceled: 'voided',
}

/** The state of the intent forbids the call; a read tells where it stands. */
const CONFLICT_CODES: ReadonlySet<string> = new Set([
  'payment_intent_unexpected_state',
  'intent_invalid_state',
  'charge_already_captured',
  'charge_already_refunded',
  'charge_expired_for_capture',
  'capture_charge_authorization_expired',
])

const RETRY_AFTER_DEFAULT_MS = 1_000
const RETRY_AFTER_MAX_MS = 60_000

/**
 * A PaymentIntent in our words. Stripe's list of statuses is open: one we do not know means that
 * the gateway has not decided.
 */
export function intentOf(answer: Stripe.PaymentIntent): GatewayIntent {
  const status: GatewayStatus = Object.hasOwn(STATUS_OF, answer.status)
    ? (STATUS_OF[answer.status] ?? 'processing')
    : 'processing'
  const error = status === 'unconfirmed' ? answer.last_payment_error : null
  return {
    intentId: answer.id,
    status,
    amount: { amount: answer.amount, currency: answer.currency.toUpperCase() },
    capturedAmount: answer.amount_received,
    clientSecret: answer.client_secret,
    decline: error && { code: error.code ?? error.type, declineCode: error.decline_code || null },
    metadata: { ...answer.metadata },
  }
}

/**
 * The outcome of an answer without an error. The SDK passes any JSON without an `error` field as
 * a success, whatever its status, so what is no PaymentIntent is a body we cannot read.
 */
export function outcomeOfAnswer(answer: unknown): GatewayOutcome {
  return isPaymentIntent(answer)
    ? { kind: 'ok', intent: intentOf(answer) }
    : unknown('bad_body', false)
}

/** The outcome of anything the SDK throws. */
export function outcomeOfError(error: unknown): GatewayOutcome {
  if (!(error instanceof Stripe.errors.StripeError)) return unknown('bad_body', false)
  if (error instanceof Stripe.errors.StripeConnectionError) {
    // Nothing listening is unknown too: the SDK repeats a call once after a reset, and the first
    // of the two may have been executed before the listener went away.
    return unknown(codeOf(error.detail) === 'ETIMEDOUT' ? 'timeout' : 'reset', false)
  }
  const status = error.statusCode
  if (status === undefined) return unknown('bad_body', false)
  if (status >= 500) return unknown('server_error', wasReplayed(error))
  if (status === 409) return unknown('in_progress', false)
  if (status === 429) return { kind: 'throttled', retryAfterMs: retryAfterMsOf(error) }
  if (status < 400) return unknown('bad_body', false)
  return definiteOutcome(error, status)
}

function definiteOutcome(error: Stripe.errors.StripeError, status: number): GatewayOutcome {
  const code = error.code ?? error.rawType ?? error.type
  if (CONFLICT_CODES.has(code)) return { kind: 'conflict', code }
  // Stripe reports rate limits of some endpoints as a 400.
  if (code === 'rate_limit') return { kind: 'throttled', retryAfterMs: retryAfterMsOf(error) }
  if (status === 402) {
    return { kind: 'declined', decline: { code, declineCode: error.decline_code || null } }
  }
  return { kind: 'rejected', code, message: error.message }
}

function isPaymentIntent(answer: unknown): answer is Stripe.PaymentIntent {
  if (typeof answer !== 'object' || answer === null) return false
  const { object, id, status, amount, currency } = answer as Partial<Stripe.PaymentIntent>
  return (
    object === 'payment_intent' &&
    typeof id === 'string' &&
    typeof status === 'string' &&
    typeof amount === 'number' &&
    typeof currency === 'string'
  )
}

/** Stripe stores 5xx answers under their key: a replayed one will never change. */
function wasReplayed(error: Stripe.errors.StripeError): boolean {
  return error.headers?.['idempotent-replayed'] === 'true'
}

function retryAfterMsOf(error: Stripe.errors.StripeError): number {
  const seconds = Number(error.headers?.['retry-after'])
  if (!Number.isFinite(seconds) || seconds <= 0) return RETRY_AFTER_DEFAULT_MS
  return Math.min(Math.ceil(seconds * 1_000), RETRY_AFTER_MAX_MS)
}

function codeOf(detail: unknown): unknown {
  return typeof detail === 'object' && detail !== null && 'code' in detail ? detail.code : null
}

function unknown(cause: UnknownCause, storedFailure: boolean): GatewayOutcome {
  return { kind: 'unknown', cause, storedFailure }
}
