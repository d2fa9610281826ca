// What files say and may not say: opening comments, no `any`, no silenced compiler, one reader of
// the environment, time as a port, no sleeps.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { checkAnyType } from './checks/any-type.ts'
import { checkComments } from './checks/comments.ts'
import { checkEnvironment } from './checks/environment.ts'
import { checkSleeps } from './checks/sleeps.ts'
import { checkTestNames } from './checks/test-names.ts'
import { checkTimeIsAPort } from './checks/time-is-a-port.ts'
import { readRepository } from './repository.ts'
import { triedOn } from './tried-on.ts'
import { assertNone } from './violation.ts'

const repository = readRepository()
const wording = suite('wording')

wording('every file opens with a comment, and none holds what is left to do', () => {
  assertNone(checkComments(repository.sources))
})

wording('there is no any outside adapters', () => {
  assertNone(checkAnyType(repository.sources))
})

wording('actors take time and chance from ports', () => {
  assertNone(checkTimeIsAPort(repository.sources))
})

wording('the environment is read in one place', () => {
  assertNone(checkEnvironment(repository.sources))
})

wording('tests do not sleep', () => {
  assertNone(checkSleeps(repository.sources))
})

wording('test names are unique and nothing is narrowed to one test', () => {
  assertNone(checkTestNames(repository.sources))
})

wording('the comment check finds missing openings and forbidden words', () => {
  const found = triedOn(checkComments, {
    'a.ts': 'export const a = 1',
    'b.ts': '#!/usr/bin/env node\n// What b is for.\nconst b = 1 // TODO later',
    'c.ts': '/* What c is for.\n * FIXME */\n// @ts-ignore\nconst c = "TODO @ts-nocheck"',
    'd.ts': '// What d is for.\n// @ts-expect-error the declaration is wrong\nconst d = 1',
  })
  assert.deepEqual(found, [
    'a.ts:1 no opening comment',
    'b.ts:3 a comment with TODO',
    'c.ts:2 a comment with FIXME',
    'c.ts:3 a comment with @ts-ignore',
  ])
})

wording('the any check finds it anywhere but in adapters', () => {
  const found = triedOn(checkAnyType, {
    'src/http/a.ts': 'const any = 1\nfunction f(x: any[]): Promise<any> {}',
    'persistence/redis/b.ts': 'let x: any',
    'src/payments/c.ts': 'let x: any',
    'test/d.ts': 'const x = y as any',
  })
  assert.deepEqual(found, [
    'src/http/a.ts:2 the type any',
    'src/http/a.ts:2 the type any',
    'test/d.ts:1 the type any',
  ])
})

wording('the clock check finds real time and chance under actors only', () => {
  const source = `const a = Date.now
    const b = new Date()
    const c = new Date(nowMs)
    const d = [Math.random(), performance.now(), process.hrtime.bigint(), crypto.randomUUID()]
    globalThis.setTimeout(() => {}, 1)
    const e = clock.nowMs() + Date.parse('2026-01-01')
    const f = Date()`
  const found = triedOn(checkTimeIsAPort, { 'actors/a.ts': source, 'src/b.ts': source })
  assert.deepEqual(
    found.sort(),
    [
      'actors/a.ts:1 Date.now',
      'actors/a.ts:2 new Date() without an argument',
      'actors/a.ts:4 Math.random',
      'actors/a.ts:4 crypto.randomUUID',
      'actors/a.ts:4 performance.now',
      'actors/a.ts:4 process.hrtime',
      'actors/a.ts:5 setTimeout',
      'actors/a.ts:7 Date()',
    ].sort(),
  )
})

wording('the environment check finds every way to read it', () => {
  const found = triedOn(checkEnvironment, {
    'src/config.ts': 'const a = process.env.PORT',
    'src/embedded/a.ts': 'const a = process.env',
    'src/http/b.ts': "const a = process.env['PORT']\nconst { env } = process\nprocess.exit()",
    'actors/c.ts': "import { env } from 'node:process'\nconst x = process['env']",
    'test/d.ts': 'const a = process.env.PORT',
  })
  assert.deepEqual(found, [
    'src/http/b.ts:1 reads the environment',
    'src/http/b.ts:2 reads the environment',
    'actors/c.ts:1 reads the environment',
    'actors/c.ts:2 reads the environment',
  ])
})

wording('the sleep check finds waiting for time, and leaves bounds alone', () => {
  const found = triedOn(checkSleeps, {
    'test/a.test.ts': `import { setTimeout as delay } from 'node:timers/promises'
      await new Promise((resolve) => setTimeout(resolve, 100))
      await new Promise((done) => { setTimeout(() => { log(); done('late') }, 100) })
      const sleep = util.promisify(setTimeout)
      Atomics.wait(cells, 0, 0, 100)`,
    'test/b.test.ts': `await new Promise((resolve, reject) => {
        setTimeout(() => reject(new Error('took too long')), 1_000)
        server.once('listening', () => resolve(null))
      })
      const limit = setTimeout(() => controller.abort(), 1_000)`,
    'test/support/until.ts': 'await new Promise((resolve) => setTimeout(resolve, 100))',
    'src/workers/run-every.ts': 'await new Promise((resolve) => setTimeout(resolve, 100))',
  })
  assert.deepEqual(
    found.sort(),
    [1, 2, 3, 4, 5].map((line) => `test/a.test.ts:${line} a sleep`),
  )
})

wording('the test name check finds repeated names in one suite, and .only', () => {
  const found = triedOn(checkTestNames, {
    'test/a.test.ts': `test('one', () => {})
      test('one', () => {})
      const left = suite('left')
      const right = suite('right')
      left('two', () => {})
      right('two', () => {})
      right('two', () => {})
      right.only('three', () => {})
      call('two', () => {})`,
  })
  assert.deepEqual(found, [
    "test/a.test.ts:2 a second test 'one'",
    "test/a.test.ts:7 a second test 'two'",
    'test/a.test.ts:8 a call of .only',
  ])
})

wording.run()
