// Checkpoints in Postgres: a row a SKU. They are written apart from the appends they follow, over
// connections of their own, because no sale may wait for one.

import type { KeptState, StockStateStore } from '../../actors/ports/stock-state-store.ts'
import type { Pool } from './connect.ts'
import { loadSql, type Statement } from './load-sql.ts'
import { runStatement } from './run-statement.ts'

/** Throws RetryLater `ledger_unavailable` when the database does not answer. */
export function postgresStockStateStore(pool: Pool): StockStateStore {
  const newest = loadSql('newest_checkpoint')
  const save = loadSql('save_checkpoint')
  const discard = loadSql('discard_checkpoint')
  const run = <Row extends object>(statement: Statement, values: unknown[]) =>
    runStatement<Row>(pool, statement, values, 'ledger_unavailable')
  return {
    async newest(sku, afterSeq) {
      const [state] = await run<KeptState>(newest, [sku, afterSeq])
      return state ?? null
    },
    async saveIfNewer(sku, { seq, hash, text }) {
      return (await run(save, [sku, seq, hash, text])).length === 1
    },
    async discard(sku, { seq, hash }) {
      await run(discard, [sku, seq, hash])
    },
  }
}
