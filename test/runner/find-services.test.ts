// Where a test run gets its servers from, in which order. Binaries and servers are real; only the
// container is played, at the one call that leads out of this project.

import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import { redisBinary } from '../../src/embedded/embedded-redis.ts'
import type { StartContainer, WantedContainer } from '../support/containers.ts'
import { type FoundServices, findServices } from '../support/services.ts'
import { skipTest } from './skipped.ts'

const test = suite('services of a test run')
const usual = { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR }

let found: FoundServices | null = null
let started: WantedContainer[] = []
let stopped = 0

const playedContainer: StartContainer = async (wanted) => {
  started.push(wanted)
  const stop = async (): Promise<void> => {
    stopped += 1
  }
  return { host: 'docker', port: wanted.port + 1, stop }
}
const noDocker: StartContainer = async () => {
  throw new Error('Could not find a working container runtime strategy')
}

/** What is found where these variables are as told; both are read anew at every look. */
async function find(
  named: Readonly<Record<string, string>>,
  variables: { PATH?: string; TMPDIR?: string },
  startContainer = playedContainer,
): Promise<FoundServices> {
  Object.assign(process.env, variables)
  found = await findServices(named, startContainer)
  return found
}

test.after.each(async () => {
  for (const [name, value] of Object.entries(usual)) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
  await Promise.all([found?.postgres?.stop(), found?.redis?.stop()])
  found = null
  started = []
  stopped = 0
})

test('what is named is taken, and nothing is started or stopped', async () => {
  const named = { TEST_DATABASE_URL: 'postgresql://there', TEST_REDIS_URL: 'redis://there' }
  const { postgres, redis, remarks } = await find(named, {})
  assert.deepEqual([postgres?.url, redis?.url], ['postgresql://there', 'redis://there'])
  assert.match(postgres?.origin ?? '', /TEST_DATABASE_URL/)
  assert.deepEqual([started, remarks], [[], []])
})

test('nothing is named: PostgreSQL comes from the binaries, in a folder of its own', async () => {
  const own = mkdtempSync(path.join(tmpdir(), 'holdfast-test-find-'))
  chmodSync(own, 0o755)
  const { postgres } = await find({ TEST_REDIS_URL: 'redis://there' }, { TMPDIR: own })
  assert.match(postgres?.url ?? '', /^postgresql:\/\/\/holdfast\?host=/)
  assert.equal(postgres?.origin, 'started for this run')
  assert.deepEqual(started, [])
  await postgres?.stop()
  assert.deepEqual(readdirSync(own), [])
  rmSync(own, { recursive: true })
})

const NO_REDIS = 'There is no redis-server or valkey-server on the PATH'
if (redisBinary() === null) skipTest('nothing is named: Redis is the one on the PATH', NO_REDIS)
else {
  test('nothing is named: Redis is the one on the PATH', async () => {
    const { redis } = await find({ TEST_DATABASE_URL: 'postgresql://there' }, {})
    assert.match(redis?.url ?? '', /redis\.sock$/)
    assert.deepEqual(started, [])
  })
}

test('no Redis on the PATH: it comes from a container, which is stopped afterwards', async () => {
  const named = { TEST_DATABASE_URL: 'postgresql://there' }
  const { redis, remarks } = await find(named, { PATH: '/nonexistent' })
  assert.equal(redis?.url, 'redis://docker:6380')
  assert.equal(redis?.origin, 'a container for this run')
  assert.match(remarks.join('\n'), /no redis-server or valkey-server on the PATH/)
  await redis?.stop()
  assert.equal(stopped, 1)
})

test('binaries that cannot run: PostgreSQL comes from a container, and why is said', async () => {
  const named = { TEST_REDIS_URL: 'redis://there' }
  const { postgres, remarks } = await find(named, { TMPDIR: '/nonexistent' })
  assert.equal(postgres?.url, 'postgresql://postgres:holdfast@docker:5433/postgres')
  assert.match(remarks.join('\n'), /ENOENT.*mkdtemp/)
  assert.deepEqual(
    started.map(({ image, readyTimes }) => [image, readyTimes]),
    [['postgres:18-bookworm', 2]],
  )
})

test('nothing can be had: neither is there, and each reason is said', async () => {
  const nowhere = { PATH: '/nonexistent', TMPDIR: '/nonexistent' }
  const { postgres, redis, remarks } = await find({}, nowhere, noDocker)
  assert.deepEqual([postgres, redis], [null, null])
  assert.equal(remarks.filter((line) => line.includes('container runtime')).length, 2)
})

test.run()
