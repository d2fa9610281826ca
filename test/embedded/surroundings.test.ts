// Where a service may find itself: under names too long for a socket, with blanks and letters
// beyond ASCII, with a temporary folder that is not there or closed, with a Redis that does not
// start. It starts all the same.

import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import { redisBinary } from '../../src/embedded/embedded-redis.ts'
import { identityOf } from '../../src/embedded/process-identity.ts'
import { makeSocketFolder, removeSocketFolder } from '../../src/embedded/socket-folder.ts'
import { skipTest } from '../runner/skipped.ts'
import {
  childPids,
  runService,
  type Service,
  sql,
  type TemporaryDataFolder,
  temporaryDataFolder,
} from './run-service.ts'

const test = suite('surroundings of the embedded parts')
const NO_REDIS = 'There is no redis-server or valkey-server on the PATH'
/** sockaddr_un of Linux holds 108 bytes with the zero at the end. */
const SOCKET_PATH_MAX_BYTES = 107

let folder: TemporaryDataFolder
test.before.each(() => {
  folder = temporaryDataFolder()
  // The account that PostgreSQL runs as must get to the folders inside.
  chmodSync(folder.dataDir, 0o755)
})
test.after.each(() => folder.remove())

function inside(...names: readonly string[]): string {
  const made = path.join(folder.dataDir, ...names)
  mkdirSync(made, { recursive: true })
  return made
}

/** Starts it all, asks the database, and answers what was said; nothing outlives the call. */
async function starts(run: Parameters<typeof runService>[0]): Promise<Service> {
  const service = await runService({ wants: ['redis'], ...run })
  try {
    assert.equal((await sql(service.parts, 'select 1')).rowCount, 1)
    assert.ok(socketOf(service).length <= SOCKET_PATH_MAX_BYTES)
  } finally {
    const pids = childPids(run.dataDir)
    await service.end('SIGTERM')
    for (const pid of pids) assert.equal(identityOf(pid), null)
  }
  return service
}

function socketOf({ parts }: Service): string {
  const host = new URL(parts.databaseUrl ?? '').searchParams.get('host') ?? ''
  return path.join(host, '.s.PGSQL.5432')
}

test('a project path and a TMPDIR that are too long for a socket', async () => {
  const long = inside('l'.repeat(90), 'o'.repeat(90))
  const service = await starts({ dataDir: path.join(long, 'data'), temporaryFolder: long })
  assert.match(socketOf(service), /^\/tmp\/holdfast-[^/]+\/[^/]+$/)
})

test('blanks, quotes and letters beyond ASCII in the names of folders', async () => {
  const odd = inside(`Früh "stück" & 玫瑰 'x' $HOME %20`)
  const service = await starts({ dataDir: path.join(odd, 'daten mappe'), temporaryFolder: odd })
  if (redisBinary() !== null) assert.notEqual(service.parts.redisUrl, null)
})

test('a TMPDIR that is not there', () => {
  const usual = process.env.TMPDIR
  process.env.TMPDIR = path.join(folder.dataDir, 'not-there')
  const sockets = makeSocketFolder(null)
  if (usual === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = usual
  assert.equal(path.dirname(sockets), '/tmp')
  removeSocketFolder(sockets)
})

if (process.getuid?.() !== 0) {
  skipTest('a TMPDIR closed to the account of PostgreSQL', 'only root runs it as another user')
} else {
  test('a TMPDIR closed to the account of PostgreSQL', async () => {
    const temporaryFolder = inside('t')
    chmodSync(temporaryFolder, 0o700)
    const service = await starts({ dataDir: inside('data'), temporaryFolder })
    assert.match(socketOf(service), /^\/tmp\/holdfast-[^/]+\/[^/]+$/)
  })
}

/** A PATH with one program on it. */
function searchPathWith(name: string, text: string): string {
  const bin = inside('bin')
  writeFileSync(path.join(bin, name), text, { mode: 0o755 })
  return bin
}

test('a Redis that ends at once is shown with its log, and carts live in memory', async () => {
  const searchPath = searchPathWith('redis-server', '#!/bin/sh\necho no such library >&2\nexit 3\n')
  const service = await starts({ dataDir: inside('data'), searchPath })
  assert.equal(service.parts.redisUrl, null)
  assert.match(service.said(), /Redis ended at once[\s\S]*no such library[\s\S]*live in memory/)
})

test('a Redis that is no program is said, and carts live in memory', async () => {
  const searchPath = searchPathWith('valkey-server', '#!/not/there\n')
  const service = await starts({ dataDir: inside('data'), searchPath })
  assert.equal(service.parts.redisUrl, null)
  assert.match(service.said(), /Redis could not be started: [\s\S]*Carts live in memory/)
})

if (redisBinary() === null) {
  skipTest('a Valkey is as good as a Redis', NO_REDIS)
  skipTest('a Redis whose file is broken', NO_REDIS)
} else {
  test('a Valkey is as good as a Redis', async () => {
    const searchPath = inside('bin')
    symlinkSync(redisBinary() ?? '', path.join(searchPath, 'valkey-server'))
    const service = await starts({ dataDir: inside('data'), searchPath })
    assert.notEqual(service.parts.redisUrl, null)
    assert.match(service.said(), /valkey-server/)
  })

  test('a Redis whose file is broken leaves it as it is', async () => {
    const dataDir = inside('data')
    await starts({ dataDir })
    const manifest = path.join(dataDir, 'redis/appendonlydir/appendonly.aof.manifest')
    writeFileSync(manifest, 'broken\n')
    const service = await starts({ dataDir })
    assert.equal(service.parts.redisUrl, null)
    assert.match(service.said(), /Redis ended at once[\s\S]*live in memory/)
    assert.equal(readFileSync(manifest, 'utf8'), 'broken\n')
  })
}

test.run()
