// A Postgres that takes a statement and does not come back. Nobody may wait for ever, and what it
// does after all, late and unseen, must not be done twice.

import assert from 'node:assert/strict'
import pg from 'pg'
import { test } from 'uvu'
import { RetryLater } from '../../actors/domain/failures.ts'
import type { Sku } from '../../actors/domain/ids.ts'
import { skuShardOf } from '../../actors/domain/shard.ts'
import { openPool } from '../../persistence/postgres/connect.ts'
import { postgresLedger, postgresShardTable } from '../../persistence/postgres/postgres-ledger.ts'
import { chainOf, loadChain, received } from '../conformance/ledger-chain.ts'
import { skipTest } from '../runner/skipped.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { until } from '../support/until.ts'

const SKU = 'HANGING' as Sku
const database = await openTestDatabase(import.meta.url)

if (database === null) {
  skipTest('a Postgres that hangs', 'no Postgres was found')
} else {
  test('an append that hangs fails in time, and its late commit is found by reading', async () => {
    const limits = { connectionsMax: 1, queryTimeoutMs: 300 }
    const writer = openPool(database.url, { ...limits, name: 'writer' }, () => {})
    const reader = openPool(database.url, { ...limits, name: 'reader' }, () => {})
    const hand = new pg.Client({ connectionString: database.url })
    await hand.connect()
    const ledger = postgresLedger(writer, reader)
    const epoch = (await postgresShardTable(reader).takeAll('test')).get(skuShardOf(SKU)) ?? 0
    await hand.query('begin')
    await hand.query('lock table ledger_entry in access exclusive mode')
    const append = chainOf(SKU, epoch).next(received('supply', 5))
    await assert.rejects(
      ledger.appendMany([append]),
      (error) => error instanceof RetryLater && error.code === 'ledger_unavailable',
    )
    await hand.query('commit')
    await until(
      'the late commit',
      async () => (await ledger.entriesAfter(SKU, 0, 10)).length === 1,
      5_000,
    )
    const [outcome] = await ledger.appendMany([append])
    assert.deepEqual(outcome?.kind === 'refused' && outcome.refusal, 'stale_head')
    const chain = await loadChain(ledger, SKU, epoch)
    assert.equal(chain.stock.received, 5)
    await Promise.all([writer.end(), reader.end(), hand.end()])
    await database.close(true)
  })
}

test.run()
