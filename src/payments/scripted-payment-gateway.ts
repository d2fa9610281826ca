// A gateway inside the process, for tests and benchmarks of what stands above it. It keeps Stripe's
// rules of state and keys, declines by payment method, and plays a script where a test wants an
// outcome that no card brings about. Its books tell what a customer would have been charged.

import { isDeepStrictEqual } from 'node:util'
import type {
  CallOptions,
  GatewayOutcome,
  PaymentGateway,
} from '../../actors/ports/payment-gateway.ts'
import { type ScriptedBook, scriptedIntents } from './scripted-intents.ts'

export type GatewayOperation = 'create' | 'confirm' | 'capture' | 'void' | 'find'

/** The next call of `operation` is answered with `outcome`, whatever the state says. */
export interface ScriptedStep {
  readonly operation: GatewayOperation
  readonly outcome: GatewayOutcome
  /** Takes effect all the same, like a call whose answer is lost on the way back. */
  readonly executed: boolean
}

export interface ScriptedCall {
  readonly operation: GatewayOperation
  readonly idempotencyKey: string | null
}

export interface ScriptedPaymentGateway extends PaymentGateway {
  /** Every call in the order it came, replays included. */
  readonly calls: readonly ScriptedCall[]
  /** Appends steps; each is used once, by the next call of its operation. */
  play(...steps: ScriptedStep[]): void
  /** The buyer's side of an intent that waits for authentication. */
  authenticate(intentId: string, approve: boolean): GatewayOutcome
  bookOf(orderId: string): ScriptedBook
}

interface KeyedAnswers {
  /** `insteadOf` is kept and answered in place of the effect's own outcome. */
  once(
    key: string | null,
    request: readonly unknown[],
    effect: () => GatewayOutcome,
    insteadOf?: GatewayOutcome | null,
  ): GatewayOutcome
}

const KEY_REUSED: GatewayOutcome = {
  kind: 'rejected',
  code: 'idempotency_error',
  message: 'This key was used for another request.',
}

/** A fresh gateway with empty books. */
export function scriptedPaymentGateway(): ScriptedPaymentGateway {
  const intents = scriptedIntents()
  const answers = keyedAnswers()
  const calls: ScriptedCall[] = []
  const script: ScriptedStep[] = []

  async function call(
    operation: GatewayOperation,
    options: CallOptions | null,
    parameters: readonly unknown[],
    effect: () => GatewayOutcome,
  ): Promise<GatewayOutcome> {
    const idempotencyKey = options?.idempotencyKey ?? null
    const request = [operation, ...parameters]
    calls.push({ operation, idempotencyKey })
    const position = script.findIndex((step) => step.operation === operation)
    const step = position === -1 ? undefined : script.splice(position, 1)[0]
    if (!step) return answers.once(idempotencyKey, request, effect)
    const { outcome, executed } = step
    const isStored = outcome.kind === 'unknown' && outcome.storedFailure
    if (executed) answers.once(idempotencyKey, request, effect, isStored ? outcome : null)
    return outcome
  }

  return {
    name: 'scripted',
    publishableKey: null,
    calls,
    create: (input, options) => call('create', options, [input], () => intents.open(input)),
    confirm: (intentId, paymentMethod, options) =>
      call('confirm', options, [intentId, paymentMethod], () =>
        intents.confirm(intentId, paymentMethod),
      ),
    capture: (intentId, amount, options) =>
      call('capture', options, [intentId, amount], () => intents.capture(intentId, amount.amount)),
    void: (intentId, options) => call('void', options, [intentId], () => intents.void(intentId)),
    find: (intentId) => call('find', null, [intentId], () => intents.find(intentId)),
    play: (...steps) => void script.push(...steps),
    authenticate: intents.authenticate,
    bookOf: intents.bookOf,
  }
}

function keyedAnswers(): KeyedAnswers {
  const kept = new Map<string, { request: readonly unknown[]; outcome: GatewayOutcome }>()
  return {
    once(key, request, effect, insteadOf = null) {
      const first = key === null ? undefined : kept.get(key)
      if (first) return isDeepStrictEqual(first.request, request) ? first.outcome : KEY_REUSED
      const effected = effect()
      const outcome = insteadOf ?? effected
      // Like Stripe: what was refused before anything executed leaves the key free.
      const notBegun = outcome.kind === 'rejected' && outcome.code === 'resource_missing'
      if (key !== null && !notBegun) kept.set(key, { request, outcome })
      return outcome
    },
  }
}
