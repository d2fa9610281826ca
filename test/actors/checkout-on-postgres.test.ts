// The same shop on real Postgres: what the tests in memory show in breadth is shown here where it
// would hurt, with real commits in between.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { Checkout } from '../../actors/domain/checkout.ts'
import {
  BUYING_CRASH_POINTS,
  type CrashPoint,
  REVISING_CRASH_POINTS,
} from '../../actors/ports/crash-points.ts'
import { scriptedPaymentGateway } from '../../src/payments/scripted-payment-gateway.ts'
import { systemClock, systemRandomness } from '../../src/system-clock.ts'
import { checkoutCompleter } from '../../src/workers/checkout-completer.ts'
import { skipTest } from '../runner/skipped.ts'
import {
  answerOf,
  assertChargedOnce,
  countOf,
  orderOf,
  productOf,
  saleIn,
  settle,
  type Wanted,
  wordOf,
} from '../support/sale.ts'
import { openShop, type ShopOptions } from '../support/shop.ts'
import { postgresStorage } from '../support/shop-storage.ts'
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts'

const CLOSE_WITHIN_MS = 5_000
const NAME = 'a shop on postgres'
const test = suite(NAME)
const database = await openTestDatabase(import.meta.url)
if (database === null) skipTest(NAME, 'no Postgres was found')
else runOn(database)

type PostgresSale = ReturnType<ReturnType<typeof salesIn>>

/** Opens sales on one database, each with goods of its own. */
function salesIn(url: string) {
  const storage = postgresStorage(url)
  const gateway = scriptedPaymentGateway()
  let sales = 0

  return function openSaleOf(quantity: number) {
    sales += 1
    const [rose, tulip] = [`ROSE-${sales}`, `TULIP-${sales}`]
    const parts: ShopOptions = {
      ...{ storage, gateway, clock: systemClock, randomness: systemRandomness },
      products: [productOf(rose), productOf(tulip)],
    }
    const open = async (changes: Partial<ShopOptions> = {}) => {
      const sale = saleIn(await openShop({ ...parts, ...changes }), storage)
      await sale.receive({ [rose]: quantity, [tulip]: quantity })
      return sale
    }
    return { open, rose, tulip, gateway, cart: `cart_${sales}`, storage }
  }
}

type PostgresShop = Awaited<ReturnType<PostgresSale['open']>>

async function close({ shop }: PostgresShop): Promise<void> {
  await shop.close(CLOSE_WITHIN_MS)
  assert.deepEqual(shop.bugs, [])
}

function runOn({ url, close: closeDatabase }: TestDatabase): void {
  const newSale = salesIn(url)
  const { storage } = newSale(0)
  let passed = 0
  let tests = 0

  function check(name: string, body: () => Promise<void>): void {
    tests += 1
    test(name, async () => {
      await body()
      passed += 1
    })
  }

  checkBuyers(check, newSale)
  for (const point of BUYING_CRASH_POINTS) {
    check(`${point}: after a crash the same keys lead to one order, charged once`, () =>
      crashAndResume(newSale(5), point),
    )
  }
  // The last three lie on the way back of a change that was refused.
  for (const point of REVISING_CRASH_POINTS.slice(0, 5)) {
    check(`${point}: after a crash the same key finds the end of the change`, () =>
      crashInChange(newSale(20), point),
    )
  }

  test.after(async () => {
    await storage.close()
    await closeDatabase(passed === tests)
  })
  test.run()
}

type Check = (name: string, body: () => Promise<void>) => void

function checkBuyers(check: Check, newSale: ReturnType<typeof salesIn>): void {
  check(
    '200 buyers at once for 50 units of two SKUs in opposite orders: 50 have both',
    async () => {
      const { open, rose, tulip } = newSale(50)
      const sale = await open()
      const forth: Wanted = { [rose]: 1, [tulip]: 1 }
      const back: Wanted = { [tulip]: 1, [rose]: 1 }
      const opening = Array.from({ length: 200 }, (_, buyer) =>
        sale.open(`buyer-${buyer}`, buyer % 2 === 0 ? forth : back),
      )
      const replies = await Promise.all(opening)
      assert.deepEqual(countOf(replies.map(wordOf)), { checkout_opened: 50, out_of_stock: 150 })
      await close(sale)
      assert.deepEqual(await sale.stock(rose), [0, 50, 0])
      assert.deepEqual(await sale.stock(tulip), [0, 50, 0])
    },
  )

  check('50 checkouts of one buyer at once have a limit of 7 between them', async () => {
    const { open, rose, tulip } = newSale(100)
    const limited = { ...productOf(rose), purchaseLimit: 7 }
    const sale = await open({ products: [limited, productOf(tulip)] })
    const opening = Array.from({ length: 50 }, () => sale.open('eve', { [rose]: 1, [tulip]: 1 }))
    const words = countOf((await Promise.all(opening)).map(wordOf))
    assert.deepEqual(words, { checkout_opened: 7, purchase_limit: 43 })
    await close(sale)
    assert.deepEqual(await sale.stock(rose), [93, 7, 0])
    assert.deepEqual(await sale.stock(tulip), [93, 7, 0])
    const heir = await open({ products: [limited, productOf(tulip)] })
    assert.equal(wordOf(await heir.open('eve', { [rose]: 1 }, { key: 'heir' })), 'purchase_limit')
    assert.equal(wordOf(await heir.open('bob', { [rose]: 7 }, { key: 'heir' })), 'checkout_opened')
    await close(heir)
  })

  check('50 parallel payments under one key charge once', async () => {
    const { open, rose, gateway } = newSale(10)
    const sale = await open()
    const checkout = await sale.opened('ada', { [rose]: 2 })
    const paying = Array.from({ length: 50 }, () => sale.pay(checkout, { key: 'one' }))
    const words = (await Promise.all(paying)).map(wordOf)
    assert.deepEqual(countOf(words), { order_confirmed: 1, in_progress: 49 })
    await sale.atRest(checkout.id)
    assertChargedOnce(gateway, checkout)
    assert.deepEqual(await sale.stock(rose), [8, 0, 2])
    const again = await sale.pay(checkout, { key: 'one' })
    assert(again.kind === 'answer' && again.replayed)
    await close(sale)
  })

  check('a declined card, then another one, pays the same checkout', async () => {
    const { open, rose } = newSale(10)
    const sale = await open()
    const checkout = await sale.opened('bob', { [rose]: 2 })
    const declined = await sale.pay(checkout, { key: 'bad', card: 'pm_card_chargeDeclined' })
    assert.equal(wordOf(declined), 'payment_declined')
    const order = orderOf(await sale.pay(checkout, { key: 'good' }))
    const paid = await sale.atRest(checkout.id)
    assert.deepEqual([paid.state, paid.payment?.attempt], ['captured', 2])
    const replayed = answerOf(await sale.pay(checkout, { key: 'good' }))
    assert.deepEqual(replayed, { kind: 'order_confirmed', order })
    await close(sale)
  })

  check('20 tabs on one cart, each paying what it opened, charge once', async () => {
    const { open, rose, gateway, cart } = newSale(100)
    const sale = await open()
    const opening = Array.from({ length: 20 }, (_, tab) =>
      sale.open('carol', { [rose]: 1 }, { cart, key: `tab-${tab}` }),
    )
    const answers = (await Promise.all(opening)).map(answerOf)
    const opened = answers.flatMap((answer): Checkout[] =>
      answer.kind === 'checkout_opened' ? [answer.checkout] : [],
    )
    const [checkout, ...more] = opened
    assert(checkout && more.length === 0)
    const paying = Array.from({ length: 20 }, () => sale.pay(checkout))
    const words = countOf((await Promise.all(paying)).map(wordOf))
    assert.equal(words['order_confirmed'], 1)
    await sale.atRest(checkout.id)
    assertChargedOnce(gateway, checkout)
    assert.deepEqual(await sale.stock(rose), [99, 0, 1])
    await close(sale)
  })
}

async function crashInChange(
  { open, rose, tulip, gateway }: PostgresSale,
  crashAt: CrashPoint,
): Promise<void> {
  const first = await open({ crashAt })
  const checkout = await first.opened('finn', { [rose]: 4 }, { key: `open-${rose}` })
  const change = (sale: PostgresShop) =>
    sale.revise(checkout, { [tulip]: 3, [rose]: 2 }, { key: `revise-${rose}` })
  void change(first)
  await first.shop.crashed
  const second = await open()
  const answer = answerOf(await change(second))
  assert(answer.kind === 'checkout_revised', JSON.stringify(answer))
  assert.deepEqual(await second.load(checkout.id), answer.checkout)
  assert.deepEqual(await second.stock(rose), [18, 2, 0])
  assert.deepEqual(await second.stock(tulip), [17, 3, 0])
  const bad = { card: 'pm_card_chargeDeclined', key: `bad-${rose}` }
  assert.equal(wordOf(await second.pay(answer.checkout, bad)), 'payment_declined')
  const again = answerOf(await second.revise(checkout, { [tulip]: 5 }, { key: `again-${rose}` }))
  assert(again.kind === 'checkout_revised', JSON.stringify(again))
  const order = orderOf(await second.pay(again.checkout, { key: `pay-${rose}` }))
  await second.atRest(checkout.id)
  assert.equal(gateway.bookOf(order.id).captured, again.checkout.total.amount)
  assert.deepEqual(await second.stock(rose), [20, 0, 0])
  assert.deepEqual(await second.stock(tulip), [15, 0, 5])
  await close(second)
}

async function crashAndResume(
  { open, rose, tulip, gateway, cart }: PostgresSale,
  crashAt: CrashPoint,
): Promise<void> {
  const buy = async (sale: PostgresShop) => {
    const lines = { [rose]: 2, [tulip]: 3 }
    const opened = answerOf(await sale.open('dora', lines, { key: `open-${cart}`, cart }))
    assert(opened.kind === 'checkout_opened', `not opened: ${JSON.stringify(opened)}`)
    return sale.pay(opened.checkout, { key: `pay-${cart}` })
  }
  const first = await open({ crashAt })
  void buy(first)
  await first.shop.crashed
  const second = await open()
  const order = orderOf(await buy(second))
  await checkoutCompleter(second.shop.journal, second.shop.client)()
  const checkout = await second.atRest(order.checkoutId)
  assert.equal(checkout.state, 'captured')
  assertChargedOnce(gateway, checkout)
  assert.deepEqual(await second.stock(rose), [3, 0, 2])
  assert.deepEqual(await second.stock(tulip), [2, 0, 3])
  await settle()
  await close(second)
}
