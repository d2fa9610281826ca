// What is added around the HTTP client of the Stripe SDK: a trickling answer gives its connection
// back, and a closed connection is remembered under its key, once.

import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import Stripe from 'stripe'
import { suite } from 'uvu'
import { watchedHttpClient } from '../../src/payments/stripe-http-client.ts'
import { type Misbehaviour, startMisbehavingServer, stripeError } from './misbehaving-server.ts'

const test = suite('Stripe HTTP client')
const KEY = 'ord_1:capture:1'

/** Captures once for each answer, through one connection; tells what the SDK threw each time. */
async function captureAgainst(...answers: readonly Misbehaviour[]) {
  const server = await startMisbehavingServer(...answers)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const sdkClient = Stripe.createNodeHttpClient(agent)
  const { httpClient, wasReset } = watchedHttpClient(sdkClient, 100)
  const { port } = new URL(server.url)
  const stripe = new Stripe('sk_test_1', {
    ...({ host: '127.0.0.1', port, protocol: 'http', httpClient } as const),
    maxNetworkRetries: 0,
    telemetry: false,
  })
  const capture = () => stripe.paymentIntents.capture('pi_1', {}, { idempotencyKey: KEY })
  const caught: unknown[] = []
  for (const _answer of answers) caught.push(await capture().catch((error: unknown) => error))
  agent.destroy()
  await server.close()
  return { caught, wasReset }
}

test('an answer that trickles on is broken off and gives its connection back', async () => {
  const declined = stripeError(402, { type: 'card_error', message: 'no', code: 'card_declined' })
  const { caught } = await captureAgainst({ kind: 'trickle', everyMs: 10 }, declined)
  assert(caught[0] instanceof Stripe.errors.StripeConnectionError)
  assert(caught[1] instanceof Stripe.errors.StripeCardError)
})

test('a closed connection is remembered under its key until it is asked for', async () => {
  const { wasReset } = await captureAgainst({ kind: 'reset' })
  assert.equal(wasReset('ord_2:capture:1'), false)
  assert.equal(wasReset(KEY), true)
  assert.equal(wasReset(KEY), false)
})

test('an answer, even a bad one, is no closed connection', async () => {
  const { wasReset } = await captureAgainst({ kind: 'answer', status: 500, body: '{"error":{}}' })
  assert.equal(wasReset(KEY), false)
})

test.run()
