// The simulator's own routes under `/_sim/`: what Stripe does not have, and tests, audits and the
// buyer's side of authentication need. JSON in, JSON out.

import { type ApiAnswer, answerOf, refusalAnswer } from './api-answer.ts'
import { type AuthenticationOutcome, decideAuthenticate } from './payment-intent-decisions.ts'
import type { StripeAccount } from './stripe-account.ts'
import { noSuch } from './stripe-refusal.ts'

/** null when there is no such route. The ledger is not here: it is streamed. */
export async function handleControl(
  account: StripeAccount,
  method: string,
  path: string,
  body: string,
): Promise<ApiAnswer | null> {
  if (method === 'GET' && path === '/_sim/health') return health(account)
  if (method === 'POST' && path === '/_sim/webhook_endpoint') return setEndpoint(account, body)
  const authenticated = /^\/_sim\/payment_intents\/([^/]+)\/authenticate$/.exec(path)
  if (method === 'POST' && authenticated) return authenticate(account, authenticated[1] ?? '', body)
  return null
}

function health(account: StripeAccount): ApiAnswer {
  const { intentIds, keys, events } = account.books
  return {
    status: 200,
    body: {
      ok: true,
      pid: process.pid,
      payment_intents: intentIds.length,
      idempotency_keys: keys.size,
      webhook_endpoint: events.endpoint?.url ?? null,
      undelivered_events: events.owed.size,
    },
  }
}

/** `{ url, secret, enabled_events? }`; events from now on are owed to this endpoint. */
async function setEndpoint(account: StripeAccount, body: string): Promise<ApiAnswer> {
  const { url, secret, enabled_events: enabled = ['*'] } = fieldsOf(body)
  if (typeof url !== 'string' || !URL.canParse(url) || new URL(url).protocol !== 'http:') {
    return wrong('url', 'an address that starts with http://')
  }
  if (typeof secret !== 'string' || secret === '')
    return wrong('secret', 'a text that is not empty')
  if (!Array.isArray(enabled) || !enabled.every((each) => typeof each === 'string')) {
    return wrong('enabled_events', 'a list of event types, or ["*"]')
  }
  await account.record([{ kind: 'endpoint_set', url, secret, enabledEvents: enabled }])
  return { status: 200, body: { url, enabled_events: enabled } }
}

/** `{ outcome: "succeed" | "fail" }`: what the buyer's bank says. */
async function authenticate(
  account: StripeAccount,
  intentId: string,
  body: string,
): Promise<ApiAnswer> {
  const intent = account.books.intent(intentId)
  if (intent === null) return refusalAnswer(noSuch('payment_intent', intentId, 404, 'intent'))
  const { outcome } = fieldsOf(body)
  if (outcome !== 'succeed' && outcome !== 'fail') return wrong('outcome', '"succeed" or "fail"')
  const { facts, refusal } = decideAuthenticate(
    intent,
    outcome satisfies AuthenticationOutcome,
    account,
  )
  if (facts.length > 0) await account.record(facts)
  return answerOf({
    status: refusal?.status ?? 200,
    error: refusal?.error ?? null,
    intent: account.books.intent(intentId),
    expandsCharge: false,
  })
}

function fieldsOf(body: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(body)
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  } catch {
    return {}
  }
}

function wrong(field: string, wanted: string): ApiAnswer {
  return { status: 400, body: { error: { message: `\`${field}\` must be ${wanted}.` } } }
}
