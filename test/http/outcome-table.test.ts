// Every answer the shop can give, as HTTP gives it: status, headers, body, and the same bytes
// again when an answer is said again.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { KeyedReply } from '../../actors/checkout-client.ts'
import {
  CHECKOUT_REFUSALS,
  type CheckoutAnswer,
  type CheckoutRefusal,
  type Interim,
  type RefusalDetails,
} from '../../actors/domain/checkout-answer.ts'
import { type FailureCode, RetryLater } from '../../actors/domain/failures.ts'
import {
  CANCELLING_REFUSALS,
  OPENING_REFUSALS,
  PAYING_REFUSALS,
  REVISING_REFUSALS,
} from '../../src/http/refusals-by-request.ts'
import { httpWorld } from './http-world.ts'
import {
  AUTHENTICATING_CHECKOUT,
  CHECKOUT_ID,
  OPEN_CHECKOUT,
  ORDER,
  PAYING_CHECKOUT,
  ROSES,
  USD_70,
} from './sample-shop.ts'

const outcomes = suite('outcome table')

const PAY = { body: { payment_method: 'pm_card_visa', expected_total: USD_70 } }
const OPEN_PATH = '/v1/checkouts'
const PAY_PATH = `/v1/checkouts/${CHECKOUT_ID}/pay`
const PATCH = { body: { lines: [{ sku: 'ROSE-12', quantity: 1 }] } }
const CANCEL_PATH = `/v1/checkouts/${CHECKOUT_ID}/cancel`
const STOCK_PATH = '/v1/products/ROSE-12/stock'
const RECEIVE = { body: { quantity: 10, reason: 'delivery' } }

interface Expected {
  readonly status: number
  readonly details?: RefusalDetails
  readonly shows?: Readonly<Record<string, unknown>>
}

const SHORT = { line: 1, sku: ROSES, requested: 2, available: 1 }
const LIMITED = { line: 1, sku: ROSES, requested: 3, limit: 2, remaining: 1 }

// Written down from the contract, not from the code that is tested here.
const REFUSALS = {
  checkout_not_found: { status: 404 },
  checkout_expired: { status: 410 },
  already_paid: { status: 409 },
  payment_in_progress: { status: 409 },
  checkout_busy: { status: 409 },
  not_open: { status: 409 },
  too_late_to_cancel: { status: 409 },
  address_missing: { status: 409 },
  total_changed: {
    status: 409,
    details: { expected: { amount: 1, currency: 'USD' }, actual: USD_70 },
    shows: { expected: { amount: 1, currency: 'USD' }, actual: USD_70, price_changes: [] },
  },
  too_many_attempts: { status: 409 },
  payment_method_unknown: {
    status: 422,
    shows: { errors: [{ path: 'payment_method', message: 'is not known to the gateway' }] },
  },
  payment_declined: {
    status: 402,
    details: { declineCode: 'insufficient_funds' },
    shows: { decline_code: 'insufficient_funds' },
  },
  payment_replaced: { status: 409 },
  fraud_rejected: { status: 402 },
  cart_empty: { status: 409 },
  too_many_lines: { status: 409 },
  unknown_sku: { status: 404, details: { skus: ['NOPE'] }, shows: { skus: ['NOPE'] } },
  sku_not_for_sale: { status: 409, details: { skus: ['OLD'] }, shows: { skus: ['OLD'] } },
  sign_in_required: { status: 403, details: { skus: ['FEW'] }, shows: { skus: ['FEW'] } },
  purchase_limit: { status: 409, details: { limits: [LIMITED] }, shows: { lines: [LIMITED] } },
  mixed_currency: { status: 409 },
  total_too_large: { status: 409 },
  checkout_exists: { status: 409, shows: { checkout_id: CHECKOUT_ID } },
  out_of_stock: { status: 409, details: { lines: [SHORT] }, shows: { lines: [SHORT] } },
  stock_limit_reached: { status: 409 },
  insufficient_stock: { status: 409, details: { available: 3 }, shows: { available: 3 } },
} as const satisfies Record<CheckoutRefusal, Expected>

/** A request that can hear this refusal: no other route declares it. */
function requestRefusedWith(refusal: CheckoutRefusal): { path: string; body?: object } {
  const isOneOf = (refusals: readonly CheckoutRefusal[]) => refusals.includes(refusal)
  if (isOneOf(['checkout_not_found', ...PAYING_REFUSALS])) return { path: PAY_PATH, ...PAY }
  if (isOneOf(OPENING_REFUSALS)) return { path: OPEN_PATH }
  if (isOneOf(CANCELLING_REFUSALS)) return { path: CANCEL_PATH }
  return { path: STOCK_PATH, ...RECEIVE }
}

const FAILURES = {
  overloaded: 503,
  deadline_passed: 503,
  ledger_unavailable: 503,
  ledger_conflict: 503,
  sku_moved: 503,
  journal_unavailable: 503,
  cart_unavailable: 503,
  gateway_unavailable: 503,
  shutting_down: 503,
} as const satisfies Record<FailureCode, number>

function refused(refusal: CheckoutRefusal, details: RefusalDetails): KeyedReply {
  const answer: CheckoutAnswer = { kind: 'refused', refusal, checkoutId: CHECKOUT_ID, details }
  return { kind: 'answer', answer, replayed: false, requestId: 'req_first' }
}

function answered(answer: CheckoutAnswer, replayed = false): KeyedReply {
  return { kind: 'answer', answer, replayed, requestId: 'req_first' }
}

/** As a database may give JSON back: every object's fields in another order. */
function reordered<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(reordered) as Value
  if (value === null || typeof value !== 'object') return value
  const fields = Object.entries(value).reverse()
  return Object.fromEntries(fields.map(([name, field]) => [name, reordered(field)])) as Value
}

for (const refusal of CHECKOUT_REFUSALS) {
  const expected: Expected = REFUSALS[refusal]
  outcomes(`the refusal ${refusal} is ${expected.status}, with what it shows`, async () => {
    const { send, checkouts, tokens } = await httpWorld()
    checkouts.script(() => refused(refusal, expected.details ?? {}))
    const { path, ...request } = requestRefusedWith(refusal)
    const token = path.endsWith('/stock') ? tokens.seller : tokens.alice
    const answer = await send('POST', path, { ...request, token })
    assert.equal(answer.status, expected.status)
    assert.equal(answer.json['code'], refusal)
    assert.equal(answer.json['checkout_id'], CHECKOUT_ID)
    assert.equal(answer.json['request_id'], 'req_first')
    for (const [name, value] of Object.entries(expected.shows ?? {})) {
      assert.deepEqual(answer.json[name], value, name)
    }
    assert.equal(answer.headers.get('retry-after'), null)
  })
}

for (const refusal of ['checkout_not_found', ...REVISING_REFUSALS] as const) {
  const expected: Expected = REFUSALS[refusal]
  outcomes(`a change is refused with ${refusal} as ${expected.status}`, async () => {
    const { send, checkouts } = await httpWorld()
    checkouts.script(() => refused(refusal, expected.details ?? {}))
    const answer = await send('PATCH', `/v1/checkouts/${CHECKOUT_ID}`, PATCH)
    assert.deepEqual([answer.status, answer.json['code']], [expected.status, refusal])
  })
}

const BUSY = [
  [{}, /another request/],
  [{ busyPaying: 'running' }, /payment of this checkout is running/],
  [{ busyPaying: 'authenticating' }, /waits for the buyer to authenticate/],
] as const satisfies readonly (readonly [RefusalDetails, RegExp])[]

for (const [details, says] of BUSY) {
  outcomes(`a busy checkout says what it is busy with: ${says.source}`, async () => {
    const { send, checkouts } = await httpWorld()
    checkouts.script(() => refused('checkout_busy', details))
    const answer = await send('PATCH', `/v1/checkouts/${CHECKOUT_ID}`, PATCH)
    assert.match(String(answer.json['detail']), says)
  })
}

for (const [code, status] of Object.entries(FAILURES)) {
  outcomes(`the failure ${code} is ${status} and says when to try again`, async () => {
    const { send, checkouts } = await httpWorld()
    checkouts.script(() => {
      throw new RetryLater(code as FailureCode, 'secret internals', { afterMs: 2_400 })
    })
    const readsCart = code === 'cart_unavailable'
    const answer = await (readsCart ? send('POST', OPEN_PATH) : send('POST', PAY_PATH, PAY))
    assert.equal(answer.status, status)
    assert.equal(answer.json['code'], code)
    assert.equal(answer.headers.get('retry-after'), '3')
    assert.doesNotMatch(answer.text, /secret internals/)
  })
}

const INTERIMS: readonly (readonly [Interim, number, object])[] = [
  [{ kind: 'payment_pending', checkout: PAYING_CHECKOUT }, 202, { wait: 2 }],
  [
    { kind: 'under_review', checkout: { ...PAYING_CHECKOUT, state: 'reviewing' } },
    202,
    { wait: 2 },
  ],
  [
    { kind: 'cancel_pending', checkout: { ...PAYING_CHECKOUT, state: 'releasing' } },
    202,
    { wait: 2 },
  ],
  [
    { kind: 'authenticate', checkout: AUTHENTICATING_CHECKOUT },
    200,
    { authenticate: { client_secret: 'pi_1_secret_1', publishable_key: 'pk_test_1' } },
  ],
]

for (const [interim, status, next] of INTERIMS) {
  outcomes(`${interim.kind} is ${status} with the checkout and where to look again`, async () => {
    const { send, checkouts } = await httpWorld()
    checkouts.script(() => ({ kind: 'interim', interim, replayed: false }))
    const answer = await send('POST', PAY_PATH, PAY)
    assert.equal(answer.status, status)
    assert.equal(answer.json['id'], CHECKOUT_ID)
    assert.equal(answer.json['checkout_id'], CHECKOUT_ID)
    assert.deepEqual(answer.json['next'], next)
    assert.equal(answer.headers.get('location'), `/v1/checkouts/${CHECKOUT_ID}`)
    assert.equal(answer.headers.get('retry-after'), status === 202 ? '2' : null)
    assert.equal(answer.headers.get('idempotent-replayed'), null)
  })
}

const OPENED: CheckoutAnswer = { kind: 'checkout_opened', checkout: OPEN_CHECKOUT }
const REVISED: CheckoutAnswer = { kind: 'checkout_revised', checkout: OPEN_CHECKOUT }
const CONFIRMED: CheckoutAnswer = {
  kind: 'order_confirmed',
  order: {
    ...ORDER,
    events: [{ type: 'order.confirmed', atMs: 0, data: { b: 1, a: { d: 1, c: 2 } } }],
  },
}
const CANCELLED: CheckoutAnswer = {
  kind: 'checkout_cancelled',
  checkout: { ...PAYING_CHECKOUT, state: 'cancelled', ending: 'cancelled' },
}
const RECEIVED: CheckoutAnswer = {
  kind: 'stock_changed',
  sku: ROSES,
  received: 10,
  available: 7,
  held: 2,
  sold: 1,
}

outcomes('an opened checkout is 201 with its location, payable', async () => {
  const { send, checkouts } = await httpWorld()
  checkouts.script(() => answered(OPENED))
  const answer = await send('POST', '/v1/checkouts')
  assert.equal(answer.status, 201)
  assert.equal(answer.headers.get('location'), `/v1/checkouts/${CHECKOUT_ID}`)
  assert.deepEqual(answer.json['next'], { pay: true })
  assert.equal(answer.json['expires_at'], '2026-01-15T12:15:00.000Z')
})

outcomes('a changed checkout is 200, payable, with the end it always had', async () => {
  const { send, checkouts } = await httpWorld()
  checkouts.script(() => answered(REVISED))
  const answer = await send('PATCH', `/v1/checkouts/${CHECKOUT_ID}`, PATCH)
  assert.equal(answer.status, 200)
  assert.equal(answer.json['id'], CHECKOUT_ID)
  assert.equal(answer.json['expires_at'], '2026-01-15T12:15:00.000Z')
  assert.deepEqual(answer.json['next'], { pay: true })
})

outcomes('a confirmed order is 201 with its location', async () => {
  const { send, checkouts } = await httpWorld()
  checkouts.script(() => answered(CONFIRMED))
  const answer = await send('POST', PAY_PATH, PAY)
  assert.equal(answer.status, 201)
  assert.equal(answer.headers.get('location'), `/v1/orders/${ORDER.id}`)
  assert.equal(answer.json['status'], 'confirmed')
})

outcomes('a cancelled checkout is 200, with nothing left to do', async () => {
  const { send, checkouts } = await httpWorld()
  checkouts.script(() => answered(CANCELLED))
  const answer = await send('POST', `/v1/checkouts/${CHECKOUT_ID}/cancel`)
  assert.equal(answer.status, 200)
  assert.equal(answer.json['state'], 'cancelled')
  assert.equal(answer.json['next'], null)
})

outcomes('a changed stock is 200 with the balances', async () => {
  const { send, checkouts, tokens } = await httpWorld()
  checkouts.script(() => answered(RECEIVED))
  const sent = { body: { quantity: 10, reason: 'delivery' }, token: tokens.seller }
  const answer = await send('POST', '/v1/products/ROSE-12/stock', sent)
  assert.equal(answer.status, 200)
  const balances = { received: 10, available: 7, held: 2, sold: 1 }
  assert.deepEqual(answer.json, { sku: 'ROSE-12', ...balances })
})

outcomes(
  'a change of stock is logged once: not when refused, and not when said again',
  async () => {
    const { send, checkouts, tokens, logged } = await httpWorld()
    const receive = () =>
      send('POST', '/v1/products/ROSE-12/stock', { ...RECEIVE, token: tokens.ops })
    for (const reply of [
      { kind: 'in_progress' } as const,
      { kind: 'key_reused' } as const,
      answered({
        kind: 'refused',
        refusal: 'insufficient_stock',
        checkoutId: null,
        details: { available: 1 },
      }),
      answered(RECEIVED, true),
    ]) {
      checkouts.script(() => reply)
      await receive()
    }
    assert.deepEqual(logged, [])
    checkouts.script(() => answered(RECEIVED))
    const { headers } = await receive()
    const requestId = headers.get('x-request-id')
    const fields = { sku: 'ROSE-12', ...RECEIVE.body, userId: 'olga', requestId }
    assert.deepEqual(logged, [{ level: 'info', fields, message: 'stock was changed by hand' }])
  },
)

const SAID_AGAIN: readonly (readonly [CheckoutAnswer, string, { readonly body?: object }])[] = [
  [OPENED, '/v1/checkouts', {}],
  [CONFIRMED, PAY_PATH, PAY],
  [REVISED, `/v1/checkouts/${CHECKOUT_ID}`, PATCH],
  [CANCELLED, CANCEL_PATH, {}],
  [RECEIVED, '/v1/products/ROSE-12/stock', RECEIVE],
  ...CHECKOUT_REFUSALS.map((refusal) => {
    const { details = {} }: Expected = REFUSALS[refusal]
    const answer: CheckoutAnswer = { kind: 'refused', refusal, checkoutId: CHECKOUT_ID, details }
    const { path, ...request } = requestRefusedWith(refusal)
    return [answer, path, request] as const
  }),
]

for (const [answer, path, request] of SAID_AGAIN) {
  const what = answer.kind === 'refused' ? answer.refusal : answer.kind
  outcomes(`${what} said again has the same status and bytes, and is marked`, async () => {
    const { send, checkouts, time, tokens } = await httpWorld()
    const sent = { ...request, token: path.endsWith('/stock') ? tokens.seller : tokens.alice }
    checkouts.script(() => answered(answer))
    const method = answer === REVISED ? 'PATCH' : 'POST'
    const first = await send(method, path, sent)
    time.advance(1_800_000)
    checkouts.script(() => answered(reordered(answer), true))
    const again = await send(method, path, sent)
    assert.equal(again.status, first.status)
    assert.equal(again.text, first.text)
    assert.equal(first.headers.get('idempotent-replayed'), null)
    assert.equal(again.headers.get('idempotent-replayed'), 'true')
    assert.equal(again.headers.get('location'), first.headers.get('location'))
    assert.notEqual(again.headers.get('x-request-id'), first.headers.get('x-request-id'))
  })
}

outcomes('a replayed interim shows the current state and says it is a replay', async () => {
  const { send, checkouts } = await httpWorld()
  const interim: Interim = { kind: 'payment_pending', checkout: PAYING_CHECKOUT }
  checkouts.script(() => ({ kind: 'interim', interim, replayed: true }))
  const answer = await send('POST', PAY_PATH, PAY)
  assert.equal(answer.status, 202)
  assert.equal(answer.headers.get('idempotent-replayed'), 'true')
})

outcomes('a key whose first request is running is 409 with Retry-After: 1', async () => {
  const { send, checkouts } = await httpWorld()
  checkouts.script(() => ({ kind: 'in_progress' }))
  const answer = await send('POST', PAY_PATH, PAY)
  assert.equal(answer.status, 409)
  assert.equal(answer.json['code'], 'idempotency_in_progress')
  assert.equal(answer.headers.get('retry-after'), '1')
  assert.equal(answer.json['request_id'], answer.headers.get('x-request-id'))
})

outcomes('a key used for another request is 422 and shows nothing of it', async () => {
  const { send, checkouts } = await httpWorld()
  checkouts.script(() => ({ kind: 'key_reused' }))
  const answer = await send('POST', PAY_PATH, PAY)
  assert.equal(answer.status, 422)
  assert.equal(answer.json['code'], 'idempotency_key_reused')
  const shown = ['type', 'title', 'status', 'code', 'detail', 'request_id']
  assert.deepEqual(Object.keys(answer.json), shown)
})

outcomes('a bug is 500 without a trace of it, logged under the request id', async () => {
  const { send, checkouts, logged } = await httpWorld()
  checkouts.script(() => {
    throw new TypeError('secret internals')
  })
  const answer = await send('POST', PAY_PATH, { ...PAY, headers: { 'X-Request-Id': 'mine-1' } })
  assert.equal(answer.status, 500)
  assert.equal(answer.json['code'], 'internal_error')
  assert.equal(answer.headers.get('retry-after'), '1')
  assert.doesNotMatch(answer.text, /secret|TypeError|\.ts/)
  assert.equal(logged.length, 1)
  assert.equal(logged[0]?.fields['requestId'], 'mine-1')
})

outcomes('no failure asks for an Idempotency-Key where there is none', async () => {
  const { send, carts } = await httpWorld()
  carts.failure = new RetryLater('cart_unavailable', 'down')
  const answer = await send('GET', '/v1/cart', { key: null })
  assert.match(String(answer.json['detail']), /again after Retry-After.*Key if it had one/)
  carts.failure = new TypeError('a bug')
  const bug = await send('GET', '/v1/cart', { key: null })
  assert.match(String(bug.json['detail']), /Idempotency-Key if it had one/)
})

outcomes.run()
