// Decides whether a webhook came from Stripe, now. The SDK checks the signature and the age; it
// lets timestamps of the future pass, which would outlive the age check, so that is refused here.

import Stripe from 'stripe'
import { Bug } from '../../actors/domain/failures.ts'
import type { GatewayEvent, WebhookVerifier } from '../../actors/ports/payment-gateway.ts'

/** Stripe's own tolerance, used in both directions. */
const TOLERANCE_SECONDS = 300

/**
 * Verifies against any of the secrets: the current one and, while rotating, the previous ones.
 * A signed body that is no event of the v1 API is refused as `signature_invalid` as well.
 */
export function stripeWebhookVerifier(secrets: readonly string[]): WebhookVerifier {
  if (secrets.length === 0) throw new Bug('a webhook verifier without a secret')
  const webhooks = Stripe.webhooks

  /** The event if one of the secrets signed it. The SDK takes a tolerance of 0 as "any age". */
  function eventSignedByOne(
    body: Buffer,
    header: string,
    toleranceSeconds: number,
    nowMs: number,
  ): Stripe.Event | null {
    for (const secret of secrets) {
      try {
        const sent = webhooks.constructEvent(
          body,
          header,
          secret,
          toleranceSeconds,
          undefined,
          nowMs,
        )
        if (isEvent(sent)) return sent
      } catch {
        // Every failure of the SDK is the same answer to us: not this secret, or not an event.
      }
    }
    return null
  }

  return {
    verify(rawBody, signatureHeader, nowMs) {
      const sentAt = signatureHeader === undefined ? null : timestampOf(signatureHeader)
      if (signatureHeader === undefined || sentAt === null) {
        return { ok: false, refusal: 'signature_invalid' }
      }
      const body = Buffer.from(rawBody.buffer, rawBody.byteOffset, rawBody.byteLength)
      const event = eventSignedByOne(body, signatureHeader, TOLERANCE_SECONDS, nowMs)
      if (event === null) {
        const stale = eventSignedByOne(body, signatureHeader, 0, nowMs) !== null
        return { ok: false, refusal: stale ? 'timestamp_stale' : 'signature_invalid' }
      }
      if (sentAt > Math.floor(nowMs / 1_000) + TOLERANCE_SECONDS) {
        return { ok: false, refusal: 'timestamp_in_future' }
      }
      return { ok: true, event: gatewayEventOf(event) }
    },
  }
}

/** The one `t=` of a signature header, Unix seconds; null when it is missing, odd or repeated. */
function timestampOf(header: string): number | null {
  const stamps = header.split(',').filter((item) => item.startsWith('t='))
  const stamp = stamps[0]
  if (stamp === undefined || stamps.length > 1 || !/^t=\d{1,12}$/.test(stamp)) return null
  return Number(stamp.slice(2))
}

interface EventObject {
  readonly object?: unknown
  readonly id?: unknown
  readonly payment_intent?: unknown
  readonly metadata?: unknown
}

/** A body can be signed and yet be anything; the SDK looks no further than the signature. */
function isEvent(sent: Partial<Stripe.Event> | null): sent is Stripe.Event {
  return (
    typeof sent?.id === 'string' &&
    typeof sent.type === 'string' &&
    typeof sent.data?.object === 'object' &&
    sent.data.object !== null
  )
}

function gatewayEventOf(event: Stripe.Event): GatewayEvent {
  const subject = event.data.object as EventObject
  const intentId = subject.object === 'payment_intent' ? subject.id : subject.payment_intent
  return {
    eventId: event.id,
    type: event.type,
    intentId: typeof intentId === 'string' ? intentId : null,
    metadata: stringsOf(subject.metadata),
  }
}

function stringsOf(metadata: unknown): Readonly<Record<string, string>> {
  if (typeof metadata !== 'object' || metadata === null) return {}
  return Object.fromEntries(
    Object.entries(metadata).filter((entry): entry is [string, string] => {
      return typeof entry[1] === 'string'
    }),
  )
}
