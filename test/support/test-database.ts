// A database of its own for each test file, with the whole schema. It is copied from a template
// that is migrated once per schema, because copying is many times faster than migrating. A file
// that fails keeps its database, so that it can be looked into.

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import pg from 'pg'
import { testResourceName } from './test-resource-name.ts'

const POSTGRES_FOLDER = fileURLToPath(new URL('../../persistence/postgres', import.meta.url))
const FALLBACK_URL = 'postgresql://postgres@127.0.0.1:5432/postgres'
// Any number that no other program locks in this database.
const TEMPLATE_LOCK = 7_311_402

export interface TestDatabase {
  readonly url: string
  /** Drops the database when the file passed; otherwise keeps it and names it on stderr. */
  close(passed: boolean): Promise<void>
}

/** Opens one for the test file `import.meta.url`; null when there is no Postgres to test with. */
export async function openTestDatabase(fileUrl: string): Promise<TestDatabase | null> {
  const server = await testServerUrl()
  if (server === null) return null
  const name = `holdfast_test_${testResourceName(fileUrl)}`
  await onServer(server, async (client) => {
    const template = await ensureTemplate(server, client)
    await client.query(`create database ${name} template ${template}`)
  })
  return {
    url: urlOf(server, name),
    async close(passed) {
      if (!passed) return console.error(`The database of the failed test is kept: ${name}`)
      await onServer(server, (client) =>
        client.query(`drop database if exists ${name} with (force)`),
      )
    },
  }
}

/** TEST_DATABASE_URL; without the runner, a server on the usual port when one answers. */
async function testServerUrl(): Promise<string | null> {
  const named = process.env.TEST_DATABASE_URL
  if (named !== undefined && named !== '') return named
  try {
    await onServer(FALLBACK_URL, (client) => client.query('select 1'))
  } catch {
    return null
  }
  console.error(`TEST_DATABASE_URL is not set: using ${FALLBACK_URL}`)
  return FALLBACK_URL
}

// The name holds a hash of everything that makes the schema, so a changed migration gets a new one.
async function ensureTemplate(server: string, client: pg.Client): Promise<string> {
  const template = `holdfast_test_template_${schemaHash()}`
  // Test files run side by side; the first makes it, the others wait here.
  await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK])
  try {
    const there = await client.query('select from pg_database where datname = $1', [template])
    if (there.rowCount === 0) await makeTemplate(server, client, template)
    return template
  } finally {
    await client.query('select pg_advisory_unlock($1)', [TEMPLATE_LOCK])
  }
}

async function makeTemplate(server: string, client: pg.Client, template: string): Promise<void> {
  // Migrated under another name: a run that dies here leaves no half template behind.
  const unfinished = `${template}_unfinished`
  await client.query(`drop database if exists ${unfinished} with (force)`)
  await client.query(`create database ${unfinished} template template0`)
  await migrateIfPossible(urlOf(server, unfinished))
  await client.query(`alter database ${unfinished} rename to ${template}`)
}

// Imported only when a database is made: the support works before the schema does.
async function migrateIfPossible(url: string): Promise<void> {
  const file = path.join(POSTGRES_FOLDER, 'migrate.ts')
  if (!existsSync(file)) return
  const { migrate } = (await import(pathToFileURL(file).href)) as {
    migrate: (databaseUrl: string) => Promise<unknown>
  }
  await migrate(url)
}

function schemaHash(): string {
  const hash = createHash('sha256')
  const folder = path.join(POSTGRES_FOLDER, 'migrations')
  const migrations = existsSync(folder) ? readdirSync(folder).toSorted() : []
  const files = [
    path.join(POSTGRES_FOLDER, 'migrate.ts'),
    ...migrations.map((name) => path.join(folder, name)),
  ]
  for (const file of files) {
    hash.update(`${path.basename(file)}\0`)
    if (existsSync(file)) hash.update(readFileSync(file))
  }
  return hash.digest('hex').slice(0, 12)
}

function urlOf(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}

async function onServer<Result>(
  server: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: server, connectionTimeoutMillis: 5_000 })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
