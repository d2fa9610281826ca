// The audit on a shop without a fault, and on the same shop with one row of it tampered with: for
// every promise that storage can show, a fault that only this promise forbids.

import assert from 'node:assert/strict'
import pg from 'pg'
import { suite } from 'uvu'
import { renderReport } from '../../src/audit/report.ts'
import { skipTest } from '../runner/skipped.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { checkoutOf, holdOf, orderOf, sampleBooks, writeEvent } from './sample-history.ts'
import { openTamperedShop } from './tampered-shop.ts'

const database = await openTestDatabase(import.meta.url)
if (database === null) skipTest('audit', 'no Postgres was found')
else {
  const pool = new pg.Pool({ connectionString: database.url, max: 2 })
  const shop = await openTamperedShop(pool)
  await shop.reset()
  const report = await shop.audit()
  console.log(renderReport(report))
  await pool.end(); await database.close(true)
}
