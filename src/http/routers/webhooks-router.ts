// The gateway's webhooks. Checked, stored, and answered; acting on one is a worker's business, so
// that a slow checkout never makes the gateway give up on telling us.

import { createRoute, z } from '@hono/zod-openapi'
import type { WebhookRefusal } from '../../../actors/ports/payment-gateway.ts'
import type { AppDeps } from '../app-deps.ts'
import { refuseCutOff, wholeBody } from '../body-bound.ts'
import { json } from '../http-env.ts'
import { newRouter, type Router } from '../new-router.ts'
import { refuse } from '../problem.ts'
import type { ProblemCode } from '../problem-codes.ts'
import { answers, problems } from '../schemas/problem-schema.ts'

const REFUSED = {
  signature_invalid: {
    code: 'webhook_signature_invalid',
    detail: 'No configured secret signed these bytes. Nothing was stored. Check the secrets.',
  },
  timestamp_stale: {
    code: 'webhook_timestamp_stale',
    detail: 'The signature is too old to be told from a replay. Nothing was stored. Send it anew.',
  },
  timestamp_in_future: {
    code: 'webhook_timestamp_in_future',
    detail: 'The signature is from the future. Nothing was stored. Check both clocks.',
  },
} as const satisfies Record<WebhookRefusal, { code: ProblemCode; detail: string }>

const STRIPE_SIGNATURE = {
  name: 'Stripe-Signature',
  in: 'header' as const,
  // Without it there is no signature to check, and that is the answer.
  required: true,
  description: 'Time and signatures over the body.',
  schema: { type: 'string' as const, example: 't=1771059600,v1=5257a869e7ec' },
}

// A plain schema: one of zod would parse the body before its signature was checked.
const EVENT = {
  type: 'object' as const,
  example: { id: 'evt_1', type: 'payment_intent.succeeded' },
}

const receiveStripe = createRoute({
  method: 'post',
  path: '/webhooks/stripe',
  operationId: 'receiveStripeWebhook',
  tags: ['Webhooks'],
  summary: 'Receive a webhook of the payment gateway',
  parameters: [STRIPE_SIGNATURE],
  request: {
    body: {
      required: true,
      description: 'The event, in the very bytes that were signed.',
      content: { 'application/json': { schema: EVENT } },
    },
  },
  responses: {
    200: answers(z.strictObject({ received: z.literal(true) }), 'Stored, now or before.'),
    ...problems(
      'webhook_signature_invalid',
      'webhook_timestamp_stale',
      'webhook_timestamp_in_future',
      'journal_unavailable',
    ),
  },
})

export function webhooksRouter({ webhooks, clock }: Pick<AppDeps, 'webhooks' | 'clock'>): Router {
  const router = newRouter()
  router.openapi(receiveStripe, async (c) => {
    // The signature is over the bytes as sent: nothing may parse and rewrite them first.
    const rawBody = await wholeBody(c)
    if (rawBody === null) return refuseCutOff(c)
    const signature = c.req.header('stripe-signature')
    const verified = webhooks.verifier.verify(rawBody, signature, clock.nowMs())
    if (!verified.ok) {
      const { code, detail } = REFUSED[verified.refusal]
      return refuse(c, code, detail)
    }
    await webhooks.inbox.store(verified.event)
    return json(c, 200, { received: true })
  })
  return router
}
