// The first connection to a database: it has a bound of its own, which has nothing to do with how
// long a statement may take, and it waits for a server that is still starting.

import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { NeedsOperator } from '../../actors/domain/failures.ts'
import { assertServer } from './connect.ts'

export interface FirstContactBounds {
  /** For one connection, and for each answer on it. */
  readonly answerMs: number
  /** For a server that says that it is starting: after a crash it first replays its log. */
  readonly startingMs: number
}

// What takes a connection and says nothing is no database, or a hopeless one.
const BOUNDS: FirstContactBounds = { answerMs: 10_000, startingMs: 30_000 }
const LOOK_EVERY_MS = 250
/** SQLSTATE cannot_connect_now. */
const STARTING = '57P03'
// The driver's words for a time that is over, before and after it is connected.
const SILENT = /^(timeout expired|Query read timeout)$/

/**
 * Asks something on a connection of its own, once the server is known not to be too old. Throws
 * NeedsOperator, in words, for one that is, that stays silent, or that is still starting.
 */
export async function firstContact<Answer>(
  url: string,
  ask: (client: pg.Client) => Promise<Answer>,
  bounds: FirstContactBounds = BOUNDS,
): Promise<Answer> {
  const endMs = performance.now() + bounds.startingMs
  for (;;) {
    try {
      return await askOnce(url, ask, bounds)
    } catch (error) {
      const { code, message } = error as { code?: unknown; message: string }
      if (code === undefined && SILENT.test(message)) throw silent(bounds.answerMs, error)
      if (code !== STARTING) throw error
      if (performance.now() >= endMs) throw stillStarting(error)
    }
    await pause(LOOK_EVERY_MS)
  }
}

async function askOnce<Answer>(
  url: string,
  ask: (client: pg.Client) => Promise<Answer>,
  { answerMs }: FirstContactBounds,
): Promise<Answer> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: answerMs,
    query_timeout: answerMs,
  })
  // A line that breaks is heard of by what is being asked; nobody else needs to hear.
  client.on('error', () => {})
  await client.connect()
  try {
    await assertServer(client)
    return await ask(client)
  } finally {
    await client.end()
  }
}

function silent(answerMs: number, cause: unknown): NeedsOperator {
  return new NeedsOperator(
    `The database did not answer within ${answerMs / 1_000} seconds. Nothing was touched. What ` +
      'is there takes connections and does not answer as a database: look after it, or name ' +
      'another with DATABASE_URL.',
    { cause },
  )
}

function stillStarting(cause: unknown): NeedsOperator {
  return new NeedsOperator(
    'The database is still starting; after a crash it first replays its log. Nothing was ' +
      'touched, and nothing needs mending: try again in a minute.',
    { cause },
  )
}
