// The simulator's HTTP side as any client of Stripe sees it: errors with Stripe's codes, the rules
// of idempotency keys, lists and expansion. Plain requests, so that no SDK hides an answer.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { type Simulator, startSimulator } from '../../src/payments/simulator/simulator.ts'

const HOUR_MS = 3_600_000
const START_MS = 1_790_000_000_000

/** The fields that the tests look at; which of them an answer has is up to the request. */
interface Body {
  readonly id: string
  readonly ok: boolean
  readonly status: string
  readonly created: number
  readonly amount_capturable: number
  readonly amount_received: number
  readonly amount_captured: number
  readonly amount_refunded: number
  readonly next_action: { readonly type: string }
  readonly last_payment_error: { readonly code: string }
  readonly latest_charge: {
    readonly id: string
    readonly payment_method_details: {
      readonly card: { readonly brand: string; readonly capture_before: number }
    }
  }
  readonly error: {
    readonly type: string
    readonly code?: string
    readonly param?: string
    readonly message: string
    readonly payment_intent: { readonly status: string }
  }
  readonly data: readonly { readonly id: string; readonly data: { readonly object: Body } }[]
  readonly has_more: boolean
  readonly orders: readonly unknown[]
  readonly totals: { readonly orders: number }
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
  readonly text: string
}

interface Context {
  readonly simulator: Simulator
  now: number
}

const test = suite<Context>('simulator: HTTP')

test.before.each(async (context) => {
  context.now = START_MS
  const simulator = await startSimulator({
    journalFile: null,
    port: 0,
    secretKey: null,
    webhook: null,
    webhookRetryBaseMs: 1_000,
    wallClockMs: () => context.now,
  })
  Object.assign(context, { simulator })
})
test.after.each(({ simulator }) => simulator.close())

async function send({ simulator }: Context, method: string, path: string, init: RequestInit = {}) {
  const answer = await fetch(`http://127.0.0.1:${simulator.port}${path}`, { method, ...init })
  const text = await answer.text()
  const { status, headers } = answer
  return { status, headers, text, body: JSON.parse(text) as Body } satisfies Answer
}

const get = (context: Context, path: string) => send(context, 'GET', path)

function post(context: Context, path: string, body = '', key: string | null = null) {
  const headers: Record<string, string> = key === null ? {} : { 'idempotency-key': key }
  return send(context, 'POST', path, { body, headers })
}

const INTENTS = '/v1/payment_intents'
const CREATE = 'amount=500&currency=usd&capture_method=manual'

async function create(context: Context, more = ''): Promise<string> {
  const { status, body } = await post(context, INTENTS, CREATE + more)
  assert.equal(status, 200)
  return body.id
}

const VALIDATION: readonly (readonly [string, number, string | undefined, string | undefined])[] = [
  ['currency=usd', 400, 'parameter_missing', 'amount'],
  ['amount=500', 400, 'parameter_missing', 'currency'],
  ['amount=5.5&currency=usd', 400, 'parameter_invalid_integer', 'amount'],
  ['amount=0&currency=usd', 400, 'parameter_invalid_integer', 'amount'],
  ['amount=-5&currency=usd', 400, 'parameter_invalid_integer', 'amount'],
  ['amount=100000000&currency=usd', 400, 'amount_too_large', 'amount'],
  ['amount=500&currency=dollars', 400, undefined, 'currency'],
  [`${CREATE}&colour=red`, 400, 'parameter_unknown', 'colour'],
  [`${CREATE}&payment_method_types[0]=card`, 400, 'parameter_unknown', 'payment_method_types'],
  [`${CREATE}&payment_method=pm_card_none`, 400, 'resource_missing', 'payment_method'],
  [`${CREATE}&confirm=true`, 400, 'parameter_missing', 'payment_method'],
  [`${CREATE}&confirm=perhaps`, 400, undefined, 'confirm'],
  [`${CREATE}&capture_method=later`, 400, undefined, 'capture_method'],
  [`${CREATE}&expand[0]=customer`, 400, undefined, 'expand'],
  [`${CREATE}&metadata[${'k'.repeat(41)}]=v`, 400, undefined, 'metadata'],
]

for (const [body, status, code, param] of VALIDATION) {
  test(`refused, and the key stays free: ${body.slice(0, 70)}`, async (context) => {
    const refused = await post(context, INTENTS, body, 'k1')
    assert.equal(refused.status, status)
    assert.equal(refused.body.error.type, 'invalid_request_error')
    assert.equal(refused.body.error.code, code)
    assert.equal(refused.body.error.param, param)
    assert.equal((await post(context, INTENTS, CREATE, 'k1')).status, 200)
    assert.equal((await get(context, INTENTS)).body.data.length, 1)
  })
}

test('unknown addresses are 404 in JSON', async (context) => {
  for (const path of ['/', '/v1/refunds', '/v1/payment_intents/pi_1/eat', '/_sim/nothing']) {
    const answer = await post(context, path)
    assert.equal(answer.status, 404, path)
    assert.match(answer.body.error.message, /Unrecognized request URL/)
  }
})

test('a kept answer is the same bytes and names the first request', async (context) => {
  const first = await post(context, INTENTS, CREATE, 'k1')
  await post(context, `${INTENTS}/${first.body.id}/cancel`)
  const again = await post(context, INTENTS, 'currency=usd&capture_method=manual&amount=500', 'k1')
  assert.equal(again.text, first.text)
  assert.equal(first.headers.get('idempotent-replayed'), null)
  assert.equal(again.headers.get('idempotent-replayed'), 'true')
  assert.equal(again.headers.get('original-request'), first.headers.get('request-id'))
  assert.notEqual(again.headers.get('request-id'), first.headers.get('request-id'))
  assert.equal(again.headers.get('idempotency-key'), 'k1')
})

test('declines and state conflicts are kept under their key as well', async (context) => {
  const id = await create(context)
  const decline = () =>
    post(context, `${INTENTS}/${id}/confirm`, 'payment_method=pm_card_chargeDeclined', 'k1')
  const declined = await decline()
  assert.equal(declined.status, 402)
  assert.equal(declined.body.error.code, 'card_declined')
  assert.equal(declined.body.error.payment_intent.status, 'requires_payment_method')
  const capture = () => post(context, `${INTENTS}/${id}/capture`, '', 'k2')
  const conflict = await capture()
  assert.equal(conflict.status, 400)
  assert.equal(conflict.body.error.code, 'payment_intent_unexpected_state')

  await post(context, `${INTENTS}/${id}/confirm`, 'payment_method=pm_card_visa')
  for (const [first, again] of [
    [declined, await decline()],
    [conflict, await capture()],
  ] as const) {
    assert.equal(again.text, first.text)
    assert.equal(again.headers.get('idempotent-replayed'), 'true')
  }
  assert.equal((await get(context, `${INTENTS}/${id}`)).body.status, 'requires_capture')
})

test('a key used at another endpoint or with other parameters is refused', async (context) => {
  const id = await create(context)
  await post(context, `${INTENTS}/${id}/confirm`, 'payment_method=pm_card_visa', 'k1')
  const reuses = [
    await post(context, `${INTENTS}/${id}/confirm`, 'payment_method=pm_card_amex', 'k1'),
    await post(context, `${INTENTS}/${id}/capture`, '', 'k1'),
  ]
  for (const { status, body } of reuses) {
    assert.equal(status, 400)
    assert.equal(body.error.type, 'idempotency_error')
  }
})

test('a key is forgotten after 24 hours of the clock, and not before', async (context) => {
  const first = await post(context, INTENTS, CREATE, 'k1')
  context.now += 24 * HOUR_MS - 1
  assert.equal((await post(context, INTENTS, CREATE, 'k1')).body.id, first.body.id)
  context.now += 1
  assert.notEqual((await post(context, INTENTS, CREATE, 'k1')).body.id, first.body.id)
})

test('a key of more than 255 characters is refused', async (context) => {
  assert.equal((await post(context, INTENTS, CREATE, 'k'.repeat(256))).status, 400)
  assert.equal((await post(context, INTENTS, CREATE, 'k'.repeat(255))).status, 200)
})

test('create and confirm in one call is authorised, with the charge expanded', async (context) => {
  const body = `${CREATE}&confirm=true&payment_method=pm_card_amex&expand[0]=latest_charge`
  const { body: intent } = await post(context, INTENTS, body)
  assert.equal(intent.status, 'requires_capture')
  assert.equal(intent.amount_capturable, 500)
  const { card } = intent.latest_charge.payment_method_details
  assert.equal(card.brand, 'amex')
  assert.equal(card.capture_before, START_MS / 1_000 + 7 * 24 * 3_600)
  const charge = await get(context, `/v1/charges/${intent.latest_charge.id}`)
  assert.deepEqual(charge.body, intent.latest_charge)
  assert.equal((await get(context, `${INTENTS}/${intent.id}`)).body.latest_charge, charge.body.id)
})

test('without manual capture a confirmation takes the money at once', async (context) => {
  const body = 'amount=500&currency=usd&confirm=true&payment_method=pm_card_visa'
  const { body: intent } = await post(context, INTENTS, body)
  assert.equal(intent.status, 'succeeded')
  assert.equal(intent.amount_received, 500)
})

test('a partial capture releases the rest and is final', async (context) => {
  const id = await create(context, '&confirm=true&payment_method=pm_card_visa')
  const captured = await post(context, `${INTENTS}/${id}/capture`, 'amount_to_capture=200')
  assert.equal(captured.body.status, 'succeeded')
  assert.equal(captured.body.amount_received, 200)
  const charge = (await get(context, `/v1/charges/${String(captured.body.latest_charge)}`)).body
  assert.equal(charge.amount_captured, 200)
  assert.equal(charge.amount_refunded, 300)
  const more = await post(context, `${INTENTS}/${id}/capture`, 'amount_to_capture=100')
  assert.equal(more.body.error.code, 'payment_intent_unexpected_state')
})

test('authentication ends in an authorisation or a decline, as the buyer does', async (context) => {
  const act = (id: string, outcome: string) =>
    post(context, `/_sim/payment_intents/${id}/authenticate`, JSON.stringify({ outcome }))
  const method = '&confirm=true&payment_method=pm_card_authenticationRequired'
  const good = await create(context, method)
  const waiting = (await get(context, `${INTENTS}/${good}`)).body
  assert.equal(waiting.status, 'requires_action')
  assert.equal(waiting.next_action.type, 'use_stripe_sdk')
  assert.equal((await act(good, 'maybe')).status, 400)
  assert.equal((await act(good, 'succeed')).body.status, 'requires_capture')
  assert.equal((await act(good, 'succeed')).status, 400)

  const bad = (await act(await create(context, method), 'fail')).body
  assert.equal(bad.status, 'requires_payment_method')
  assert.equal(bad.last_payment_error.code, 'payment_intent_authentication_failure')

  const refusing = `${CREATE}${method}&error_on_requires_action=true`
  const declined = await post(context, INTENTS, refusing)
  assert.equal(declined.status, 402)
  assert.equal(declined.body.error.code, 'authentication_required')
})

test('lists are newest first, paged, and bounded by time', async (context) => {
  const ids: string[] = []
  for (let second = 0; second < 5; second += 1) {
    ids.push(await create(context))
    context.now += 1_000
  }
  const newest = ids.toReversed()
  const idsOf = ({ body }: Answer) => body.data.map(({ id }) => id)

  const page = await get(context, `${INTENTS}?limit=2`)
  assert.deepEqual(idsOf(page), newest.slice(0, 2))
  assert.equal(page.body.has_more, true)
  const rest = await get(context, `${INTENTS}?limit=3&starting_after=${newest[1]}`)
  assert.deepEqual(idsOf(rest), newest.slice(2))
  assert.equal(rest.body.has_more, false)
  const from = START_MS / 1_000 + 3
  assert.deepEqual(idsOf(await get(context, `${INTENTS}?created[gte]=${from}`)), newest.slice(0, 2))
  const events = await get(context, `/v1/events?types[0]=payment_intent.created&limit=4`)
  assert.deepEqual(
    events.body.data.map((event) => event.data.object.id),
    newest.slice(0, 4),
  )
  assert.equal(events.body.has_more, true)
})

test('the clock of the books never goes back', async (context) => {
  const late = (await get(context, `${INTENTS}/${await create(context)}`)).body
  context.now -= HOUR_MS
  const later = (await get(context, `${INTENTS}/${await create(context)}`)).body
  assert(later.created >= late.created)
})

test('the books count keys by operation and attempt; another card is another', async (context) => {
  const metadata = '&metadata[order_id]=ord_1&metadata[checkout_id]=chk_1&metadata[attempt]=2'
  const { body: intent } = await post(context, INTENTS, CREATE + metadata, 'c')
  const confirm = (card: string, key: string) =>
    post(context, `${INTENTS}/${intent.id}/confirm`, `payment_method=${card}`, key)
  await confirm('pm_card_chargeDeclined', 'f1')
  await confirm('pm_card_chargeDeclined', 'f1')
  await confirm('pm_card_visa', 'f2')
  await post(context, `${INTENTS}/${intent.id}/capture`, '', 'p1')
  await post(context, `${INTENTS}/${intent.id}/capture`, '', 'p2')
  const { body } = await get(context, '/_sim/ledger')
  assert.deepEqual(body, {
    orders: [
      {
        order_id: 'ord_1',
        checkout_id: 'chk_1',
        intents: 1,
        captured_intents: 1,
        authorised: 500,
        captured: 500,
        refunded: 0,
        open_authorised: 0,
        currency: 'USD',
        idempotency_keys: { 'create:2': 1, 'confirm:2': 1, 'confirm:2.2': 1, 'capture:2': 2 },
      },
    ],
    totals: {
      orders: 1,
      intents: 1,
      by_currency: { USD: { authorised: 500, captured: 500, refunded: 0, open_authorised: 0 } },
    },
  })
})

test('the books of thousands of orders are streamed whole', async (context) => {
  const count = 1_203
  for (let order = 0; order < count; order += 1) {
    await create(context, `&metadata[order_id]=ord_${order}`)
  }
  const { body } = await get(context, '/_sim/ledger')
  assert.equal(body.orders.length, count)
  assert.equal(body.totals.orders, count)
})

test('a reader who leaves in the middle of the books disturbs nobody', async (context) => {
  for (let order = 0; order < 3_000; order += 1) {
    await create(context, `&metadata[order_id]=ord_${order}`)
  }
  const leaving = new AbortController()
  const url = `http://127.0.0.1:${context.simulator.port}/_sim/ledger`
  const answer = await fetch(url, { signal: leaving.signal })
  leaving.abort()
  await assert.rejects(answer.text(), { name: 'AbortError' })
  assert.equal((await get(context, '/_sim/ledger')).body.totals.orders, 3_000)
})

test('a secret key that was set is demanded, except from the control routes', async (context) => {
  const options = { journalFile: null, port: 0, webhook: null, webhookRetryBaseMs: 1_000 }
  const locked = { secretKey: 'sk_test_right', wallClockMs: () => START_MS, ...options }
  const simulator = await startSimulator(locked)
  const asking = { ...context, simulator }
  const ask = (key: string) =>
    send(asking, 'GET', INTENTS, { headers: { authorization: `Bearer ${key}` } })
  assert.equal((await get(asking, INTENTS)).status, 401)
  assert.equal((await ask('sk_test_wrong')).status, 401)
  assert.equal((await ask('sk_test_right')).status, 200)
  assert.equal((await get(asking, '/_sim/health')).body.ok, true)
  await simulator.close()
})

test.run()
