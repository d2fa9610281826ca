// Which outcome each failure of a call is, with errors that the real SDK makes of a real server.
// A row that is definite where the truth is "nobody knows" would charge a customer twice.

import assert from 'node:assert/strict'
import Stripe from 'stripe'
import { suite } from 'uvu'
import type { GatewayOutcome, UnknownCause } from '../../actors/ports/payment-gateway.ts'
import { API_VERSION } from '../../src/payments/simulator/stripe-objects.ts'
import { intentOf, outcomeOfError } from '../../src/payments/stripe-outcome.ts'
import { stripePaymentGateway } from '../../src/payments/stripe-payment-gateway.ts'
import { type Misbehaviour, startMisbehavingServer, stripeError } from './misbehaving-server.ts'

const test = suite('outcomes of the Stripe gateway')
const INTENT = 'pi_1'
const KEY = 'ord_1:confirm:1'

/** Confirms once against a server that answers so; tells the outcome and what arrived. */
async function confirmAgainst(timeoutMs: number, ...answers: readonly Misbehaviour[]) {
  const server = await startMisbehavingServer(...answers)
  const gateway = gatewayAt(server.url)
  try {
    const options = { idempotencyKey: KEY, timeoutMs }
    const outcome = await gateway.confirm(INTENT, 'pm_card_visa', options)
    return { outcome, arrived: [...server.arrived] }
  } finally {
    gateway.close()
    await server.close()
  }
}

function gatewayAt(apiUrl: string) {
  return stripePaymentGateway({
    secretKey: 'sk_test_1',
    publishableKey: null,
    apiUrl,
    maxSockets: 4,
  })
}

function unknown(cause: UnknownCause, storedFailure = false): GatewayOutcome {
  return { kind: 'unknown', cause, storedFailure }
}

const REPLAYED = { 'idempotent-replayed': 'true' }
const CARD = { type: 'card_error', message: 'no' }
const REQUEST = { type: 'invalid_request_error', message: 'no' }
const API = { type: 'api_error', message: 'oops' }
const HTML = '<html><body>Bad Gateway</body></html>'

const TABLE: readonly (readonly [string, Misbehaviour, GatewayOutcome])[] = [
  [
    'a 402 is a decline with the reason of the issuer',
    stripeError(402, { ...CARD, code: 'card_declined', decline_code: 'lost_card' }),
    { kind: 'declined', decline: { code: 'card_declined', declineCode: 'lost_card' } },
  ],
  [
    'a 402 without a reason is a decline all the same',
    stripeError(402, CARD),
    { kind: 'declined', decline: { code: 'card_error', declineCode: null } },
  ],
  [
    'a state that forbids the call is a conflict',
    stripeError(400, { ...REQUEST, code: 'payment_intent_unexpected_state' }),
    { kind: 'conflict', code: 'payment_intent_unexpected_state' },
  ],
  [
    'an authorisation that ran out is a conflict',
    stripeError(400, { ...REQUEST, code: 'charge_expired_for_capture' }),
    { kind: 'conflict', code: 'charge_expired_for_capture' },
  ],
  [
    'a missing thing is rejected',
    stripeError(404, { ...REQUEST, code: 'resource_missing' }),
    { kind: 'rejected', code: 'resource_missing', message: 'no' },
  ],
  [
    'a key used for another request is rejected',
    stripeError(400, { type: 'idempotency_error', message: 'no' }),
    { kind: 'rejected', code: 'idempotency_error', message: 'no' },
  ],
  [
    'a wrong secret key is rejected',
    stripeError(401, REQUEST),
    { kind: 'rejected', code: 'invalid_request_error', message: 'no' },
  ],
  [
    'a forbidden call is rejected',
    stripeError(403, REQUEST),
    { kind: 'rejected', code: 'invalid_request_error', message: 'no' },
  ],
  [
    'a 409 is still running at the gateway',
    stripeError(409, { ...REQUEST, code: 'idempotency_key_in_use' }),
    unknown('in_progress'),
  ],
  [
    'a 429 was not executed',
    stripeError(429, { ...REQUEST, code: 'rate_limit' }),
    { kind: 'throttled', retryAfterMs: 1_000 },
  ],
  [
    'a 429 names its pause',
    stripeError(429, { ...REQUEST, code: 'lock_timeout' }, { 'retry-after': '3' }),
    { kind: 'throttled', retryAfterMs: 3_000 },
  ],
  ['a 500 is unknown', stripeError(500, API), unknown('server_error')],
  ['a 503 is unknown', stripeError(503, API), unknown('server_error')],
  [
    'a replayed 500 is unknown, and its key will never say more',
    stripeError(500, API, REPLAYED),
    unknown('server_error', true),
  ],
  [
    'an HTML 502 is unknown',
    { kind: 'answer', status: 502, body: HTML, headers: { 'content-type': 'text/html' } },
    unknown('bad_body'),
  ],
  ['an HTML 200 is unknown', { kind: 'answer', status: 200, body: HTML }, unknown('bad_body')],
  [
    'a 500 whose JSON has no error is unknown, though the SDK calls it a success',
    { kind: 'answer', status: 500, body: '{}' },
    unknown('bad_body'),
  ],
  ['a body of null is unknown', { kind: 'answer', status: 200, body: 'null' }, unknown('bad_body')],
  [
    'another object than an intent is unknown',
    { kind: 'answer', status: 200, body: '{"object":"charge","id":"ch_1"}' },
    unknown('bad_body'),
  ],
  ['a cut body is unknown', { kind: 'cut_body' }, unknown('reset')],
  ['a closed connection is unknown', { kind: 'reset' }, unknown('reset')],
]

for (const [name, answer, expected] of TABLE) {
  test(name, async () => {
    const { outcome, arrived } = await confirmAgainst(5_000, answer)
    assert.deepEqual(outcome, expected)
    for (const headers of arrived) assert.equal(headers['idempotency-key'], KEY)
  })
}

test('no answer is unknown at our own deadline', async () => {
  const startedMs = performance.now()
  const { outcome } = await confirmAgainst(150, { kind: 'hang' })
  assert.deepEqual(outcome, unknown('timeout'))
  const tookMs = performance.now() - startedMs
  assert(tookMs >= 149, `answered after ${tookMs} ms`)
})

test('a trickling answer is unknown at our deadline, which the SDK would miss', async () => {
  const { outcome } = await confirmAgainst(200, { kind: 'trickle', everyMs: 20 })
  assert.deepEqual(outcome, unknown('timeout'))
})

test('a server that is gone is unknown: an earlier send of the call may have arrived', async () => {
  const server = await startMisbehavingServer({ kind: 'hang' })
  await server.close()
  const gateway = gatewayAt(server.url)
  const outcome = await gateway.find(INTENT, { timeoutMs: 5_000 })
  assert.deepEqual(outcome, unknown('reset'))
})

test("the SDK's own timeout is a timeout too", async () => {
  const server = await startMisbehavingServer({ kind: 'hang' })
  const { port } = new URL(server.url)
  const client = { host: '127.0.0.1', port, protocol: 'http', timeout: 100 } as const
  const stripe = new Stripe('sk_test_1', { ...client, maxNetworkRetries: 0, telemetry: false })
  const error = await stripe.paymentIntents.retrieve(INTENT).catch((caught: unknown) => caught)
  await server.close()
  assert.deepEqual(outcomeOfError(error), unknown('timeout'))
})

test('a reset is sent once more with the same key; then the answer counts', async () => {
  const declined = stripeError(402, { ...CARD, code: 'card_declined' })
  const { outcome, arrived } = await confirmAgainst(5_000, { kind: 'reset' }, declined)
  assert.equal(outcome.kind, 'declined')
  assert.deepEqual(
    arrived.map((headers) => headers['idempotency-key']),
    [KEY, KEY],
  )
})

test('throttled after a reset is unknown: the first send may have been executed', async () => {
  const throttled = stripeError(429, { ...REQUEST, code: 'rate_limit' })
  const { outcome } = await confirmAgainst(5_000, { kind: 'reset' }, throttled)
  assert.deepEqual(outcome, unknown('reset'))
})

test('an error that is none of the SDK is unknown', () => {
  assert.deepEqual(outcomeOfError(new TypeError('surprise')), unknown('bad_body'))
})

test('a server error is not repeated by the SDK: only the checkout retries', async () => {
  const { arrived } = await confirmAgainst(5_000, stripeError(500, API))
  assert.equal(arrived.length, 1)
})

test('the simulator speaks the version of the API that the SDK asks for', async () => {
  const { arrived } = await confirmAgainst(5_000, stripeError(500, API))
  assert.equal(arrived[0]?.['stripe-version'], API_VERSION)
})

test('every status of Stripe has a word of ours, and an unknown one is undecided', () => {
  const words = {
    requires_payment_method: 'unconfirmed',
    requires_confirmation: 'unconfirmed',
    requires_action: 'action_required',
    requires_capture: 'authorised',
    succeeded: 'captured',
    canceled: 'voided',
    processing: 'processing',
    requires_divination: 'processing',
    constructor: 'processing',
  }
  for (const [status, word] of Object.entries(words)) {
    const drawn = { id: 'pi_1', object: 'payment_intent', status, amount: 5, currency: 'jpy' }
    const intent = intentOf({ ...drawn, amount_received: 0 } as unknown as Stripe.PaymentIntent)
    assert.equal(intent.status, word, status)
    assert.deepEqual(intent.amount, { amount: 5, currency: 'JPY' })
  }
})

test.run()
