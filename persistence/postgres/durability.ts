// What an acknowledged commit of this server is worth.

import { NeedsOperator } from '../../actors/domain/failures.ts'
import type { Pool } from './connect.ts'
import { loadSql } from './load-sql.ts'
import { runStatement } from './run-statement.ts'

export interface Durability {
  readonly fsync: string
  readonly synchronous_commit: string
  readonly server_version: string
}

/** Throws when a commit could be lost: a rate measured then says nothing. */
export async function assertDurable(pool: Pool): Promise<Durability> {
  const [row] = await runStatement<Durability>(pool, loadSql('durability_settings'), [])
  const safe = row?.fsync === 'on' && row.synchronous_commit === 'on'
  if (row && safe) return row
  throw new NeedsOperator(
    `This server may lose commits (fsync ${row?.fsync}, synchronous_commit ` +
      `${row?.synchronous_commit}). Turn both on; nothing was measured.`,
  )
}
