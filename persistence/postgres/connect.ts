// Connections to Postgres. Pools are small on purpose: the hot path owns one connection of its own,
// and a second query on a busy client is an error in waiting.

import pg from 'pg'
import { NeedsOperator, RetryLater } from '../../actors/domain/failures.ts'

/** The oldest server whose features we use (server_version_num). */
const SERVER_VERSION_MIN = 150_000

export type Pool = pg.Pool
export type Client = pg.PoolClient
export interface PoolOptions {
  readonly connectionsMax: number
  readonly name: string
  /**
   * A statement that takes longer fails like a broken line: its outcome is not known. A server that
   * hangs must not keep everybody waiting. The server gives it up at the same time: what was called
   * lost is not done much later, when others have acted on its absence.
   */
  readonly queryTimeoutMs: number
}

/** Nothing connects before the first query. `onIdleError` hears of idle ones that broke. */
export function openPool(
  url: string,
  options: PoolOptions,
  onIdleError: (error: Error) => void,
): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connectionsMax,
    application_name: `holdfast-${options.name}`,
    connectionTimeoutMillis: options.queryTimeoutMs,
    query_timeout: options.queryTimeoutMs,
    statement_timeout: options.queryTimeoutMs,
    keepAlive: true,
  })
  pool.on('error', onIdleError)
  // A line that breaks between two statements of a transaction is heard of by the next of them;
  // without anybody to hear it, the driver ends the process.
  pool.on('connect', (client) => void client.on('error', () => {}))
  return pool
}

/** Throws, with what to do, when the server is too old for the schema. */
export async function assertServer(pool: Pick<Pool, 'query'>): Promise<void> {
  const { rows } = await pool.query<{ server_version_num: string }>('show server_version_num')
  const version = Number(rows[0]?.server_version_num)
  if (version >= SERVER_VERSION_MIN) return
  throw new NeedsOperator(
    `This server is Postgres ${Math.floor(version / 10_000)}, which is too old: Holdfast needs ` +
      '15 or newer. Nothing was touched. Upgrade the server, or name another with DATABASE_URL.',
  )
}

// Classes of SQLSTATE that say "the server or the line is not well", not "the statement is wrong".
const UNWELL = /^(08|53|57|58|25006|40001|40P01|55P03)/
// Codes of a socket and of looking its address up; ERR_… is Node's word for a wrong argument.
const SOCKET = /^E(?!RR_)[A-Z_]+$/
// Errors of the driver about a line that is gone or never came; it gives them no code.
const LINE_LOST = new RegExp(
  [
    '^Connection terminated',
    '^Query read timeout$',
    '^timeout exceeded when trying to connect$',
    '^timeout expired$',
    '^Client has encountered a connection error',
    '^Client was closed and is not queryable$',
    '^Received unexpected \\w+ message from backend',
    '^Cannot use a pool after calling end on the pool$',
  ].join('|'),
)

/** Turns a broken line or an unwell server into RetryLater; anything else is thrown as it came. */
export function failureOf(
  error: unknown,
  code: 'ledger_unavailable' | 'journal_unavailable',
): unknown {
  if (!(error instanceof Error)) return error
  const { code: state } = error as { code?: string }
  const lost =
    state === undefined ? LINE_LOST.test(error.message) : SOCKET.test(state) || UNWELL.test(state)
  if (!lost) return error
  return new RetryLater(code, `the database did not answer: ${error.message}`, { cause: error })
}
