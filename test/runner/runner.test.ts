// The runner on small test files of its own making: every way in which uvu alone would come out
// green without having tested anything has to come out red, by name.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
// Inside the project, so that the files find `uvu`; ignored by git, so that no scan finds them.
const FIXTURES = fileURLToPath(new URL(`./.fixtures-${process.pid}`, import.meta.url))

interface Outcome {
  readonly code: number
  readonly output: string
  readonly lastLine: string
}

let nextFixture = 0

function writeFixture(source: string): string {
  nextFixture += 1
  const path = join(FIXTURES, `fixture-${nextFixture}.test.ts`)
  writeFileSync(path, source)
  return path
}

function runRunner(args: readonly string[]): Promise<Outcome> {
  const command = ['--import', 'tsx', 'test/run.ts', ...args]
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: ROOT }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code)
      const lastLine = stdout.trimEnd().split('\n').at(-1) ?? ''
      resolve({ code, output: stdout + stderr, lastLine })
    })
  })
}

function runFixture(source: string, ...options: string[]): Promise<Outcome> {
  return runRunner([...options, writeFixture(source)])
}

const runner = suite('runner')

runner.before(() => {
  mkdirSync(FIXTURES, { recursive: true })
  writeFileSync(join(FIXTURES, '.gitignore'), '*\n')
})

runner.after(() => rmSync(FIXTURES, { recursive: true, force: true }))

runner('names every test that passes and exits 0', async () => {
  const outcome = await runFixture(`
    import { suite, test } from 'uvu'
    test('two and two', () => {})
    test.run()
    const stock = suite('stock')
    stock.before.each((context) => { context.units = 5 })
    stock('has units', (context) => { if (context.units !== 5) throw new Error('no units') })
    stock.run()`)
  assert.equal(outcome.code, 0, outcome.output)
  assert.equal(outcome.lastLine, '2 passed, 0 failed, 0 skipped')
  assert.match(outcome.output, /^ {2}ok {3}two and two \(\d+ ms\)$/m)
  assert.match(outcome.output, /^ {2}ok {3}stock > has units \(\d+ ms\)$/m)
})

runner('names a failing test, goes on, and repeats the failure with its stack', async () => {
  const outcome = await runFixture(`
    import assert from 'node:assert/strict'
    import { test } from 'uvu'
    test('fails', () => assert.deepEqual({ sold: 1 }, { sold: 2 }))
    test('passes', () => {})
    test.run()`)
  assert.equal(outcome.code, 1)
  assert.equal(outcome.lastLine, '1 passed, 1 failed, 0 skipped')
  assert.match(outcome.output, /^ {2}FAIL fails \(\d+ ms\)$/m)
  const failures = outcome.output.slice(outcome.output.indexOf('\nFailures'))
  assert.match(failures, /fixture-\d+\.test\.ts: fails\n {4}AssertionError/)
  assert.match(failures, /sold: 2/)
  assert.match(failures, /at .*fixture-\d+\.test\.ts/)
})

runner('trap 1: a before hook that throws fails every test of its suite', async () => {
  const outcome = await runFixture(`
    import { test } from 'uvu'
    test.before(() => { throw new Error('no database') })
    test('needs the database', () => {})
    test.run()`)
  assert.equal(outcome.code, 1)
  assert.equal(outcome.lastLine, '0 passed, 2 failed, 0 skipped')
  assert.match(outcome.output, /FAIL \(before hook\)/)
  assert.match(outcome.output, /FAIL needs the database/)
  assert.match(outcome.output, /no database/)
})

runner('trap 2: a path that matches no test file fails', async () => {
  const outcome = await runRunner(['test/no-such-folder'])
  assert.equal(outcome.code, 1)
  assert.equal(outcome.lastLine, '0 passed, 1 failed, 0 skipped')
  assert.match(outcome.output, /No test file .* test\/no-such-folder/)
})

runner('trap 2: a file that registers no test fails', async () => {
  const outcome = await runFixture(`import { test } from 'uvu'; test.run()`)
  assert.equal(outcome.code, 1)
  assert.match(outcome.output, /registered no test/)
})

runner('trap 3: a suite without .run() fails, each of its tests by name', async () => {
  const outcome = await runFixture(`
    import { suite, test } from 'uvu'
    const forgotten = suite('forgotten')
    forgotten('first', () => {})
    forgotten('second', () => {})
    test('runs', () => {})
    test.run()`)
  assert.equal(outcome.code, 1)
  assert.equal(outcome.lastLine, '1 passed, 2 failed, 0 skipped')
  assert.match(outcome.output, /FAIL forgotten > first/)
  assert.match(outcome.output, /`\.run\(\)` is not called/)
})

runner('trap 4: a test that never ends is killed at the limit and named', async () => {
  const outcome = await runFixture(
    `import { test } from 'uvu'
    import { createServer } from 'node:net'
    test('waits for ever', () => new Promise(() => { createServer().listen(0, '127.0.0.1') }))
    test('is behind it', () => {})
    test.run()`,
    '--limit-seconds',
    '2',
  )
  assert.equal(outcome.code, 1)
  assert.equal(outcome.lastLine, '0 passed, 2 failed, 0 skipped')
  assert.match(outcome.output, /Still running when the file hit its limit of 2 s/)
  assert.match(outcome.output, /Never started: the file hit its limit/)
})

runner('a process that its tests leave alive fails at the limit', async () => {
  const outcome = await runFixture(
    `import { test } from 'uvu'
    import { createServer } from 'node:net'
    test('leaves a server', () => { createServer().listen(0, '127.0.0.1') })
    test.run()`,
    '--limit-seconds',
    '2',
  )
  assert.equal(outcome.code, 1)
  assert.equal(outcome.lastLine, '1 passed, 1 failed, 0 skipped')
  assert.match(outcome.output, /something keeps the process alive/)
})

runner('two tests of one name fail', async () => {
  const outcome = await runFixture(`
    import { test } from 'uvu'
    test('same', () => {})
    test('same', () => {})
    test.run()`)
  assert.equal(outcome.code, 1)
  assert.match(outcome.output, /Two tests have this name/)
})

runner('a hook after each test that throws fails its test and loses no other', async () => {
  const outcome = await runFixture(`
    import { test } from 'uvu'
    let round = 0
    test.after.each(() => { round += 1; if (round === 1) throw new Error('not cleaned up') })
    test('first', () => {})
    test('second', () => {})
    test.run()`)
  assert.equal(outcome.code, 1)
  assert.equal(outcome.lastLine, '1 passed, 1 failed, 0 skipped')
  assert.match(outcome.output, /FAIL first/)
  assert.match(outcome.output, /ok {3}second/)
})

runner('an after hook that throws is a failure', async () => {
  const outcome = await runFixture(`
    import { test } from 'uvu'
    test.after(() => { throw new Error('pool not closed') })
    test('passes', () => {})
    test.run()`)
  assert.equal(outcome.code, 1)
  assert.match(outcome.output, /FAIL \(after hook\)/)
})

runner('a file that cannot be loaded fails with its error', async () => {
  const outcome = await runFixture(`throw new Error('broken at import')`)
  assert.equal(outcome.code, 1)
  assert.equal(outcome.lastLine, '0 passed, 1 failed, 0 skipped')
  assert.match(outcome.output, /broken at import/)
})

runner(
  'a test that ends the process with exit code 0 fails, and so do those behind it',
  async () => {
    const outcome = await runFixture(`
    import { test } from 'uvu'
    test('leaves', () => { process.exitCode = 0; process.reallyExit(0) })
    test('is behind it', () => {})
    test.run()`)
    assert.equal(outcome.code, 1)
    assert.equal(outcome.lastLine, '0 passed, 2 failed, 0 skipped')
  },
)

runner('what is left out is named with its reason and counted', async () => {
  const outcome = await runFixture(`
    import { test } from 'uvu'
    import { skipTest } from '../skipped.ts'
    skipTest('the ledger', 'no Postgres was found')
    skipTest('the cart', 'TEST_REDIS_URL names no server')
    skipTest('place of PostgreSQL', 'only root can try this')
    test.skip('not today', () => {})
    test('passes', () => {})
    test.run()`)
  assert.equal(outcome.code, 0, outcome.output)
  assert.equal(outcome.lastLine, '1 passed, 0 failed, 4 skipped')
  assert.match(outcome.output, /skip the ledger \(no Postgres was found\) \[needs postgres\]$/m)
  assert.match(outcome.output, /skip the cart \(TEST_REDIS_URL .*\) \[needs redis\]$/m)
  assert.match(outcome.output, /skip place of PostgreSQL \(only root can try this\)$/m)
  assert.match(outcome.output, /skip not today \(test\.skip\)$/m)
})

runner('a run in which everything was skipped is not green', async () => {
  const outcome = await runFixture(`
    import { skipTest } from '../skipped.ts'
    skipTest('everything', 'nothing runs here')`)
  assert.equal(outcome.code, 1)
  assert.equal(outcome.lastLine, '0 passed, 0 failed, 1 skipped')
})

runner('files that run side by side are printed one after the other', async () => {
  const source = (name: string): string => `
    import { test } from 'uvu'
    for (const part of ['first', 'second']) {
      test('${name} ' + part, () => new Promise((resolve) => setImmediate(resolve)))
    }
    test.run()`
  const paths = [writeFixture(source('left')), writeFixture(source('right'))]
  const outcome = await runRunner(['--jobs', '2', ...paths])
  assert.equal(outcome.lastLine, '4 passed, 0 failed, 0 skipped')
  const names = [...outcome.output.matchAll(/ok {3}(\w+ \w+)/g)].map((match) => match[1])
  assert.deepEqual(names, ['left first', 'left second', 'right first', 'right second'])
})

runner('a wrong option is refused with the usage', async () => {
  const outcome = await runRunner(['--jobs', 'many'])
  assert.equal(outcome.code, 2)
  assert.match(outcome.output, /--jobs takes a whole number .*"many"/)
})

runner.run()
