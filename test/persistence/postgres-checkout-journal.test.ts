// The journal in Postgres: the promises of every journal, and that many writes share few flushes.

import assert from 'node:assert/strict'
import pg from 'pg'
import { suite } from 'uvu'
import type { Checkout } from '../../actors/domain/checkout.ts'
import type { CartId } from '../../actors/domain/ids.ts'
import type { KeyClaim } from '../../actors/ports/checkout-journal.ts'
import { documentOfWrite } from '../../persistence/postgres/checkout-row.ts'
import { openPool, type Pool } from '../../persistence/postgres/connect.ts'
import { loadSql } from '../../persistence/postgres/load-sql.ts'
import { postgresCheckoutJournal } from '../../persistence/postgres/postgres-checkout-journal.ts'
import { postgresShardTable } from '../../persistence/postgres/postgres-ledger.ts'
import { exerciseCheckoutJournal } from '../conformance/exercise-checkout-journal.ts'
import { claimOf, openIn, paying, type StoredOrder, writeOf } from '../conformance/journal-steps.ts'
import { skipTest } from '../runner/skipped.ts'
import { sampleCheckout } from '../support/sample-checkout.ts'
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts'
import { until } from '../support/until.ts'

const database = await openTestDatabase(import.meta.url)
if (database === null) skipTest('checkout journal: postgres', 'no Postgres was found')
else runOn(database)

function runOn({ url, close }: TestDatabase): void {
  const open = (connectionsMax: number) =>
    openPool(
      url,
      { queryTimeoutMs: 10_000, connectionsMax, name: 'journal-test' },
      ignoreIdleErrors,
    )
  exerciseCheckoutJournal('postgres', () => journalIn(open(1), open(2)))

  const test = suite('checkout journal: postgres, many at once')
  let passed = 0

  test('100 writes at once share a handful of statements', async () => {
    const [writer, reader] = [open(1), open(2)]
    const statements = countStatements(writer)
    const journal = postgresCheckoutJournal(writer, reader, { owner: 'one', batchMax: 256 })
    const checkouts = await Promise.all(Array.from({ length: 100 }, () => openIn(journal)))
    assert(statements() <= 6, `100 openings took ${statements()} statements`)
    const before = statements()
    const outcomes = await Promise.all(
      checkouts.map((each) =>
        journal.write(writeOf(paying(each, each.id), each, claimOf(each.id))),
      ),
    )
    assert(outcomes.every((outcome) => outcome === 'written'))
    assert(statements() - before <= 3, `100 writes took ${statements() - before} statements`)
    await Promise.all([writer.end(), reader.end()])
    passed += 1
  })

  test('two processes that open one cart at the same time open one checkout', async () => {
    const [left, right, reader] = [open(1), open(1), open(2)]
    const one = postgresCheckoutJournal(left, reader, { owner: 'one', batchMax: 256 })
    const two = postgresCheckoutJournal(right, reader, { owner: 'two', batchMax: 256 })
    for (let round = 0; round < 20; round += 1) {
      const cartId = `cart_round_${round}` as CartId
      const outcomes = await Promise.all([
        one.open(sampleCheckout({ cartId }), claimOf(`left-${round}`)),
        two.open(sampleCheckout({ cartId }), claimOf(`right-${round}`)),
      ])
      const kinds = outcomes.map(({ kind }) => kind).toSorted()
      assert.deepEqual(kinds, ['cart_taken', 'opened'])
    }
    await Promise.all([left, right, reader].map((pool) => pool.end()))
    passed += 1
  })

  test('a repeat that waited for its first try opens no second checkout', async () => {
    const [writer, reader] = [open(1), open(2)]
    const journal = postgresCheckoutJournal(writer, reader, { owner: 'one', batchMax: 256 })
    const claim = claimOf('late')
    const [first, second] = [sampleCheckout(), sampleCheckout()]
    const late = await writeUncommitted(url, first, claim)
    const again = journal.open(second, claim)
    await untilBlocked(reader)
    await late.commit()
    assert.deepEqual(await again, { kind: 'key_taken' })
    assert.equal(await journal.load(second.id), null, 'one key opened two checkouts')
    assert.equal((await journal.findKey(claim))?.checkoutId, first.id)
    await Promise.all([writer.end(), reader.end()])
    passed += 1
  })

  test('a key claimed in vain is free, whatever is asked under it next', async () => {
    const [writer, reader] = [open(1), open(2)]
    const journal = postgresCheckoutJournal(writer, reader, { owner: 'one', batchMax: 256 })
    const claim = claimOf('vain', { fingerprint: 'another body' })
    await reader.query(
      `insert into request_key (caller, key, fingerprint, request_id, checkout_id)
       values ($1, $2, 'f', 'request', 'chk_never_written')`,
      [claim.caller, claim.key],
    )
    assert.equal(await journal.findKey(claim), null)
    assert.deepEqual(await journal.open(sampleCheckout(), claim), { kind: 'opened' })
    assert.equal((await journal.findKey(claim))?.fingerprint, 'another body')
    await reader.query('delete from checkout')
    assert.equal(await journal.claim(claimOf('vain')), null, 'nor may a change of stock wait')
    assert.equal((await journal.findKey(claim))?.checkoutId, null)
    await Promise.all([writer.end(), reader.end()])
    passed += 1
  })

  test('the look for due checkouts does not read the 100,000 that are open', async () => {
    const reader = open(1)
    await reader.query('truncate checkout')
    await reader.query(HUNDRED_THOUSAND_OPEN)
    await reader.query('analyze checkout, shard')
    const { text } = loadSql('claim_due_checkouts')
    for (const mode of ['force_custom_plan', 'force_generic_plan']) {
      await reader.query(`set plan_cache_mode = ${mode}`)
      await reader.query(`prepare look_${mode} (text, int, int) as ${text}`)
      const { rows } = await reader.query<{ 'QUERY PLAN': string }>(
        `explain (analyze, timing off) execute look_${mode} ('one', 100, 15)`,
      )
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
      assert.match(plan, /checkout_due/, plan)
      assert.match(plan, /checkout_under_way/, plan)
      assert.doesNotMatch(plan, /Seq Scan on checkout/, plan)
      assert.doesNotMatch(plan, /Rows Removed by Filter: \d{4}/, plan)
    }
    await reader.end()
    passed += 1
  })

  test.after(() => close(passed === 5))
  test.run()
}

async function journalIn(writer: Pool, reader: Pool) {
  const shards = postgresShardTable(reader)
  const journalOf = async (owner: string) => {
    await shards.takeAll(owner)
    return postgresCheckoutJournal(writer, reader, { owner, batchMax: 256 })
  }
  await reader.query(
    'truncate checkout, request_key, orders, order_line, sub_order, payment_attempt, outbox',
  )
  return {
    journal: await journalOf('first'),
    succeed: () => journalOf('second'),
    storedOrder: (id: string) => storedOrderIn(reader, id),
    async makeDue({ id }: { readonly id: string }) {
      await reader.query(
        `update checkout set next_run_at = now() - interval '1 second'
          where id = $1 and next_run_at is not null`,
        [id],
      )
    },
    async close() {
      await Promise.all([writer.end(), reader.end()])
    },
  }
}

/** Opens a checkout in a transaction that is not committed before `commit` is called. */
async function writeUncommitted(url: string, checkout: Checkout, claim: KeyClaim) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('begin')
  const write = { checkout, relined: true, claim, answers: [], order: null, events: [] }
  const documents = JSON.stringify([documentOfWrite(write, true)])
  await client.query({ ...loadSql('write_checkouts'), values: [documents, 'one'] })
  return {
    async commit() {
      await client.query('commit')
      await client.end()
    },
  }
}

async function untilBlocked(pool: Pool): Promise<void> {
  const blocked = async () => {
    const { rowCount } = await pool.query(
      `select from pg_stat_activity where datname = current_database()
         and application_name = 'holdfast-journal-test' and wait_event_type = 'Lock'`,
    )
    return rowCount === 1
  }
  await until('a statement waits for a lock', blocked, 10_000)
}

const HUNDRED_THOUSAND_OPEN = `
  insert into checkout (id, user_shard, user_id, guest, state, version, lines, currency,
      total_amount, price_changes, created_at, updated_at, expires_at, claim_owner, next_run_at)
  select 'chk_' || n, n % 16, 'user_' || n, false,
         case when n % 1000 = 0 then 'paying' else 'open' end, 1, '[]', 'GBP', 350, '[]',
         now(), now(), at, 'one', at
    from generate_series(1, 100000) as n,
         lateral (select now() + interval '1 minute' + n * interval '5 ms') as expiry (at)`

const STORED_ORDER = `
  select status, payment_status as "paymentStatus",
         total_amount::int as "totalAmount",
         authorised_amount::int as "authorisedAmount", captured_amount::int as "capturedAmount",
         array(select sku || ' ' || quantity from order_line
                where order_id = orders.id order by line) as lines,
         array(select seller_id || ' ' || sub_order.status || ' ' || sub_order.total_amount
                 from sub_order where order_id = orders.id order by seller_id) as "subOrders",
         array(select payment_attempt.status from payment_attempt
                where order_id = orders.id order by attempt) as attempts,
         array(select topic from outbox where order_id = orders.id order by id) as topics
    from orders where id = $1`

async function storedOrderIn(pool: Pool, id: string): Promise<StoredOrder | null> {
  const { rows } = await pool.query<StoredOrder>(STORED_ORDER, [id])
  return rows[0] ?? null
}

/** Counts what goes through a pool from now on. */
function countStatements(pool: Pool): () => number {
  let count = 0
  const query = pool.query.bind(pool) as (...given: unknown[]) => unknown
  const counting = (...given: unknown[]) => {
    count += 1
    return query(...given)
  }
  pool.query = counting as typeof pool.query
  return () => count
}

/** A closed pool's last connections may still be open when the database is dropped under them. */
function ignoreIdleErrors(): void {}
