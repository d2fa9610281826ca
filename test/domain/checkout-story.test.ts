// The words about a checkout, held against what the saga does with it.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import {
  CHECKOUT_TRANSITIONS,
  type CheckoutState,
  isAtRest,
  type PaymentStage,
} from '../../actors/domain/checkout.ts'
import { paymentDeadlineMs } from '../../actors/domain/checkout-expiry.ts'
import { outlookOf } from '../../actors/domain/checkout-outlook.ts'
import { actionOf, PAYMENT_ATTEMPTS_MAX } from '../../actors/domain/checkout-saga.ts'
import { storyOf } from '../../actors/domain/checkout-story.ts'
import { SAMPLE_MS, sampleCheckout, samplePaying } from '../support/sample-checkout.ts'

const story = suite('story of a checkout')
const STATES = Object.keys(CHECKOUT_TRANSITIONS) as CheckoutState[]
const STAGES: readonly PaymentStage[] = [
  'starting',
  'confirming',
  'authenticating',
  'replacing',
  'reviewing',
  'settled',
]

const at = (nowMs: number) => ({ nextRunAtMs: null, outages: [], nowMs })

story('every state and stage has words of its own, and an end says so', () => {
  const payment = samplePaying().payment
  const checkouts = [
    ...STATES.map((state) => sampleCheckout({ state, payment, ending: 'cancelled' })),
    ...STAGES.map((stage) => samplePaying({ stage })),
  ]
  for (const checkout of checkouts) {
    const { why, next, nextAtMs } = storyOf(checkout, {
      nextRunAtMs: SAMPLE_MS + 1,
      outages: [],
      nowMs: SAMPLE_MS,
    })
    assert.match(why, /^[A-Z].*\.$/, checkout.state)
    assert.equal(next === 'Nothing is left to be done.', isAtRest(checkout.state))
    const expected = actionOf(checkout) === null ? checkout.expiresAtMs : SAMPLE_MS + 1
    assert.equal(nextAtMs, isAtRest(checkout.state) ? null : expected)
  }
})

story('an open one waits for its buyer until its holds run out', () => {
  const open = sampleCheckout({ state: 'open' })
  assert.match(storyOf(open, at(SAMPLE_MS)).why, /waits for the buyer to pay/)
  assert.match(storyOf(open, at(open.expiresAtMs)).why, /ran out before it was paid/)
  const outages = [{ beganAtMs: SAMPLE_MS + 1_000, endedAtMs: SAMPLE_MS + 61_000 }]
  const putOff = storyOf(open, { ...at(open.expiresAtMs), outages })
  assert.equal(putOff.nextAtMs, open.expiresAtMs + 60_000)
  const { payment } = samplePaying({ status: 'failed', declineCode: 'insufficient_funds' })
  const declined = sampleCheckout({ state: 'open', payment })
  assert.match(storyOf(declined, at(SAMPLE_MS)).why, /1 to pay ended as failed \(insufficient_/)
})

story('one whose attempts are used up waits for nobody to pay', () => {
  const { payment } = samplePaying({ attempt: PAYMENT_ATTEMPTS_MAX, status: 'failed' })
  const used = sampleCheckout({ state: 'open', payment })
  const { why, next, nextAtMs } = storyOf(used, at(SAMPLE_MS))
  assert.match(why, /no attempt to pay is left/)
  assert.match(next, /cancels it and may open a new one/)
  assert.equal(nextAtMs, used.expiresAtMs)
  assert.match(outlookOf(used).why, /No attempt to pay it is left/)
  assert.match(outlookOf(sampleCheckout({ state: 'open' })).why, /the buyer may pay/)
})

story('only a payment that is undecided has a deadline', () => {
  const unknown = samplePaying({ stage: 'confirming', status: 'unknown' })
  const { why, next } = storyOf(unknown, at(SAMPLE_MS))
  assert.match(why, /gateway has not said/)
  assert.ok(next.includes(new Date(paymentDeadlineMs(unknown, [])).toISOString()))
  const confirmed = sampleCheckout({ state: 'confirmed', payment: unknown.payment })
  assert.doesNotMatch(storyOf(confirmed, at(SAMPLE_MS)).next, /voided/)
})

story.run()
