// The catalogue in Postgres: what every catalogue must do, how its pages are found, and what is
// said when the database is away.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { openPool } from '../../persistence/postgres/connect.ts'
import { loadSql } from '../../persistence/postgres/load-sql.ts'
import { postgresCatalogue } from '../../persistence/postgres/postgres-catalogue.ts'
import { exerciseCatalogue } from '../conformance/exercise-catalogue.ts'
import { skipTest } from '../runner/skipped.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { openGate } from './gate.ts'

const database = await openTestDatabase(import.meta.url)
const silent = () => {}
const ONE_PAGE = { sellerId: null, skuPrefix: null, after: null, limit: 1 }

const away = suite('catalogue while Postgres is away')

away('every call says retry later', async () => {
  const gate = await openGate('redis://127.0.0.1:1')
  await gate.close()
  const url = `postgresql://postgres@127.0.0.1:${gate.port}/postgres`
  const pool = openPool(url, { queryTimeoutMs: 10_000, connectionsMax: 2, name: 'test' }, silent)
  const catalogue = postgresCatalogue(pool)
  const calls = [catalogue.bySkus([]), catalogue.page(ONE_PAGE), catalogue.isEmpty()]
  for (const call of await Promise.allSettled(calls)) {
    assert.equal(call.status, 'rejected')
    assert.equal(call.reason.name, 'RetryLater')
  }
  await pool.end()
})

away.run()

if (database === null) skipTest('catalogue in Postgres', 'no Postgres was found')
else {
  const pool = openPool(
    database.url,
    { queryTimeoutMs: 10_000, connectionsMax: 10, name: 'test' },
    silent,
  )
  const plans = suite('pages of a large catalogue')

  plans('each page is a range of an index, however many products there are', async () => {
    await pool.query(
      `insert into product (sku, name, price_amount, currency, seller_id)
       select 'bulk-' || n, 'Bulk', 1, 'USD', 'bulk-' || n % 50 from generate_series(1, 20000) n`,
    )
    await pool.query('analyze product')
    const client = await pool.connect()
    try {
      // The plan for any values, which is what a statement that is used often gets.
      await client.query('set plan_cache_mode = force_generic_plan')
      const cases = [
        ['list_products', 'product_pkey', `'bulk-1', 'bulk-19', 20`],
        ['list_products_of_seller', 'product_by_seller', `'bulk-1', '', 20, 'bulk-7'`],
      ]
      for (const [name = '', index, values] of cases) {
        await client.query(`prepare ${name} as ${loadSql(name).text}`)
        const { rows } = await client.query(`explain (format json) execute ${name}(${values})`)
        const plan = JSON.stringify(rows[0])
        assert.match(plan, new RegExp(`"Index Name":"${index}"`))
        assert.match(plan, /"Index Cond":"[^"]*\$1/)
        assert.doesNotMatch(plan, /"Node Type":"(Seq Scan|Sort)"/)
      }
    } finally {
      client.release(true)
    }
    await pool.query(`delete from product where sku like 'bulk-%'`)
  })

  plans.run()

  exerciseCatalogue('Postgres', async () => ({
    catalogue: postgresCatalogue(pool),
    async close(passed) {
      await pool.end()
      await database.close(passed)
    },
  }))
}
