// Brings a database to the schema this code was written for. Runs under the migration tool's lock,
// and refuses a database that a newer version has already changed.

import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import pg from 'pg'

const MIGRATIONS = fileURLToPath(new URL('./migrations', import.meta.url))

/** Applies what is missing, answers the names applied. Many processes may run it at once. */
export async function migrate(databaseUrl: string): Promise<string[]> {
  await refuseNewerSchema(databaseUrl)
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

async function refuseNewerSchema(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const known = new Set(readdirSync(MIGRATIONS).map((file) => file.replace(/\.sql$/, '')))
    const there = await client.query<{ exists: boolean }>(
      "select to_regclass('schema_migration') is not null as exists",
    )
    if (!there.rows[0]?.exists) return
    const { rows } = await client.query<{ name: string }>('table schema_migration')
    const newer = rows.filter(({ name }) => !known.has(name)).map(({ name }) => name)
    if (newer.length === 0) return
    throw new Error(
      `This database was changed by a newer Holdfast (${newer.join(', ')}). ` +
        'Nothing was touched. Run that version, or restore a database from before it.',
    )
  } finally {
    await client.end()
  }
}
