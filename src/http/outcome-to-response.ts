// The one table from what the shop says to what HTTP says. An answer that was stored is rendered
// from nothing but itself, so that a replay has the bytes of the first time.

import type { KeyedReply } from '../../actors/checkout-client.ts'
import type { CheckoutAnswer, Interim } from '../../actors/domain/checkout-answer.ts'
import { unreachable } from '../../actors/domain/failures.ts'
import { PROBLEM_TYPE, type Problem, problemText } from './problem.ts'
import { PROBLEM_CODES, type ProblemCode } from './problem-codes.ts'
import { problemOfRefusal } from './refusal-details.ts'
import { checkoutBody, LOOK_AGAIN_SECONDS } from './schemas/checkout-schema.ts'
import { orderBody } from './schemas/order-schema.ts'
import { stockBody } from './schemas/stock-schema.ts'

export interface Outcome {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** Of the problem that was answered; null when it is none. */
  readonly code: ProblemCode | null
}

export interface Telling {
  /** Of the request being answered, for problems that are about it and not about an earlier one. */
  readonly requestId: string
  readonly publishableKey: string | null
}

const ANSWER_STATUS = {
  checkout_opened: 201,
  checkout_revised: 200,
  order_confirmed: 201,
  checkout_cancelled: 200,
  stock_changed: 200,
} as const satisfies Record<Exclude<CheckoutAnswer['kind'], 'refused'>, number>

const INTERIM_STATUS = {
  payment_pending: 202,
  under_review: 202,
  authenticate: 200,
  cancel_pending: 202,
} as const satisfies Record<Interim['kind'], number>

const REPLAYED = { 'Idempotent-Replayed': 'true' }

const IN_PROGRESS: Problem = {
  code: 'idempotency_in_progress',
  detail:
    'The first request with this Idempotency-Key is still running; this one did nothing. ' +
    'Send it again with the same key after Retry-After to get its answer.',
}

const KEY_REUSED: Problem = {
  code: 'idempotency_key_reused',
  detail:
    'This Idempotency-Key belongs to another request of yours; this one did nothing. ' +
    'A new request needs a new key.',
}

export function outcomeToResponse(reply: KeyedReply, telling: Telling): Outcome {
  switch (reply.kind) {
    case 'in_progress':
      return problemOutcome(IN_PROGRESS, telling.requestId, { 'Retry-After': '1' })
    case 'key_reused':
      return problemOutcome(KEY_REUSED, telling.requestId)
    case 'interim':
      return interimOutcome(reply.interim, telling, reply.replayed ? REPLAYED : {})
    case 'answer':
      return answerOutcome(reply.answer, {
        requestId: reply.requestId,
        publishableKey: telling.publishableKey,
        headers: reply.replayed ? REPLAYED : {},
      })
    default:
      return unreachable(reply, 'a reply')
  }
}

function answerOutcome(
  answer: CheckoutAnswer,
  { requestId, publishableKey, headers }: Telling & { readonly headers: Outcome['headers'] },
): Outcome {
  switch (answer.kind) {
    case 'refused':
      return problemOutcome(problemOfRefusal(answer), requestId, headers)
    case 'checkout_opened':
      return jsonOutcome(
        ANSWER_STATUS[answer.kind],
        checkoutBody(answer.checkout, publishableKey),
        { Location: `/v1/checkouts/${answer.checkout.id}`, ...headers },
      )
    case 'checkout_revised':
    case 'checkout_cancelled':
      return jsonOutcome(
        ANSWER_STATUS[answer.kind],
        checkoutBody(answer.checkout, publishableKey),
        headers,
      )
    case 'order_confirmed':
      return jsonOutcome(ANSWER_STATUS[answer.kind], orderBody(answer.order), {
        Location: `/v1/orders/${answer.order.id}`,
        ...headers,
      })
    case 'stock_changed':
      return jsonOutcome(ANSWER_STATUS[answer.kind], stockBody(answer.sku, answer), headers)
    default:
      return unreachable(answer, 'an answer')
  }
}

/** A checkout that is on its way, and where and when to look again. */
function interimOutcome(
  { kind, checkout }: Interim,
  telling: Telling,
  headers: Outcome['headers'],
): Outcome {
  const status = INTERIM_STATUS[kind]
  const body = { ...checkoutBody(checkout, telling.publishableKey), checkout_id: checkout.id }
  const lookAgain: Record<string, string> =
    status === 202 ? { 'Retry-After': String(LOOK_AGAIN_SECONDS) } : {}
  return jsonOutcome(status, body, {
    Location: `/v1/checkouts/${checkout.id}`,
    ...lookAgain,
    ...headers,
  })
}

function jsonOutcome(status: number, body: object, headers: Outcome['headers']): Outcome {
  const type = { 'Content-Type': 'application/json' }
  return { status, headers: { ...type, ...headers }, text: JSON.stringify(body), code: null }
}

function problemOutcome(
  problem: Problem,
  requestId: string,
  headers: Outcome['headers'] = {},
): Outcome {
  return {
    status: PROBLEM_CODES[problem.code].status,
    headers: { 'Content-Type': PROBLEM_TYPE, ...headers },
    text: problemText(problem, requestId),
    code: problem.code,
  }
}
