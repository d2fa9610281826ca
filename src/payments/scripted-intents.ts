// The intents of the scripted gateway and what their state allows; Stripe's rules in our words.

import type {
  CreateIntent,
  Decline,
  GatewayIntent,
  GatewayOutcome,
  GatewayStatus,
} from '../../actors/ports/payment-gateway.ts'
import { testCardOf } from './test-payment-methods.ts'

/** What the intents of one order add up to, in minor units. */
export interface ScriptedBook {
  readonly intents: number
  readonly capturedIntents: number
  readonly captured: number
  readonly openAuthorised: number
}

export interface ScriptedIntents {
  open(input: CreateIntent): GatewayOutcome
  find(intentId: string): GatewayOutcome
  confirm(intentId: string, paymentMethod: string): GatewayOutcome
  capture(intentId: string, amount: number): GatewayOutcome
  void(intentId: string): GatewayOutcome
  authenticate(intentId: string, approve: boolean): GatewayOutcome
  bookOf(orderId: string): ScriptedBook
}

type Step = Partial<GatewayIntent> | GatewayOutcome

const UNEXPECTED_STATE: GatewayOutcome = {
  kind: 'conflict',
  code: 'payment_intent_unexpected_state',
}
const AMOUNT_TOO_LARGE: GatewayOutcome = {
  kind: 'rejected',
  code: 'amount_too_large',
  message: 'More would be captured than is held.',
}
const AUTHENTICATION_FAILED: Decline = {
  code: 'payment_intent_authentication_failure',
  declineCode: null,
}

export function scriptedIntents(): ScriptedIntents {
  const intents = new Map<string, GatewayIntent>()

  function change(intentId: string, step: (intent: GatewayIntent) => Step): GatewayOutcome {
    const intent = intents.get(intentId)
    if (intent === undefined) return missing(intentId)
    const made = step(intent)
    if ('kind' in made) return made
    const changed = { ...intent, ...made }
    intents.set(intentId, changed)
    if (changed.decline) return { kind: 'declined', decline: changed.decline }
    return { kind: 'ok', intent: changed }
  }

  return {
    open({ amount, metadata }) {
      const intentId = `pi_scripted_${intents.size + 1}`
      const intent = { ...UNCONFIRMED, intentId, amount, metadata }
      intents.set(intentId, { ...intent, clientSecret: `${intentId}_secret` })
      return found(intents, intentId)
    },
    find: (intentId) => found(intents, intentId),
    confirm: (intentId, paymentMethod) =>
      change(intentId, ({ status }) => confirmed(status, paymentMethod)),
    capture: (intentId, amount) => change(intentId, (intent) => captured(intent, amount)),
    void: (intentId) =>
      change(intentId, ({ status }) =>
        status === 'captured' ? UNEXPECTED_STATE : { status: 'voided', decline: null },
      ),
    authenticate: (intentId, approve) =>
      change(intentId, ({ status }) => {
        if (status !== 'action_required') return UNEXPECTED_STATE
        if (approve) return { status: 'authorised' }
        return { status: 'unconfirmed', decline: AUTHENTICATION_FAILED }
      }),
    bookOf: (orderId) =>
      bookOf([...intents.values()].filter(({ metadata }) => metadata.order_id === orderId)),
  }
}

const UNCONFIRMED = { status: 'unconfirmed', capturedAmount: 0, decline: null } as const

function confirmed(status: GatewayStatus, paymentMethod: string): Step {
  if (status !== 'unconfirmed') return UNEXPECTED_STATE
  const behaviour = testCardOf(paymentMethod)?.behaviour
  if (behaviour === undefined) return missing(paymentMethod)
  if (behaviour === 'approve') return { status: 'authorised', decline: null }
  if (behaviour === 'authenticate') return { status: 'action_required', decline: null }
  return { decline: { code: behaviour.code, declineCode: behaviour.declineCode } }
}

function captured(intent: GatewayIntent, amount: number): Step {
  if (intent.status !== 'authorised') return UNEXPECTED_STATE
  if (amount > intent.amount.amount) return AMOUNT_TOO_LARGE
  return { status: 'captured', capturedAmount: amount }
}

function found(intents: ReadonlyMap<string, GatewayIntent>, intentId: string): GatewayOutcome {
  const intent = intents.get(intentId)
  return intent ? { kind: 'ok', intent } : missing(intentId)
}

function missing(id: string): GatewayOutcome {
  return { kind: 'rejected', code: 'resource_missing', message: `There is no ${id}.` }
}

function bookOf(intents: readonly GatewayIntent[]): ScriptedBook {
  const charged = intents.filter(({ status }) => status === 'captured')
  const open = intents.filter(({ status }) => status === 'authorised')
  return {
    intents: intents.length,
    capturedIntents: charged.length,
    captured: charged.reduce((sum, { capturedAmount }) => sum + capturedAmount, 0),
    openAuthorised: open.reduce((sum, { amount }) => sum + amount.amount, 0),
  }
}
