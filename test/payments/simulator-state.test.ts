// The state machine of the simulator by itself: which statuses follow which, and that a key whose
// first request still runs is told so.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { Bug } from '../../actors/domain/failures.ts'
import {
  applyIntentFact,
  type CreatedFact,
  INTENT_TRANSITIONS,
  type IntentStatus,
} from '../../src/payments/simulator/payment-intent-record.ts'
import { paymentIntentWrites } from '../../src/payments/simulator/payment-intent-writes.ts'
import { openStripeAccount } from '../../src/payments/simulator/stripe-account.ts'
import { journalFolder } from './simulator-process.ts'

const test = suite('simulator: states')

const CREATED: CreatedFact = {
  kind: 'created',
  intent: 'pi_1',
  event: 'evt_1',
  secret: 'pi_1_secret_1',
  amount: 500,
  currency: 'usd',
  captureMethod: 'manual',
  allowedTypes: ['card'],
  metadata: {},
  description: null,
  transferGroup: null,
  paymentMethod: null,
}

test('every status is reached from a new intent, and only the two last ones are final', () => {
  const reached = new Set<IntentStatus>(['requires_payment_method'])
  for (const from of reached) for (const to of INTENT_TRANSITIONS[from]) reached.add(to)
  const all = Object.keys(INTENT_TRANSITIONS) as IntentStatus[]
  assert.deepEqual([...reached].toSorted(), all.toSorted())
  const final = all.filter((status) => INTENT_TRANSITIONS[status].length === 0)
  assert.deepEqual(final.toSorted(), ['canceled', 'succeeded'])
})

test('a fact that the transitions forbid is a bug, never a silent step', () => {
  const intent = applyIntentFact(null, CREATED, 1)
  const captured = { kind: 'captured', intent: 'pi_1', event: 'evt_2', amount: 500 } as const
  assert.throws(() => applyIntentFact(intent, captured, 2), Bug)
  const canceled = { kind: 'canceled', intent: 'pi_1', event: 'evt_3', reason: null } as const
  const gone = applyIntentFact(intent, canceled, 2)
  assert.throws(() => applyIntentFact(gone, canceled, 3), Bug)
  assert.throws(() => applyIntentFact(null, canceled, 3), Bug)
})

test('while the first request of a key runs, others are told it is in use', async () => {
  const { journal, remove } = journalFolder()
  const account = openStripeAccount(journal, () => 1_790_000_000_000)
  const handleWrite = paymentIntentWrites(account)
  const create = (amount: number) =>
    handleWrite({
      operation: 'create',
      intentId: null,
      path: '/v1/payment_intents',
      body: `amount=${amount}&currency=usd`,
      key: 'k1',
      requestId: 'req_1',
    })
  const [first, same, other] = await Promise.all([create(500), create(500), create(600)])
  assert.equal(first.status, 200)
  assert.equal(same.status, 409)
  assert.deepEqual(same.body, {
    error: {
      type: 'invalid_request_error',
      code: 'idempotency_key_in_use',
      message: 'There is currently another in-progress request using this Idempotent Key.',
    },
  })
  assert.equal(other.status, 400)
  const replayed = await create(500)
  assert.equal(replayed.status, 200)
  assert.deepEqual(replayed.body, first.body)
  assert.equal(account.books.intentIds.length, 1)
  account.close()
  remove()
})

test.run()
