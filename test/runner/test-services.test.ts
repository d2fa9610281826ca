// The runner and the services of a run: started only for tests that need them, handed over as
// environment, and stopped even when describing them fails.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import { startTestServices } from './test-services.ts'

const NEEDS_SERVICES = ['test/domain/money.test.ts', 'test/persistence/ledger.test.ts']

// What the support module of the fixture did, seen from here: both run in this process.
const seen: string[] = []
Object.assign(globalThis, { servicesSeen: seen })

const services = suite<{ root: string }>('services')

services.before.each((context) => {
  seen.length = 0
  context.root = mkdtempSync(join(tmpdir(), 'holdfast-runner-'))
})

services.after.each((context) => rmSync(context.root, { recursive: true, force: true }))

function writeSupport(root: string, describe: string): void {
  mkdirSync(join(root, 'test/support'), { recursive: true })
  const source = `
    const seen = globalThis.servicesSeen
    export async function startServices() {
      seen.push('start')
      return { TEST_DATABASE_URL: 'postgres://there' }
    }
    export async function describeServices() { ${describe} }
    export async function stopServices() { seen.push('stop') }`
  writeFileSync(join(root, 'test/support/services.ts'), source)
}

services('tests that need services get their addresses', async ({ root }) => {
  writeSupport(root, "return ['PostgreSQL, there']")
  const started = await startTestServices(root, NEEDS_SERVICES)
  assert.deepEqual(started.environment, { TEST_DATABASE_URL: 'postgres://there' })
  assert.deepEqual(started.descriptions, ['PostgreSQL, there'])
  await started.stop()
  assert.deepEqual(seen, ['start', 'stop'])
})

services('tests of the domain and of style start nothing', async ({ root }) => {
  writeSupport(root, 'return []')
  const files = ['test/domain/money.test.ts', 'test/tidy/sql.test.ts']
  assert.deepEqual((await startTestServices(root, files)).environment, {})
  assert.deepEqual(seen, [])
})

services(
  'services that cannot be described are stopped, and the run hears why',
  async ({ root }) => {
    writeSupport(root, "throw new Error('does not answer')")
    await assert.rejects(startTestServices(root, NEEDS_SERVICES), /does not answer/)
    assert.deepEqual(seen, ['start', 'stop'])
  },
)

services.run()
