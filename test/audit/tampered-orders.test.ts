// Orders, payments, checkouts and events that somebody changed, doubled or took away by hand: each
// is seen by the promise it breaks, and by every other row that says otherwise.

import pg from 'pg'
import { suite } from 'uvu'
import type { CheckId } from '../../src/audit/checks.ts'
import { skipTest } from '../runner/skipped.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { announce, checkoutOf, orderOf, type StoryName, writeEvent } from './sample-history.ts'
import { openTamperedShop, type TamperedShop } from './tampered-shop.ts'

const tampered = suite('audit of tampered orders')
const database = await openTestDatabase(import.meta.url)

if (database === null) skipTest('audit of tampered orders', 'no Postgres was found')
else {
  const pool = new pg.Pool({ connectionString: database.url, max: 3 })
  const shop = await openTamperedShop(pool)
  tampered.before.each(shop.reset)
  tampered.after(async () => {
    await pool.end()
    // Each test writes the shop anew: a kept database would show the last one and no other.
    await database.close(true)
  })
  missingOrDoubledTests(shop)
  sumTests(shop)
  orderTests(shop)
  paymentTests(shop)
  checkoutTests(shop)
  lineTests(shop)
  eventTests(shop)
}
tampered.run()

type Found = Partial<Record<CheckId, RegExp>>

// Each statement names its row by $1: an order's id, or in `checkout` a checkout's.
type Row = readonly [what: string, sql: string, found: Found]

function tests(shop: TamperedShop, id: string, rows: readonly Row[]): void {
  for (const [what, sql, found] of rows) {
    tampered(`${Object.keys(found)[0]}: ${what}`, async () => {
      await shop.run(sql, [id])
      await shop.expect(found)
    })
  }
}

function missingOrDoubledTests(shop: TamperedShop): void {
  const { run, expect, pool } = shop

  tampered('O1: a second order of one checkout', async () => {
    await run(
      `insert into orders
       select 'ord_0190a0000000700080000000000000ff', user_shard, user_id, checkout_id, status,
              payment_status, payment_method, intent_id, currency, total_amount,
              authorised_amount, captured_amount, refunded_amount, shipping_address, created_at,
              updated_at, confirmed_at
         from orders where id = $1`,
      [orderOf('paying')],
    )
    await expect({ O1: /has 2 orders/, O2: /total 500, lines 0 USD/ })
  })

  tampered('O1: a payment that runs without an order', async () => {
    for (const table of ['order_line', 'sub_order', 'payment_attempt']) {
      await run(`delete from ${table} where order_id = $1`, [orderOf('paying')])
    }
    await run('delete from orders where id = $1', [orderOf('paying')])
    await expect({ O1: /chk_\S+ \(paying\): ord_\S+ does not exist/ })
  })

  tampered('O1: an order whose checkout is gone', async () => {
    await run('delete from checkout where id = $1', [checkoutOf('voided')])
    await expect({ O1: /there is no checkout chk_/ })
  })

  tampered('O1: an order that was confirmed without its checkout', async () => {
    await run('update orders set confirmed_at = now() where id = $1', [orderOf('voided')])
    await announce(pool, 'voided')
    await expect({
      O1: /was confirmed, but chk_\S+ is cancelled/,
      I5: /line 1: 1 B, the ledger has/,
    })
  })

  tampered('O3: a confirmed order that nobody heard of', async () => {
    await run("delete from outbox where topic = 'order.confirmed' and order_id = $1", [
      orderOf('captured'),
    ])
    await expect({ O3: /ord_\S+: 0 order.confirmed events, should be 1/ })
  })

  tampered('O3: a confirmed order that was announced twice', async () => {
    await announce(pool, 'captured')
    await expect({ O3: /ord_\S+: 2 order.confirmed events, should be 1/ })
  })

  tampered('O3: an order that was announced and never confirmed', async () => {
    await announce(pool, 'paying')
    await expect({ O3: /order.confirmed was written, but it never was confirmed/ })
  })

  tampered('O3: an announcement of an order that does not exist', async () => {
    await writeEvent(pool, 'ord_none', 'order.confirmed', {})
    await expect({ O3: /ord_none: order.confirmed was written/ })
  })
}

function sumTests({ run, expect }: TamperedShop): void {
  tampered('O2: an order whose total was changed', async () => {
    await run('update orders set total_amount = 501 where id = $1', [orderOf('confirmed')])
    await expect({
      O2: /total 501, lines 500 USD; total 501, its checkout was priced 500/,
      P2: /captured 0 of 501 USD; attempt 1 authorised 500 USD/,
    })
  })

  tampered('O2: a line that is not its price times its quantity', async () => {
    await run('update order_line set unit_amount = 499 where order_id = $1', [orderOf('confirmed')])
    await expect({ O2: /line 1 is 500 for 1 x 499/ })
  })

  tampered('O2: a seller without a sub-order', async () => {
    await run("delete from sub_order where order_id = $1 and seller_id = 'seller-2'", [
      orderOf('captured'),
    ])
    await expect({ O2: /no sub-order of seller-2/ })
  })

  tampered("O2: a sub-order that takes another seller's money", async () => {
    await run(
      `update sub_order set total_amount = case seller_id when 'seller-1' then 1250 else 1000 end
        where order_id = $1`,
      [orderOf('captured')],
    )
    await expect({ O2: /sub-order of seller-1 is 1250, its lines 1000/ })
  })
}

function orderTests(shop: TamperedShop): void {
  const status = (word: string) => `update orders set status = '${word}' where id = $1`
  const captured = checkoutOf('captured')
  tests(shop, orderOf('captured'), [
    [
      'a captured order that was called cancelled',
      status('cancelled'),
      { O1: new RegExp(`is cancelled, but ${captured} is captured`) },
    ],
    [
      'a captured order that was called pending',
      status('pending'),
      { O1: new RegExp(`is pending, but ${captured} is captured`) },
    ],
    [
      'an order that was given to somebody else',
      "update orders set user_id = 'thief' where id = $1",
      { O1: /of thief, its checkout of buyer-1/, O3: /order.confirmed of buyer-1, .* of thief/ },
    ],
    [
      'an order that names another payment intent',
      "update orders set intent_id = 'pi_other' where id = $1",
      {
        O1: /intent pi_other, its checkout pays by pi_\S+_2; intent pi_other, its last attempt is/,
        P2: /attempt 2 captured 2250 USD by pi_\S+_2, not pi_other/,
      },
    ],
  ])
  for (const name of ['paying', 'open', 'voided'] as const) {
    tests(shop, orderOf(name), [
      [
        `the order of a checkout that is ${name} was called confirmed`,
        status('confirmed'),
        { O1: /is confirmed, but chk_\S+ is/ },
      ],
    ])
  }
  tampered('O1: an order that was taken away from a checkout that ended', async () => {
    for (const table of ['order_line', 'sub_order', 'payment_attempt']) {
      await shop.run(`delete from ${table} where order_id = $1`, [orderOf('voided')])
    }
    await shop.run('delete from orders where id = $1', [orderOf('voided')])
    await shop.expect({ O1: /chk_\S+ \(cancelled\): ord_\S+ does not exist/ })
  })

  tampered('a captured order that was shipped and delivered is no violation', async () => {
    for (const word of ['partially_shipped', 'shipped', 'delivered']) {
      await shop.run(status(word), [orderOf('captured')])
      await shop.expect({})
    }
  })
}

function paymentTests(shop: TamperedShop): void {
  tests(shop, orderOf('captured'), [
    [
      'a captured order without any attempt to pay',
      'delete from payment_attempt where order_id = $1',
      { P1: /captured were attempts none/, O1: /payment captured, its last attempt is none/ },
    ],
    [
      'a captured order whose attempts all failed',
      "update payment_attempt set status = 'failed' where order_id = $1",
      { P1: /captured were attempts none/, O1: /payment captured, its last attempt is failed/ },
    ],
    [
      'a captured order whose attempt was only authorised',
      `update payment_attempt set status = 'authorised'
        where order_id = $1 and status = 'captured'`,
      { P1: /captured were attempts none/, O1: /its last attempt is authorised/ },
    ],
    [
      'an attempt that captured another amount',
      'update payment_attempt set amount = 1 where order_id = $1 and attempt = 2',
      { P2: /attempt 2 captured 1 USD/ },
    ],
    [
      'an attempt that captured another intent',
      "update payment_attempt set intent_id = 'pi_other' where order_id = $1 and attempt = 2",
      { P2: /attempt 2 captured 2250 USD by pi_other, not pi_\S+_2/, O1: /attempt is by pi_other/ },
    ],
  ])
  tests(shop, orderOf('confirmed'), [
    [
      'a confirmed order whose payment was voided',
      "update orders set payment_status = 'voided' where id = $1",
      { P4: /is confirmed, but payment is voided/, O1: /its payment is voided, but chk_/ },
    ],
    [
      'a confirmed order whose attempt was voided',
      "update payment_attempt set status = 'voided' where order_id = $1",
      { P4: /payment is authorised, attempt 1 is voided/, O1: /its last attempt is voided/ },
    ],
    [
      'a confirmed order without any attempt to pay',
      'delete from payment_attempt where order_id = $1',
      { P4: /is confirmed, but payment is authorised/, O1: /its last attempt is none/ },
    ],
    [
      'a confirmed order for which less is held than it costs',
      'update payment_attempt set amount = 1 where order_id = $1',
      { P2: /captured 0 of 500 USD; attempt 1 authorised 1 USD/ },
    ],
  ])
}

function checkoutTests(shop: TamperedShop): void {
  tests(shop, checkoutOf('captured'), [
    [
      'a checkout that was given to somebody else',
      "update checkout set user_id = 'thief' where id = $1",
      { O1: /of buyer-1, its checkout of thief/ },
    ],
    [
      'a checkout without its lines',
      "update checkout set lines = '[]' where id = $1",
      { O1: /has lines 1, 2, its checkout none/ },
    ],
    [
      'a checkout whose lines are no list',
      "update checkout set lines = 'null' where id = $1",
      { O1: /has lines 1, 2, its checkout none/ },
    ],
    [
      'a checkout that lost its order',
      'update checkout set order_id = null where id = $1',
      { O1: /order ord_\S+, its checkout names none/ },
    ],
    [
      'a checkout that pays by another intent',
      `update checkout set payment = payment || '{"intentId": "pi_other"}' where id = $1`,
      { O1: /its checkout pays by pi_other/ },
    ],
    [
      'a checkout that is at another attempt',
      `update checkout set payment = payment || '{"attempt": 1}' where id = $1`,
      { O1: /last attempt 2, its checkout is at 1/ },
    ],
  ])
}

function lineTests(shop: TamperedShop): void {
  const { run, expect } = shop
  const price = 'update order_line set unit_amount = $3, total_amount = $4 where order_id = $1'

  tampered(
    'O2: a price that was moved from one line to the other, and the sellers with it',
    async () => {
      const id = orderOf('captured')
      await run(`${price} and line = $2`, [id, 1, 250, 500])
      await run(`${price} and line = $2`, [id, 2, 1_750, 1_750])
      await run(
        `update sub_order set total_amount = case seller_id when 'seller-1' then 500 else 1750 end
        where order_id = $1`,
        [id],
      )
      await expect({ O2: /line 1 is 2 A at 250 of seller-1 .* its checkout sold 2 A at 500/ })
    },
  )

  tampered('O2: a seller who took the place of another, in line and sub-order', async () => {
    for (const table of ['order_line', 'sub_order']) {
      await run(
        `update ${table} set seller_id = 'thief' where order_id = $1 and seller_id = 'seller-1'`,
        [orderOf('captured')],
      )
    }
    await expect({
      O2: /line 1 is 2 A at 500 of thief .* its checkout sold 2 A at 500 of seller-1/,
    })
  })

  const quantity = 'update order_line set quantity = 2 where order_id = $1 and line = 1'
  const names: readonly StoryName[] = ['committing', 'paying']
  for (const name of names) {
    tests(shop, orderOf(name), [
      [
        `a line of an order that is ${name} names another quantity`,
        quantity,
        { O2: /line 1 is 2 A at 500 .* its checkout sold 1 A/ },
      ],
    ])
  }

  tests(shop, orderOf('captured'), [
    [
      'a line that names another hold',
      "update order_line set hold_id = 'hold_of_nobody' where order_id = $1 and line = 1",
      {
        O2: /\(hold_of_nobody\); its checkout sold 2 A/,
        P3: /line 1: 2 A, the ledger sold nothing/,
        P4: /stand on no order/,
      },
    ],
  ])
}

function eventTests(shop: TamperedShop): void {
  const confirmed = "where order_id = $1 and topic = 'order.confirmed'"
  const withChange = (change: string) =>
    `update outbox set payload = payload || '${change}' ${confirmed}`
  tests(shop, orderOf('captured'), [
    [
      'an announcement to somebody else',
      "update outbox set user_id = 'thief' where order_id = $1",
      { O3: /order.confirmed of thief, the order of buyer-1/ },
    ],
    [
      'an announcement that says nothing',
      `update outbox set payload = '{}' ${confirmed}`,
      { O3: /order.confirmed names no order; order.confirmed names no lines, should be \[/ },
    ],
    [
      'an announcement that is no object',
      `update outbox set payload = 'null' ${confirmed}`,
      { O3: /order.confirmed names no order/ },
    ],
    [
      'an announcement of another order',
      withChange('{"order_id": "ord_other"}'),
      { O3: /order.confirmed names ord_other/ },
    ],
    [
      'an announcement of fewer lines',
      withChange('{"lines": [{"sku": "A", "quantity": 2}]}'),
      { O3: /names \[\{"sku":"A","quantity":2\}\], should be \[.*"sku":"B"/ },
    ],
    [
      'an announcement that empties the cart of somebody else',
      withChange('{"cart_id": "cart_other"}'),
      { O3: /order.confirmed empties cart_other, should be no cart/ },
    ],
  ])
}
