// The development secret: one for all who start, whole or not at all, and its owner's alone.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { suite } from 'uvu'
import { StartRefused } from '../../src/embedded/start-refused.ts'
import { developmentSecret } from '../../src/jwt-secret.ts'

const secrets = suite('development secret')
const MODULE = path.resolve(import.meta.dirname, '../../src/jwt-secret.ts')

async function inFolder(run: (folder: string, file: string) => unknown): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-test-secret-'))
  try {
    await run(folder, path.join(folder, 'jwt-secret'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

secrets('it is made once, 64 digits that only the owner reads, with nothing beside it', () =>
  inFolder((folder, file) => {
    const secret = developmentSecret(folder)
    assert.match(secret, /^[0-9a-f]{64}$/)
    assert.equal(developmentSecret(folder), secret)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(folder), ['jwt-secret'])
  }),
)

secrets('four first starts at once agree on one secret', () =>
  inFolder(async (folder) => {
    const program = `import { developmentSecret } from ${JSON.stringify(MODULE)}
      console.log(developmentSecret(${JSON.stringify(folder)}))`
    const argv = ['--import', 'tsx', '--input-type=module', '--eval', program]
    const starts = [1, 2, 3, 4].map(() => promisify(execFile)(process.execPath, argv))
    const said = (await Promise.all(starts)).map(({ stdout }) => stdout)
    assert.equal(new Set(said).size, 1)
    assert.match(said[0] ?? '', /^[0-9a-f]{64}\n$/)
    assert.deepEqual(readdirSync(folder), ['jwt-secret'])
  }),
)

for (const text of ['', '\n', 'cut-off']) {
  secrets(`${JSON.stringify(text)} for a secret is refused with what to do`, () =>
    inFolder((folder, file) => {
      writeFileSync(file, text)
      assert.throws(
        () => developmentSecret(folder),
        (error) =>
          error instanceof StartRefused &&
          error.message.includes(file) &&
          /Delete the file and start again/.test(error.message),
      )
    }),
  )
}

secrets.run()
