// What a Postgres says of itself.

import pg from 'pg'
import type { DatabaseFacts } from '../../actors/ports/storage-facts.ts'
import { loadSql } from './load-sql.ts'

interface FactsRow {
  version_number: number
  fsync: string
  synchronous_commit: string
  full_page_writes: string
  autovacuum: string
  max_connections: number
  used_connections: number
  in_recovery: boolean
  standbys: number
  standbys_waited_for: string
  now_ms: number
  pid: number
}

/** Throws as the driver does when the server cannot be asked. */
export async function postgresFacts(url: string, timeoutMs: number): Promise<DatabaseFacts> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    // As the service asks for it: a pooler that does not know the parameter refuses here.
    statement_timeout: timeoutMs,
  })
  await client.connect()
  try {
    const statement = loadSql('database_facts')
    const first = (await client.query<FactsRow>(statement)).rows[0]
    // A pooler between statements may give each to another session, where nothing is prepared.
    const row = (await client.query<FactsRow>(statement)).rows[0]
    if (row === undefined) throw new Error('database_facts answered no row')
    return {
      versionNumber: row.version_number,
      fsync: row.fsync,
      synchronousCommit: row.synchronous_commit,
      fullPageWrites: row.full_page_writes,
      autovacuum: row.autovacuum,
      maxConnections: row.max_connections,
      usedConnections: row.used_connections,
      inRecovery: row.in_recovery,
      standbys: row.standbys,
      standbysWaitedFor: row.standbys_waited_for,
      nowMs: row.now_ms,
      keepsSession: first?.pid === row.pid,
    }
  } finally {
    await client.end()
  }
}
