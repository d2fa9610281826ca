// The run over all invoices: when the service is disturbed, what counts as a failure, and when the
// run gives up. The service is played by the test.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import type { HttpAnswer, HttpRequest } from '../../bench/load/http-connection.ts'
import { type PatientClient, ServiceUnreachable } from '../../bench/load/patient-client.ts'
import { cartLosses } from '../../bench/replay/cart-losses.ts'
import type { Disturbance } from '../../bench/replay/disturbance-plan.ts'
import { expectedBooks } from '../../bench/replay/expected-books.ts'
import { replayInvoices } from '../../bench/replay/replay-invoices.ts'
import { callerTokens } from '../../bench/stage/caller-tokens.ts'

/** Sells one cup to everybody; `pay` may say something else. */
function cupShop(pay: (asked: HttpRequest) => HttpAnswer): PatientClient {
  const answer = (status: number, body: unknown): HttpAnswer => ({ status, body, headers: {} })
  return {
    breaks: () => 0,
    retries: () => 0,
    call: async (asked) => {
      const route = `${asked.method} ${asked.path}`
      if (route === 'GET /v1/cart') {
        return answer(200, { cart_id: 'cart_1', lines: [{ sku: 'cup', quantity: 1 }] })
      }
      if (route === 'POST /v1/checkouts') return answer(201, { id: 'chk_1', state: 'open' })
      return asked.path.endsWith('/pay') ? pay(asked) : answer(200, null)
    },
  }
}
const PAID: HttpAnswer = { status: 201, body: {}, headers: {} }
const DECLINED: HttpAnswer = { status: 402, body: { code: 'payment_declined' }, headers: {} }

function ordersOf(count: number) {
  const lines = Array.from({ length: count }, (_, index) => {
    const invoiceNo = String(index)
    return {
      invoiceNo,
      sku: 'cup',
      description: '',
      quantity: 1,
      unitPricePence: 5,
      customer: null,
    }
  })
  return expectedBooks(lines).orders
}

const NOTHING_ELSE = { delayMs: 0, flush: false, killAgainAfterMs: null }

function run(
  count: number,
  pay: (asked: HttpRequest) => HttpAnswer,
  afterInvoices: readonly number[] = [],
  disturb: (plan: Disturbance) => Promise<void> = async () => {},
) {
  const told: [number, number][] = []
  const client = cupShop(pay)
  const outcome = replayInvoices(ordersOf(count), {
    client,
    tokens: callerTokens('a secret of the test', 'run'),
    concurrency: 4,
    losses: cartLosses(client),
    disturbances: afterInvoices.map((after) => ({ ...NOTHING_ELSE, afterInvoices: after })),
    disturb,
    onInvoice: (finished, bought) => told.push([finished, bought]),
  })
  return { outcome, told }
}

test('every invoice is bought once and told of', async () => {
  const { outcome, told } = run(30, () => PAID)
  const { checkouts, failures, payLatency, stoppedEarly } = await outcome
  assert.deepEqual([checkouts.size, failures.length, stoppedEarly], [30, 0, false])
  assert.equal(payLatency.totalCount, 30)
  assert.deepEqual(told.at(-1), [30, 30])
})

test('the service is disturbed once, when the share is done', async () => {
  const at: number[] = []
  const scene = run(
    20,
    () => PAID,
    [10],
    async () => void at.push(scene.told.length),
  )
  await scene.outcome
  assert.deepEqual(at, [10])
})

test('of disturbances that are due together one begins when the other is over', async () => {
  const told: string[] = []
  const scene = run(
    20,
    () => PAID,
    [5, 5, 5],
    async (plan) => {
      told.push(`begins ${plan.afterInvoices}`)
      await new Promise((resolve) => setImmediate(resolve))
      told.push('over')
    },
  )
  await scene.outcome
  assert.deepEqual(told, ['begins 5', 'over', 'begins 5', 'over', 'begins 5', 'over'])
})

test('a service that cannot be started again ends the run with that error', async () => {
  const failed = async () => Promise.reject(new Error('not ready after 180 s'))
  await assert.rejects(run(20, () => PAID, [10], failed).outcome, /not ready after 180 s/)
})

test('an invoice that is refused is a failure with its answer, and the others go on', async () => {
  const { outcome } = run(10, (asked) => (asked.key === '3-pay' ? DECLINED : PAID))
  const { checkouts, failures, stoppedEarly } = await outcome
  assert.deepEqual([checkouts.size, stoppedEarly], [9, false])
  assert.equal(failures[0]?.invoiceNo, '3')
  assert.match(failures[0]?.message ?? '', /answered 402: .*payment_declined/)
})

test('more than twenty failures stop the run', async () => {
  const { outcome, told } = run(100, () => DECLINED)
  const { failures, stoppedEarly } = await outcome
  assert.equal(stoppedEarly, true)
  assert.ok(failures.length > 20 && failures.length <= 24, `${failures.length} failures`)
  assert.equal(told.length, failures.length)
})

test('a service that is gone for good stops the run at once', async () => {
  const asked: HttpRequest = { method: 'POST', path: '/v1/checkouts/chk_1/pay' }
  const { outcome } = run(100, () => {
    throw new ServiceUnreachable(asked, 60_000, { code: 'ECONNREFUSED' })
  })
  await assert.rejects(outcome, /no connection for 60 s \(ECONNREFUSED\)/)
})

test.run()
