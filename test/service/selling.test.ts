// What Holdfast is for, over HTTP, on the parts it runs on: many buyers, few units, one charge.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { suite } from 'uvu'
import { skipTest } from '../runner/skipped.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { openTestRedis } from '../support/test-redis.ts'
import { until } from '../support/until.ts'
import { type Answer, openSellingHouse, type SellingHouse, type Visitor } from './selling-house.ts'

const ADDRESS = {
  name: 'Ada',
  line1: '1 Rose Lane',
  city: 'Bath',
  postal_code: 'BA1 1AA',
  country: 'GB',
}

const selling = suite('selling over HTTP')
const database = await openTestDatabase(import.meta.url)
const redis = await openTestRedis(import.meta.url)
let house: SellingHouse
let failed = 0

if (database === null) {
  skipTest('selling over HTTP', 'no Postgres was found')
} else {
  if (redis === null) skipTest('carts in Redis while selling', 'no Redis was found')
  selling.before(async () => {
    house = await openSellingHouse(database.url, redis?.url ?? null)
  })
  selling.after(async () => {
    await house.close()
    await redis?.close()
    await database.close(failed === 0)
  })
  declareTests()
  selling.run()
}

/** Remembers that something failed, so that the database is kept. */
function check(name: string, run: () => Promise<void>): void {
  selling(name, async () => {
    failed += 1
    await run()
    failed -= 1
  })
}

function declareTests(): void {
  check('200 buyers at once for 50 units: 50 x 201, 150 x 409, audit clean', async () => {
    await house.sell('LAMP', 1_500, 50)
    const answers = await buyersOpen(200, () => [{ sku: 'LAMP', quantity: 1 }])
    assert.deepEqual(countByStatus(answers), { 201: 50, 409: 150 })
    for (const { status, body } of answers)
      if (status === 409) assert.equal(body.code, 'out_of_stock')
    const paid = await payAll(answers)
    assert.deepEqual(countByStatus(paid), { 201: 50 })
    const { available, held, sold } = await house.stock('LAMP')
    assert.deepEqual({ available, held, sold }, { available: 0, held: 0, sold: 50 })
    await house.auditIsClean()
  })

  check(
    '200 buyers with two SKUs per cart in opposite orders: 50 x 201, 150 x 409, audit clean',
    async () => {
      await house.sell('CUP', 300, 50)
      await house.sell('SAUCER', 200, 50)
      const both = [
        { sku: 'CUP', quantity: 1 },
        { sku: 'SAUCER', quantity: 1 },
      ]
      const answers = await buyersOpen(200, (at) => (at % 2 === 0 ? both : [...both].reverse()))
      assert.deepEqual(countByStatus(answers), { 201: 50, 409: 150 })
      assert.deepEqual(countByStatus(await payAll(answers)), { 201: 50 })
      for (const sku of ['CUP', 'SAUCER']) {
        const { available, held, sold } = await house.stock(sku)
        assert.deepEqual({ available, held, sold }, { available: 0, held: 0, sold: 50 })
      }
      await house.auditIsClean()
    },
  )

  check('prices sent by a client change nothing', async () => {
    await house.sell('VASE', 2_000, 5)
    const buyer = house.as('price-sender')
    const lines = [{ sku: 'VASE', quantity: 1, price: { amount: 1, currency: 'USD' } }]
    const refused = await buyer.post('/v1/checkouts', { lines, shipping_address: ADDRESS })
    assert.equal(refused.status, 400)
    const cart = { quantity: 1, price: { amount: 1, currency: 'USD' } }
    assert.equal((await buyer.put('/v1/cart/items/VASE', cart)).status, 400)
    assert.equal((await house.stock('VASE')).held, 0)
    const opened = await open(buyer, [{ sku: 'VASE', quantity: 1 }])
    assert.equal(opened.body.totals.total.amount, 2_000)
  })

  check('a changed total is refused, and the right one pays', async () => {
    await house.sell('DESK', 9_000, 5)
    const buyer = house.as('total-changer')
    const opened = await open(buyer, [{ sku: 'DESK', quantity: 1 }])
    const other = await pay(buyer, opened, { amount: 8_999 })
    assert.equal(other.status, 409)
    assert.equal(other.body.code, 'total_changed')
    assert.equal(other.body.actual.amount, 9_000)
    assert.equal((await pay(buyer, opened)).status, 201)
    await house.auditIsClean()
  })

  check('a declined card, then another one, pays the same checkout', async () => {
    await house.sell('CHAIR', 4_000, 5)
    const buyer = house.as('two-cards')
    const opened = await open(buyer, [{ sku: 'CHAIR', quantity: 2 }])
    const declined = await pay(buyer, opened, { method: 'pm_card_chargeDeclined' })
    assert.equal(declined.status, 402)
    assert.equal(declined.body.code, 'payment_declined')
    assert.equal((await house.stock('CHAIR')).held, 2)
    const paid = await pay(buyer, opened)
    assert.equal(paid.status, 201)
    assert.equal((await house.stock('CHAIR')).sold, 2)
    await becomesCaptured(buyer, paid.body.id)
    assert.equal((await house.chargesOf(paid.body.id))?.captured, 8_000)
    await house.auditIsClean()
  })

  check('50 parallel pay with one key charge once', async () => {
    await house.sell('BOOK', 700, 5)
    const buyer = house.as('impatient')
    const opened = await open(buyer, [{ sku: 'BOOK', quantity: 1 }])
    const key = randomUUID()
    const answers = await Promise.all(Array.from({ length: 50 }, () => pay(buyer, opened, { key })))
    const first = answers.filter(({ headers }) => headers['idempotent-replayed'] === undefined)
    assert.equal(first.filter(({ status }) => status === 201).length, 1)
    for (const { status, body } of answers) {
      assert.ok(status === 201 || body.code === 'idempotency_in_progress', JSON.stringify(body))
    }
    const again = await pay(buyer, opened, { key })
    assert.equal(again.status, 201)
    assert.equal(again.headers['idempotent-replayed'], 'true')
    const orderId = again.body.id
    await becomesCaptured(buyer, orderId)
    const charges = await house.chargesOf(orderId)
    assert.equal(charges?.captured, 700)
    assert.equal(charges?.intents, 1)
    await house.auditIsClean()
  })

  check('two tabs on one cart charge once', async () => {
    await house.sell('RING', 50_000, 5)
    const buyer = house.as('two-tabs')
    assert.equal((await buyer.put('/v1/cart/items/RING', { quantity: 1 })).status, 200)
    const tabs = await Promise.all([open(buyer, null), open(buyer, null)])
    assert.deepEqual(countByStatus(tabs), { 201: 1, 409: 1 })
    const opened = tabs.find(({ status }) => status === 201)
    const refused = tabs.find(({ status }) => status === 409)
    assert.ok(opened && refused)
    assert.equal(refused.body.code, 'checkout_exists')
    assert.equal(refused.body.checkout_id, opened.body.id)
    const pays = await Promise.all([pay(buyer, opened), pay(buyer, opened)])
    assert.equal(pays.filter(({ status }) => status === 201).length, 1)
    assert.equal(pays.filter(({ status }) => status === 409).length, 1)
    assert.equal((await house.stock('RING')).sold, 1)
    await house.auditIsClean()
  })

  check('a hold of 1 s comes back, can be bought again, and paying late answers 410', async () => {
    assert.ok(database)
    await house.close()
    house = await openSellingHouse(database.url, redis?.url ?? null, 1_000)
    await house.sell('TULIP', 150, 1)
    const late = house.as('late')
    const opened = await open(late, [{ sku: 'TULIP', quantity: 1 }])
    assert.equal(opened.status, 201)
    assert.equal((await open(house.as('early'), [{ sku: 'TULIP', quantity: 1 }])).status, 409)
    await until('the unit is back', async () => (await house.stock('TULIP')).available === 1, 5_000)
    const shown = await late.get(`/v1/checkouts/${opened.body.id}`)
    assert.equal(shown.body.state, 'expired')
    const tooLate = await pay(late, opened)
    assert.equal(tooLate.status, 410)
    assert.equal(tooLate.body.code, 'checkout_expired')
    const quick = house.as('quick')
    const again = await open(quick, [{ sku: 'TULIP', quantity: 1 }])
    assert.equal(again.status, 201)
    assert.equal((await pay(quick, again)).status, 201)
    assert.equal((await house.stock('TULIP')).sold, 1)
  })
}

async function becomesCaptured(buyer: Visitor, orderId: string): Promise<void> {
  await until(
    'the payment is captured',
    async () => (await buyer.get(`/v1/orders/${orderId}`)).body.payment.status === 'captured',
    5_000,
  )
}

type Line = { readonly sku: string; readonly quantity: number }

function open(buyer: Visitor, lines: readonly Line[] | null): Promise<Answer> {
  const named = lines === null ? {} : { lines }
  return buyer.post('/v1/checkouts', { ...named, shipping_address: ADDRESS })
}

function pay(
  buyer: Visitor,
  opened: Answer,
  change: { method?: string; amount?: number; key?: string } = {},
): Promise<Answer> {
  const total = opened.body.totals.total
  const body = {
    payment_method: change.method ?? 'pm_card_visa',
    expected_total: { ...total, amount: change.amount ?? total.amount },
  }
  return buyer.post(`/v1/checkouts/${opened.body.id}/pay`, body, change.key)
}

function buyersOpen(count: number, linesOf: (at: number) => readonly Line[]): Promise<Answer[]> {
  const crowd = randomUUID().slice(0, 8)
  return Promise.all(
    Array.from({ length: count }, (_, at) => open(house.as(`${crowd}-${at}`), linesOf(at))),
  )
}

function payAll(answers: readonly Answer[]): Promise<Answer[]> {
  const opened = answers.filter(({ status }) => status === 201)
  return Promise.all(opened.map((each) => pay(house.as(each.body.user_id), each)))
}

function countByStatus(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}
