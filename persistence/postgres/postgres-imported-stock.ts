// What imports tell services, in Postgres.

import type { ImportedSku, ImportedStock } from '../../actors/ports/imported-stock.ts'
import type { Pool } from './connect.ts'
import { loadSql } from './load-sql.ts'
import { runStatement } from './run-statement.ts'

export function postgresImportedStock(pool: Pool): ImportedStock {
  const newest = loadSql('imported_stock_newest')
  const after = loadSql('imported_stock_after')
  return {
    async newestId() {
      const [row] = await runStatement<{ id: number }>(pool, newest, [])
      return row?.id ?? 0
    },
    after: (id, limit) => runStatement<ImportedSku>(pool, after, [id, limit]),
  }
}
