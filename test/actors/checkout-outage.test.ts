// An outage must not eat a buyer's minutes: the process is gone, or its database is, or the clock
// of the database is turned. Whoever had five minutes left to pay has five minutes left.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { Checkout } from '../../actors/domain/checkout.ts'
import { RetryLater } from '../../actors/domain/failures.ts'
import { manualClock } from '../support/manual-clock.ts'
import { NOON_MS, openSale, type SaleOptions, wordOf } from '../support/sale.ts'
import { HOLD_TTL_MS } from '../support/shop.ts'
import { interruptible, memoryStorage } from '../support/shop-storage.ts'

const test = suite('an outage')
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** Two checkouts of which ten of fifteen minutes have gone by. */
async function fiveMinutesLeft(options: Partial<SaleOptions> = {}) {
  const clock = manualClock(NOON_MS)
  const books = memoryStorage(clock)
  const storage = interruptible(books)
  const sale = await openSale({
    stock: { ROSE: 5, TULIP: 5 },
    clock,
    storage,
    serving: true,
    ...options,
  })
  const passing = { ...sale, clock, storage, pass: sale.passOn(clock) }
  const paid = await sale.opened('ada', { ROSE: 1 })
  const forgotten = await sale.opened('bob', { ROSE: 1 })
  await passing.pass(HOLD_TTL_MS - 5 * MINUTE_MS)
  return { sale: passing, paid, forgotten }
}

type Resumed = Awaited<ReturnType<typeof fiveMinutesLeft>>['sale']

/** The first is paid at the last moment, the second runs out soon after. */
async function assertFiveMinutesLeft(sale: Resumed, paid: Checkout, forgotten: Checkout) {
  await sale.pass(5 * MINUTE_MS - 10_000)
  assert.equal((await sale.load(forgotten.id)).state, 'open')
  assert.equal(wordOf(await sale.pay(paid)), 'order_confirmed')
  await sale.pass(MINUTE_MS)
  assert.equal((await sale.load(forgotten.id)).state, 'expired')
  assert.deepEqual(await sale.stock('ROSE'), [4, 0, 1])
  assert.deepEqual(sale.shop.bugs, [])
}

test('a process that is gone for an hour', async () => {
  const { sale, paid, forgotten } = await fiveMinutesLeft()
  sale.shop.crash()
  sale.clock.advance(HOUR_MS)
  const next = await sale.reopen()
  const resumed = { ...sale, ...next, clock: sale.clock, pass: sale.pass }
  await assertFiveMinutesLeft(resumed, paid, forgotten)
})

test('a process that is gone for a week, and comes back twice', async () => {
  const { sale, paid, forgotten } = await fiveMinutesLeft()
  sale.shop.crash()
  sale.clock.advance(7 * 24 * HOUR_MS)
  const second = await sale.reopen()
  await sale.pass(MINUTE_MS)
  second.shop.crash()
  sale.clock.advance(HOUR_MS)
  const third = await sale.reopen()
  await sale.pass(3 * MINUTE_MS)
  assert.equal((await third.load(forgotten.id)).state, 'open')
  assert.equal(wordOf(await third.pay(paid)), 'order_confirmed')
  await sale.pass(2 * MINUTE_MS)
  assert.equal((await third.load(forgotten.id)).state, 'expired')
})

test('a database that is away for an hour', async () => {
  const { sale, paid, forgotten } = await fiveMinutesLeft()
  sale.storage.away()
  await sale.pass(HOUR_MS)
  await assert.rejects(sale.pay(paid, { key: 'away' }), RetryLater)
  sale.storage.back()
  await assertFiveMinutesLeft(sale, paid, forgotten)
})

test('a buyer who pays as soon as the database is back pays in time', async () => {
  const { sale, paid } = await fiveMinutesLeft()
  sale.storage.away()
  await sale.pass(HOUR_MS)
  sale.storage.back()
  assert.equal(wordOf(await sale.pay(paid)), 'order_confirmed')
})

test('a checkout that was being opened has its whole time when it is resumed', async () => {
  const { sale } = await fiveMinutesLeft()
  const stuck = await sale.reopen({ crashAt: 'after_checkout_claimed' })
  void stuck.open('eve', { ROSE: 1 }, { key: 'open' })
  await stuck.shop.crashed
  sale.clock.advance(HOUR_MS)
  const next = await sale.reopen()
  assert.equal(wordOf(await next.open('eve', { ROSE: 1 }, { key: 'open' })), 'checkout_opened')
})

test('lines can be changed in the time that is left', async () => {
  const { sale, paid } = await fiveMinutesLeft()
  sale.shop.crash()
  sale.clock.advance(HOUR_MS)
  const next = await sale.reopen()
  assert.equal(wordOf(await next.revise(paid, { ROSE: 2, TULIP: 1 })), 'checkout_revised')
  assert.deepEqual(await next.stock('ROSE'), [2, 3, 0])
  assert.deepEqual(await next.stock('TULIP'), [4, 1, 0])
  await sale.pass(6 * MINUTE_MS)
  assert.deepEqual(await next.stock('TULIP'), [5, 0, 0])
})

for (const [way, stepMs] of [
  ['forward', HOUR_MS],
  ['back', -HOUR_MS],
] as const) {
  test(`the clock of the database is turned ${way} by an hour: nothing is lost`, async () => {
    const { sale, paid, forgotten } = await fiveMinutesLeft({ onClockStep: () => {} })
    sale.clock.step(stepMs)
    await sale.pass(3 * MINUTE_MS)
    assert.equal((await sale.load(forgotten.id)).state, 'open')
    assert.deepEqual(await sale.stock('ROSE'), [3, 2, 0])
    assert.equal(wordOf(await sale.pay(paid)), 'order_confirmed')
  })
}

test('a clock that is turned forward for good ends what it should have ended', async () => {
  const { sale, forgotten } = await fiveMinutesLeft({ onClockStep: () => {} })
  sale.clock.step(HOUR_MS)
  await sale.pass(7 * MINUTE_MS)
  assert.equal((await sale.load(forgotten.id)).state, 'expired')
})

test.run()
