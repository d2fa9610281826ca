// A service that cannot start says why in a sentence, and is gone: whoever supervises it must not
// take it for alive.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { test } from 'uvu'
import { skipTest } from '../runner/skipped.ts'
import { openTestDatabase } from '../support/test-database.ts'

const MAIN = path.resolve(import.meta.dirname, '../../src/main.ts')
const GONE_WITHIN_MS = 30_000

const database = await openTestDatabase(import.meta.url)

test('a database that is not there', async () => {
  const { code, complained } = await start({ DATABASE_URL: 'postgresql://u@127.0.0.1:1/none' })
  assert.equal(code, 1)
  assert.match(complained, /ECONNREFUSED.*DATABASE_URL/)
  assert.doesNotMatch(complained, /^\s+at /m)
})

test('settings that are wrong are all named, and nothing is started', async () => {
  const { code, complained } = await start({ PORT: 'many', HOLD_TTL_SECONDS: '0' })
  assert.equal(code, 2)
  assert.match(complained, /PORT must be[\s\S]*HOLD_TTL_SECONDS must be/)
})

if (database === null) {
  skipTest('a start on a database that cannot be used', 'no Postgres was found')
} else {
  test('a database that a newer version changed is left as it is', async () => {
    await onDatabase("insert into schema_migration (name, run_on) values ('9999_future', now())")
    const { code, complained } = await start({ DATABASE_URL: database.url })
    assert.equal(code, 1)
    assert.match(complained, /newer Holdfast \(9999_future\).*Nothing was touched/)
    await onDatabase("delete from schema_migration where name = '9999_future'")
  })

  test('a port that is taken ends the start', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    const { code, complained } = await start({ DATABASE_URL: database.url, PORT: String(port) })
    assert.equal(code, 1)
    assert.match(complained, /Another program has port \d+ of 127\.0\.0\.1/)
    taken.close()
    await once(taken, 'close')
    await database.close(true)
  })

  async function onDatabase(statement: string): Promise<void> {
    assert(database)
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    await client.query(statement)
    await client.end()
  }
}

test.run()

/** Runs the service until it ends by itself. */
async function start(settings: Record<string, string>) {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'holdfast-test-failed-start-'))
  const env: NodeJS.ProcessEnv = { ...process.env, HOLDFAST_DATA: dataDir, PORT: '0', ...settings }
  for (const name of ['REDIS_URL', 'NODE_OPTIONS', 'STRIPE_SECRET_KEY']) delete env[name]
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: GONE_WITHIN_MS,
    killSignal: 'SIGKILL',
  })
  const [complained, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  rmSync(dataDir, { recursive: true, force: true })
  return { code, complained }
}
