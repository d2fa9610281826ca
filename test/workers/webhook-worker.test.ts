// Webhooks from the real inbox: each is acted on once, however often it was sent, and one that can
// lead nowhere is laid to rest.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { Checkout } from '../../actors/domain/checkout.ts'
import type { GatewayEvent } from '../../actors/ports/payment-gateway.ts'
import { openPool, type Pool } from '../../persistence/postgres/connect.ts'
import { postgresWebhookInbox } from '../../persistence/postgres/postgres-webhook-inbox.ts'
import { webhookWorker } from '../../src/workers/webhook-worker.ts'
import { skipTest } from '../runner/skipped.ts'
import { assertChargedOnce, openSale, type Sale, settle } from '../support/sale.ts'
import { sampleCheckout } from '../support/sample-checkout.ts'
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts'

const NAME = 'the webhook worker'
const test = suite(NAME)
const database = await openTestDatabase(import.meta.url)
if (database === null) skipTest(NAME, 'no Postgres was found')
else runOn(database)

function eventAbout(eventId: string, checkoutId: string): GatewayEvent {
  const metadata = { checkout_id: checkoutId }
  return { eventId, type: 'payment_intent.amount_capturable_updated', intentId: 'pi_1', metadata }
}

async function waitingForBuyer(sale: Sale): Promise<Checkout> {
  const checkout = await sale.opened('ada', { ROSE: 2 })
  await sale.pay(checkout, { card: 'pm_card_authenticationRequired' })
  const { payment } = await sale.load(checkout.id)
  assert(payment?.intentId)
  sale.gateway.authenticate(payment.intentId, true)
  return checkout
}

function runOn({ url, close }: TestDatabase): void {
  const pool = openPool(
    url,
    { queryTimeoutMs: 10_000, connectionsMax: 2, name: 'webhooks' },
    () => {},
  )
  const inbox = postgresWebhookInbox(pool, 'stripe')
  let passed = 0
  let tests = 0
  const check = (name: string, body: () => Promise<void>): void => {
    tests += 1
    test(name, async () => {
      await pool.query('truncate webhook_inbox')
      await body()
      passed += 1
    })
  }
  checkActing(check, pool, inbox)
  checkPuttingOff(check, pool, inbox)
  test.after(async () => {
    await pool.end()
    await close(passed === tests)
  })
  test.run()
}

type Check = (name: string, body: () => Promise<void>) => void
type Inbox = ReturnType<typeof postgresWebhookInbox>

const never = (event: GatewayEvent, error: unknown): never =>
  assert.fail(`${event.eventId}: ${String(error)}`)

async function unprocessed(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ left: number }>(
    'select count(*)::int as left from webhook_inbox where processed_at is null',
  )
  return rows[0]?.left ?? Number.NaN
}

function checkActing(check: Check, pool: Pool, inbox: Inbox): void {
  check('a hint about a payment that waited has it looked at, and finished', async () => {
    const sale = await openSale({ stock: { ROSE: 5 } })
    const checkout = await waitingForBuyer(sale)
    assert.equal(await inbox.store(eventAbout('evt_1', checkout.id)), 'stored')
    await webhookWorker(inbox, sale.shop.client, never)()
    assert.equal((await sale.atRest(checkout.id)).state, 'captured')
    assertChargedOnce(sale.gateway, checkout)
    assert.equal(await unprocessed(pool), 0)
  })

  check('an event that is sent five times is stored once and acted on once', async () => {
    const sale = await openSale({ stock: { ROSE: 5 } })
    const checkout = await waitingForBuyer(sale)
    const nudged: string[] = []
    const client = { ...sale.shop.client, nudge: async (id: string) => void nudged.push(id) }
    const sent = Array.from({ length: 5 }, () => inbox.store(eventAbout('evt_1', checkout.id)))
    assert.deepEqual((await Promise.all(sent)).toSorted(), [
      'seen',
      'seen',
      'seen',
      'seen',
      'stored',
    ])
    const round = webhookWorker(inbox, client, never)
    await Promise.all([round(), round()])
    assert.equal(await inbox.store(eventAbout('evt_1', checkout.id)), 'seen')
    await round()
    assert.deepEqual(nudged, [checkout.id])
  })

  check('events that come late and in any order change nothing that is decided', async () => {
    const sale = await openSale({ stock: { ROSE: 5 } })
    const checkout = await waitingForBuyer(sale)
    const types = ['payment_intent.canceled', 'payment_intent.payment_failed', 'charge.captured']
    for (const [at, type] of types.entries()) {
      await inbox.store({ ...eventAbout(`evt_${at}`, checkout.id), type })
    }
    await webhookWorker(inbox, sale.shop.client, never)()
    const { version } = await sale.atRest(checkout.id)
    await inbox.store(eventAbout('evt_late', checkout.id))
    await webhookWorker(inbox, sale.shop.client, never)()
    await settle()
    const after = await sale.load(checkout.id)
    assert.deepEqual([after.state, after.version], ['captured', version])
    assertChargedOnce(sale.gateway, checkout)
  })

  check('an event about a checkout nobody knows, or about none, is laid to rest', async () => {
    const sale = await openSale({ stock: { ROSE: 5 } })
    await inbox.store(eventAbout('evt_unknown', sampleCheckout().id))
    await inbox.store(eventAbout('evt_garbage', 'chk_garbage'))
    await inbox.store({ ...eventAbout('evt_bare', ''), metadata: {} })
    await webhookWorker(inbox, sale.shop.client, never)()
    await settle()
    assert.equal(await unprocessed(pool), 0)
    assert.deepEqual(sale.shop.bugs, [])
  })
}

function checkPuttingOff(check: Check, pool: Pool, inbox: Inbox): void {
  check('one that cannot be acted on now is put off, and the others are not held up', async () => {
    const sale = await openSale({ stock: { ROSE: 5 } })
    const checkout = await waitingForBuyer(sale)
    const unlucky = sampleCheckout().id
    const { nudge } = sale.shop.client
    let failing = true
    const client = {
      ...sale.shop.client,
      nudge: async (id: Checkout['id']) => {
        if (failing && id === unlucky) throw new Error('the journal is away')
        await nudge(id)
      },
    }
    const failed: string[] = []
    await inbox.store(eventAbout('evt_unlucky', unlucky))
    await inbox.store(eventAbout('evt_lucky', checkout.id))
    const round = webhookWorker(inbox, client, ({ eventId }) => failed.push(eventId))
    await round()
    assert.equal((await sale.atRest(checkout.id)).state, 'captured')
    assert.deepEqual(failed, ['evt_unlucky'])
    await round()
    assert.deepEqual(failed, ['evt_unlucky'], 'it was tried again without a pause')
    const { rows } = await pool.query(
      'select event_id, attempts, last_error from webhook_inbox ' + 'where processed_at is null',
    )
    const lastError = 'Error: the journal is away'
    assert.deepEqual(rows, [{ event_id: 'evt_unlucky', attempts: 1, last_error: lastError }])
    failing = false
    await pool.query('update webhook_inbox set next_at = now()')
    await round()
    assert.equal(await unprocessed(pool), 0)
  })

  check('events of one provider are not taken for those of another', async () => {
    const other = postgresWebhookInbox(pool, 'other')
    assert.equal(await inbox.store(eventAbout('evt_1', 'x')), 'stored')
    assert.equal(await other.store(eventAbout('evt_1', 'x')), 'stored')
    const taken = await inbox.claim(10)
    assert.deepEqual(
      taken.map(({ eventId, attempts }) => [eventId, attempts]),
      [['evt_1', 1]],
    )
    assert.deepEqual(await inbox.claim(10), [], 'it is being worked on')
    assert.equal((await other.claim(10)).length, 1)
  })
}
