// A Postgres that takes a statement and does not come back. Nobody may wait for ever, and what was
// called lost must not be done late, when others have acted on its absence. What was done although
// its answer was lost is in postgres-ledger.test.ts.

import assert from 'node:assert/strict'
import pg from 'pg'
import { test } from 'uvu'
import { RetryLater } from '../../actors/domain/failures.ts'
import type { Sku } from '../../actors/domain/ids.ts'
import { skuShardOf } from '../../actors/domain/shard.ts'
import { openPool, type Pool } from '../../persistence/postgres/connect.ts'
import { postgresLedger, postgresShardTable } from '../../persistence/postgres/postgres-ledger.ts'
import { chainOf, received } from '../conformance/ledger-chain.ts'
import { skipTest } from '../runner/skipped.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { until } from '../support/until.ts'

const SKU = 'HANGING' as Sku
const database = await openTestDatabase(import.meta.url)

if (database === null) {
  skipTest('a Postgres that hangs', 'no Postgres was found')
} else {
  test('an append that hangs fails in time, and is not carried out later', async () => {
    const limits = { connectionsMax: 1, queryTimeoutMs: 300 }
    const writer = openPool(database.url, { ...limits, name: 'writer' }, () => {})
    const reader = openPool(database.url, { ...limits, name: 'reader' }, () => {})
    const hand = new pg.Client({ connectionString: database.url })
    await hand.connect()
    const ledger = postgresLedger(writer, reader, reader)
    const epoch = (await postgresShardTable(reader).takeAll('test')).get(skuShardOf(SKU)) ?? 0
    await hand.query('begin')
    await hand.query('lock table ledger_entry in access exclusive mode')
    const append = chainOf(SKU, epoch).next(received('supply', 5))
    await assert.rejects(
      ledger.appendMany([append]),
      (error) => error instanceof RetryLater && error.code === 'ledger_unavailable',
    )
    // The lock is still held: nothing but its own time limit can end the statement.
    await until('the server gives the statement up', async () => !(await isWaiting(reader)), 5_000)
    await hand.query('commit')
    assert.deepEqual(await ledger.entriesAfter(SKU, 0, 10), [])
    assert.equal((await ledger.appendMany([append]))[0]?.kind, 'committed')
    await Promise.all([writer.end(), reader.end(), hand.end()])
    await database.close(true)
  })
}

async function isWaiting(pool: Pool): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from pg_stat_activity where datname = current_database()
        and application_name = 'holdfast-writer' and state = 'active'`,
  )
  return rowCount !== 0
}

test.run()
