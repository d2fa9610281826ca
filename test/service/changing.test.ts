// Changing a checkout and authenticating a payment, over HTTP, on the parts Holdfast runs on: real
// Postgres, the payment simulator in a process of its own, its webhooks, and the audit over it all.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { skipTest } from '../runner/skipped.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { until } from '../support/until.ts'
import { type Answer, openSellingHouse, type SellingHouse, type Visitor } from './selling-house.ts'

const ADDRESS = {
  name: 'Ada',
  line1: '1 Rose Lane',
  city: 'Bath',
  postal_code: 'BA1 1AA',
  country: 'GB',
}
const NAME = 'changing and authenticating over HTTP'
const CARD = 'pm_card_authenticationRequired'

const changing = suite(NAME)
const database = await openTestDatabase(import.meta.url)
let house: SellingHouse
let failed = 0

if (database === null) {
  skipTest(NAME, 'no Postgres was found')
} else {
  changing.before(async () => {
    house = await openSellingHouse(database.url, null)
  })
  changing.after(async () => {
    await house.close()
    await database.close(failed === 0)
  })
  declareTests()
  changing.run()
}

/** Remembers that something failed, so that the database is kept. */
function check(name: string, run: () => Promise<void>): void {
  changing(name, async () => {
    failed += 1
    await run()
    failed -= 1
  })
}

type Lines = Readonly<Record<string, number>>

function linesOf(wanted: Lines) {
  return Object.entries(wanted).map(([sku, quantity]) => ({ sku, quantity }))
}

async function openIn(visitor: Visitor, wanted: Lines): Promise<Answer['body']> {
  const body = { lines: linesOf(wanted), shipping_address: ADDRESS }
  const { status, body: checkout } = await visitor.post('/v1/checkouts', body)
  assert.equal(status, 201, JSON.stringify(checkout))
  return checkout
}

function payIn(visitor: Visitor, checkout: Answer['body'], method: string, key?: string) {
  const body = { payment_method: method, expected_total: checkout.totals.total }
  return visitor.post(`/v1/checkouts/${checkout.id}/pay`, body, key)
}

/** The id of the intent that waits for its buyer, as the buyer's own client knows it. */
function intentOf({ status, body }: Answer): string {
  assert.equal(status, 200, JSON.stringify(body))
  const secret = body.next?.authenticate?.client_secret
  assert.ok(secret, 'the buyer is not asked to authenticate')
  return secret.slice(0, secret.indexOf('_secret'))
}

async function untilState(visitor: Visitor, id: string, state: string): Promise<Answer['body']> {
  const path = `/v1/checkouts/${id}`
  const arrived = async () => (await visitor.get(path)).body.state === state
  await until(`the checkout is ${state}`, arrived, 10_000)
  return (await visitor.get(path)).body
}

async function heldAndSold(sku: string): Promise<readonly [number, number]> {
  const { held, sold } = await house.stock(sku)
  return [held, sold]
}

function declareTests(): void {
  check('PATCH changes lines and address; what is paid, sold and recorded is the new', async () => {
    await house.sell('BOWL', 700, 20)
    await house.sell('DISH', 300, 20)
    const ada = house.as('ada')
    const opened = await openIn(ada, { BOWL: 3 })
    const path = `/v1/checkouts/${opened.id}`
    const change = { lines: linesOf({ DISH: 2, BOWL: 1 }) }
    const revised = await ada.patch(path, change, 'patch-1')
    assert.equal(revised.status, 200, JSON.stringify(revised.body))
    assert.equal(revised.body.totals.total.amount, 1_300)
    assert.equal(revised.body.expires_at, opened.expires_at)
    const again = await ada.patch(path, change, 'patch-1')
    assert.equal(again.headers['idempotent-replayed'], 'true')
    assert.deepEqual(again.body, revised.body)
    const other = await ada.patch(path, { lines: linesOf({ BOWL: 9 }) }, 'patch-1')
    assert.deepEqual([other.status, other.body.code], [422, 'idempotency_key_reused'])
    const nothing = await ada.patch(path, {})
    assert.deepEqual([nothing.status, nothing.body.code], [400, 'invalid_request'])
    const stale = await payIn(ada, opened, 'pm_card_visa')
    assert.deepEqual([stale.status, stale.body.code], [409, 'total_changed'])
    const order = await payIn(ada, revised.body, 'pm_card_visa')
    assert.equal(order.status, 201, JSON.stringify(order.body))
    await untilState(ada, opened.id, 'captured')
    assert.deepEqual(
      [await heldAndSold('BOWL'), await heldAndSold('DISH')],
      [
        [0, 1],
        [0, 2],
      ],
    )
    assert.equal((await house.chargesOf(order.body.id))?.captured, 1_300)
    const late = await ada.patch(path, change)
    assert.deepEqual([late.status, late.body.code], [409, 'not_open'])
    await house.auditIsClean()
  })

  check(
    'a change after a declined card: order, sub-orders and charge are the new lines',
    async () => {
      await house.sell('FORK', 100, 20)
      await house.sell('KNIFE', 250, 20)
      const bob = house.as('bob')
      const opened = await openIn(bob, { FORK: 5, KNIFE: 1 })
      const declined = await payIn(bob, opened, 'pm_card_chargeDeclined')
      assert.equal(declined.status, 402)
      const { body: revised } = await bob.patch(`/v1/checkouts/${opened.id}`, {
        lines: linesOf({ KNIFE: 4 }),
      })
      const order = await payIn(bob, revised, 'pm_card_visa')
      assert.equal(order.status, 201, JSON.stringify(order.body))
      await untilState(bob, opened.id, 'captured')
      const { body: shown } = await bob.get(`/v1/orders/${order.body.id}`)
      assert.deepEqual(
        shown.lines.map(({ sku, quantity }) => [sku, quantity]),
        [['KNIFE', 4]],
      )
      assert.deepEqual(
        shown.sub_orders.map(({ total }) => total.amount),
        [1_000],
      )
      assert.equal((await house.chargesOf(order.body.id))?.captured, 1_000)
      assert.deepEqual(await heldAndSold('FORK'), [0, 0])
      await house.auditIsClean()
    },
  )

  check('a change that cannot be had leaves stock and checkout as they were', async () => {
    await house.sell('JUG', 900, 3)
    await house.sell('MUG', 100, 20)
    const carol = house.as('carol')
    const opened = await openIn(carol, { JUG: 1, MUG: 1 })
    const refused = await carol.patch(`/v1/checkouts/${opened.id}`, {
      lines: linesOf({ MUG: 5, JUG: 4 }),
    })
    assert.deepEqual([refused.status, refused.body.code], [409, 'out_of_stock'])
    assert.deepEqual(
      [await heldAndSold('JUG'), await heldAndSold('MUG')],
      [
        [1, 0],
        [1, 0],
      ],
    )
    const { body: now } = await carol.get(`/v1/checkouts/${opened.id}`)
    assert.deepEqual([now.state, now.lines], ['open', opened.lines])
    await carol.post(`/v1/checkouts/${opened.id}/cancel`, {})
    await house.auditIsClean()
  })

  check('an authenticated payment is confirmed by its webhook, and GET shows it', async () => {
    await house.sell('VASE', 2_000, 5)
    const dora = house.as('dora')
    const checkout = await openIn(dora, { VASE: 1 })
    const waiting = await payIn(dora, checkout, CARD, 'pay-vase')
    const { body: shown } = await dora.get(`/v1/checkouts/${checkout.id}`)
    assert.deepEqual(shown.next, waiting.body.next)
    const again = await payIn(dora, checkout, CARD, 'pay-vase')
    assert.deepEqual([again.status, again.headers['idempotent-replayed']], [200, 'true'])
    await house.authenticate(intentOf(waiting), 'succeed')
    await untilState(dora, checkout.id, 'captured')
    const final = await payIn(dora, checkout, CARD, 'pay-vase')
    assert.deepEqual([final.status, final.body.status], [201, 'confirmed'])
    assert.equal(final.headers['idempotent-replayed'], 'true')
    assert.equal((await house.chargesOf(final.body.id))?.captured, 2_000)
    await house.auditIsClean()
  })

  check('a failed authentication is a decline by its webhook, and another card pays', async () => {
    await house.sell('URN', 2_000, 5)
    const eve = house.as('eve')
    const checkout = await openIn(eve, { URN: 1 })
    const waiting = await payIn(eve, checkout, CARD, 'pay-urn')
    await house.authenticate(intentOf(waiting), 'fail')
    await untilState(eve, checkout.id, 'open')
    const declined = await payIn(eve, checkout, CARD, 'pay-urn')
    assert.deepEqual([declined.status, declined.body.code], [402, 'payment_declined'])
    const order = await payIn(eve, checkout, 'pm_card_visa')
    assert.equal(order.status, 201, JSON.stringify(order.body))
    await untilState(eve, checkout.id, 'captured')
    await house.auditIsClean()
  })

  check('another card takes the place of an open authentication, charged once', async () => {
    await house.sell('TRAY', 2_000, 5)
    const finn = house.as('finn')
    const checkout = await openIn(finn, { TRAY: 1 })
    const waiting = await payIn(finn, checkout, CARD, 'pay-tray')
    const order = await payIn(finn, checkout, 'pm_card_visa')
    assert.equal(order.status, 201, JSON.stringify(order.body))
    const first = await payIn(finn, checkout, CARD, 'pay-tray')
    assert.deepEqual([first.status, first.body.code], [409, 'payment_replaced'])
    await untilState(finn, checkout.id, 'captured')
    const charges = await house.chargesOf(order.body.id)
    assert.deepEqual([charges?.captured, charges?.intents], [2_000, 2])
    await assert.rejects(house.authenticate(intentOf(waiting), 'succeed'), /it is canceled/)
    await house.auditIsClean()
  })

  check('30 buyers who authenticate and pay otherwise at once are charged once each', async () => {
    await house.sell('LAMP', 500, 60)
    const buyers = Array.from({ length: 30 }, (_, at) => house.as(`hasty-${at}`))
    const orders = await Promise.all(
      buyers.map(async (buyer) => {
        const checkout = await openIn(buyer, { LAMP: 2 })
        const intent = intentOf(await payIn(buyer, checkout, CARD))
        const [paid] = await Promise.all([
          payIn(buyer, checkout, 'pm_card_visa'),
          house.authenticate(intent, 'succeed').catch(() => {}),
        ])
        assert.ok([201, 409].includes(paid.status), JSON.stringify(paid.body))
        await untilState(buyer, checkout.id, 'captured')
        return `ord_${checkout.id.slice(4)}`
      }),
    )
    for (const order of orders) assert.equal((await house.chargesOf(order))?.captured, 1_000)
    assert.deepEqual(await heldAndSold('LAMP'), [0, 60])
    await house.auditIsClean()
  })

  check('a cancel during authentication voids and frees the stock', async () => {
    await house.sell('SIEVE', 800, 5)
    const gina = house.as('gina')
    const checkout = await openIn(gina, { SIEVE: 2 })
    intentOf(await payIn(gina, checkout, CARD))
    const cancelled = await gina.post(`/v1/checkouts/${checkout.id}/cancel`, {})
    assert.equal(cancelled.status, 200, JSON.stringify(cancelled.body))
    assert.deepEqual(await heldAndSold('SIEVE'), [0, 0])
    await house.auditIsClean()
  })
}
