// The simulator's books tell a shop that keeps its keys from one that makes up new ones (P6), when
// every answer is lost once on its way back.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type {
  CallOptions,
  GatewayOutcome,
  PaymentGateway,
} from '../../actors/ports/payment-gateway.ts'
import type { OrderBook } from '../../src/payments/simulator/order-book.ts'
import { freshKeyGateway } from '../mutants/fresh-key-gateway.ts'
import { type SimulatedStripe, startSimulatedStripe } from './simulated-stripe.ts'

const test = suite<{ stripe: SimulatedStripe }>('one key per attempt')
const TOTAL = { amount: 1_200, currency: 'USD' }
const TRIES_MAX = 4
const FIND = { timeoutMs: 5_000 }

test.before(async (context) => {
  context.stripe = await startSimulatedStripe([])
})
test.after(({ stripe }) => stripe.close())

/** Executes every call and loses the first answer of each operation. */
function losingFirstAnswers(inner: PaymentGateway): PaymentGateway {
  const lost = new Set<string>()
  async function lose(operation: string, sent: Promise<GatewayOutcome>): Promise<GatewayOutcome> {
    const outcome = await sent
    if (lost.has(operation)) return outcome
    lost.add(operation)
    return { kind: 'unknown', cause: 'reset', storedFailure: false }
  }
  return {
    ...inner,
    create: (input, options) => lose('create', inner.create(input, options)),
    confirm: (id, method, options) => lose('confirm', inner.confirm(id, method, options)),
    capture: (id, amount, options) => lose('capture', inner.capture(id, amount, options)),
  }
}

/** Buys one order the way the checkout does: retries what is unknown, reads what conflicts. */
async function buy(gateway: PaymentGateway, order: string): Promise<void> {
  const key = (operation: string): CallOptions => ({
    idempotencyKey: `${order}:${operation}:1`,
    ...FIND,
  })
  const metadata = { order_id: order, attempt: '1' }
  const created = await settled(() => gateway.create({ amount: TOTAL, metadata }, key('create')))
  assert(created.kind === 'ok')
  const id = created.intent.intentId
  await settled(() => gateway.confirm(id, 'pm_card_visa', key('confirm')))
  await settled(() => gateway.capture(id, TOTAL, key('capture')))
  const found = await gateway.find(id, FIND)
  assert(found.kind === 'ok')
  assert.equal(found.intent.status, 'captured')
}

async function settled(send: () => Promise<GatewayOutcome>): Promise<GatewayOutcome> {
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    const outcome = await send()
    if (outcome.kind !== 'unknown') return outcome
  }
  throw new Error(`still unknown after ${TRIES_MAX} tries`)
}

/** What the books hold against an order; empty when one key was used an operation and attempt. */
function objectionsTo(book: OrderBook | null): string[] {
  assert(book)
  const keys = Object.entries(book.idempotency_keys)
    .filter(([, count]) => count > 1)
    .map(([attempt, count]) => `${attempt} used ${count} keys`)
  return book.intents > 1 ? [...keys, `${book.intents} intents`] : keys
}

test('a shop that keeps its keys leaves one key and one intent in the books', async ({
  stripe,
}) => {
  await buy(losingFirstAnswers(stripe.gateway), 'ord_kept')
  assert.deepEqual(objectionsTo(await stripe.bookOf('ord_kept')), [])
})

test('the mutant with a fresh key per retry is caught by the books', async ({ stripe }) => {
  await buy(freshKeyGateway(losingFirstAnswers(stripe.gateway)), 'ord_fresh')
  assert.deepEqual(objectionsTo(await stripe.bookOf('ord_fresh')), [
    'create:1 used 2 keys',
    'confirm:1 used 2 keys',
    'capture:1 used 2 keys',
    '2 intents',
  ])
})

test.run()
