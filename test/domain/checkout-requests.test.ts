// Who may pay or cancel: for every state the word a buyer is told, and which word comes first when
// several would be true.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { Checkout, CheckoutState } from '../../actors/domain/checkout.ts'
import {
  CHECKOUT_REFUSALS,
  type CheckoutAnswer,
  type CheckoutRefusal,
} from '../../actors/domain/checkout-answer.ts'
import {
  PASSING_REFUSALS,
  refusalToCancel,
  refusalToPay,
  refusalToRevise,
} from '../../actors/domain/checkout-requests.ts'
import { priceCart } from '../../actors/domain/pricing.ts'
import { SAMPLE_MS, sampleCheckout, samplePaying } from '../support/sample-checkout.ts'

const test = suite('requests to a checkout')
const ADDRESS = {
  name: 'Ada',
  line1: '1 Quay',
  line2: null,
  city: 'Bristol',
  region: null,
  postal_code: 'BS1',
  country: 'GB',
}
const TOTAL = { amount: 600, currency: 'GBP' }
const OTHER_TOTAL = { amount: 601, currency: 'GBP' }

function wordOf(answer: CheckoutAnswer | null): CheckoutRefusal | 'yes' {
  if (answer === null) return 'yes'
  assert(answer.kind === 'refused')
  return answer.refusal
}

function inState(state: CheckoutState, change: Partial<Checkout> = {}): Checkout {
  return { ...samplePaying(), shippingAddress: ADDRESS, state, ...change }
}

type Words = readonly [pay: string, cancel: string, revise: string]

const BY_STATE: Record<CheckoutState, Words> = {
  opening: ['checkout_busy', 'checkout_busy', 'checkout_busy'],
  open: ['yes', 'yes', 'yes'],
  revising: ['checkout_busy', 'checkout_busy', 'checkout_busy'],
  paying: ['payment_in_progress', 'yes', 'checkout_busy'],
  reviewing: ['payment_in_progress', 'yes', 'checkout_busy'],
  committing: ['payment_in_progress', 'too_late_to_cancel', 'checkout_busy'],
  confirmed: ['already_paid', 'too_late_to_cancel', 'not_open'],
  captured: ['already_paid', 'too_late_to_cancel', 'not_open'],
  releasing: ['not_open', 'yes', 'not_open'],
  cancelled: ['not_open', 'yes', 'not_open'],
  expired: ['checkout_expired', 'checkout_expired', 'checkout_expired'],
  fraud_rejected: ['not_open', 'not_open', 'not_open'],
  reversing: ['not_open', 'too_late_to_cancel', 'not_open'],
  reversed: ['not_open', 'too_late_to_cancel', 'not_open'],
}

for (const [state, [pay, cancel, revise]] of Object.entries(BY_STATE)) {
  test(`${state}: pay ${pay}, cancel ${cancel}, change ${revise}`, () => {
    const checkout = inState(state as CheckoutState)
    assert.equal(wordOf(refusalToRevise(checkout, null, SAMPLE_MS)), revise)
    assert.equal(wordOf(refusalToPay(checkout, TOTAL, SAMPLE_MS)), pay)
    assert.equal(wordOf(refusalToCancel(checkout)), cancel)
  })
}

test('when several refusals of a payment are true, the first of the list is told', () => {
  const { payment } = samplePaying({ attempt: 5, status: 'failed' })
  const faults = {
    checkout_expired: { expiresAtMs: SAMPLE_MS },
    address_missing: { shippingAddress: null },
    total_changed: {},
    too_many_attempts: { payment },
  } as const
  const words = Object.keys(faults) as (keyof typeof faults)[]
  assert.deepEqual(
    words,
    CHECKOUT_REFUSALS.filter((word) => Object.hasOwn(faults, word)),
    'this test follows the order of the list',
  )
  for (const [at, word] of words.entries()) {
    const wrong = words.slice(at)
    const change = Object.assign({}, ...wrong.map((each) => faults[each])) as Partial<Checkout>
    const total = wrong.includes('total_changed') ? OTHER_TOTAL : TOTAL
    assert.equal(wordOf(refusalToPay(inState('open', change), total, SAMPLE_MS)), word)
  }
})

test('while authentication is open another payment may take its place, up to five', () => {
  const authenticating = (change: Partial<Checkout> = {}, attempt = 1) => {
    const { payment } = samplePaying({ stage: 'authenticating', attempt })
    return inState('paying', { payment, ...change })
  }
  assert.equal(wordOf(refusalToPay(authenticating(), TOTAL, SAMPLE_MS)), 'yes')
  assert.equal(wordOf(refusalToPay(authenticating(), OTHER_TOTAL, SAMPLE_MS)), 'total_changed')
  const fifth = authenticating({}, 5)
  assert.equal(wordOf(refusalToPay(fifth, TOTAL, SAMPLE_MS)), 'too_many_attempts')
  const late = authenticating({ expiresAtMs: SAMPLE_MS })
  assert.equal(wordOf(refusalToPay(late, TOTAL, SAMPLE_MS)), 'payment_in_progress')
})

test('the state of a checkout is told before what is wrong with the new lines', () => {
  const priced = priceCart([], new Map(), { cartLinesMax: 9 }, { guest: false })
  const refused = refusalToRevise(inState('open'), priced, SAMPLE_MS)
  assert.equal(wordOf(refused), 'cart_empty')
  assert(refused?.kind === 'refused' && refused.checkoutId !== null)
  assert.equal(wordOf(refusalToRevise(inState('paying'), priced, SAMPLE_MS)), 'checkout_busy')
  const over = inState('open', { expiresAtMs: SAMPLE_MS })
  assert.equal(wordOf(refusalToRevise(over, priced, SAMPLE_MS)), 'checkout_expired')
})

test('a hold can be paid until the very millisecond it ends', () => {
  const checkout = inState('open')
  const { expiresAtMs } = checkout
  assert.equal(wordOf(refusalToPay(checkout, TOTAL, expiresAtMs - 1)), 'yes')
  assert.equal(wordOf(refusalToPay(checkout, TOTAL, expiresAtMs)), 'checkout_expired')
})

test('a checkout that is being released because its time ran out is told as expired', () => {
  const expired = inState('releasing', { ending: 'expired' })
  const cancelled = inState('releasing', { ending: 'cancelled' })
  const lateMs = expired.expiresAtMs
  assert.equal(wordOf(refusalToPay(expired, TOTAL, lateMs)), 'checkout_expired')
  assert.equal(wordOf(refusalToPay(cancelled, TOTAL, lateMs)), 'not_open')
})

test('a total in another currency is another total', () => {
  const dollars = { amount: 600, currency: 'USD' }
  assert.equal(wordOf(refusalToPay(inState('open'), dollars, SAMPLE_MS)), 'total_changed')
})

test('a refusal names the checkout it is about, and a changed total both totals', () => {
  const checkout = inState('open')
  const answer = refusalToPay(checkout, OTHER_TOTAL, SAMPLE_MS)
  assert(answer?.kind === 'refused')
  assert.equal(answer.checkoutId, checkout.id)
  assert.deepEqual(answer.details.expected, OTHER_TOTAL)
  assert.deepEqual(answer.details.actual, TOTAL)
})

test('a change that a payment is in the way of is told which, and no other is', () => {
  const busyWith = (checkout: Checkout) => {
    const refused = refusalToRevise(checkout, null, SAMPLE_MS)
    assert(refused?.kind === 'refused' && refused.refusal === 'checkout_busy')
    return refused.details.busyPaying
  }
  assert.equal(busyWith(samplePaying({ stage: 'authenticating' })), 'authenticating')
  assert.equal(busyWith(samplePaying({ stage: 'replacing' })), 'running')
  assert.equal(busyWith(inState('reviewing')), 'running')
  assert.equal(busyWith(inState('committing')), 'running')
  assert.equal(busyWith(inState('revising')), undefined)
})

test('only "not now" is not kept under a key', () => {
  assert.deepEqual([...PASSING_REFUSALS], ['payment_in_progress', 'checkout_busy'])
  assert.equal(wordOf(refusalToCancel(sampleCheckout())), 'checkout_busy')
})

test.run()
