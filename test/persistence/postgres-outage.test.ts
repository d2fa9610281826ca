// Outages on real Postgres, whose clock the test turns: functions of its own stand before the
// server's `clock_timestamp` and `now` on the search path, so that every statement reads them. Five
// of fifteen minutes are left; the process is gone for an hour, or the clock steps by one.

import assert from 'node:assert/strict'
import pg from 'pg'
import { suite } from 'uvu'
import type { Clock } from '../../actors/ports/clock.ts'
import { scriptedPaymentGateway } from '../../src/payments/scripted-payment-gateway.ts'
import { systemClock, systemRandomness } from '../../src/system-clock.ts'
import { checkoutCompleter } from '../../src/workers/checkout-completer.ts'
import { skipTest } from '../runner/skipped.ts'
import { productOf, saleIn, wordOf } from '../support/sale.ts'
import { HOLD_TTL_MS, openShop, type ShopOptions } from '../support/shop.ts'
import { postgresStorage } from '../support/shop-storage.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { until } from '../support/until.ts'

const NAME = 'an outage on postgres'
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const WAIT_MAX_MS = 15_000

const database = await openTestDatabase(import.meta.url)
if (database === null) skipTest(NAME, 'no Postgres was found')
else await runOn(database.url, database.close)

async function openTurnedClock(url: string) {
  const hand = new pg.Client({ connectionString: url })
  await hand.connect()
  await hand.query(`
    create schema turned;
    create table turned.by_ms (ms float8 not null);
    insert into turned.by_ms values (0);
    create function turned.clock_timestamp() returns timestamptz volatile language sql as
      $$ select pg_catalog.clock_timestamp() + ms * interval '1 ms' from turned.by_ms $$;
    create function turned.now() returns timestamptz stable language sql as
      $$ select pg_catalog.now() + ms * interval '1 ms' from turned.by_ms $$;
    alter database ${new URL(url).pathname.slice(1)} set search_path = turned, pg_catalog, public`)
  return {
    hand,
    async turn(ms: number): Promise<void> {
      await hand.query('update turned.by_ms set ms = ms + $1', [ms])
    },
  }
}

async function runOn(url: string, close: (passed: boolean) => Promise<void>): Promise<void> {
  const test = suite(NAME)
  const { hand, turn } = await openTurnedClock(url)
  const storage = postgresStorage(url)
  const gateway = scriptedPaymentGateway()
  let sales = 0
  let passed = 0

  /** Two checkouts with five minutes left, in a shop whose clock goes with the database's. */
  async function fiveMinutesLeft() {
    sales += 1
    const sku = `ROSE-${sales}`
    let aheadMs = 0
    const clock: Clock = {
      nowMs: () => systemClock.nowMs() + aheadMs,
      monotonicMs: () => systemClock.monotonicMs() + aheadMs,
      after: (delayMs, call) => systemClock.after(delayMs, call),
    }
    const parts: ShopOptions = {
      ...{ storage, gateway, clock, randomness: systemRandomness },
      ...{ products: [productOf(sku)], serving: true, onClockStep: () => {} },
    }
    const open = async () => saleIn(await openShop(parts), storage)
    /** Time in which the shop serves: its signs of life are believed to have come. */
    const pass = async (ms: number) => {
      aheadMs += ms
      await turn(ms)
      await hand.query('update shard set alive_at = turned.clock_timestamp()')
    }
    const sale = await open()
    await sale.receive({ [sku]: 5 })
    const key = (word: string) => ({ key: `${word}-${sales}` })
    const paid = await sale.opened('ada', { [sku]: 1 }, key('paid'))
    const forgotten = await sale.opened('bob', { [sku]: 1 }, key('forgotten'))
    await pass(HOLD_TTL_MS - 5 * MINUTE_MS)
    return { sale, sku, paid, forgotten, open, pass, key }
  }

  async function lastSign(): Promise<string> {
    const { rows } = await hand.query<{ at: string }>('select max(alive_at)::text as at from shard')
    return rows[0]?.at ?? ''
  }
  const cameAfter = (before: string) => async () => (await lastSign()) !== before

  test('a process that is gone for an hour leaves its buyers the minutes they had', async () => {
    const { sale, sku, paid, forgotten, open, pass, key } = await fiveMinutesLeft()
    sale.shop.crash()
    await turn(HOUR_MS)
    const next = await open()
    await pass(5 * MINUTE_MS - 20_000)
    await checkoutCompleter(next.shop.journal, next.shop.client)()
    assert.equal((await next.load(forgotten.id)).state, 'open')
    assert.deepEqual(await next.stock(sku), [3, 2, 0])
    assert.equal(wordOf(await next.pay(paid, key('pay'))), 'order_confirmed')
    await pass(MINUTE_MS)
    await until(
      'the other one runs out',
      async () => {
        await next.shop.client.wake(forgotten.id)
        return (await next.load(forgotten.id)).state === 'expired'
      },
      WAIT_MAX_MS,
    )
    assert.deepEqual(await next.stock(sku), [4, 0, 1])
    next.shop.crash()
    passed += 1
  })

  for (const [way, ms] of [
    ['forward', HOUR_MS],
    ['back', -HOUR_MS],
  ] as const) {
    test(`a clock that is turned ${way} by an hour ends nothing, and loses nothing`, async () => {
      const { sale, sku, paid, key } = await fiveMinutesLeft()
      await turn(ms)
      await until('the next sign of life has come', cameAfter(await lastSign()), WAIT_MAX_MS)
      await checkoutCompleter(sale.shop.journal, sale.shop.client)()
      assert.deepEqual((await sale.stock(sku))[1], 2)
      assert.equal(wordOf(await sale.pay(paid, key('pay'))), 'order_confirmed')
      sale.shop.crash()
      await turn(-ms)
      passed += 1
    })
  }

  test.after(async () => {
    await storage.close()
    await hand.end()
    await close(passed === 3)
  })
  test.run()
}
