// A data folder that is broken, in every way a person or a crash can break it: the start is refused
// in words that say what to do, nothing of the folder is changed, and nothing runs on. What only
// looks broken starts.

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import { makeFolder } from '../../src/embedded/make-folder.ts'
import { identityOf } from '../../src/embedded/process-identity.ts'
import { openRuntimeFile } from '../../src/embedded/runtime-file.ts'
import { startEmbedded } from '../../src/embedded/start-embedded.ts'
import { StartRefused } from '../../src/embedded/start-refused.ts'
import { developmentSecret } from '../../src/jwt-secret.ts'
import { skipTest } from '../runner/skipped.ts'
import { runService, type TemporaryDataFolder, temporaryDataFolder } from './run-service.ts'

const test = suite('broken data folder')
const POSTGRES = { postgres: true, redis: false, simulator: null }

let folder: TemporaryDataFolder
test.before.each(() => {
  folder = temporaryDataFolder()
  // The account that PostgreSQL runs as must get to the folders inside.
  chmodSync(folder.dataDir, 0o755)
})
test.after.each(() => folder.remove())

function start(dataDir: string) {
  return startEmbedded({ dataDir, want: POSTGRES, say: () => {} })
}

async function refusal(dataDir: string): Promise<string> {
  const error = await start(dataDir).then(
    (parts) => parts.stop().then(() => assert.fail('it was not refused')),
    (refused: unknown) => refused,
  )
  assert.ok(error instanceof StartRefused, String(error))
  return error.message
}

test('a folder where none can be made is refused, and not tried for ever', async () => {
  const refused = await runService({ dataDir: '/proc/nope' }).catch((error: Error) => error)
  assert.ok(refused instanceof Error)
  assert.match(refused.message, /data folder \/proc\/nope cannot be used.*\n.*HOLDFAST_DATA/)
  assert.throws(() => developmentSecret('/proc/nope'), /name another one with HOLDFAST_DATA/)
})

test('folders above a data folder are made one by one', () => {
  const deep = path.join(folder.dataDir, 'a', 'b')
  assert.deepEqual(makeFolder(deep), [path.dirname(deep), deep])
  assert.deepEqual(makeFolder(deep), [])
})

test('a file where a folder has to be is refused by name', async () => {
  for (const name of ['', 'logs', 'claims']) {
    const dataDir = path.join(folder.dataDir, `file-for-${name}`)
    const file = path.join(dataDir, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(name === '' ? dataDir : file, '')
    const said = await refusal(dataDir)
    assert.match(said, /A file is where a folder has to be/)
    assert.ok(said.includes(dataDir))
  }
})

test('a folder where a file has to be is refused by name', async () => {
  const record = path.join(folder.dataDir, 'runtime.json')
  mkdirSync(path.join(record, 'inner'), { recursive: true })
  assert.match(await refusal(folder.dataDir), /runtime\.json[\s\S]*A folder is where a file has to/)
  rmSync(record, { recursive: true })
  mkdirSync(path.join(folder.dataDir, 'jwt-secret'))
  assert.throws(() => developmentSecret(folder.dataDir), /A folder is where a file has to be/)
})

test('what a killed initdb left behind is swept away, and an empty folder is filled', async () => {
  const half = path.join(folder.dataDir, 'postgres.new-1')
  mkdirSync(path.join(half, 'global'), { recursive: true })
  mkdirSync(path.join(folder.dataDir, 'postgres'))
  const parts = await start(folder.dataDir)
  await parts.stop()
  assert.equal(existsSync(half), false)
  assert.equal(existsSync(path.join(folder.dataDir, 'postgres', 'PG_VERSION')), true)
})

test('a database that is not whole is refused, and left as it is', async () => {
  const { dataDir } = folder
  await (await start(dataDir)).stop()
  const cluster = path.join(dataDir, 'postgres')
  for (const name of ['global/pg_control', 'PG_VERSION', 'pg_wal']) {
    const file = path.join(cluster, name)
    renameSync(file, `${file}.away`)
    const before = readdirSync(cluster)
    const said = await refusal(dataDir)
    assert.match(said, new RegExp(`is not whole: it has no ${name}\\.[\\s\\S]*move .* away`))
    assert.deepEqual(readdirSync(cluster), before)
    renameSync(`${file}.away`, file)
  }
  writeFileSync(path.join(cluster, 'PG_VERSION'), '9\n')
  assert.match(await refusal(dataDir), /made by PostgreSQL 9; this one is 18/)
})

test('a file in place of the database is refused, and left as it is', async () => {
  writeFileSync(path.join(folder.dataDir, 'postgres'), 'not a database')
  assert.match(await refusal(folder.dataDir), /is not whole/)
})

test('a database that its server cannot read shows the end of the log', async () => {
  const { dataDir } = folder
  await (await start(dataDir)).stop()
  writeFileSync(path.join(dataDir, 'postgres/global/pg_control'), 'garbage')
  assert.match(
    await refusal(dataDir),
    /PostgreSQL ended at once[\s\S]*postgres\.log[\s\S]*PANIC[\s\S]*start again/,
  )
  assert.equal(existsSync(path.join(dataDir, 'runtime.json')), false)
  const [pid] = readFileSync(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')
  assert.equal(identityOf(Number(pid)), null)
})

test('a runtime.json of garbage counts as an empty one', () => {
  const { dataDir } = folder
  const child = '{"process":{"pid":1,"began":"x"},"address":7}'
  const strange = '{"owner":5,"socketFolder":[],"redis":{"process":{"pid":-1,"began":"x"}}}'
  for (const text of ['', '\0\0', '{', 'null', '[]', '7', `{"postgres":${child}}`, strange]) {
    writeFileSync(path.join(dataDir, 'runtime.json'), text)
    const found = Object.values(openRuntimeFile(dataDir).current())
    assert.deepEqual(found, [null, null, null, null, null], text)
  }
})

test('an unreadable note of the other place is no reason for an empty database', async () => {
  const note = path.join(folder.dataDir, 'runtime-place.json')
  for (const text of ['{', '{}', '{"folder":7}', '{"folder":"here"}']) {
    writeFileSync(note, text)
    assert.match(await refusal(folder.dataDir), /cannot be read as that[\s\S]*remove the file/)
  }
  assert.equal(existsSync(path.join(folder.dataDir, 'postgres')), false)
})

const mounts = spawnSync('mount', ['--version']).status === 0 && process.getuid?.() === 0

/** Runs `body` on a small disk of its own; answers false where none can be mounted. */
async function onSmallDisk(sizeMb: number, body: (disk: string) => Promise<void>) {
  const disk = path.join(folder.dataDir, 'disk')
  mkdirSync(disk)
  const size = `size=${sizeMb}m,mode=755`
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', disk]).status !== 0) return false
  try {
    await body(disk)
  } finally {
    execFileSync('umount', ['-l', disk])
    rmSync(disk, { recursive: true })
  }
  return true
}

const ON_A_DISK = {
  'a disk that is too small for a database is named': async (disk: string) => {
    const dataDir = path.join(disk, 'data')
    assert.match(await refusal(dataDir), /initdb failed[\s\S]*No space left on device/)
    assert.equal(existsSync(path.join(dataDir, 'postgres')), false)
    assert.deepEqual(readdirSync(path.join(dataDir, 'claims')), [])
  },
  'a full disk is named, with what to do': async (disk: string) => {
    spawnSync('dd', ['if=/dev/zero', `of=${disk}/fill`, 'bs=64k'], { stdio: 'ignore' })
    assert.match(await refusal(path.join(disk, 'data')), /ENOSPC[\s\S]*disk is full: make room/)
  },
  'a read-only disk is named, with what to do': async (disk: string) => {
    execFileSync('mount', ['-o', 'remount,ro', disk])
    assert.match(await refusal(path.join(disk, 'data')), /EROFS[\s\S]*mounted read-only/)
  },
}

for (const [name, body] of Object.entries(ON_A_DISK)) {
  const why = 'only root may mount a small disk'
  if (!mounts) skipTest(`broken data folder > ${name}`, why)
  else {
    test(name, async () => {
      if (!(await onSmallDisk(4, body))) skipTest(`broken data folder > ${name}`, why)
    })
  }
}

test.run()
