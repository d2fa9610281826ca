// What pages read from Postgres: only what belongs to the one who asks, the newest first, and the
// same order that its buyer was told of.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { Checkout } from '../../actors/domain/checkout.ts'
import { orderIdOf, type Sku, type UserId } from '../../actors/domain/ids.ts'
import { openPool } from '../../persistence/postgres/connect.ts'
import { postgresReadModels } from '../../persistence/postgres/postgres-read-models.ts'
import { scriptedPaymentGateway } from '../../src/payments/scripted-payment-gateway.ts'
import { systemClock, systemRandomness } from '../../src/system-clock.ts'
import { skipTest } from '../runner/skipped.ts'
import { ADDRESS, orderOf, productOf, saleIn } from '../support/sale.ts'
import { openShop } from '../support/shop.ts'
import { postgresStorage } from '../support/shop-storage.ts'
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts'

const NAME = 'read models on postgres'
const test = suite(NAME)
const CLOSE_WITHIN_MS = 5_000
const ADA = 'ada' as UserId
const BOB = 'bob' as UserId

const database = await openTestDatabase(import.meta.url)
if (database === null) skipTest(NAME, 'no Postgres was found')
else await runOn(database)

async function runOn({ url, close }: TestDatabase): Promise<void> {
  const storage = postgresStorage(url)
  const pool = openPool(
    url,
    { queryTimeoutMs: 10_000, connectionsMax: 2, name: 'read-models' },
    () => {},
  )
  const reads = postgresReadModels(pool)
  const shop = await openShop({
    ...{ storage, gateway: scriptedPaymentGateway(), clock: systemClock },
    ...{ randomness: systemRandomness, products: [productOf('ROSE'), productOf('TULIP', 125)] },
  })
  const sale = saleIn(shop, storage)
  await sale.receive({ ROSE: 100, TULIP: 100 })
  let passed = 0
  let tests = 0
  const check = (name: string, body: () => Promise<void>): void => {
    tests += 1
    test(name, async () => {
      await body()
      passed += 1
    })
  }
  checkOne(check, sale, reads)
  checkMany(check, sale, reads)
  checkStock(check, sale, reads)
  test.after(async () => {
    await shop.close(CLOSE_WITHIN_MS)
    await Promise.all([storage.close(), pool.end()])
    await close(passed === tests)
  })
  test.run()
}

type Check = (name: string, body: () => Promise<void>) => void
type Reads = ReturnType<typeof postgresReadModels>
type PostgresSale = ReturnType<typeof saleIn>

async function bought(sale: PostgresSale, user: string): Promise<Checkout> {
  const checkout = await sale.opened(user, { ROSE: 1 })
  orderOf(await sale.pay(checkout))
  return sale.atRest(checkout.id)
}

function checkOne(check: Check, sale: PostgresSale, reads: Reads): void {
  check('a checkout is shown to its buyer as the journal has it, and to nobody else', async () => {
    const checkout = await sale.opened('ada', { ROSE: 2, TULIP: 1 })
    assert.deepEqual(await reads.checkout(checkout.id, ADA), checkout)
    assert.equal(await reads.checkout(checkout.id, BOB), null)
  })

  check(
    'an order is shown with its lines, parts, payment and events, to its buyer alone',
    async () => {
      const checkout = await sale.opened('ada', { ROSE: 2, TULIP: 1 })
      const told = orderOf(await sale.pay(checkout))
      await sale.atRest(checkout.id)
      const shown = await reads.order(told.id, ADA)
      assert(shown)
      const { events, payment, updatedAtMs, ...rest } = shown
      const { events: _, payment: __, updatedAtMs: ___, ...asTold } = told
      assert.deepEqual(rest, asTold)
      assert.deepEqual(rest.shippingAddress, ADDRESS)
      assert.deepEqual(payment, {
        status: 'captured',
        method: 'pm_card_visa',
        authorised: { amount: 825, currency: 'GBP' },
        captured: { amount: 825, currency: 'GBP' },
        refunded: { amount: 0, currency: 'GBP' },
      })
      const types = events.map(({ type }) => type)
      assert.deepEqual(types, ['order.confirmed', 'payment.captured'])
      assert(updatedAtMs >= told.updatedAtMs)
      assert.deepEqual(events[0], told.events[0])
      assert.equal(await reads.order(told.id, BOB), null)
    },
  )

  check('an order whose first card was declined is shown as its buyer was told', async () => {
    const checkout = await sale.opened('dora', { ROSE: 1 })
    await sale.pay(checkout, { card: 'pm_card_chargeDeclined' })
    const told = orderOf(await sale.pay(checkout))
    const shown = await reads.order(told.id, 'dora' as UserId)
    assert.equal(shown?.createdAtMs, told.createdAtMs)
  })
}

function checkStock(check: Check, sale: PostgresSale, reads: Reads): void {
  check('stock is what the last entry of a ledger says; without entries it is none', async () => {
    const [rose, tulip, never] = ['ROSE', 'TULIP', 'NEVER'] as Sku[] as [Sku, Sku, Sku]
    await sale.opened('ada', { ROSE: 3, TULIP: 1 })
    const stock = await reads.stockOf([never, tulip, rose])
    assert.deepEqual([...stock.keys()].toSorted(), [rose, tulip])
    for (const [sku, balances] of stock) {
      const [last] = await reads.ledgerTail(sku, 1)
      assert(last)
      const { received, available, held, sold } = last
      assert.deepEqual(balances, { received, available, held, sold })
      assert.ok(held + sold > 0)
    }
    assert.deepEqual(await reads.stockOf([]), new Map())
  })
}

function checkMany(check: Check, sale: PostgresSale, reads: Reads): void {
  check('orders are listed newest first, page by page, none twice and none of others', async () => {
    const mine: string[] = []
    for (let made = 0; made < 5; made += 1) {
      const { id } = await bought(sale, 'carol')
      mine.unshift(orderIdOf(id))
      await bought(sale, 'bob')
    }
    const carol = 'carol' as UserId
    const listed: string[] = []
    let after: Parameters<Reads['orders']>[1]['after'] = null
    do {
      const page: Awaited<ReturnType<Reads['orders']>> = await reads.orders(carol, {
        after,
        limit: 2,
      })
      assert(page.orders.length <= 2)
      listed.push(...page.orders.map(({ id }) => id))
      after = page.nextAfter
    } while (after !== null)
    assert.deepEqual(listed, mine)
  })

  check('an order that was never confirmed is not listed', async () => {
    const checkout = await sale.opened('erin', { ROSE: 1 })
    await sale.pay(checkout, { card: 'pm_card_chargeDeclined' })
    const page = await reads.orders('erin' as UserId, { after: null, limit: 10 })
    assert.deepEqual(page, { orders: [], nextAfter: null })
    const pending = await reads.order(orderIdOf(checkout.id), 'erin' as UserId)
    assert.deepEqual([pending?.status, pending?.payment.status], ['pending', 'failed'])
  })

  check('checkouts are counted by state, every state named', async () => {
    const before = await reads.checkoutsByState()
    const checkout = await sale.opened('ada', { ROSE: 1 })
    const between = await reads.checkoutsByState()
    assert.equal(between.open, before.open + 1)
    await sale.cancel(checkout)
    const after = await reads.checkoutsByState()
    assert.deepEqual(after, { ...before, cancelled: before.cancelled + 1 })
    assert.equal(Object.keys(after).length, 14)
  })

  check('the tail of a ledger is the last entries of its SKU, the newest first', async () => {
    const sku = 'TULIP' as Sku
    await sale.opened('ada', { TULIP: 3 })
    const [last, before] = await reads.ledgerTail(sku, 2)
    assert(last && before)
    assert.deepEqual([last.kind, last.quantity, last.seq], ['reserve', 3, before.seq + 1])
    assert.equal(last.prevHash, before.hash)
  })
}
