// The audit beside the gateway's own books: what only they can show, what a shop that goes on
// selling meanwhile is excused, and how the simulator's real books are read.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { suite } from 'uvu'
import { RetryLater } from '../../actors/domain/failures.ts'
import { postgresAuditSource } from '../../persistence/postgres/postgres-audit-source.ts'
import { runAudit } from '../../src/audit/audit.ts'
import { compareWithGateway } from '../../src/audit/audit-gateway.ts'
import { type GatewayOrder, simulatorBooks } from '../../src/audit/gateway-books.ts'
import { emptyTally } from '../../src/audit/tally.ts'
import { startSimulatedStripe } from '../payments/simulated-stripe.ts'
import { skipTest } from '../runner/skipped.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { checkoutOf, orderOf, type StoryName, sampleBooks } from './sample-history.ts'
import { openTamperedShop, type TamperedShop } from './tampered-shop.ts'

const gateway = suite('audit beside the gateway')
const database = await openTestDatabase(import.meta.url)

if (database === null) skipTest('audit beside the gateway', 'no Postgres was found')
else {
  const pool = new pg.Pool({ connectionString: database.url, max: 3 })
  const shop = await openTamperedShop(pool)
  gateway.before.each(shop.reset)
  gateway.after(async () => {
    await pool.end()
    // Each test writes the shop anew: a kept database would show the last one and no other.
    await database.close(true)
  })
  booksTests(shop)
  movingTests(shop)
  simulatorTests(shop)
}
gateway.run()

function booksWith(name: StoryName, change: Partial<GatewayOrder>): GatewayOrder[] {
  const books = sampleBooks()
  const changed = books.map((book) =>
    book.order_id === orderOf(name) ? { ...book, ...change } : book,
  )
  assert.notDeepEqual(changed, books)
  return changed
}

const ORPHAN: GatewayOrder = {
  order_id: 'ord_0190a0000000700080000000000000ee',
  checkout_id: 'chk_0190a0000000700080000000000000ee',
  intents: 1,
  captured_intents: 0,
  authorised: 700,
  captured: 0,
  refunded: 0,
  open_authorised: 700,
  currency: 'USD',
  idempotency_keys: { 'create:1': 1, 'confirm:1': 1 },
}

function booksTests({ expect, run, audit, pool }: TamperedShop): void {
  gateway('O4: the gateway captured another amount', async () => {
    const said = /the gateway says captured 2249.*we say captured, captured 2250/
    await expect({ O4: said }, booksWith('captured', { captured: 2249 }))
  })

  gateway('O4: the gateway captured an order that we released', async () => {
    await expect({ O4: /captured 1250.*we say cancelled/ }, booksWith('voided', { captured: 1250 }))
  })

  gateway('O4: an order we call captured is not in the books', async () => {
    const books = sampleBooks().filter(({ order_id }) => order_id !== orderOf('captured'))
    await expect({ O4: /the gateway says captured 0/ }, books)
  })

  gateway('O4: the gateway charges in another currency', async () => {
    await expect(
      { O4: /charges in EUR; we sell in USD/ },
      booksWith('captured', { currency: 'EUR' }),
    )
  })

  gateway('O4: an authorisation of an order that we do not have', async () => {
    const said = /only the gateway knows it, with 700 held and 0 charged USD/
    await expect({ O4: said }, [...sampleBooks(), ORPHAN])
  })

  gateway('O4: money held for no order at all', async () => {
    const nobody = { ...ORPHAN, order_id: null, checkout_id: null }
    await expect({ O4: /no order: only the gateway/ }, [...sampleBooks(), nobody])
  })

  gateway('an intent without money of an order that we do not have harms nobody', async () => {
    await expect({}, [...sampleBooks(), { ...ORPHAN, authorised: 0, open_authorised: 0 }])
  })

  gateway('O4: a second authorisation is held beside the capture', async () => {
    await expect(
      { O4: /2250 USD are still held/ },
      booksWith('captured', { open_authorised: 2250 }),
    )
  })

  gateway('P1: two captured payments at the gateway', async () => {
    await expect({ P1: /2 payments were captured/ }, booksWith('captured', { captured_intents: 2 }))
  })

  gateway('P2: a captured amount that is not the total, on which both books agree', async () => {
    await run('update orders set captured_amount = 2000 where id = $1', [orderOf('captured')])
    const books = booksWith('captured', { captured: 2000 })
    await expect({ P2: /captured 2000 of 2250 USD/ }, books)
  })

  gateway('P5: a cancelled checkout whose authorisation the gateway still holds', async () => {
    const said = /1250 USD are still held at the gateway, but the checkout is cancelled/
    await expect({ P5: said }, booksWith('voided', { open_authorised: 1250 }))
  })

  gateway('P6: a retry that used a fresh key', async () => {
    const keys = { 'create:1': 1, 'confirm:1': 2 }
    const said = /2 different keys for confirm:1/
    await expect({ P6: said }, booksWith('voided', { idempotency_keys: keys }))
  })

  gateway('a key that the gateway burnt may be replaced by one more', async () => {
    await run(`update checkout set payment = payment || '{"keyRevision": 1}' where id = $1`, [
      checkoutOf('voided'),
    ])
    const keys = { 'create:1': 1, 'confirm:1': 2 }
    await expect({}, booksWith('voided', { idempotency_keys: keys }))
  })

  gateway('P8: the gateway refunded more than it captured', async () => {
    const books = booksWith('refunded', { refunded: 2600 })
    await expect({ P8: /at the gateway: refunded 2600 of 2500/, O4: /refunded 2600/ }, books)
  })

  gateway('more differences than are looked at twice: the report says what it left', async () => {
    const tally = emptyTally()
    const orphans = [1, 2, 3, 4, 5].map((n) => ({ ...ORPHAN, order_id: `${ORPHAN.order_id}${n}` }))
    const comparison = compareWithGateway(orphans, tally, 2)
    await comparison.finish(postgresAuditSource(pool))
    const found = tally.results().find(({ id }) => id === 'O4')
    assert.equal(found?.violations, 2)
    assert.match(found.limits ?? '', /a lower bound: after the first 2 differences, 3 more/)
  })

  gateway('without its books, what only the gateway can show is skipped by name', async () => {
    const report = await audit(null)
    assert.equal(report.ok, true)
    const skipped = report.checks.filter((check) => check.skipped !== undefined)
    assert.deepEqual(
      skipped.map(({ id }) => id),
      ['I7', 'P6', 'O4'],
    )
    const limited = report.checks.filter((check) => check.limits !== undefined)
    assert.deepEqual(
      limited.map(({ id }) => id),
      ['P1', 'P5', 'P8'],
    )
  })
}

// What happens between the moment of our view and the moment of the gateway's books.
function movingTests(shop: TamperedShop): void {
  async function auditWhile(happens: () => Promise<void>, books: readonly GatewayOrder[]) {
    const read = async () => {
      await happens()
      return books
    }
    return runAudit({ source: postgresAuditSource(shop.pool), books: { read }, onProgress() {} })
  }

  gateway('a checkout that was paid while the books were read is no difference', async () => {
    const books = booksWith('paying', { captured: 500, captured_intents: 1 })
    const moved = 'update checkout set version = version + 1 where id = $1'
    const pay = () => shop.run(moved, [checkoutOf('paying')])
    assert.equal((await auditWhile(pay, books)).ok, true)
    await shop.reset()
    const report = await auditWhile(async () => {}, books)
    assert.equal(report.ok, false, 'the same books are a difference when nothing moved')
  })

  gateway('an order that was placed while the books were read is no orphan', async () => {
    const place = async () => {
      await shop.run(
        `insert into checkout select (jsonb_populate_record(checkout, jsonb_build_object(
           'id', $2::text, 'state', 'paying', 'order_id', $3::text))).*
           from checkout where id = $1`,
        [checkoutOf('open'), ORPHAN.checkout_id, ORPHAN.order_id],
      )
      await shop.run(
        `insert into orders select (jsonb_populate_record(orders, jsonb_build_object(
           'id', $3::text, 'checkout_id', $2::text))).* from orders where id = $1`,
        [orderOf('open'), ORPHAN.checkout_id, ORPHAN.order_id],
      )
    }
    assert.equal((await auditWhile(place, [...sampleBooks(), ORPHAN])).ok, true)
  })

  gateway('an audit sees one moment: what is written while it reads is not in it', async () => {
    const spoil = () => shop.run("update ledger_entry set available = -1 where sku = 'A'")
    assert.equal((await auditWhile(spoil, sampleBooks())).ok, true)
    assert.equal((await shop.audit()).ok, false)
  })
}

function simulatorTests(shop: TamperedShop): void {
  gateway("the simulator's own books are read and an orphan in them is found", async () => {
    const stripe = await startSimulatedStripe(['--port', '0'])
    try {
      const books = simulatorBooks(stripe.simulator.url)
      assert.deepEqual(await books.read(), [])
      const metadata = { order_id: String(ORPHAN.order_id), checkout_id: '', attempt: '1' }
      const amount = { amount: 700, currency: 'USD' }
      const call = (idempotencyKey: string) => ({ idempotencyKey, timeoutMs: 10_000 })
      const created = await stripe.gateway.create({ amount, metadata }, call('create'))
      assert(created.kind === 'ok')
      await stripe.gateway.confirm(created.intent.intentId, 'pm_card_visa', call('confirm'))
      const [book] = await books.read()
      assert.deepEqual(
        { ...book, checkout_id: ORPHAN.checkout_id },
        { ...ORPHAN, captured_intents: 0 },
      )
      await shop.expect({ O4: /only the gateway knows it/ }, [
        ...sampleBooks(),
        ...(await books.read()),
      ])
    } finally {
      await stripe.close()
    }
  })

  gateway('books that cannot be read end the audit with what to do', async () => {
    const stripe = await startSimulatedStripe(['--port', '0'])
    await stripe.close()
    const input = {
      source: postgresAuditSource(shop.pool),
      books: simulatorBooks(stripe.simulator.url),
      onProgress() {},
    }
    await assert.rejects(
      runAudit(input),
      (error) =>
        error instanceof RetryLater &&
        error.code === 'gateway_unavailable' &&
        /^The books of the payment simulator .*Start the service again/.test(error.message),
    )
  })

  gateway('books that do not come are not waited for beyond the time given', async () => {
    const silent = createServer(() => {})
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const books = simulatorBooks(`http://127.0.0.1:${port}`, 50)
    await assert.rejects(books.read(), { name: 'RetryLater', code: 'gateway_unavailable' })
    silent.closeAllConnections()
    silent.close()
  })
}
