// A process's connections: a page that takes long is no reason for a sale to wait, nor the other
// way round.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import { RetryLater } from '../../actors/domain/failures.ts'
import type { Pool } from '../../persistence/postgres/connect.ts'
import { openDatabase } from '../../persistence/postgres/database.ts'
import { postgresCatalogue } from '../../persistence/postgres/postgres-catalogue.ts'
import { postgresReadModels } from '../../persistence/postgres/postgres-read-models.ts'
import { skipTest } from '../runner/skipped.ts'
import { openTestDatabase } from '../support/test-database.ts'

const ONE_PAGE = { sellerId: null, skuPrefix: null, after: null, limit: 1 }
const LIMITS = {
  sharedConnectionsMax: 1,
  pageConnectionsMax: 1,
  recoveryConnectionsMax: 1,
  checkpointConnectionsMax: 1,
  queryTimeoutMs: 300,
}
const testDatabase = await openTestDatabase(import.meta.url)

/** Does `work` while somebody has the only connection of `pool`. */
async function whileBusy(pool: Pool, work: () => Promise<void>): Promise<void> {
  const client = await pool.connect()
  await work().finally(() => client.release())
}

if (testDatabase === null) skipTest('the connections of a process', 'no Postgres was found')
else {
  test('pages are read on connections of their own', async () => {
    const database = await openDatabase(testDatabase.url, LIMITS, () => {})
    const catalogue = postgresCatalogue(database.shared, database.pages)
    const reads = postgresReadModels(database.pages)
    await whileBusy(database.shared, async () => {
      assert.deepEqual((await catalogue.page(ONE_PAGE)).products, [])
      assert.equal((await reads.checkoutsByState()).open, 0)
      await assert.rejects(catalogue.bySkus([]), RetryLater)
    })
    await whileBusy(database.pages, async () => {
      assert.equal((await catalogue.bySkus([])).size, 0)
      await assert.rejects(catalogue.page(ONE_PAGE), RetryLater)
    })
    await database.close()
    await testDatabase.close(true)
  })
}

test.run()
