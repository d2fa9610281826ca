// Random walks through the saga: whatever the world answers, no step is illegal, nobody is told two
// things under one key, the pivot is never taken back, and every walk can come to an end.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { suite } from 'uvu'
import {
  CHECKOUT_TRANSITIONS,
  type Checkout,
  isAtRest,
  isAuthenticating,
} from '../../actors/domain/checkout.ts'
import {
  refusalToCancel,
  refusalToPay,
  refusalToRevise,
} from '../../actors/domain/checkout-requests.ts'
import { stepToRevising } from '../../actors/domain/checkout-revision.ts'
import {
  type Action,
  actionOf,
  gatewayKeyOf,
  type Outcome,
  PAYMENT_ATTEMPTS_MAX,
  stepAfter,
  stepToPaying,
  stepToReleasing,
  stepToReplacing,
} from '../../actors/domain/checkout-saga.ts'
import type { Step } from '../../actors/domain/checkout-step.ts'
import type { HoldId, Sku } from '../../actors/domain/ids.ts'
import { totalOf } from '../../actors/domain/order.ts'
import { priceCart, type WantedLine } from '../../actors/domain/pricing.ts'
import { ADDRESS, productOf } from '../support/sale.ts'
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
  revise_holds: [
    { kind: 'revision_done' },
    { kind: 'revision_refused', lines: [], limits: [], taken: [] },
    { kind: 'revision_refused', lines: [], limits: [], taken: ['hold' as HoldId] },
    { kind: 'time_ran_out' },
  ],
  start_payment: [created, DECLINED, BURNT, { kind: 'time_ran_out' }],
  confirm_payment: [
    verdict('approved'),
    verdict('rejected'),
    verdict('undecided'),
    { kind: 'action_required' },
    DECLINED,
    { kind: 'method_unknown' },
    BURNT,
  ],
  replace_payment: [{ kind: 'replaced' }, verdict('approved'), verdict('undecided'), BURNT],
  next_payment: [{ kind: 'next_begins' }],
  screen_again: [verdict('approved'), verdict('rejected')],
  commit_holds: [{ kind: 'holds_committed' }],
  capture: [{ kind: 'captured' }, { kind: 'capture_refused' }, BURNT],
  release: [{ kind: 'released' }, BURNT],
  reverse: [{ kind: 'reversed' }, BURNT],
}

/** A refused revision is only undone, or runs out of time. */
const UNDOING: readonly Outcome[] = [{ kind: 'revision_undone' }, { kind: 'time_ran_out' }]

/** What a buyer may change the lines to: another quantity, other goods, or fewer of them. */
const WANTED: readonly (readonly WantedLine[])[] = [
  [wantedLine('TULIP', 5), wantedLine('ROSE', 1)],
  [wantedLine('VASE', 1), wantedLine('TULIP', 1)],
  [wantedLine('ROSE', 2)],
]
const PRODUCTS = new Map(['TULIP', 'ROSE', 'VASE'].map((sku) => [sku as Sku, productOf(sku)]))

function wantedLine(sku: string, quantity: number): WantedLine {
  return { sku: sku as Sku, quantity, priceSeen: null }
}

interface Walk {
  readonly from: Checkout
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
  const key = `pay-${checkout.version}`
  const order = { method: 'pm', request: { caller: checkout.userId, key }, fingerprint: key }
  const otherwise = choice % 3 === 0 && choice > 0 && isAuthenticating(checkout)
  if (otherwise && refusalToPay(checkout, checkout.total, nowMs) === null) {
    return stepToReplacing(checkout, order, nowMs)
  }
  if (action !== null) {
    const undoing = action === 'revise_holds' && checkout.revision?.refused !== null
    const possible = undoing ? UNDOING : OUTCOMES[action]
    const outcomes = possible.filter((each) => each !== BURNT || asksGateway(checkout))
    const [usual = BURNT] = possible
    return stepAfter(checkout, outcomes[choice % outcomes.length] ?? usual, nowMs)
  }
  if (checkout.state !== 'open') return null
  if (choice % 5 === 0 && choice > 0) return revising(checkout, choice, nowMs)
  if (refusalToPay(checkout, checkout.total, nowMs) !== null) {
    return stepToReleasing(checkout, 'expired', null, nowMs)
  }
  return stepToPaying(checkout, order, nowMs)
}

function revising(checkout: Checkout, choice: number, nowMs: number): Step {
  const priced = priceCart(
    WANTED[choice % WANTED.length] ?? [],
    PRODUCTS,
    { cartLinesMax: 9 },
    { guest: false },
  )
  assert(priced.ok)
  assert.equal(refusalToRevise(checkout, priced, nowMs), null)
  const key = `revise-${checkout.version}`
  const asked = { request: { caller: checkout.userId, key }, fingerprint: key }
  const cart = choice % 2 === 0 ? priced.cart : null
  return stepToRevising(checkout, { cart, shippingAddress: ADDRESS }, asked, nowMs)
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
  const from = sampleCheckout({ shippingAddress: ADDRESS })
  let checkout = from
  const steps: Step[] = []
  for (const choice of choices) {
    const step = stepBy(checkout, choice, checkout.updatedAtMs + 1)
    if (step === null) break
    checkout = step.checkout
    steps.push(step)
  }
  return { from, checkout, steps }
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
        step.checkout.payment?.successor?.request?.key,
        step.checkout.cancelRequest?.key,
        step.checkout.revision?.request.key,
      ])
      for (const key of asked) if (key !== undefined) assert(answered.includes(key), `${key} waits`)
      assert(answered.some((key) => key.startsWith('open-')))
    }),
    { numRuns: 500 },
  )
})

test('the lines change with a revision that is done, and with nothing else', () => {
  fc.assert(
    fc.property(choices, (chosen) => {
      const { from, steps } = walk(chosen)
      let before = from
      const holds = new Map<string, string>(before.lines.map(({ holdId, sku }) => [holdId, sku]))
      for (const { checkout, relined } of steps) {
        if (relined) assert.deepEqual([before.state, checkout.state], ['revising', 'open'])
        else assert.equal(checkout.lines, before.lines)
        assert.deepEqual(checkout.total, totalOf(checkout.lines))
        assert.equal(checkout.expiresAtMs, before.expiresAtMs)
        for (const { holdId, sku } of checkout.revision?.lines ?? []) {
          assert.equal(holds.get(holdId) ?? sku, sku, 'a hold was named twice')
          holds.set(holdId, sku)
        }
        before = checkout
      }
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
