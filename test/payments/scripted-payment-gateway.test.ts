// The scripted gateway: the same promises as any gateway, and the script on top of them.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { GatewayOutcome } from '../../actors/ports/payment-gateway.ts'
import { scriptedPaymentGateway } from '../../src/payments/scripted-payment-gateway.ts'
import { exercisePaymentGateway } from '../conformance/exercise-payment-gateway.ts'

exercisePaymentGateway('scripted', async () => {
  const gateway = scriptedPaymentGateway()
  const chargedOf = async (orderId: string) => gateway.bookOf(orderId)
  return { gateway, chargedOf, close: async () => {} }
})

const test = suite('scripted gateway: the script')
const TOTAL = { amount: 500, currency: 'EUR' }
const LOST: GatewayOutcome = { kind: 'unknown', cause: 'reset', storedFailure: false }
const STORED: GatewayOutcome = { kind: 'unknown', cause: 'server_error', storedFailure: true }

function call(idempotencyKey: string) {
  return { idempotencyKey, timeoutMs: 1_000 }
}

async function authorisedIntent(gateway = scriptedPaymentGateway()) {
  const metadata = { order_id: 'ord_1' }
  const created = await gateway.create({ amount: TOTAL, metadata }, call('create'))
  assert(created.kind === 'ok')
  const id = created.intent.intentId
  await gateway.confirm(id, 'pm_card_visa', call('confirm'))
  return { gateway, id }
}

test('an executed step loses the answer, not the effect: the same key finds it', async () => {
  const { gateway, id } = await authorisedIntent()
  gateway.play({ operation: 'capture', outcome: LOST, executed: true })
  assert.deepEqual(await gateway.capture(id, TOTAL, call('capture')), LOST)
  const retried = await gateway.capture(id, TOTAL, call('capture'))
  assert.equal(retried.kind, 'ok')
  assert.equal(gateway.bookOf('ord_1').captured, 500)
})

test('a step that is not executed leaves the state and the key as they were', async () => {
  const { gateway, id } = await authorisedIntent()
  gateway.play({ operation: 'capture', outcome: LOST, executed: false })
  assert.deepEqual(await gateway.capture(id, TOTAL, call('capture')), LOST)
  assert.equal(gateway.bookOf('ord_1').captured, 0)
  assert.equal((await gateway.capture(id, TOTAL, call('capture'))).kind, 'ok')
})

test('a stored failure is the answer of its key for good; a read tells the state', async () => {
  const { gateway, id } = await authorisedIntent()
  gateway.play({ operation: 'capture', outcome: STORED, executed: true })
  assert.deepEqual(await gateway.capture(id, TOTAL, call('capture')), STORED)
  assert.deepEqual(await gateway.capture(id, TOTAL, call('capture')), STORED)
  const found = await gateway.find(id, { timeoutMs: 1_000 })
  assert(found.kind === 'ok')
  assert.equal(found.intent.status, 'captured')
})

test('a step waits for the next call of its own operation', async () => {
  const gateway = scriptedPaymentGateway()
  gateway.play({ operation: 'void', outcome: LOST, executed: false })
  const { id } = await authorisedIntent(gateway)
  assert.deepEqual(await gateway.void(id, call('void')), LOST)
  assert.equal((await gateway.void(id, call('void'))).kind, 'ok')
})

test('the buyer who authenticates is charged, the one who fails is told why', async () => {
  const { gateway, id } = await authorisedIntent()
  assert.equal(gateway.authenticate(id, true).kind, 'conflict', 'it waited for nobody')
  const metadata = { order_id: 'ord_2' }
  const created = await gateway.create({ amount: TOTAL, metadata }, call('create:2'))
  assert(created.kind === 'ok')
  const { intentId } = created.intent
  await gateway.confirm(intentId, 'pm_card_authenticationRequired', call('confirm:2'))
  assert.equal(gateway.authenticate(intentId, false).kind, 'declined')
  await gateway.confirm(intentId, 'pm_card_authenticationRequired', call('confirm:3'))
  assert.equal(gateway.authenticate(intentId, true).kind, 'ok')
  assert.equal(gateway.bookOf('ord_2').openAuthorised, 500)
})

test('every call is recorded with its key, replays included', async () => {
  const { gateway, id } = await authorisedIntent()
  await gateway.confirm(id, 'pm_card_visa', call('confirm'))
  assert.deepEqual(
    gateway.calls.map(({ operation, idempotencyKey }) => `${operation} ${idempotencyKey}`),
    ['create create', 'confirm confirm', 'confirm confirm'],
  )
})

test.run()
