// The POST routes of PaymentIntents. A request passes five steps, in this order:
//   read       parameters are checked; what is wrong here is refused and not kept
//   admit      the idempotency key: replay, refuse, or go on
//   execute    `decide` on the record as it stands
//   record     facts and answer in one journal line
//   answer     bytes, once the line is written
// Anything that disturbs requests (refusing, delaying, losing answers) belongs between two of these
// steps: before admit nothing is kept, after record everything is, whatever the status.

import { type ApiAnswer, answerOf, refusalAnswer } from './api-answer.ts'
import { attemptOf, type Fact, type Operation } from './facts.ts'
import { expandsCharge, fingerprintOf, parseForm, Refused, record } from './form-parameters.ts'
import type { Decision } from './payment-intent-decisions.ts'
import type { StripeAccount } from './stripe-account.ts'
import { invalid, keyInUse, keyReused, noSuch } from './stripe-refusal.ts'
import { WRITE_PLANS, type WritePlan } from './write-plans.ts'

export interface WriteRequest {
  readonly operation: Operation
  /** null for a creation. */
  readonly intentId: string | null
  readonly path: string
  readonly body: string
  readonly key: string | null
  readonly requestId: string
}

/** A request whose parameters are in order. */
interface ReadRequest extends WriteRequest {
  readonly plan: WritePlan
  readonly expandsCharge: boolean
  readonly fingerprint: string
  readonly metadata: Readonly<Record<string, string>>
}

const KEY_LENGTH_MAX = 255

export type HandleWrite = (request: WriteRequest) => Promise<ApiAnswer>

/** Handles writes on an account. Refusals of step `read` are thrown as `Refused`. */
export function paymentIntentWrites(account: StripeAccount): HandleWrite {
  /** Keys whose first request has not been answered yet, with its fingerprint. */
  const running = new Map<string, string>()

  return async function handleWrite(request) {
    const wanted = read(account, request)
    const { key } = wanted
    if (key === null) return recordAnswer(account, wanted, execute(account, wanted))
    const settled = admit(account, running, key, wanted.fingerprint)
    if (settled) {
      await account.settled()
      return settled
    }
    running.set(key, wanted.fingerprint)
    try {
      return await recordAnswer(account, wanted, execute(account, wanted))
    } finally {
      running.delete(key)
    }
  }
}

function read(account: StripeAccount, request: WriteRequest): ReadRequest {
  const { operation, intentId, path, key } = request
  if (key !== null && key.length > KEY_LENGTH_MAX) {
    throw new Refused(invalid('An idempotency key has 255 characters at most.', null))
  }
  if (intentId !== null && account.books.intent(intentId) === null) {
    throw new Refused(noSuch('payment_intent', intentId, 404, 'intent'))
  }
  const form = parseForm(request.body)
  return {
    ...request,
    plan: WRITE_PLANS[operation](form),
    expandsCharge: expandsCharge(form, ''),
    fingerprint: fingerprintOf('POST', path, form),
    metadata: record(form, 'metadata'),
  }
}

/** The answer the key already has; null lets the request go on. */
function admit(
  account: StripeAccount,
  running: ReadonlyMap<string, string>,
  key: string,
  fingerprint: string,
): ApiAnswer | null {
  const first = running.get(key)
  const kept = first === undefined ? account.books.keys.find(key, account.nowMs()) : null
  if ((first ?? kept?.fingerprint ?? fingerprint) !== fingerprint) return refusalAnswer(keyReused())
  if (first !== undefined) return refusalAnswer(keyInUse())
  if (kept === null) return null
  const headers = { 'idempotent-replayed': 'true', 'original-request': kept.request }
  return { ...answerOf(kept), headers }
}

function execute(account: StripeAccount, { intentId, plan }: ReadRequest): Decision {
  return plan(intentId === null ? null : account.books.intent(intentId), account)
}

async function recordAnswer(
  account: StripeAccount,
  request: ReadRequest,
  { facts, refusal }: Decision,
): Promise<ApiAnswer> {
  const { operation, key, requestId, fingerprint, expandsCharge: expands } = request
  const intent = request.intentId ?? facts[0]?.intent ?? null
  const answer = {
    status: refusal?.status ?? 200,
    error: refusal?.error ?? null,
    expandsCharge: expands,
  }
  const showsIntent = intent !== null && (refusal?.showsIntent ?? true)
  const lines: Fact[] = [...facts]
  if (key !== null && (refusal?.stored ?? true)) {
    const before = intent === null ? null : account.books.intent(intent)
    const attempt = attemptOf(operation, before ?? { metadata: request.metadata, declines: 0 })
    const about = { operation, attempt, intent, showsIntent }
    lines.push({ kind: 'answered', key, fingerprint, request: requestId, ...about, ...answer })
  }
  const written = lines.length > 0 ? account.record(lines) : account.settled()
  // Taken before waiting: another request may move the intent on meanwhile.
  const shown = showsIntent && intent !== null ? account.books.intent(intent) : null
  await written
  return answerOf({ ...answer, intent: shown })
}
