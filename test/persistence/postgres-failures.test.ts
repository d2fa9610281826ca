// Which errors of the driver a retry can heal. What it cannot heal must be heard of: a bug that is
// taken for a lost line is tried again for ever.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import { RetryLater } from '../../actors/domain/failures.ts'
import { failureOf, openPool, type Pool } from '../../persistence/postgres/connect.ts'
import { postgresShardTable } from '../../persistence/postgres/postgres-ledger.ts'
import { runStatement } from '../../persistence/postgres/run-statement.ts'
import { skipTest } from '../runner/skipped.ts'
import { openTestDatabase } from '../support/test-database.ts'

const ONE = { name: 'one', text: 'select 1' }
const open = (url: string, connectionsMax = 1, queryTimeoutMs = 5_000) =>
  openPool(url, { name: 'failures', connectionsMax, queryTimeoutMs }, () => {})

const isRetryLater = (error: unknown) =>
  error instanceof RetryLater && error.code === 'journal_unavailable'

async function assertRetriable(pool: Pool): Promise<void> {
  await assert.rejects(runStatement(pool, ONE, []), isRetryLater)
}

test('an error of our own making is passed on as it came', () => {
  for (const error of [
    new TypeError("Cannot read properties of undefined (reading 'id')"),
    new Error('Query values must be an array'),
    Object.assign(new TypeError('not a string'), { code: 'ERR_INVALID_ARG_TYPE' }),
    Object.assign(new Error('syntax error'), { code: '42601' }),
    Object.assign(new Error('invalid byte sequence'), { code: '22021' }),
  ]) {
    assert.equal(failureOf(error, 'journal_unavailable'), error)
  }
})

test('a socket, an address or a server that is not well is worth a retry', () => {
  for (const code of ['ECONNRESET', 'EAI_AGAIN', '08006', '57014', '57P01', '53300', '40001']) {
    const error = Object.assign(new Error(code), { code })
    assert(isRetryLater(failureOf(error, 'journal_unavailable')), code)
  }
})

test('a server that is not there is worth a retry', async () => {
  const pool = open('postgresql://postgres@127.0.0.1:1/none')
  await assertRetriable(pool)
  await assert.rejects(
    postgresShardTable(pool).markAlive('owner'),
    (error) => error instanceof RetryLater && error.code === 'ledger_unavailable',
  )
  await pool.end()
  await assertRetriable(pool)
})

const database = await openTestDatabase(import.meta.url)
if (database === null) skipTest('a Postgres that fails', 'no Postgres was found')
else {
  test('a line that breaks between two statements of a transaction fails the second', async () => {
    const [pool, other] = [open(database.url), open(database.url)]
    const client = await pool.connect()
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    const ended = new Promise((resolve) => client.once('end', resolve))
    await other.query('select pg_terminate_backend($1)', [rows[0]?.pid])
    await ended
    const error = await client.query(ONE).catch((failure: unknown) => failure)
    assert(isRetryLater(failureOf(error, 'journal_unavailable')))
    client.release(true)
    await Promise.all([pool.end(), other.end()])
  })

  test('a connection that is not free in time is worth a retry', async () => {
    const pool = open(database.url, 1, 200)
    const busy = await pool.connect()
    await assertRetriable(pool)
    busy.release()
    await pool.end()
  })

  test('a connection that the server ended is worth a retry', async () => {
    const pool = open(database.url)
    await assert.rejects(
      runStatement(
        pool,
        { name: 'end', text: 'select pg_terminate_backend(pg_backend_pid())' },
        [],
      ),
      isRetryLater,
    )
    assert.equal((await runStatement(pool, ONE, [])).length, 1)
    await pool.end()
  })

  test('a client that is used after its line broke is worth a retry', async () => {
    const pool = open(database.url)
    const client = await pool.connect()
    client.on('error', () => {})
    await client.query('select pg_terminate_backend(pg_backend_pid())').catch(() => {})
    const error = await client.query('select 1').catch((caught: unknown) => caught)
    assert(isRetryLater(failureOf(error, 'journal_unavailable')), String(error))
    client.release(true)
    await pool.end()
    await database.close(true)
  })
}

test.run()
