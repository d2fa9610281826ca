// What checkout may rely on from every payment gateway. Each gateway runs the same suite, and the
// books at the end of a test are what the customer was charged, not what the gateway answered.

import assert from 'node:assert/strict'
import { suite, type Test } from 'uvu'
import type {
  CallOptions,
  GatewayIntent,
  GatewayOutcome,
  GatewayStatus,
  PaymentGateway,
} from '../../actors/ports/payment-gateway.ts'

/** What one order's customer was charged, in minor units, from the gateway's own books. */
export interface ChargedOrder {
  readonly intents: number
  readonly capturedIntents: number
  readonly captured: number
  readonly openAuthorised: number
}

export interface GatewayUnderTest {
  readonly gateway: PaymentGateway
  chargedOf(orderId: string): Promise<ChargedOrder>
  close(): Promise<void>
}

const TOTAL = { amount: 1_999, currency: 'GBP' }
const NOT_CHARGED: ChargedOrder = {
  intents: 1,
  capturedIntents: 0,
  captured: 0,
  openAuthorised: 0,
}
const CHARGED_ONCE: ChargedOrder = { ...NOT_CHARGED, capturedIntents: 1, captured: 1_999 }
const HELD: ChargedOrder = { ...NOT_CHARGED, openAuthorised: 1_999 }
const FIND = { timeoutMs: 5_000 }

interface Context {
  under: GatewayUnderTest
}

type Tests = Test<Context>

/** Runs the suite against a gateway that `open` makes, with empty books. */
export function exercisePaymentGateway(name: string, open: () => Promise<GatewayUnderTest>): void {
  const test = suite<Context>(`payment gateway: ${name}`)
  test.before(async (context) => {
    context.under = await open()
  })
  test.after(async ({ under }) => under.close())
  const shop = newShop()
  exerciseCards(test, shop)
  exerciseSettling(test, shop)
  exerciseKeys(test, shop)
  exerciseRefusals(test, shop)
  test.run()
}

type Shop = ReturnType<typeof newShop>

/** Orders of their own for every test, and the steps that most tests begin with. */
function newShop() {
  let orders = 0

  function newOrder(): { order: string; key: (operation: string) => CallOptions } {
    orders += 1
    const order = `ord_${orders}`
    return { order, key: (operation) => ({ idempotencyKey: `${order}:${operation}`, ...FIND }) }
  }

  async function created(gateway: PaymentGateway) {
    const { order, key } = newOrder()
    const metadata = { order_id: order, checkout_id: `chk_${order}`, attempt: '1' }
    const intent = intentOf(await gateway.create({ amount: TOTAL, metadata }, key('create:1')))
    return { order, key, intent, id: intent.intentId }
  }

  async function authorised(gateway: PaymentGateway) {
    const made = await created(gateway)
    const outcome = await gateway.confirm(made.id, 'pm_card_visa', made.key('confirm:1'))
    assert.equal(statusOf(outcome), 'authorised')
    return made
  }

  return { newOrder, created, authorised }
}

function exerciseCards(test: Tests, shop: Shop): void {
  test('a new intent is unconfirmed, holds no money and keeps its metadata', async ({ under }) => {
    const { order, intent } = await shop.created(under.gateway)
    assert.equal(intent.status, 'unconfirmed')
    assert.deepEqual(intent.amount, TOTAL)
    assert.equal(intent.capturedAmount, 0)
    assert.equal(intent.decline, null)
    assert.equal(typeof intent.clientSecret, 'string')
    const metadata = { order_id: order, checkout_id: `chk_${order}`, attempt: '1' }
    assert.deepEqual(intent.metadata, metadata)
    assert.deepEqual(await under.chargedOf(order), NOT_CHARGED)
  })

  test('a good card authorises: the money is held and not taken', async ({ under }) => {
    const { order, id } = await shop.authorised(under.gateway)
    assert.deepEqual(await under.chargedOf(order), HELD)
    const found = intentOf(await under.gateway.find(id, FIND))
    assert.equal(found.status, 'authorised')
    assert.equal(found.capturedAmount, 0)
  })

  test('a declined card is told with its reason and holds nothing', async ({ under }) => {
    const { order, key, id } = await shop.created(under.gateway)
    const card = 'pm_card_chargeDeclinedInsufficientFunds'
    const decline = { code: 'card_declined', declineCode: 'insufficient_funds' }
    const outcome = await under.gateway.confirm(id, card, key('confirm:1'))
    assert.deepEqual(outcome, { kind: 'declined', decline })
    const found = intentOf(await under.gateway.find(id, FIND))
    assert.equal(found.status, 'unconfirmed')
    assert.deepEqual(found.decline, decline)
    assert.deepEqual(await under.chargedOf(order), NOT_CHARGED)
  })

  test('after a decline another card pays the same intent, once', async ({ under }) => {
    const { gateway, chargedOf } = under
    const { order, key, id } = await shop.created(gateway)
    const declined = await gateway.confirm(id, 'pm_card_chargeDeclined', key('confirm:1'))
    assert.equal(declined.kind, 'declined')
    const approved = intentOf(await gateway.confirm(id, 'pm_card_mastercard', key('confirm:2')))
    assert.equal(approved.status, 'authorised')
    assert.equal(approved.decline, null)
    assert.equal(statusOf(await gateway.capture(id, TOTAL, key('capture:1'))), 'captured')
    assert.deepEqual(await chargedOf(order), CHARGED_ONCE)
  })

  test('a card that wants authentication holds nothing until the buyer acts', async ({ under }) => {
    const { order, key, id } = await shop.created(under.gateway)
    const card = 'pm_card_authenticationRequired'
    const outcome = await under.gateway.confirm(id, card, key('confirm:1'))
    assert.equal(statusOf(outcome), 'action_required')
    assert.deepEqual(await under.chargedOf(order), NOT_CHARGED)
    assert.equal(statusOf(await under.gateway.void(id, key('void:1'))), 'voided')
  })
}

function exerciseSettling(test: Tests, shop: Shop): void {
  test('capturing twice with two keys charges once; the second is a conflict', async ({
    under,
  }) => {
    const { gateway, chargedOf } = under
    const { order, key, id } = await shop.authorised(gateway)
    const captured = intentOf(await gateway.capture(id, TOTAL, key('capture:1')))
    assert.equal(captured.status, 'captured')
    assert.equal(captured.capturedAmount, TOTAL.amount)
    assert.equal((await gateway.capture(id, TOTAL, key('capture:2'))).kind, 'conflict')
    assert.deepEqual(await chargedOf(order), CHARGED_ONCE)
  })

  test('capturing more than is held is rejected and takes nothing', async ({ under }) => {
    const { order, key, id } = await shop.authorised(under.gateway)
    const more = { ...TOTAL, amount: TOTAL.amount + 1 }
    assert.equal(rejectionOf(await under.gateway.capture(id, more, key('capture:1'))), TOO_LARGE)
    assert.deepEqual(await under.chargedOf(order), HELD)
  })

  test('a void gives the money back, and voiding again is fine', async ({ under }) => {
    const { gateway, chargedOf } = under
    const { order, key, id } = await shop.authorised(gateway)
    assert.equal(statusOf(await gateway.void(id, key('void:1'))), 'voided')
    assert.equal(statusOf(await gateway.void(id, key('void:2'))), 'voided')
    assert.equal((await gateway.capture(id, TOTAL, key('capture:1'))).kind, 'conflict')
    assert.deepEqual(await chargedOf(order), NOT_CHARGED)
  })

  test('an unconfirmed intent can be voided, and is not confirmed after that', async ({
    under,
  }) => {
    const { key, id } = await shop.created(under.gateway)
    assert.equal(statusOf(await under.gateway.void(id, key('void:1'))), 'voided')
    const late = await under.gateway.confirm(id, 'pm_card_visa', key('confirm:1'))
    assert.equal(late.kind, 'conflict')
  })

  test('a void after the capture is a conflict and changes nothing', async ({ under }) => {
    const { gateway, chargedOf } = under
    const { order, key, id } = await shop.authorised(gateway)
    assert.equal(statusOf(await gateway.capture(id, TOTAL, key('capture:1'))), 'captured')
    assert.equal((await gateway.void(id, key('void:1'))).kind, 'conflict')
    assert.deepEqual(await chargedOf(order), CHARGED_ONCE)
  })
}

function exerciseKeys(test: Tests, shop: Shop): void {
  test('the same key twice is one effect and the same answer', async ({ under }) => {
    const { gateway, chargedOf } = under
    const { order, key, intent, id } = await shop.created(gateway)
    const input = { amount: TOTAL, metadata: intent.metadata }
    assert.deepEqual(intentOf(await gateway.create(input, key('create:1'))), intent)
    const confirm = () => gateway.confirm(id, 'pm_card_visa', key('confirm:1'))
    const confirmed = await confirm()
    assert.equal(statusOf(confirmed), 'authorised')
    const capture = () => gateway.capture(id, TOTAL, key('capture:1'))
    const captured = await capture()
    assert.equal(statusOf(captured), 'captured')
    assert.deepEqual(await capture(), captured)
    assert.deepEqual(await confirm(), confirmed, 'a replay tells the first answer, not the state')
    assert.deepEqual(await chargedOf(order), CHARGED_ONCE)
  })

  test('fifty creations at once with one key make one intent', async ({ under }) => {
    const { gateway, chargedOf } = under
    const { order, key } = shop.newOrder()
    const create = () =>
      gateway.create({ amount: TOTAL, metadata: { order_id: order } }, key('create:1'))
    const outcomes = await Promise.all(Array.from({ length: 50 }, create))
    const ids = new Set(outcomes.filter(isOk).map(({ intent }) => intent.intentId))
    assert.equal(ids.size, 1)
    for (const outcome of outcomes.filter((each) => !isOk(each))) {
      assert.deepEqual(outcome, { kind: 'unknown', cause: 'in_progress', storedFailure: false })
    }
    assert.deepEqual(await chargedOf(order), NOT_CHARGED)
  })

  test('the same key with another request is rejected and does nothing', async ({ under }) => {
    const { gateway, chargedOf } = under
    const { order, key, intent, id } = await shop.created(gateway)
    const other = { amount: { ...TOTAL, amount: 5 }, metadata: intent.metadata }
    assert.equal(rejectionOf(await gateway.create(other, key('create:1'))), KEY_REUSED)
    const confirmed = await gateway.confirm(id, 'pm_card_visa', key('create:1'))
    assert.equal(rejectionOf(confirmed), KEY_REUSED)
    assert.deepEqual(await chargedOf(order), NOT_CHARGED)
  })
}

function exerciseRefusals(test: Tests, shop: Shop): void {
  test('an intent that does not exist is rejected as missing by every call', async ({ under }) => {
    const { gateway } = under
    const { key } = shop.newOrder()
    const outcomes = [
      await gateway.find('pi_none', FIND),
      await gateway.confirm('pi_none', 'pm_card_visa', key('confirm:1')),
      await gateway.capture('pi_none', TOTAL, key('capture:1')),
      await gateway.void('pi_none', key('void:1')),
    ]
    assert.deepEqual(outcomes.map(rejectionOf), Array(4).fill('resource_missing'))
  })

  test('an unknown payment method is rejected and leaves the key free', async ({ under }) => {
    const { key, id } = await shop.created(under.gateway)
    const wrong = await under.gateway.confirm(id, 'pm_card_none', key('confirm:1'))
    assert.equal(rejectionOf(wrong), 'resource_missing')
    const right = await under.gateway.confirm(id, 'pm_card_visa', key('confirm:1'))
    assert.equal(statusOf(right), 'authorised')
  })
}

const TOO_LARGE = 'amount_too_large'
const KEY_REUSED = 'idempotency_error'

function isOk(outcome: GatewayOutcome): outcome is Extract<GatewayOutcome, { kind: 'ok' }> {
  return outcome.kind === 'ok'
}

function intentOf(outcome: GatewayOutcome): GatewayIntent {
  assert.equal(outcome.kind, 'ok', JSON.stringify(outcome))
  assert(isOk(outcome))
  return outcome.intent
}

function statusOf(outcome: GatewayOutcome): GatewayStatus {
  return intentOf(outcome).status
}

function rejectionOf(outcome: GatewayOutcome): string {
  assert(outcome.kind === 'rejected', JSON.stringify(outcome))
  return outcome.code
}
