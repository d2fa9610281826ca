// Brings a database to the schema this code was written for. Runs under the migration tool's lock,
// and refuses a database that a newer version has already changed.

import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import { NeedsOperator } from '../../actors/domain/failures.ts'
import { firstContact } from './first-contact.ts'

const MIGRATIONS = fileURLToPath(new URL('./migrations', import.meta.url))

export interface MigrationStatus {
  readonly applied: readonly string[]
  /** Of this version, in the order they will be applied. */
  readonly missing: readonly string[]
}

/**
 * Applies what is missing, answers the names applied. Many processes may run it at once. Throws
 * NeedsOperator for a server that is too old or a schema that is newer than this version.
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  await statusOfMigrations(databaseUrl)
  const applied = await runner({
    databaseUrl,
    dir: MIGRATIONS,
    direction: 'up',
    migrationsTable: 'schema_migration',
    checkOrder: true,
    log: () => {},
    verbose: false,
  })
  return applied.map(({ name }) => name)
}

/** Changes nothing. Throws NeedsOperator as `migrate` does. */
export async function statusOfMigrations(databaseUrl: string): Promise<MigrationStatus> {
  const known = readdirSync(MIGRATIONS)
    .map((file) => file.replace(/\.sql$/, ''))
    .sort()
  const applied = await appliedMigrations(databaseUrl)
  const newer = applied.filter((name) => !known.includes(name))
  if (newer.length > 0) {
    throw new NeedsOperator(
      `This database was changed by a newer Holdfast (${newer.join(', ')}). ` +
        'Nothing was touched. Run that version, or restore a database from before it.',
    )
  }
  return { applied, missing: known.filter((name) => !applied.includes(name)) }
}

function appliedMigrations(databaseUrl: string): Promise<string[]> {
  return firstContact(databaseUrl, async (client) => {
    const there = await client.query<{ exists: boolean }>(
      "select to_regclass('schema_migration') is not null as exists",
    )
    if (!there.rows[0]?.exists) return []
    const { rows } = await client.query<{ name: string }>('table schema_migration order by id')
    return rows.map(({ name }) => name)
  })
}
