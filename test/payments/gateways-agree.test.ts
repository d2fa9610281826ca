// The scripted gateway and Stripe on the simulator are two writings of the same rules. Whatever is
// asked of both, in whatever order, they must answer alike.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { suite } from 'uvu'
import type { GatewayOutcome, PaymentGateway } from '../../actors/ports/payment-gateway.ts'
import { scriptedPaymentGateway } from '../../src/payments/scripted-payment-gateway.ts'
import { type SimulatedStripe, startSimulatedStripe } from './simulated-stripe.ts'

const test = suite<{ stripe: SimulatedStripe }>('gateways agree')
const TOTAL = { amount: 1_000, currency: 'USD' }
const RUNS = 150
const FIND = { timeoutMs: 5_000 }

test.before(async (context) => {
  context.stripe = await startSimulatedStripe([])
})
test.after(({ stripe }) => stripe.close())

const CARDS = [
  'pm_card_visa',
  'pm_card_chargeDeclined',
  'pm_card_chargeDeclinedExpiredCard',
  'pm_card_authenticationRequired',
  'pm_card_none',
]

interface Ask {
  readonly operation: 'confirm' | 'capture' | 'void' | 'find'
  readonly card: string
  readonly amount: number
  readonly key: number
}

const asks = fc.array(
  fc.record<Ask>({
    operation: fc.constantFrom('confirm', 'capture', 'void', 'find'),
    card: fc.constantFrom(...CARDS),
    amount: fc.constantFrom(1_000, 400, 1_001),
    // Few keys, so that replays and reuse for another request are common.
    key: fc.integer({ min: 1, max: 4 }),
  }),
  { minLength: 1, maxLength: 10 },
)

/** Ids and secrets are each gateway's own; everything else of an outcome must be the same. */
function comparable(outcome: GatewayOutcome): unknown {
  switch (outcome.kind) {
    case 'ok': {
      const { intentId: _id, clientSecret: _secret, ...rest } = outcome.intent
      return { ...outcome, intent: rest }
    }
    case 'rejected':
      return { kind: outcome.kind, code: outcome.code }
    default:
      return outcome
  }
}

async function play(gateway: PaymentGateway, order: string, wanted: readonly Ask[]) {
  const call = (name: string | number) => ({ idempotencyKey: `${order}:${name}`, ...FIND })
  const metadata = { order_id: order }
  const created = await gateway.create({ amount: TOTAL, metadata }, call('create'))
  assert(created.kind === 'ok')
  const id = created.intent.intentId
  const answers: unknown[] = [comparable(created)]
  for (const { operation, card, amount, key } of wanted) {
    const ask = {
      confirm: () => gateway.confirm(id, card, call(key)),
      capture: () => gateway.capture(id, { ...TOTAL, amount }, call(key)),
      void: () => gateway.void(id, call(key)),
      find: () => gateway.find(id, FIND),
    }[operation]
    answers.push(comparable(await ask()))
  }
  return answers
}

test('any sequence of calls gets the same answers and the same charge', async ({ stripe }) => {
  let orders = 0
  await fc.assert(
    fc.asyncProperty(asks, async (wanted) => {
      orders += 1
      const order = `ord_${orders}`
      const scripted = scriptedPaymentGateway()
      const expected = await play(stripe.gateway, order, wanted)
      assert.deepEqual(await play(scripted, order, wanted), expected)
      assert.deepEqual(scripted.bookOf(order), await stripe.chargedOf(order))
    }),
    { numRuns: RUNS },
  )
})

test.run()
