// One step of a checkout: what it is afterwards, who is told, and what the world hears. A step is
// written as a whole or not at all.

import { assertTransition, type Checkout, type CheckoutState, type RequestKey } from './checkout.ts'
import type { CheckoutAnswer } from './checkout-answer.ts'

export interface Step {
  readonly checkout: Checkout
  /** True when the lines are others than before: they, and those of an order, are replaced. */
  readonly relined: boolean
  readonly answers: readonly { readonly request: RequestKey; readonly answer: CheckoutAnswer }[]
  readonly events: readonly {
    readonly topic: string
    readonly payload: Readonly<Record<string, unknown>>
  }[]
}

/** The step to `state`, with `change` on top; throws when the machine has no such step. */
export function moved(
  checkout: Checkout,
  state: CheckoutState,
  change: Partial<Checkout>,
  nowMs: number,
): Step {
  assertTransition(checkout.state, state)
  const version = checkout.version + 1
  return {
    checkout: { ...checkout, ...change, state, version, updatedAtMs: nowMs },
    relined: change.lines !== undefined,
    answers: [],
    events: [],
  }
}

/** The same step, which also answers `request`; null when nobody asked. */
export function answering(step: Step, request: RequestKey | null, answer: CheckoutAnswer): Step {
  if (request === null) return step
  return { ...step, answers: [...step.answers, { request, answer }] }
}
