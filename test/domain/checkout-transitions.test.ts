// The machine of a checkout, looked at as a graph: every state can be reached, and from every state
// there is a way to an end.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { suite } from 'uvu'
import {
  assertTransition,
  CHECKOUT_TRANSITIONS,
  type CheckoutState,
  isAtRest,
} from '../../actors/domain/checkout.ts'
import { actionOf } from '../../actors/domain/checkout-saga.ts'
import { sampleCheckout, samplePaying } from '../support/sample-checkout.ts'

const test = suite('the states of a checkout')
const STATES = Object.keys(CHECKOUT_TRANSITIONS) as CheckoutState[]
/** No way leads back from these: the sale goes forward, or is reversed. */
const AFTER_THE_PIVOT: readonly CheckoutState[] = [
  'committing',
  'confirmed',
  'captured',
  'reversing',
  'reversed',
]

function reachableFrom(state: CheckoutState): Set<CheckoutState> {
  const reached = new Set<CheckoutState>([state])
  for (const each of reached) for (const next of CHECKOUT_TRANSITIONS[each]) reached.add(next)
  return reached
}

test('every state is reached from opening', () => {
  assert.deepEqual([...reachableFrom('opening')].toSorted(), STATES.toSorted())
})

test('from every state there is a way to one in which nothing is left to do', () => {
  for (const state of STATES) {
    const ends = [...reachableFrom(state)].filter(isAtRest)
    assert(ends.length > 0, `${state} never ends`)
  }
})

test('after the pivot nothing leads back, and before it nothing leads to a reversal', () => {
  for (const state of STATES) {
    const reached = reachableFrom(state)
    if (AFTER_THE_PIVOT.includes(state)) {
      for (const each of reached) assert(AFTER_THE_PIVOT.includes(each), `${state} -> ${each}`)
      continue
    }
    const steps: readonly string[] = CHECKOUT_TRANSITIONS[state]
    assert(!steps.includes('reversing') && !steps.includes('confirmed'), `${state} skips the pivot`)
  }
})

test('releasing is reached only from states before the pivot, and leads only to endings', () => {
  const before = STATES.filter((state) => {
    const steps: readonly string[] = CHECKOUT_TRANSITIONS[state]
    return steps.includes('releasing')
  })
  assert.deepEqual(before, ['opening', 'open', 'revising', 'paying', 'reviewing'])
  for (const ending of CHECKOUT_TRANSITIONS.releasing) assert(isAtRest(ending))
})

test('a step that the machine does not have is a bug', () => {
  const pairs = fc.tuple(fc.constantFrom(...STATES), fc.constantFrom(...STATES))
  fc.assert(
    fc.property(pairs, ([from, to]) => {
      const steps: readonly string[] = CHECKOUT_TRANSITIONS[from]
      const step = () => assertTransition(from, to)
      if (from === to || steps.includes(to)) step()
      else assert.throws(step, { name: 'Bug', message: `a checkout went from ${from} to ${to}` })
    }),
  )
})

test('who is not at rest has something to do, or waits for the buyer', () => {
  const waiting: readonly CheckoutState[] = ['open']
  for (const state of STATES) {
    const payment = samplePaying().payment
    const action = actionOf(sampleCheckout({ state, payment }))
    const idle = isAtRest(state) || waiting.includes(state)
    assert.equal(action === null, idle, `${state}: ${action}`)
  }
})

test.run()
