// The checkpoints in Postgres: what every keeper of stock states promises.

import { openPool } from '../../persistence/postgres/connect.ts'
import { postgresStockStateStore } from '../../persistence/postgres/postgres-stock-state-store.ts'
import { exerciseStockStateStore } from '../conformance/exercise-stock-state-store.ts'
import { skipTest } from '../runner/skipped.ts'
import { openTestDatabase } from '../support/test-database.ts'

const database = await openTestDatabase(import.meta.url)
if (database === null) skipTest('stock states in Postgres', 'no Postgres was found')
else {
  exerciseStockStateStore('Postgres', async () => {
    const open = (name: string) =>
      openPool(database.url, { connectionsMax: 4, name, queryTimeoutMs: 10_000 }, () => {})
    const pools = [open('states'), open('rival')] as const
    return {
      store: postgresStockStateStore(pools[0]),
      rival: postgresStockStateStore(pools[1]),
      async close(passed) {
        await Promise.all(pools.map((pool) => pool.end()))
        await database.close(passed)
      },
    }
  })
}
