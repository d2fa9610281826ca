// What checkout needs from a payment provider. Every call names a persisted, deterministic key;
// the gateway never makes one up. An outcome is definite or `unknown`; a timeout, a 5xx and a cut
// body are unknown, because the money may have moved.

import type { Money } from '../domain/money.ts'

/** Where an intent stands at the gateway, in our words. */
export type GatewayStatus =
  | 'unconfirmed' // created or declined: no money is held, it can be confirmed
  | 'action_required' // the buyer must authenticate
  | 'authorised'
  | 'captured'
  | 'voided'
  | 'processing' // the gateway has not decided

export interface GatewayIntent {
  readonly intentId: string
  readonly status: GatewayStatus
  readonly amount: Money
  /** Minor units captured so far. */
  readonly capturedAmount: number
  readonly clientSecret: string | null
  /** The last decline, when the intent went back to `unconfirmed` because of one. */
  readonly decline: Decline | null
  readonly metadata: Readonly<Record<string, string>>
}

export interface Decline {
  readonly code: string
  /** The issuer's own word (`insufficient_funds`), when it gave one. */
  readonly declineCode: string | null
}

export type UnknownCause = 'timeout' | 'reset' | 'server_error' | 'bad_body' | 'in_progress'

export type GatewayOutcome =
  | { readonly kind: 'ok'; readonly intent: GatewayIntent }
  | { readonly kind: 'declined'; readonly decline: Decline }
  /** The state of the intent forbids it: read the intent, then decide. */
  | { readonly kind: 'conflict'; readonly code: string }
  /** A definite 4xx: our bug or our configuration. Nothing was executed. */
  | { readonly kind: 'rejected'; readonly code: string; readonly message: string }
  /** Certainly not executed. */
  | { readonly kind: 'throttled'; readonly retryAfterMs: number }
  /**
   * Executed or not, nobody knows yet. `storedFailure` says the gateway replayed a stored 5xx, so
   * the same key will never answer otherwise.
   */
  | { readonly kind: 'unknown'; readonly cause: UnknownCause; readonly storedFailure: boolean }

export interface CreateIntent {
  readonly amount: Money
  /** Copied onto the intent: order_id, checkout_id, attempt. */
  readonly metadata: Readonly<Record<string, string>>
}

export interface CallOptions {
  readonly idempotencyKey: string
  /** Wall-clock limit of this call, by our own timer; at its end the outcome is `unknown`. */
  readonly timeoutMs: number
}

export interface PaymentGateway {
  readonly name: string
  /** For the buyer's own client during authentication; null when the gateway has none. */
  readonly publishableKey: string | null
  /** Creates an unconfirmed intent for manual capture. */
  create(input: CreateIntent, options: CallOptions): Promise<GatewayOutcome>
  /** Confirms with a payment method: authorised, action_required or declined. */
  confirm(intentId: string, paymentMethod: string, options: CallOptions): Promise<GatewayOutcome>
  /** Captures the whole amount, finally. */
  capture(intentId: string, amount: Money, options: CallOptions): Promise<GatewayOutcome>
  /** Gives an uncaptured authorisation back. Voiding what is voided is `ok`. */
  void(intentId: string, options: CallOptions): Promise<GatewayOutcome>
  /** A strongly consistent read. `rejected` with code `resource_missing` when there is none. */
  find(intentId: string, options: { readonly timeoutMs: number }): Promise<GatewayOutcome>
}

/** A verified webhook: a hint to look, never a fact to apply. */
export interface GatewayEvent {
  readonly eventId: string
  readonly type: string
  readonly intentId: string | null
  readonly metadata: Readonly<Record<string, string>>
}

export type WebhookRefusal = 'signature_invalid' | 'timestamp_stale' | 'timestamp_in_future'

export interface WebhookVerifier {
  /** Checks signature and age of a raw body. `nowMs` is Unix time in milliseconds. */
  verify(
    rawBody: Uint8Array,
    signatureHeader: string | undefined,
    nowMs: number,
  ):
    | { readonly ok: true; readonly event: GatewayEvent }
    | { readonly ok: false; readonly refusal: WebhookRefusal }
}
