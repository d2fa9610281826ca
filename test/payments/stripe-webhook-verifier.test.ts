// Which webhooks are believed. Headers are made with the SDK's own signer, so that a forgery fails
// for the reason its name says.

import assert from 'node:assert/strict'
import Stripe from 'stripe'
import { suite } from 'uvu'
import { Bug } from '../../actors/domain/failures.ts'
import { webhookSignature } from '../../src/payments/simulator/webhook-signature.ts'
import { stripeWebhookVerifier } from '../../src/payments/stripe-webhook-verifier.ts'

const test = suite('Stripe webhook verifier')
const NOW_MS = 1_790_000_000_000
const NOW = NOW_MS / 1_000
const CURRENT = 'whsec_current'
const PREVIOUS = 'whsec_previous'
const METADATA = { order_id: 'ord_1', attempt: '1' }
const INTENT = { object: 'payment_intent', id: 'pi_1', metadata: METADATA, note: 'Grüße' }
const PAYLOAD = eventPayload(INTENT)

function eventPayload(object: object): string {
  const type = 'payment_intent.succeeded'
  return JSON.stringify({ id: 'evt_1', object: 'event', type, data: { object } })
}

function header(timestamp: number, { payload = PAYLOAD, secret = CURRENT } = {}): string {
  return Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp })
}

function verify(payload: string, signature: string | undefined) {
  const verifier = stripeWebhookVerifier([CURRENT, PREVIOUS])
  return verifier.verify(new TextEncoder().encode(payload), signature, NOW_MS)
}

function refusalOf(payload: string, signature: string | undefined) {
  const verified = verify(payload, signature)
  return verified.ok ? 'accepted' : verified.refusal
}

test('a fresh event with the right signature is accepted and read', () => {
  assert.deepEqual(verify(PAYLOAD, header(NOW)), {
    ok: true,
    event: {
      eventId: 'evt_1',
      type: 'payment_intent.succeeded',
      intentId: 'pi_1',
      metadata: METADATA,
    },
  })
})

test('an event about a charge names its intent', () => {
  const payload = eventPayload({ object: 'charge', id: 'ch_1', payment_intent: 'pi_7' })
  const verified = verify(payload, header(NOW, { payload }))
  assert(verified.ok)
  assert.equal(verified.event.intentId, 'pi_7')
  assert.deepEqual(verified.event.metadata, {})
})

test('the previous secret is accepted while it is rotated out', () => {
  assert.equal(refusalOf(PAYLOAD, header(NOW, { secret: PREVIOUS })), 'accepted')
})

test('one matching signature among several is enough', () => {
  const both = `${header(NOW, { secret: 'whsec_other' })},${header(NOW).split(',')[1]}`
  assert.equal(refusalOf(PAYLOAD, both), 'accepted')
})

const TABLE: readonly (readonly [string, string, string | undefined, string])[] = [
  ['a forged signature', PAYLOAD, header(NOW, { secret: 'whsec_forged' }), 'signature_invalid'],
  ['an altered body', PAYLOAD.replace('ord_1', 'ord_2'), header(NOW), 'signature_invalid'],
  ['a body with a space more', `${PAYLOAD} `, header(NOW), 'signature_invalid'],
  ['an empty body', '', header(NOW), 'signature_invalid'],
  ['no header', PAYLOAD, undefined, 'signature_invalid'],
  ['an empty header', PAYLOAD, '', 'signature_invalid'],
  ['a header that is none', PAYLOAD, 'hello', 'signature_invalid'],
  ['a header without a signature', PAYLOAD, `t=${NOW}`, 'signature_invalid'],
  ['two timestamps', PAYLOAD, `t=${NOW - 9_999},${header(NOW)}`, 'signature_invalid'],
  ['300 s of age', PAYLOAD, header(NOW - 300), 'accepted'],
  ['301 s of age', PAYLOAD, header(NOW - 301), 'timestamp_stale'],
  ['300 s ahead', PAYLOAD, header(NOW + 300), 'accepted'],
  ['301 s ahead', PAYLOAD, header(NOW + 301), 'timestamp_in_future'],
  ['an hour ahead', PAYLOAD, header(NOW + 3_600), 'timestamp_in_future'],
  [
    'a stale header with a fresh timestamp put in',
    PAYLOAD,
    header(NOW - 301).replace(`t=${NOW - 301}`, `t=${NOW}`),
    'signature_invalid',
  ],
  [
    'a stale forgery is told no more than a forgery',
    PAYLOAD,
    header(NOW - 301, { secret: 'whsec_forged' }),
    'signature_invalid',
  ],
]

for (const [name, payload, signature, expected] of TABLE) {
  test(`${name}: ${expected}`, () => assert.equal(refusalOf(payload, signature), expected))
}

for (const payload of ['null', '{}', '[]', 'not JSON', '{"id":"evt_1","type":"x"}']) {
  test(`a signed body that is no event is refused: ${payload}`, () => {
    assert.equal(refusalOf(payload, header(NOW, { payload })), 'signature_invalid')
  })
}

test("the simulator's own signature is the SDK's", () => {
  assert.equal(webhookSignature(PAYLOAD, CURRENT, NOW), header(NOW))
})

test('a verifier without a secret is a bug, not an open door', () => {
  assert.throws(() => stripeWebhookVerifier([]), Bug)
})

test.run()
