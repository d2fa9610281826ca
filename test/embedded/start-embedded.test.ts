// The life of the embedded parts: stop and start, kill -9 of the service, of its children or of
// both, a second start, strangers under old pids. Real servers, real signals.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { suite } from 'uvu'
import { redisBinary } from '../../src/embedded/embedded-redis.ts'
import { identityOf } from '../../src/embedded/process-identity.ts'
import { runningService } from '../../src/embedded/runtime-file.ts'
import { startEmbedded } from '../../src/embedded/start-embedded.ts'
import { skipTest } from '../runner/skipped.ts'
import { until } from '../support/until.ts'
import {
  childPids,
  runService,
  sql,
  type TemporaryDataFolder,
  temporaryDataFolder,
} from './run-service.ts'

const test = suite('embedded parts')
const STAND_IN = fileURLToPath(new URL('./simulator-stand-in.ts', import.meta.url))
const SIMULATOR = [process.execPath, '--import', 'tsx', STAND_IN]
const POSTGRES_ALONE = { postgres: true, redis: false, simulator: null }
const NO_REDIS = 'There is no redis-server or valkey-server on the PATH'
const noWords = () => {}

let folder: TemporaryDataFolder
test.before.each(() => {
  folder = temporaryDataFolder()
})
test.after.each(() => folder.remove())

test('a row written before a stop is there after the next start', async () => {
  const { dataDir } = folder
  const first = await startEmbedded({ dataDir, want: POSTGRES_ALONE, say: noWords })
  await sql(first, 'create table kept as select 42 as answer')
  await first.stop()
  const second = await startEmbedded({ dataDir, want: POSTGRES_ALONE, say: noWords })
  try {
    const { rows } = await sql(second, 'select answer from kept')
    assert.deepEqual(rows, [{ answer: 42 }])
  } finally {
    await second.stop()
  }
})

test('commits are flushed, strings are UTF-8 and bytewise, no TCP port is open', async () => {
  const { dataDir } = folder
  const parts = await startEmbedded({ dataDir, want: POSTGRES_ALONE, say: noWords })
  try {
    const { rows } = await sql(
      parts,
      `select current_setting('fsync') as fsync, current_setting('listen_addresses') as tcp,
              current_setting('synchronous_commit') as commit, lower('Ä') as small,
              current_setting('server_encoding') as encoding, 'a' < 'B' as loose`,
    )
    const strict = {
      fsync: 'on',
      commit: 'on',
      tcp: '',
      small: 'ä',
      encoding: 'UTF8',
      loose: false,
    }
    assert.deepEqual(rows, [strict])
  } finally {
    await parts.stop()
  }
})

test('stop ends every child and leaves no socket and no record', async () => {
  const { dataDir } = folder
  const want = { postgres: true, redis: true, simulator: { command: SIMULATOR } }
  const parts = await startEmbedded({ dataDir, want, say: noWords })
  const pids = childPids(dataDir)
  const sockets = new URL(parts.databaseUrl ?? '').searchParams.get('host') ?? ''
  assert.equal(pids.length, redisBinary() === null ? 2 : 3)
  assert.equal(statSync(sockets).mode & 0o077, 0)
  await parts.stop()
  assert.deepEqual(
    pids.map(identityOf),
    pids.map(() => null),
  )
  assert.equal(existsSync(sockets), false)
  assert.equal(existsSync(path.join(dataDir, 'runtime.json')), false)
  assert.equal(runningService(dataDir), null)
})

test('children of a service that was killed are used again, with all they know', async () => {
  const run = { dataDir: folder.dataDir, wants: ['redis', ...SIMULATOR] }
  const killed = await runService(run)
  await sql(killed.parts, 'create table kept as select 42 as answer')
  const pids = childPids(folder.dataDir)
  await killed.end('SIGKILL')
  assert.equal(runningService(folder.dataDir), null)
  const next = await runService(run)
  assert.deepEqual(childPids(folder.dataDir), pids)
  assert.deepEqual(next.parts, killed.parts)
  assert.equal(runningService(folder.dataDir)?.owner?.pid, next.pid)
  assert.equal((await sql(next.parts, 'select answer from kept')).rowCount, 1)
  await next.end('SIGTERM')
  assert.deepEqual(
    pids.map(identityOf),
    pids.map(() => null),
  )
})

test('children that were killed with their service are started anew', async () => {
  const run = { dataDir: folder.dataDir, wants: ['redis', ...SIMULATOR] }
  const killed = await runService(run)
  await sql(killed.parts, 'create table kept as select 42 as answer')
  const pids = childPids(folder.dataDir)
  await killed.end('SIGKILL')
  for (const pid of pids) process.kill(pid, 'SIGKILL')
  const next = await runService(run)
  assert.equal(
    childPids(folder.dataDir).some((pid) => pids.includes(pid)),
    false,
  )
  assert.equal((await sql(next.parts, 'select answer from kept')).rowCount, 1)
  await next.end('SIGTERM')
})

test('a server is found by its postmaster.pid when runtime.json is lost', async () => {
  const killed = await runService({ dataDir: folder.dataDir })
  const pids = childPids(folder.dataDir)
  await killed.end('SIGKILL')
  writeFileSync(path.join(folder.dataDir, 'runtime.json'), '{ "postgr')
  const next = await runService({ dataDir: folder.dataDir })
  assert.deepEqual(childPids(folder.dataDir), pids)
  await next.end('SIGTERM')
  assert.deepEqual(pids.map(identityOf), [null])
})

test('a second start on the folder of a living service is refused and harms nothing', async () => {
  const { dataDir } = folder
  const first = await runService({ dataDir })
  const record = readFileSync(path.join(dataDir, 'runtime.json'), 'utf8')
  const refused = await runService({ dataDir }).catch((error: Error) => error)
  assert.ok(refused instanceof Error)
  assert.match(refused.message, /already running/)
  assert.ok(refused.message.includes(dataDir) && refused.message.includes(`kill ${first.pid}`))
  assert.match(refused.message, /HOLDFAST_DATA=/)
  assert.equal(readFileSync(path.join(dataDir, 'runtime.json'), 'utf8'), record)
  assert.equal((await sql(first.parts, 'select 1')).rowCount, 1)
  await first.end('SIGTERM')
})

test('a stranger that has a recorded pid by now is neither used nor stopped', async () => {
  const { dataDir } = folder
  const stranger = spawn('sleep', ['600'], { stdio: 'ignore' })
  try {
    const before = { process: { pid: stranger.pid, began: 'another boot 1' }, address: '/gone' }
    const record = { redis: before, simulator: before, postgres: { ...before, address: 'x://' } }
    writeFileSync(path.join(dataDir, 'runtime.json'), JSON.stringify(record))
    const parts = await startEmbedded({ dataDir, want: POSTGRES_ALONE, say: noWords })
    await parts.stop()
    assert.notEqual(identityOf(stranger.pid ?? 0), null)
  } finally {
    stranger.kill('SIGKILL')
  }
})

test('a postmaster.pid that names a stranger does not keep PostgreSQL from starting', async () => {
  const { dataDir } = folder
  await (await startEmbedded({ dataDir, want: POSTGRES_ALONE, say: noWords })).stop()
  const cluster = path.join(dataDir, 'postgres')
  const { uid, gid } = statSync(cluster)
  const stranger = spawn('sleep', ['600'], { stdio: 'ignore', uid, gid })
  try {
    const lines = [stranger.pid, cluster, 1, 5432, '/tmp', '', '0 0', 'ready', '']
    writeFileSync(path.join(cluster, 'postmaster.pid'), lines.join('\n'))
    const parts = await startEmbedded({ dataDir, want: POSTGRES_ALONE, say: noWords })
    await parts.stop()
    assert.notEqual(identityOf(stranger.pid ?? 0), null)
  } finally {
    stranger.kill('SIGKILL')
  }
})

test('a survivor that is no longer wanted is stopped', async () => {
  const { dataDir } = folder
  const killed = await runService({ dataDir, wants: ['', ...SIMULATOR] })
  await killed.end('SIGKILL')
  const pids = childPids(dataDir)
  const parts = await startEmbedded({ dataDir, want: POSTGRES_ALONE, say: noWords })
  assert.deepEqual(
    pids.map(identityOf).map((each) => each === null),
    [false, true],
  )
  await parts.stop()
})

test('a simulator that dies at once is shown with its log, and nothing runs on', async () => {
  const { dataDir } = folder
  const command = [process.execPath, '-e', 'console.log("no such journal"); process.exit(3)', '--']
  const want = { postgres: true, redis: false, simulator: { command } }
  await assert.rejects(startEmbedded({ dataDir, want, say: noWords }), /no such journal/)
  assert.equal(existsSync(path.join(dataDir, 'runtime.json')), false)
  const log = readFileSync(path.join(dataDir, 'logs', 'postgres.log'), 'utf8')
  assert.match(log, /ready to accept connections/)
  assert.equal(existsSync(path.join(dataDir, 'postgres', 'postmaster.pid')), false)
})

test('a data folder that cannot be made is refused by name', async () => {
  const file = path.join(folder.dataDir, 'file')
  writeFileSync(file, '')
  const start = startEmbedded({ dataDir: `${file}/data`, want: POSTGRES_ALONE, say: noWords })
  await assert.rejects(start, /file\/data cannot be used[\s\S]*HOLDFAST_DATA/)
})

test('without a Redis on the PATH it is left out, and said', async () => {
  const run = { dataDir: folder.dataDir, wants: ['redis'], searchPath: '/nonexistent' }
  const service = await runService(run)
  assert.equal(service.parts.redisUrl, null)
  assert.match(service.said(), /no redis-server or valkey-server/)
  await service.end('SIGTERM')
})

if (redisBinary() === null) skipTest('Redis keeps what it was given over a restart', NO_REDIS)
else {
  test('Redis keeps what it was given over a restart', async () => {
    const { dataDir } = folder
    const want = { postgres: false, redis: true, simulator: null }
    const first = await startEmbedded({ dataDir, want, say: noWords })
    const writer = new Redis(first.redisUrl ?? '')
    await writer.set('cart', 'roses')
    writer.disconnect()
    await first.stop()
    const second = await startEmbedded({ dataDir, want, say: noWords })
    const reader = new Redis(second.redisUrl ?? '')
    const found = await reader.get('cart')
    reader.disconnect()
    await second.stop()
    assert.equal(found, 'roses')
  })
}

test('npm-like SIGTERM: the service and its children are gone within ten seconds', async () => {
  const service = await runService({ dataDir: folder.dataDir, wants: ['redis', ...SIMULATOR] })
  const pids = [service.pid, ...childPids(folder.dataDir)]
  void service.end('SIGTERM')
  await until('all processes are gone', () => pids.every((pid) => identityOf(pid) === null), 10_000)
})

test.run()
