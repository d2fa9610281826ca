// Signs webhooks the way Stripe does, in our own code, so that the SDK's verification is an
// independent check of it. Source: docs.stripe.com/webhooks/signature.

import { createHmac } from 'node:crypto'

/** The value of the `stripe-signature` header; `sentAt` is Unix seconds. */
export function webhookSignature(payload: string, secret: string, sentAt: number): string {
  const digest = createHmac('sha256', secret).update(`${sentAt}.${payload}`).digest('hex')
  return `t=${sentAt},v1=${digest}`
}
