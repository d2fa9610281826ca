// What each outcome makes of a checkout, as a table: the state before, what was found out, the
// state after, who is told what, and what goes into the outbox.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { Checkout } from '../../actors/domain/checkout.ts'
import { asPutOff, paymentDeadlineMs } from '../../actors/domain/checkout-expiry.ts'
import {
  gatewayKeyOf,
  type Outcome,
  stepAfter,
  stepToPaying,
  stepToReleasing,
  stepToReplacing,
} from '../../actors/domain/checkout-saga.ts'
import type { Step } from '../../actors/domain/checkout-step.ts'
import { orderIdOf, type UserId } from '../../actors/domain/ids.ts'
import { orderRecordOf } from '../../actors/domain/order-record.ts'
import { NO_OUTAGES } from '../../actors/domain/outages.ts'
import { SAMPLE_MS, sampleCheckout, samplePaying } from '../support/sample-checkout.ts'

const test = suite('the steps of a checkout')
const LATER_MS = SAMPLE_MS + 1_000

const ANOTHER = { request: { caller: 'ada' as UserId, key: 'other' }, fingerprint: 'g' }

const opening = () => sampleCheckout()
const buyingNow = () => {
  const checkout = sampleCheckout()
  const request = { caller: checkout.userId, key: `open-${checkout.id}` }
  return { ...checkout, openRequest: { ...request, purpose: 'buy_now' } } as const
}
const open = () => sampleCheckout({ state: 'open', openRequest: null })
const starting = () => samplePaying()
const confirming = () => samplePaying({ stage: 'confirming', intentId: 'pi_1' })
const authenticating = () =>
  samplePaying({ stage: 'authenticating', status: 'requires_action', intentId: 'pi_1' })
const replacing = () =>
  stepToReplacing(authenticating(), { method: 'pm_card_amex', ...ANOTHER }, SAMPLE_MS).checkout
const between = () => stepAfter(replacing(), { kind: 'replaced' }, SAMPLE_MS).checkout
const authenticatedAfterAll = () => stepAfter(replacing(), verdict('approved'), SAMPLE_MS).checkout
const givenUp = () => stepToReleasing(replacing(), 'expired', null, SAMPLE_MS).checkout
const authorised = (state: Checkout['state']) => (): Checkout => {
  const payment = { stage: 'reviewing', status: 'authorised', intentId: 'pi_1' } as const
  return { ...samplePaying(payment), state }
}
const standing = (): Checkout => {
  const checkout = samplePaying({ stage: 'reviewing', status: 'authorised', request: null })
  return { ...checkout, state: 'confirmed', confirmedAtMs: SAMPLE_MS }
}
const reversing = (): Checkout => ({ ...standing(), state: 'reversing' })
const releasing = (ending: NonNullable<Checkout['ending']>) => (): Checkout => ({
  ...confirming(),
  state: 'releasing',
  ending,
  cancelRequest: { caller: 'ada' as UserId, key: 'cancel' },
})
const noHolds = (taken: boolean): Outcome => ({ kind: 'holds_refused', lines: [], taken })
const verdict = (word: 'approved' | 'rejected' | 'undecided'): Outcome => ({
  kind: 'authorised',
  verdict: word,
})
const created: Outcome = { kind: 'intent_created', intentId: 'pi_1', clientSecret: 's' }
const limitReached: Outcome = { kind: 'limit_reached', limits: [] }
const declined: Outcome = { kind: 'declined', code: 'lost_card' }

type Row = readonly [
  before: () => Checkout,
  outcome: Outcome,
  after: string,
  payment: string,
  answers: readonly string[],
  events: readonly string[],
]

const TABLE: readonly Row[] = [
  [opening, { kind: 'holds_taken' }, 'open', '', ['open checkout_opened'], []],
  [buyingNow, { kind: 'holds_taken' }, 'open', '', [], []],
  [opening, noHolds(false), 'cancelled', '', ['open out_of_stock'], []],
  [opening, noHolds(true), 'releasing', '', ['open out_of_stock'], []],
  [buyingNow, noHolds(true), 'releasing', '', ['open out_of_stock'], []],
  [opening, limitReached, 'releasing', '', ['open purchase_limit'], []],
  [buyingNow, limitReached, 'releasing', '', ['open purchase_limit'], []],
  [opening, { kind: 'time_ran_out' }, 'releasing', '', [], []],
  [starting, { kind: 'time_ran_out' }, 'releasing', 'settled failed', [], []],
  [starting, created, 'paying', 'confirming pending', [], []],
  [starting, { kind: 'key_burnt' }, 'paying', 'starting pending', [], []],
  [starting, declined, 'open', 'settled failed', ['pay payment_declined'], []],
  [starting, verdict('approved'), 'committing', 'reviewing authorised', [], []],
  [confirming, { kind: 'action_required' }, 'paying', 'authenticating requires_action', [], []],
  [confirming, { kind: 'key_burnt' }, 'paying', 'confirming pending', [], []],
  [
    confirming,
    { kind: 'method_unknown' },
    'open',
    'settled failed',
    ['pay payment_method_unknown'],
    [],
  ],
  [confirming, declined, 'open', 'settled failed', ['pay payment_declined'], []],
  [confirming, verdict('approved'), 'committing', 'reviewing authorised', [], []],
  [confirming, verdict('undecided'), 'reviewing', 'reviewing authorised', [], []],
  [confirming, verdict('rejected'), 'releasing', 'reviewing authorised', [], []],
  [authenticating, declined, 'open', 'settled failed', ['pay payment_declined'], []],
  [authenticating, verdict('approved'), 'committing', 'reviewing authorised', [], []],
  [replacing, { kind: 'key_burnt' }, 'paying', 'replacing requires_action', [], []],
  [replacing, { kind: 'replaced' }, 'paying', 'settled voided', ['pay payment_replaced'], []],
  [between, { kind: 'next_begins' }, 'paying', 'starting pending', [], []],
  [replacing, verdict('approved'), 'committing', 'reviewing authorised', [], []],
  [
    authenticatedAfterAll,
    { kind: 'holds_committed' },
    'confirmed',
    'reviewing authorised',
    ['pay order_confirmed', 'other already_paid'],
    ['order.confirmed'],
  ],
  [
    givenUp,
    { kind: 'released' },
    'expired',
    'settled voided',
    ['pay checkout_expired', 'other checkout_expired'],
    [],
  ],
  [authorised('reviewing'), verdict('approved'), 'committing', 'reviewing authorised', [], []],
  [authorised('reviewing'), verdict('rejected'), 'releasing', 'reviewing authorised', [], []],
  [
    authorised('committing'),
    { kind: 'holds_committed' },
    'confirmed',
    'reviewing authorised',
    ['pay order_confirmed'],
    ['order.confirmed'],
  ],
  [standing, { kind: 'captured' }, 'captured', 'settled captured', [], ['payment.captured']],
  [standing, { kind: 'key_burnt' }, 'confirmed', 'reviewing authorised', [], []],
  [standing, { kind: 'capture_refused' }, 'reversing', 'settled authorised', [], []],
  [reversing, { kind: 'reversed' }, 'reversed', 'settled voided', [], ['order.cancelled']],
  [
    releasing('cancelled'),
    { kind: 'released' },
    'cancelled',
    'settled voided',
    ['cancel checkout_cancelled', 'pay not_open'],
    [],
  ],
  [
    releasing('expired'),
    { kind: 'released' },
    'expired',
    'settled voided',
    ['cancel checkout_cancelled', 'pay checkout_expired'],
    [],
  ],
  [
    releasing('fraud_rejected'),
    { kind: 'released' },
    'fraud_rejected',
    'settled voided',
    ['cancel checkout_cancelled', 'pay fraud_rejected'],
    [],
  ],
]

function wordsOf({ answers }: Step): string[] {
  return answers.map(({ request, answer }) => {
    const word = answer.kind === 'refused' ? answer.refusal : answer.kind
    return `${request.key.split('-')[0]} ${word}`
  })
}

for (const [before, outcome, after, payment, answers, events] of TABLE) {
  const from = before()
  const stage = from.payment ? ` (${from.payment.stage})` : ''
  const ending = from.ending ? ` to ${from.ending}` : ''
  const purpose = from.openRequest?.purpose === 'buy_now' ? ' by a buy-now' : ''
  const rival = from.payment?.successor ? ', another waiting' : ''
  const detail = 'taken' in outcome ? ` taken ${outcome.taken}` : ''
  const word = 'verdict' in outcome ? ` ${outcome.verdict}` : ''

  const found = `${outcome.kind}${word}${detail}`
  test(`${from.state}${stage}${rival}${ending}${purpose}, ${found} -> ${after}`, () => {
    const step = stepAfter(from, outcome, LATER_MS)
    const { checkout } = step
    assert.equal(checkout.state, after)
    assert.equal(checkout.version, from.version + 1)
    assert.equal(checkout.updatedAtMs, LATER_MS)
    assert.equal(checkout.expiresAtMs, from.expiresAtMs, 'no step moves the end of the hold')
    const paid = checkout.payment
    assert.equal(paid ? `${paid.stage} ${paid.status}` : '', payment)
    assert.deepEqual(wordsOf(step), answers)
    assert.deepEqual(
      step.events.map(({ topic }) => topic),
      events,
    )
  })
}

test('an outcome that cannot happen in a state is a bug', () => {
  const impossible: readonly (readonly [() => Checkout, Outcome])[] = [
    [open, { kind: 'captured' }],
    [open, { kind: 'holds_committed' }],
    [starting, { kind: 'holds_committed' }],
    [starting, { kind: 'next_begins' }],
    [starting, { kind: 'released' }],
    [standing, { kind: 'released' }],
    [standing, declined],
    [authorised('committing'), { kind: 'time_ran_out' }],
    [authorised('committing'), declined],
    [reversing, { kind: 'captured' }],
  ]
  for (const [before, outcome] of impossible) {
    const from = before()
    assert.throws(() => stepAfter(from, outcome, LATER_MS), { name: 'Bug' }, `${from.state}`)
  }
})

test('a gateway key is the same for every try of an operation and attempt, and no other', () => {
  const first = confirming()
  const operations = ['create', 'confirm', 'capture', 'void'] as const
  const keysOf = (checkout: Checkout) => operations.map((each) => gatewayKeyOf(checkout, each))
  const orderId = orderIdOf(first.id)
  assert.deepEqual(keysOf(first), [
    `${orderId}:create:1`,
    `${orderId}:confirm:1`,
    `${orderId}:capture:1`,
    `${orderId}:void:1`,
  ])
  const later = { ...first, version: 9, updatedAtMs: LATER_MS, state: 'releasing' } as const
  assert.deepEqual(keysOf(later), keysOf(first))
  const request = { caller: first.userId, key: 'again' }
  const again = { method: 'pm_card_amex', request, fingerprint: 'f' }
  const opened = stepAfter(first, declined, LATER_MS).checkout
  const second = stepToPaying(opened, again, LATER_MS).checkout
  const burnt = stepAfter(first, { kind: 'key_burnt' }, LATER_MS).checkout
  const all = [first, second, burnt].flatMap(keysOf)
  assert.equal(new Set(all).size, all.length, 'two attempts share a key')
})

test('a new attempt forgets the intent of the one before, and keeps its order', () => {
  const first = confirming()
  const opened = stepAfter(first, declined, LATER_MS).checkout
  const request = { caller: first.userId, key: 'again' }
  const attempt = { method: 'pm_card_amex', request, fingerprint: 'g' }
  const { checkout } = stepToPaying(opened, attempt, LATER_MS)
  assert.deepEqual(checkout.payment, {
    attempt: 2,
    method: 'pm_card_amex',
    stage: 'starting',
    status: 'pending',
    intentId: null,
    clientSecret: null,
    declineCode: null,
    keyRevision: 0,
    successor: null,
    request,
    fingerprint: 'g',
    startedAtMs: LATER_MS,
  })
  assert.equal(checkout.orderId, orderIdOf(first.id))
})

test('a payment may stay undecided until 10 minutes after the end of its hold', () => {
  const checkout = confirming()
  const deadlineMs = checkout.expiresAtMs + 600_000
  assert.equal(paymentDeadlineMs(checkout, NO_OUTAGES), deadlineMs)
  const beganAtMs = checkout.expiresAtMs + 1_000
  const late = { beganAtMs, endedAtMs: beganAtMs + 3_600_000 }
  assert.equal(paymentDeadlineMs(checkout, [late]), deadlineMs + 3_600_000)
  assert.equal(asPutOff(checkout, [late]), checkout, 'its holds had ended by then')
  const early = { beganAtMs: checkout.createdAtMs + 1, endedAtMs: checkout.createdAtMs + 61 }
  assert.equal(asPutOff(checkout, [early]).expiresAtMs, checkout.expiresAtMs + 60)
})

test('releasing always knows where it leads', () => {
  const { checkout } = stepToReleasing(open(), 'expired', null, LATER_MS)
  assert.deepEqual([checkout.state, checkout.ending], ['releasing', 'expired'])
  const lost = { ...checkout, ending: null }
  assert.throws(() => stepAfter(lost, { kind: 'released' }, LATER_MS), { name: 'Bug' })
})

test('the order is what the checkout says: pending, confirmed, cancelled, with its money', () => {
  const rows: readonly (readonly [Checkout, string])[] = [
    [starting(), 'pending pending 0 0'],
    [confirming(), 'pending pending 0 0'],
    [authorised('reviewing')(), 'pending authorised 600 0'],
    [authorised('committing')(), 'pending authorised 600 0'],
    [standing(), 'confirmed authorised 600 0'],
    [stepAfter(standing(), { kind: 'captured' }, LATER_MS).checkout, 'confirmed captured 600 600'],
    [stepAfter(reversing(), { kind: 'reversed' }, LATER_MS).checkout, 'cancelled voided 0 0'],
    [stepAfter(confirming(), declined, LATER_MS).checkout, 'pending failed 0 0'],
    [releasing('expired')(), 'pending pending 0 0'],
  ]
  for (const [checkout, expected] of rows) {
    const order = orderRecordOf({ checkout, relined: false }, checkout)
    assert(order)
    const { status, paymentStatus, authorisedAmount, capturedAmount } = order
    assert.equal(`${status} ${paymentStatus} ${authorisedAmount} ${capturedAmount}`, expected)
    assert.equal(order.withLines, false)
  }
  assert.equal(orderRecordOf({ checkout: open(), relined: false }, open()), null)
  const placed = orderRecordOf({ checkout: starting(), relined: false }, open())
  assert.equal(placed?.withLines, true)
})

test.run()
