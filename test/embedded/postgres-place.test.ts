// Who PostgreSQL runs as and where it lives: as root, as an ordinary user, with links missing,
// and in a clone that its account cannot enter. A compiled clone stands in for the project.

import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import { skipTest } from '../runner/skipped.ts'
import { type CompiledClone, makeCompiledClone, removeLinks } from './compiled-clone.ts'
import { childPids, runService, sql, stopLeftovers, temporaryDataFolder } from './run-service.ts'

const place = suite('place of PostgreSQL')
const isRoot = process.getuid?.() === 0
const NOBODY = { uid: 65_534, gid: 65_534 }
const LINK = 'lib/libicuuc.so.60'

const outer = temporaryDataFolder()
const cloneFolder = path.join(outer.dataDir, 'Klon für Rosen & Bücher')
let clone: CompiledClone = { program: '', nativeFolder: '' }

if (!isRoot) skipTest('place of PostgreSQL', 'only root can start services as other users')

function test(name: string, body: () => Promise<void>): void {
  if (isRoot) place(name, body)
}

place.before(() => {
  chmodSync(outer.dataDir, 0o755)
  mkdirSync(cloneFolder)
  clone = makeCompiledClone(cloneFolder)
})
place.after(() => outer.remove())

function dataFolder(name: string, owner: { uid: number } | null): string {
  const folder = path.join(cloneFolder, name)
  mkdirSync(folder, { mode: 0o700 })
  if (owner !== null) chownSync(folder, owner.uid, NOBODY.gid)
  return folder
}

test('root runs it as an account without rights, in a folder made for root alone', async () => {
  const dataDir = dataFolder('of-root', null)
  const service = await runService({ dataDir, program: clone.program, searchPath: '/nonexistent' })
  assert.notEqual(statSync(path.join(dataDir, 'postgres')).uid, 0)
  assert.equal(statSync(dataDir).mode & 0o007, 0)
  assert.equal((await sql(service.parts, 'select 1')).rowCount, 1)
  await service.end('SIGTERM')
})

test('an ordinary user runs it as themselves', async () => {
  const dataDir = dataFolder('of-nobody', NOBODY)
  const service = await runService({ dataDir, program: clone.program, ...NOBODY })
  const [postgres = 0] = childPids(dataDir)
  assert.equal(statSync(`/proc/${postgres}`).uid, NOBODY.uid)
  assert.equal((await sql(service.parts, 'select 1')).rowCount, 1)
  await service.end('SIGTERM')
})

test('a database of another user is refused to an ordinary one, and open to root', async () => {
  const dataDir = dataFolder('of-both', NOBODY)
  const theirs = await runService({ dataDir, program: clone.program, ...NOBODY })
  await sql(theirs.parts, 'create table kept as select 42 as answer')
  await theirs.end('SIGTERM')
  const asRoot = await runService({ dataDir, program: clone.program })
  assert.equal((await sql(asRoot.parts, 'select answer from kept')).rowCount, 1)
  await asRoot.end('SIGTERM')
  chownSync(path.join(dataDir, 'postgres'), 1, 1)
  const refused = runService({ dataDir, program: clone.program, ...NOBODY })
  await assert.rejects(refused, /belongs to another user \(uid 1\)/)
})

test('a project under a name with blanks and letters beyond ASCII is no hindrance', async () => {
  const dataDir = path.join(cloneFolder, 'data')
  const service = await runService({ dataDir, program: clone.program })
  const { rows } = await sql(service.parts, 'show data_directory')
  assert.deepEqual(rows, [{ data_directory: path.join(dataDir, 'postgres') }])
  assert.doesNotMatch(service.said(), /copy of its binaries/)
  await service.end('SIGTERM')
})

test('a folder that an ordinary user may not write to is refused with what to do', async () => {
  for (const name of ['closed-early', 'closed-late']) {
    const dataDir = dataFolder(name, null)
    if (name === 'closed-late') mkdirSync(path.join(dataDir, 'logs'))
    chmodSync(dataDir, 0o755)
    const refused = runService({ dataDir, program: clone.program, ...NOBODY })
    await assert.rejects(refused, /cannot be used: EACCES[\s\S]*Let this user write there/)
  }
})

test('links that npm did not make are made in node_modules when that may be written', async () => {
  removeLinks(clone)
  const dataDir = dataFolder('without-links', null)
  const service = await runService({ dataDir, program: clone.program })
  assert.equal(lstatSync(path.join(clone.nativeFolder, LINK)).isSymbolicLink(), true)
  await service.end('SIGTERM')
})

test('and in a copy of the binaries when it may not', async () => {
  removeLinks(clone)
  const dataDir = dataFolder('without-links-of-nobody', NOBODY)
  const service = await runService({ dataDir, program: clone.program, ...NOBODY })
  assert.equal(existsSync(path.join(clone.nativeFolder, LINK)), false)
  assert.match(service.said(), /copy of its binaries in .*without-links-of-nobody/)
  assert.equal((await sql(service.parts, 'select 1')).rowCount, 1)
  await service.end('SIGTERM')
})

test('under a private parent, data and binaries go to /var/lib, said and remembered', async () => {
  const dataDir = path.join(cloneFolder, '.holdfast')
  chmodSync(outer.dataDir, 0o700)
  let place = ''
  try {
    const first = await runService({ dataDir, program: clone.program })
    const remembered = readFileSync(path.join(dataDir, 'runtime-place.json'), 'utf8')
    place = (JSON.parse(remembered) as { folder: string }).folder
    assert.match(place, /^\/var\/lib\/holdfast\/[0-9a-f]{16}\/data-[0-9a-f]{8}$/)
    assert.ok(first.said().includes(place))
    assert.match(first.said(), /copy of its binaries in \/var\/lib\/holdfast\//)
    await sql(first.parts, 'create table kept as select 42 as answer')
    await first.end('SIGKILL')
    await stopLeftovers(dataDir)
    const second = await runService({ dataDir, program: clone.program })
    assert.ok(second.said().includes(place))
    assert.equal((await sql(second.parts, 'select answer from kept')).rowCount, 1)
    await second.end('SIGTERM')
    rmSync(place, { recursive: true })
    const refused = runService({ dataDir, program: clone.program })
    await assert.rejects(refused, /that folder is gone[\s\S]*to start with an empty database/)
  } finally {
    chmodSync(outer.dataDir, 0o755)
    await stopLeftovers(dataDir)
    if (place !== '') rmSync(path.dirname(place), { recursive: true, force: true })
  }
})

test('data that its account can no longer reach is not replaced by empty data', async () => {
  const dataDir = dataFolder('shut-in', null)
  const before = await runService({ dataDir, program: clone.program })
  await before.end('SIGTERM')
  chmodSync(outer.dataDir, 0o700)
  try {
    const refused = runService({ dataDir, program: clone.program })
    await assert.rejects(refused, /can no longer enter[\s\S]*chmod o\+x/)
    assert.equal(existsSync(path.join(dataDir, 'runtime-place.json')), false)
    assert.ok(readdirSync(path.join(dataDir, 'postgres')).includes('PG_VERSION'))
  } finally {
    chmodSync(outer.dataDir, 0o755)
  }
})

place.run()
