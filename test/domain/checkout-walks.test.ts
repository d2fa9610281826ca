// Random walks through the saga: whatever the world answers, no step is illegal, nobody is told two
// things under one key, the pivot is never taken back, and every walk can come to an end.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { suite } from 'uvu'
import { CHECKOUT_TRANSITIONS, type Checkout, isAtRest } from '../../actors/domain/checkout.ts'
import { refusalToCancel, refusalToPay } from '../../actors/domain/checkout-requests.ts'
import {
  type Action,
  actionOf,
  gatewayKeyOf,
  type Outcome,
  PAYMENT_ATTEMPTS_MAX,
  type Step,
  stepAfter,
  stepToPaying,
  stepToReleasing,
} from '../../actors/domain/checkout-saga.ts'
import { ADDRESS } from '../support/sale.ts'
import { sampleCheckout } from '../support/sample-checkout.ts'

const test = suite('walks through a checkout')
const STEPS_MAX = 60

const created: Outcome = { kind: 'intent_created', intentId: 'pi', clientSecret: null }
const verdict = (word: 'approved' | 'rejected' | 'undecided'): Outcome => ({
  kind: 'authorised',
  verdict: word,
})
const DECLINED: Outcome = { kind: 'declined', code: 'card_declined' }
const BURNT: Outcome = { kind: 'key_burnt' }

/** Everything an action can show; the first is how it goes when all goes well. */
const OUTCOMES: Record<Action, readonly [Outcome, ...Outcome[]]> = {
  take_holds: [
    { kind: 'holds_taken' },
    { kind: 'holds_refused', lines: [], taken: true },
    { kind: 'holds_refused', lines: [], taken: false },
    { kind: 'time_ran_out' },
  ],
  start_payment: [created, DECLINED, BURNT, { kind: 'time_ran_out' }],
  confirm_payment: [
    verdict('approved'),
    verdict('rejected'),
    verdict('undecided'),
    { kind: 'action_required' },
    DECLINED,
    BURNT,
  ],
  screen_again: [verdict('approved'), verdict('rejected')],
  commit_holds: [{ kind: 'holds_committed' }],
  capture: [{ kind: 'captured' }, { kind: 'capture_refused' }, BURNT],
  release: [{ kind: 'released' }, BURNT],
  reverse: [{ kind: 'reversed' }, BURNT],
}

interface Walk {
  readonly checkout: Checkout
  readonly steps: readonly Step[]
}

/** One step, chosen by a number: an outcome of what is under way, or what a buyer asks. */
function stepBy(checkout: Checkout, choice: number, nowMs: number): Step | null {
  const action = actionOf(checkout)
  const asksToCancel = choice % 7 === 0 && choice > 0
  if (asksToCancel && refusalToCancel(checkout) === null && canBeginToRelease(checkout)) {
    const request = { caller: checkout.userId, key: `cancel-${choice}` }
    return stepToReleasing(checkout, 'cancelled', request, nowMs)
  }
  if (action !== null) {
    const outcomes = OUTCOMES[action].filter((each) => each !== BURNT || asksGateway(checkout))
    const [usual] = OUTCOMES[action]
    return stepAfter(checkout, outcomes[choice % outcomes.length] ?? usual, nowMs)
  }
  if (checkout.state !== 'open') return null
  if (refusalToPay(checkout, checkout.total, nowMs) !== null) {
    return stepToReleasing(checkout, 'expired', null, nowMs)
  }
  const key = `pay-${checkout.version}`
  const request = { caller: checkout.userId, key }
  return stepToPaying(checkout, { method: 'pm', request, fingerprint: key }, nowMs)
}

/** A release without a payment that holds money has nothing to void. */
function asksGateway({ payment }: Checkout): boolean {
  return payment !== null && payment.status !== 'failed'
}

function canBeginToRelease({ state }: Checkout): boolean {
  const next: readonly string[] = CHECKOUT_TRANSITIONS[state]
  return next.includes('releasing')
}

function walk(choices: readonly number[]): Walk {
  let checkout = sampleCheckout({ shippingAddress: ADDRESS })
  const steps: Step[] = []
  for (const choice of choices) {
    const step = stepBy(checkout, choice, checkout.updatedAtMs + 1)
    if (step === null) break
    checkout = step.checkout
    steps.push(step)
  }
  return { checkout, steps }
}

const choices = fc.array(fc.nat({ max: 1_000 }), { minLength: 1, maxLength: STEPS_MAX })

test('no walk takes a step that the machine does not have, and versions count the steps', () => {
  fc.assert(
    fc.property(choices, (chosen) => {
      const { steps } = walk(chosen)
      for (const [at, { checkout }] of steps.entries()) assert.equal(checkout.version, at + 2)
    }),
    { numRuns: 500 },
  )
})

test('from wherever a walk stops, things going well lead to an end', () => {
  fc.assert(
    fc.property(choices, (chosen) => {
      let { checkout } = walk(chosen)
      for (let more = 0; more < 20; more += 1) {
        checkout = stepBy(checkout, 0, checkout.updatedAtMs + 1)?.checkout ?? checkout
      }
      assert(isAtRest(checkout.state), `${checkout.state} goes on for ever`)
    }),
    { numRuns: 500 },
  )
})

test('every request is answered once at most, and when all is over, once exactly', () => {
  fc.assert(
    fc.property(choices, (chosen) => {
      const { checkout, steps } = walk([...chosen, ...Array<number>(20).fill(0)])
      const answered = steps.flatMap(({ answers }) => answers.map(({ request }) => request.key))
      assert.equal(new Set(answered).size, answered.length, 'a key was answered twice')
      assert(isAtRest(checkout.state))
      const asked = steps.flatMap((step) => [
        step.checkout.payment?.request?.key,
        step.checkout.cancelRequest?.key,
      ])
      for (const key of asked) if (key !== undefined) assert(answered.includes(key), `${key} waits`)
      assert(answered.some((key) => key.startsWith('open-')))
    }),
    { numRuns: 500 },
  )
})

test('an order is confirmed once, and captured or taken back after that, never before', () => {
  fc.assert(
    fc.property(choices, (chosen) => {
      const topics = walk(chosen).steps.flatMap(({ events }) => events.map(({ topic }) => topic))
      const [first, second, ...more] = topics
      if (first !== undefined) assert.equal(first, 'order.confirmed')
      if (second !== undefined) assert.match(second, /^(payment\.captured|order\.cancelled)$/)
      assert.deepEqual(more, [])
    }),
    { numRuns: 500 },
  )
})

test('at most five attempts are made, and no two of them share a key at the gateway', () => {
  fc.assert(
    fc.property(choices, (chosen) => {
      const attemptOf = new Map<string, string>()
      for (const { checkout } of walk(chosen).steps) {
        const { payment } = checkout
        if (payment === null) continue
        assert(payment.attempt <= PAYMENT_ATTEMPTS_MAX)
        const key = gatewayKeyOf(checkout, 'create')
        const attempt = `${payment.attempt} revision ${payment.keyRevision}`
        assert.equal(attemptOf.get(key) ?? attempt, attempt)
        attemptOf.set(key, attempt)
      }
    }),
    { numRuns: 500 },
  )
})

test.run()
