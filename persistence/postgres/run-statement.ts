// Runs one statement and turns a broken line into the failure that a retry can heal.

import { failureOf, type Pool } from './connect.ts'
import type { Statement } from './load-sql.ts'

export async function runStatement<Row extends object>(
  pool: Pool,
  statement: Statement,
  values: readonly unknown[],
  failure: 'ledger_unavailable' | 'journal_unavailable' = 'journal_unavailable',
): Promise<Row[]> {
  try {
    return (await pool.query<Row>({ ...statement, values: [...values] })).rows
  } catch (error) {
    throw failureOf(error, failure)
  }
}
