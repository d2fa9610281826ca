// The audit on a shop without a fault, and on the same shop with one thing wrong: for every promise
// that storage can show, a fault that breaks this promise, and what else it cannot but break.

import assert from 'node:assert/strict'
import pg from 'pg'
import { suite } from 'uvu'
import { postgresAuditSource } from '../../persistence/postgres/postgres-audit-source.ts'
import { runAudit } from '../../src/audit/audit.ts'
import { skipTest } from '../runner/skipped.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { checkoutOf, holdOf, orderOf } from './sample-history.ts'
import { openTamperedShop, type TamperedShop } from './tampered-shop.ts'

const LAST_OF_A = "sku = 'A' and seq = (select max(seq) from ledger_entry where sku = 'A')"

// $1 kind  $2 hold  $3 quantity  $4, $5, $6 change of available, held, sold
const REPEAT_LAST_OF_A = `
  insert into ledger_entry (
    epoch, at, seq, quantity, received, available, held, sold, kind, shard, sku, hold_id,
    checkout_id, buyer, expires_at, prev_hash, hash
  )
  select last.epoch, last.at, last.seq + 1, $3, last.received, last.available + $4, last.held + $5,
         last.sold + $6, $1::entry_kind, last.shard, 'A', hold.hold_id, hold.checkout_id,
         hold.buyer, hold.expires_at, last.hash, last.hash
    from ledger_entry as last, ledger_entry as hold
   where last.sku = 'A' and last.seq = (select max(seq) from ledger_entry where sku = 'A')
     and hold.kind = 'reserve' and hold.hold_id = $2 and hold.sku = 'A'`

// $1 hold  $2 seconds since it should have expired
const EXPIRE_HOLD = `
  update ledger_entry set expires_at = clock_timestamp() - make_interval(secs => $2)
   where kind = 'reserve' and hold_id = $1`

const audit = suite('audit')
const database = await openTestDatabase(import.meta.url)

if (database === null) skipTest('audit', 'no Postgres was found')
else {
  const pool = new pg.Pool({ connectionString: database.url, max: 3 })
  const shop = await openTamperedShop(pool)
  audit.before.each(shop.reset)
  audit.after(async () => {
    await pool.end()
    // Each test writes the shop anew: a kept database would show the last one and no other.
    await database.close(true)
  })
  stockTests(shop)
  holdTests(shop)
  moneyTests(shop)
}
audit.run()

function stockTests(shop: TamperedShop): void {
  const { run, reseal, expect } = shop

  audit('a shop in the middle of its day is clean, and every check looked', async () => {
    const report = await shop.audit()
    const violated = report.checks.filter(({ violations }) => violations > 0)
    assert.deepEqual(violated, [])
    assert.equal(report.ok, true)
    assert.equal(report.quiet, false)
    const idle = report.checks.filter(({ checked }) => checked === 0).map(({ id }) => id)
    assert.deepEqual(idle, ['I7'], 'refusals are not stored')
  })

  audit('progress ends with all that there was, stage by stage', async () => {
    const done = new Map<string, number>()
    await runAudit({
      source: postgresAuditSource(shop.pool),
      books: null,
      onProgress: (told) => done.set(told.stage, told.done),
    })
    assert.deepEqual(
      [...done],
      [
        ['ledger', 39],
        ['orders', 8],
      ],
    )
  })

  audit('I1: a SKU that sold more than it ever received', async () => {
    await run("update ledger_entry set quantity = 1 where sku = 'A' and kind = 'receive'")
    await run(
      `update ledger_entry set received = received - 99, available = available - 99
        where sku = 'A'`,
    )
    await reseal('A')
    await expect({ I1: /A entry 2 \(reserve\): available -1, held 2, sold 0/ })
  })

  audit('I2: a unit that was received and is nowhere', async () => {
    await run(`update ledger_entry set received = received + 1 where ${LAST_OF_A}`)
    await reseal('A')
    await expect({ I2: /received 101, but/, I8: /received is 101, should be 100/ })
  })

  audit('I3: an entry that was changed after it was sealed', async () => {
    await run("update ledger_entry set buyer = 'buyer-2' where sku = 'A' and seq = 2")
    await expect({ I3: /A entry 2 \(reserve\): is sealed as/ })
  })

  audit('I3: an entry with the hash of another', async () => {
    await run(
      `update ledger_entry set hash = (select hash from ledger_entry where sku = 'B' and seq = 1)
        where ${LAST_OF_A}`,
    )
    await expect({ I3: /is sealed as/ })
  })

  audit('I3: an entry that was taken out', async () => {
    await run("delete from ledger_entry where sku = 'A' and kind = 'unpin' and hold_id = $1", [
      holdOf('captured'),
    ])
    await expect({ I3: /A entry 5 \(pin\): follows entry 3; what was between is missing/ })
  })

  audit('I3: the first entry of a SKU is gone', async () => {
    await run("delete from request_key where key = 'stock-A'")
    await run("delete from ledger_entry where sku = 'A' and seq = 1")
    await expect({ I3: /A entry 2 \(reserve\): follows entry 0/ })
  })

  audit('I3: an entry by an owner that was deposed', async () => {
    await run("update ledger_entry set epoch = 0 where sku = 'A' and seq = 6")
    await reseal('A')
    await expect({ I3: /A entry 6 \(commit\): epoch 0 after epoch 1/ })
  })

  audit('I3: an entry of an epoch that its shard never had', async () => {
    await run(`update ledger_entry set epoch = 2 where ${LAST_OF_A}`)
    await reseal('A')
    await expect({ I3: /epoch 2, but its shard only ever reached 1/ })
  })

  audit('I3: an entry filed under the shard of another SKU', async () => {
    await run("update ledger_entry set shard = (shard + 1) % 256 where sku = 'B' and seq = 2")
    await expect({ I3: /B entry 2 \(reserve\): filed under shard/ })
  })

  audit('I8: a changed quantity, sealed again by somebody who knows how', async () => {
    await run("update ledger_entry set quantity = 101 where sku = 'A' and kind = 'receive'")
    await reseal('A')
    await expect({ I8: /A entry 1 \(receive\): received is 100, should be 101/ })
  })

  audit('I8: a unit that moved from available to sold by itself', async () => {
    await run(
      `update ledger_entry set available = available - 1, sold = sold + 1 where ${LAST_OF_A}`,
    )
    await reseal('A')
    await expect({ I8: /available is \d+, should be \d+, sold is/ })
  })

  audit('I6: one command carried out twice', async () => {
    await run(
      `update ledger_entry set command_id = (
         select command_id from ledger_entry where sku = 'B' and kind = 'receive')
        where sku = 'B' and kind = 'return'`,
    )
    await reseal('B')
    await expect({ I6: /B: command [0-9a-f]{64} was carried out 2 times/ })
  })

  audit('I6: a stock change that was answered and never happened', async () => {
    await run("update request_key set key = 'another' where key = 'stock-A'")
    await expect({ I6: /seller was told that A changed \(key another\), but no entry did it/ })
  })
}

function holdTests(shop: TamperedShop): void {
  const { run, reseal, expect } = shop

  audit('I4: a hold that was sold twice', async () => {
    await run(REPEAT_LAST_OF_A, ['commit', holdOf('captured'), 2, 0, -2, 2])
    await reseal('A')
    await expect({ I4: /\(commit\): hold_\S+ is not open: it ended before/ })
  })

  audit('I4: a hold that was sold and then given back', async () => {
    await run(REPEAT_LAST_OF_A, ['release', holdOf('captured'), 2, 2, -2, 0])
    await reseal('A')
    await expect({ I4: /\(release\): hold_\S+ is not open/ })
  })

  audit('I4: a hold that was taken twice', async () => {
    await run(REPEAT_LAST_OF_A, ['reserve', holdOf('dropped'), 1, -1, 1, 0])
    await reseal('A')
    await expect({ I4: /A: hold_\S+ was reserved 2 times/ })
  })

  audit('I4: a hold that was sold without a payment holding it', async () => {
    await run("update ledger_entry set kind = 'unpin' where kind = 'pin' and hold_id = $1", [
      holdOf('confirmed'),
    ])
    await reseal('A')
    await expect({ I4: /was sold without having been pinned/ })
  })

  audit('I4: a hold that expired before its time', async () => {
    await run(
      "update ledger_entry set expires_at = now() where kind = 'reserve' and hold_id = $1",
      [holdOf('expired')],
    )
    await reseal('B')
    await expect({ I4: /\(expire\): hold_\S+ had \d+ ms left/ })
  })

  audit('I4: a hold that is left of a cancelled checkout', async () => {
    await run("update checkout set state = 'cancelled' where id = $1", [checkoutOf('open')])
    await expect({
      I4: /\(3 units\) is still open, of chk_\S+, cancelled/,
      O1: /is pending, but chk_\S+ is cancelled/,
    })
  })

  audit('I4: more units came back than were sold', async () => {
    await run("update ledger_entry set quantity = 2 where sku = 'B' and kind = 'return'")
    await run(
      `update ledger_entry set available = available + 1, sold = sold - 1
        where sku = 'B' and seq >= (select seq from ledger_entry where kind = 'return')`,
    )
    await reseal('B')
    await expect({ I4: /2 units of hold_\S+ came back, 1 were sold/, P4: /and 2 came back/ })
  })

  audit('I5: a checkout that holds nothing of what it was told', async () => {
    await run("update checkout set lines = jsonb_set(lines, '{0,holdId}', $2) where id = $1", [
      checkoutOf('open'),
      '"hold_of_nobody"',
    ])
    await expect({
      I5: /chk_\S+ \(open\): the ledger never held its 3 units of A/,
      O2: /its checkout sold 3 A at 500 of seller-1 \(hold_of_nobody\)/,
    })
  })

  audit('I5: a checkout that holds fewer units than it was told', async () => {
    await run("update checkout set lines = jsonb_set(lines, '{0,quantity}', '4') where id = $1", [
      checkoutOf('open'),
    ])
    await expect({
      I5: /\(3 units\): chk_\S+, open, was told 4 units of A/,
      O2: /line 1 is 3 A .* its checkout sold 4 A/,
    })
  })

  audit('I5: a confirmed order for more units than were sold', async () => {
    await run('update order_line set quantity = 2, unit_amount = 250 where order_id = $1', [
      orderOf('confirmed'),
    ])
    await expect({
      I5: /line 1: 2 A, the ledger has commit of 1/,
      O2: /line 1 is 2 A at 250 .* its checkout sold 1 A at 500/,
      O3: /order.confirmed names \S+"quantity":1\S+, should be \S+"quantity":2/,
    })
  })

  audit('I5: two orders that were sold the same hold', async () => {
    await run(`insert into order_line values ($1, 2, 'A', 'Product A', 'seller-1', 2, 0, 0, $2)`, [
      orderOf('confirmed'),
      holdOf('captured'),
    ])
    await expect({
      I5: /A: orders were confirmed for 5 units, the ledger sold 4/,
      O1: /has lines 1, 2, its checkout 1/,
      O3: /order.confirmed names/,
    })
  })

  audit('I9: a hold that should have expired', async () => {
    await run(EXPIRE_HOLD, [holdOf('open'), 62])
    await reseal('A')
    await expect({ I9: /\(3 units\) is open 6[12] s past its expiry/ })
  })

  audit('a hold just past its expiry waits for the sweep, and is no violation', async () => {
    await run(EXPIRE_HOLD, [holdOf('open'), 30])
    await reseal('A')
    await expect({})
  })

  audit('while nobody owns the shard nobody can let a hold expire', async () => {
    await run(EXPIRE_HOLD, [holdOf('open'), 300])
    await run("update shard set alive_at = now() - interval '295 seconds'")
    await reseal('A')
    await expect({})
  })

  audit('an outage puts the end of a hold off by as long as it lasted, and no longer', async () => {
    await run(EXPIRE_HOLD, [holdOf('open'), 300])
    await run(`insert into outage (began_at, ended_at)
               values (now() - interval '310 seconds', now() - interval '65 seconds')`)
    await reseal('A')
    await expect({})
    await run("update outage set ended_at = ended_at - interval '10 seconds'")
    await expect({ I9: /\(3 units\) is open 6[45] s past its expiry/ })
  })

  audit('I9: a pin that outlived its checkout', async () => {
    await run("update checkout set state = 'cancelled' where id = $1", [checkoutOf('paying')])
    await run("update orders set status = 'cancelled', payment_status = 'voided' where id = $1", [
      orderOf('paying'),
    ])
    await run("update payment_attempt set status = 'voided' where order_id = $1", [
      orderOf('paying'),
    ])
    await expect({ I9: /\(1 units\) is pinned, of chk_\S+, cancelled/ })
  })

  audit('I9: a hold that nobody unpinned after a decline', async () => {
    await run("update ledger_entry set kind = 'pin' where kind = 'unpin' and hold_id = $1", [
      holdOf('open'),
    ])
    await reseal('A')
    await expect({})
    await run(EXPIRE_HOLD, [holdOf('open'), 62])
    await reseal('A')
    await expect({ I9: /is pinned, of chk_\S+, open/ })
  })
}

function moneyTests(shop: TamperedShop): void {
  const { run, reseal, expect } = shop

  audit('P1: two captured attempts of one order', async () => {
    await run("update payment_attempt set status = 'captured' where order_id = $1", [
      orderOf('captured'),
    ])
    await expect({
      P1: /the payment is captured, captured were attempts 1, 2/,
      P2: /attempt 1 captured 2250 USD by pi_\S+_1, not pi_\S+_2/,
    })
  })

  audit('P2: an order captured in another currency', async () => {
    await run("update payment_attempt set currency = 'EUR' where order_id = $1 and attempt = 2", [
      orderOf('captured'),
    ])
    await expect({ P2: /attempt 2 captured 2250 EUR/ })
  })

  audit('P2: a captured checkout whose order was not', async () => {
    await run("update orders set payment_status = 'unknown', captured_amount = 0 where id = $1", [
      orderOf('captured'),
    ])
    await expect({
      P1: /the payment is unknown, captured were attempts 2/,
      P2: /payment unknown, captured 0 of 2250 USD/,
      O1: /its payment is unknown, but chk_\S+ is captured/,
      O4: /the gateway says captured 2250.*we say captured, captured 0/,
    })
  })

  audit('P3: a captured order whose hold was given back', async () => {
    await run(
      `update ledger_entry set available = available + 2, sold = sold - 2
        where sku = 'B'
          and seq >= (select seq from ledger_entry where kind = 'commit' and hold_id = $1)`,
      [holdOf('refunded')],
    )
    await run("update ledger_entry set kind = 'release' where kind = 'commit' and hold_id = $1", [
      holdOf('refunded'),
    ])
    await reseal('B')
    await expect({
      P3: /line 1: 2 B, the ledger has release of 2/,
      I5: /B: orders were confirmed for 4 units, the ledger sold 2/,
    })
  })

  audit('P3, I5: a history that was cut off at its end, where no chain shows it', async () => {
    await run(
      `delete from ledger_entry where sku = 'A'
         and seq >= (select seq from ledger_entry
                      where sku = 'A' and kind = 'commit' and hold_id = $1)`,
      [holdOf('captured')],
    )
    await expect({
      P3: /line 1: 2 A, the ledger sold nothing/,
      I5: /A: orders were confirmed for 3 units, the ledger sold 0/,
      I9: /\(2 units\) is pinned, of chk_\S+, captured/,
    })
  })

  audit('P4: units sold for a checkout that was cancelled', async () => {
    await run("update checkout set state = 'cancelled', confirmed_at = null where id = $1", [
      checkoutOf('reversed'),
    ])
    await run('delete from outbox where order_id = $1', [orderOf('reversed')])
    await run('update orders set confirmed_at = null where id = $1', [orderOf('reversed')])
    await expect({ P4: /1 units of hold_\S+ were sold, but chk_\S+ is cancelled/ })
  })

  audit('P4: units sold for a checkout that nobody knows', async () => {
    await run(
      "update ledger_entry set checkout_id = 'chk_none' where kind = 'commit' and hold_id = $1",
      [holdOf('captured')],
    )
    await reseal('A')
    await expect({ P4: /2 units of hold_\S+ were sold, but there is no checkout chk_none/ })
  })

  audit('P4: a reversed checkout whose units never came back', async () => {
    await run("update checkout set state = 'reversed' where id = $1", [checkoutOf('refunded')])
    await expect({
      P4: /chk_\S+ was reversed, and 0 came back/,
      O1: /is confirmed, its payment is partially_refunded, but chk_\S+ is reversed/,
    })
  })

  audit('P5: a cancelled checkout with money still held', async () => {
    await run("update payment_attempt set status = 'authorised' where order_id = $1", [
      orderOf('voided'),
    ])
    await expect({
      P5: /is cancelled, but payment is voided, attempt 1 is authorised/,
      O1: /payment voided, its last attempt is authorised/,
    })
  })

  audit('P5: a declined attempt that is not settled while the next card may be tried', async () => {
    await run("update payment_attempt set status = 'unknown' where order_id = $1", [
      orderOf('open'),
    ])
    await expect({
      P5: /is open, but payment is failed, attempt 1 is unknown/,
      O1: /payment failed, its last attempt is unknown/,
    })
  })

  audit('P7: a webhook event stored twice', async () => {
    await run('insert into webhook_inbox select * from webhook_inbox')
    await expect({ P7: /stripe event evt_1 is stored 2 times/ })
  })

  audit('P8: more refunded than captured', async () => {
    await run('update orders set refunded_amount = 2501 where id = $1', [orderOf('refunded')])
    await expect({ P8: /refunded 2501 of 2500 USD/, O4: /refunded 100 USD; we say/ })
  })
}
