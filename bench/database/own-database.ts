// A database of a benchmark's own on a Postgres that is already there: the books of one run must
// not be mixed with anybody else's, and a shop that sells there must not lose its stock to one.

import { readFileSync } from 'node:fs'
import pg from 'pg'

export interface OwnDatabase {
  readonly name: string
  /** The given URL with the new database's name in it. */
  readonly url: string
  drop(): Promise<void>
}

/** `serverUrl` names a database that exists; the new one is made on the same server. */
export async function createOwnDatabase(serverUrl: string, name: string): Promise<OwnDatabase> {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  await run(serverUrl, 'create-database.sql', name)
  return { name, url: url.href, drop: () => run(serverUrl, 'drop-database.sql', name) }
}

async function run(serverUrl: string, file: string, name: string): Promise<void> {
  const text = readFileSync(new URL(`./sql/${file}`, import.meta.url), 'utf8')
  const client = new pg.Client({ connectionString: serverUrl })
  try {
    await client.connect()
    await client.query(
      text.replace(/^\s*--.*$/gm, '').replace('{database}', pg.escapeIdentifier(name)),
    )
  } finally {
    await client.end()
  }
}
