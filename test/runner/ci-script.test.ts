// .ci/run: its verdict, and the servers it starts on a machine that runs none. npm is played, since
// the real one would run this very test again.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import { redisBinary } from '../../src/embedded/embedded-redis.ts'
import { skipTest } from './skipped.ts'

const test = suite('continuous integration script')
const SCRIPT = path.resolve(import.meta.dirname, '../../.ci/run')
const NAMED = { TEST_DATABASE_URL: 'postgresql://named', TEST_REDIS_URL: 'redis://named' }
const LIMIT_MS = 60_000

interface Played {
  /** What `npm test` prints. */
  readonly tests?: string
  readonly testsCode?: number
  readonly checkCode?: number
}

let folder = ''
test.before.each(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-test-ci-'))
})
test.after.each(() => rmSync(folder, { recursive: true, force: true }))

function run(played: Played, named: Readonly<Record<string, string>>, through: string[] = []) {
  const { tests = 'echo 7 passed, 0 failed, 0 skipped', testsCode = 0, checkCode = 0 } = played
  const npm = `#!/bin/sh
    case "$1" in
      run) echo '3 passed, 0 failed, 0 skipped'; exit ${checkCode} ;;
      test) ${tests}
        exit ${testsCode} ;;
    esac`
  writeFileSync(path.join(folder, 'npm'), npm, { mode: 0o755 })
  const env: NodeJS.ProcessEnv = { ...process.env, PATH: `${folder}:${process.env.PATH}` }
  for (const name of Object.keys(NAMED)) delete env[name]
  const [program = '', ...args] = [...through, 'bash', SCRIPT]
  const { status, stdout } = spawnSync(program, args, {
    // Also where nothing says that strings are UTF-8.
    env: { ...env, LC_ALL: 'C', ...named },
    encoding: 'utf8',
    timeout: LIMIT_MS,
  })
  return { status, said: stdout, last: stdout.trimEnd().split('\n').at(-1) }
}

test('all is well: the last line is the sum of the tests, and the only one that reads so', () => {
  const { status, said, last } = run({}, NAMED)
  assert.equal(status, 0, said)
  assert.equal(last, '7 passed, 0 failed, 0 skipped')
  assert.equal(said.match(/^\d+ passed/gm)?.length, 1)
})

const FAILURES: readonly [string, Played, RegExp][] = [
  ['the check fails', { checkCode: 1 }, /FAILED: npm run check/],
  ['the tests fail', { testsCode: 1 }, /FAILED: npm test/],
  ['no test ran', { tests: 'echo 0 passed, 0 failed, 9 skipped' }, /FAILED: no test ran/],
  ['the tests say nothing', { tests: 'echo hello' }, /FAILED: no test ran/],
  [
    'tests that need a server were left out',
    { tests: "echo '  skip carts (none) [needs redis]'; echo 7 passed, 0 failed, 1 skipped" },
    /skip carts[\s\S]*were left out[\s\S]*TEST_REDIS_URL/,
  ],
]

for (const [name, played, words] of FAILURES) {
  test(`${name}: the run fails, says so, and ends with the sum`, () => {
    const { status, said, last } = run(played, NAMED)
    assert.equal(status, 1)
    assert.match(said, words)
    assert.match(last ?? '', /^\d+ passed, \d+ failed, \d+ skipped$/)
  })
}

const ALONE = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']
const canBeAlone =
  process.getuid?.() === 0 &&
  redisBinary() !== null &&
  spawnSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up']).status === 0 &&
  spawnSync('sh', ['-c', 'ls /usr/lib/postgresql/*/bin/initdb']).status === 0

const ON_ITS_OWN = 'where no server answers it starts its own, in UTF-8, and stops them again'
if (!canBeAlone) skipTest(`continuous integration script > ${ON_ITS_OWN}`, 'only on such a machine')
else {
  test(ON_ITS_OWN, () => {
    const asked = path.join(folder, 'ask.mjs')
    const modules = path.resolve(import.meta.dirname, '../../node_modules')
    writeFileSync(
      asked,
      `import pg from '${modules}/pg/esm/index.mjs'
       const client = new pg.Client({ connectionString: process.env.TEST_DATABASE_URL })
       await client.connect()
       const { rows } = await client.query(
         "select current_setting('server_encoding') as encoding, 'a' < 'B' as loose")
       await client.end()
       console.log(JSON.stringify(rows[0]), process.env.TEST_REDIS_URL)
       console.log('1 passed, 0 failed, 0 skipped')`,
    )
    const { status, said } = run({ tests: `node ${asked}` }, {}, ALONE)
    assert.equal(status, 0, said)
    assert.match(said, /PostgreSQL: started for this run[\s\S]*Redis: started for this run/)
    assert.match(said, /\{"encoding":"UTF8","loose":false\} redis:\/\/127\.0\.0\.1:\d+/)
    const [, port] = /postgres@127\.0\.0\.1:(\d+)/.exec(said) ?? []
    const left = spawnSync('pgrep', ['-f', `postgres .*-p ${port} `], { encoding: 'utf8' })
    assert.equal(left.stdout, '')
  })
}

test.run()
