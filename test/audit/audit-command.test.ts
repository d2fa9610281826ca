// `holdfast audit` on a database given by URL, from a folder that is not the service's: books of
// nobody must not be taken for the gateway's, or every captured order would look like a difference.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { suite } from 'uvu'
import type { AuditReport } from '../../src/audit/report.ts'
import { claimDataFolder } from '../../src/embedded/data-folder-claim.ts'
import { openRuntimeFile } from '../../src/embedded/runtime-file.ts'
import { skipTest } from '../runner/skipped.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { writeSampleHistory } from './sample-history.ts'

const CLI = path.resolve(import.meta.dirname, '../../src/cli.ts')

const command = suite('audit command')
const database = await openTestDatabase(import.meta.url)

if (database === null) skipTest('audit command', 'no Postgres was found')
else {
  const pool = new pg.Pool({ connectionString: database.url, max: 3 })
  const dataDir = mkdtempSync(path.join(tmpdir(), 'holdfast-test-audit-'))
  await writeSampleHistory(pool)
  command.after(async () => {
    rmSync(dataDir, { recursive: true, force: true })
    await pool.end()
    await database.close(true)
  })

  command('a folder without a service and without books: nothing is started', async () => {
    const { said, complained, code } = await audit(database.url, dataDir)
    expectSkipped(said, code)
    assert.match(complained, /No service runs in .* set HOLDFAST_DATA to the service's own/)
    assert.deepEqual(readdirSync(dataDir), [])
  })

  command('a mistyped data folder: said so, and no shop is made there', async () => {
    const { said, complained, code } = await audit('', dataDir)
    assert.deepEqual([said, code], ['', 1])
    assert.match(complained, /There is no shop in .*nothing was made/)
    assert.deepEqual(readdirSync(dataDir), [])
  })

  command('a service with a database of its own: its simulator is left out', async () => {
    const { owner, release } = await claimDataFolder(dataDir)
    const own = 'postgresql://postgres@127.0.0.1:1/own'
    openRuntimeFile(dataDir).update({
      owner,
      postgres: { process: owner, address: own },
      simulator: { process: owner, address: 'http://127.0.0.1:1' },
    })
    try {
      const { said, complained, code } = await audit(database.url, dataDir)
      expectSkipped(said, code)
      assert.match(complained, /another database than DATABASE_URL/)
    } finally {
      release()
    }
  })
}
command.run()

function expectSkipped(said: string, code: unknown): void {
  const report = JSON.parse(said) as AuditReport
  assert.equal(report.ok, true, said)
  assert.equal(code, 0)
  const skipped = report.checks.filter((check) => check.skipped?.includes('HOLDFAST_DATA'))
  assert.deepEqual(
    skipped.map(({ id }) => id),
    ['P6', 'O4'],
  )
}

async function audit(databaseUrl: string, dataDir: string) {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    HOLDFAST_DATA: dataDir,
  }
  for (const name of ['STRIPE_SECRET_KEY', 'STRIPE_API_URL', 'REDIS_URL']) delete env[name]
  const args = ['--import', 'tsx', CLI, 'audit', '--json']
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [said, complained, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { said, complained, code }
}
