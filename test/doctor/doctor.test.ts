// `holdfast doctor` against servers that are set up badly, each started for the purpose: every
// trouble is named with what it means, and a sound configuration passes.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import { runCommandLine } from '../../src/commands/run-command-line.ts'
import type { Finding } from '../../src/doctor/finding.ts'
import { judgePacing } from '../../src/doctor/judge-gateway.ts'
import { type StartedChild, startChild, stopProcess } from '../../src/embedded/child-process.ts'
import { redisBinary } from '../../src/embedded/embedded-redis.ts'
import { DATABASE_USER, ensureCluster } from '../../src/embedded/postgres-cluster.ts'
import { preparePlace } from '../../src/embedded/runtime-place.ts'
import { makeSocketFolder, removeSocketFolder } from '../../src/embedded/socket-folder.ts'
import { skipTest } from '../runner/skipped.ts'
import { openTestRedis } from '../support/test-redis.ts'
import { until } from '../support/until.ts'

const SECRET = 'g7Xq2Lw9pRz4vNc8mTb5yHd3kFs6jAe1'
const STOP = [
  { signal: 'SIGINT', waitMs: 6_000 },
  { signal: 'SIGKILL', waitMs: 1_000 },
] as const
const AWAY = 'redis: it does not answer'
const test = suite('holdfast doctor')
const redis = await openTestRedis(import.meta.url)
const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-doctor-'))
const base = { HOLDFAST_DATA: folder, JWT_SECRET: SECRET }

test.after(async () => {
  rmSync(folder, { recursive: true, force: true })
  await redis?.close()
})

async function examine(environment: Record<string, string>, ...argv: string[]) {
  const said: string[] = []
  const { log } = console
  console.log = (line: string) => said.push(line)
  try {
    const code = await runCommandLine(['doctor', '--json', ...argv], { ...base, ...environment })
    const { ok, findings } = JSON.parse(said.join('\n')) as { ok: boolean; findings: Finding[] }
    assert.equal(code, ok ? 0 : 1)
    const bad = findings.filter(({ state }) => state === 'mend')
    for (const { advice } of bad) assert.match(advice, /\S.*[.:]/s)
    return { code, findings, bad: bad.map(({ part, seen }) => `${part}: ${seen}`) }
  } finally {
    console.log = log
  }
}

/** A server of our own: what another has set is no matter of these tests. */
async function withPostgres(
  settings: readonly string[],
  run: (url: string) => Promise<void>,
): Promise<void> {
  const data = path.join(folder, 'cluster')
  mkdirSync(data, { recursive: true })
  const place = preparePlace(data, () => {})
  await ensureCluster(place, () => {})
  const sockets = makeSocketFolder(place.account)
  const args = ['-D', place.clusterFolder, '-p', '5432', '-c', `unix_socket_directories=${sockets}`]
  const server = await startChild({
    name: 'PostgreSQL',
    command: place.binaries.postgres,
    args: [...args, ...[...settings, 'listen_addresses='].flatMap((each) => ['-c', each])],
    logFile: path.join(folder, 'postgres.log'),
    account: place.account,
    workingFolder: '/',
  })
  try {
    const where = `host=${encodeURIComponent(sockets)}&port=5432&user=${DATABASE_USER}`
    const url = `postgresql:///postgres?${where}`
    await until('it serves', async () => !(await isAway(url)), 30_000)
    await run(url)
  } finally {
    await stop(server)
    removeSocketFolder(sockets)
  }
}

test('Postgres without fsync: what it costs, and the setting that mends it', () =>
  withPostgres(['fsync=off', 'synchronous_commit=off', 'autovacuum=off'], async (url) => {
    const { code, bad, findings } = await examine({ DATABASE_URL: url })
    assert.equal(code, 1)
    assert.deepEqual(bad, [
      'database: fsync off',
      'database: synchronous_commit off',
      'database: autovacuum off',
    ])
    assert.match(findings.find(({ seen }) => seen === 'fsync off')?.advice ?? '', /set fsync = on/)
  }))

const binary = redisBinary()
if (binary === null) skipTest('doctor of a Redis that evicts', 'no redis-server was found')
else {
  test('Redis that evicts any key: carts are lost, and noeviction mends it', async () => {
    const socket = path.join(folder, 'redis.sock')
    const server = await startChild({
      name: 'Redis',
      command: binary,
      args: ['--port', '0', '--unixsocket', socket, '--maxmemory-policy', 'allkeys-lru'],
      logFile: path.join(folder, 'redis.log'),
      account: null,
      workingFolder: folder,
    })
    try {
      const ready = async () => !(await examine({ REDIS_URL: socket })).bad.includes(AWAY)
      await until('it serves', ready, 30_000)
      const { code, bad, findings } = await examine({ REDIS_URL: socket })
      assert.deepEqual([code, bad], [1, ['redis: maxmemory-policy allkeys-lru']])
      const advice = findings.find(({ seen }) => seen.includes('allkeys-lru'))?.advice
      assert.match(advice ?? '', /drops carts .* set maxmemory-policy noeviction/)
    } finally {
      await stop(server)
    }
  })
}

test('what does not answer is said: database, Redis, keys of callers, gateway', async () => {
  const nobody = '127.0.0.1:1'
  const { bad } = await examine({
    DATABASE_URL: `postgresql://${nobody}/x`,
    REDIS_URL: `redis://${nobody}`,
    JWKS_URL: `http://${nobody}/keys`,
    STRIPE_SECRET_KEY: 'sk_test_x',
    STRIPE_WEBHOOK_SECRET: 'whsec_x',
    STRIPE_API_URL: `http://${nobody}`,
  })
  assert.deepEqual(bad, [
    'database: it cannot be used',
    AWAY,
    'gateway: it does not answer',
    'callers: the keys at JWKS_URL',
  ])
})

test('a missing webhook secret is named, as every setting that cannot be right', async () => {
  const { code, findings } = await examine({ STRIPE_SECRET_KEY: 'sk_test_x' })
  assert.equal(code, 1)
  assert.match(findings[0]?.advice ?? '', /STRIPE_WEBHOOK_SECRET is missing/)
})

test('the gateway: its key, its webhook endpoints and their events', async () => {
  let status = 200
  let endpoints: unknown[] = []
  const gateway = createServer((asked, answer) => {
    const isList = asked.url?.startsWith('/v1/webhook_endpoints') === true
    answer.writeHead(status, { 'content-type': 'application/json' })
    answer.end(JSON.stringify(isList ? { data: endpoints } : { id: 'acct_1' }))
  })
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve))
  const environment = {
    STRIPE_SECRET_KEY: 'sk_live_x',
    STRIPE_WEBHOOK_SECRET: 'whsec_x',
    STRIPE_API_URL: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`,
  }
  const url = 'https://shop.example/webhooks/stripe'
  try {
    assert.match((await examine(environment)).bad.join(), /no webhook endpoint leads to/)
    endpoints = [{ url, status: 'enabled', enabled_events: ['payment_intent.succeeded'] }]
    assert.equal((await examine(environment)).bad.length, 1)
    endpoints = [{ url, status: 'enabled', enabled_events: ['*'] }]
    assert.deepEqual((await examine(environment)).bad, [])
    status = 401
    assert.deepEqual((await examine(environment)).bad, ['gateway: the key is refused'])
  } finally {
    gateway.close()
  }
})

test('a sale the gateway cannot take in time is refused, with what it could', async () => {
  const sale = { callsPerSecond: 25, holdTtlMs: 900_000 }
  assert.equal(judgePacing({ ...sale, units: 11_250 }).state, 'ok')
  const { state, advice } = judgePacing({ ...sale, units: 11_251 })
  assert.deepEqual([state, /sell 11250 units/.test(advice)], ['mend', true])
  const { code } = await examine({}, '--units', '20000', '--rate', '100')
  assert.equal(code, 0)
  assert.equal((await examine({}, '--units', '20000')).code, 1)
})

test('a secret that repeats itself is named', async () => {
  const { bad } = await examine({ JWT_SECRET: 'ab'.repeat(20) })
  assert.deepEqual(bad, ['callers: JWT_SECRET is long but repeats itself'])
})

if (redis === null) skipTest('doctor of a sound house', 'no Redis was found')
else {
  test('a sound configuration passes', () =>
    withPostgres([], async (url) => {
      const { code, bad } = await examine({ DATABASE_URL: url, REDIS_URL: redis.url })
      assert.deepEqual([code, bad], [0, []])
    }))
}

test.run()

async function isAway(url: string): Promise<boolean> {
  return (await examine({ DATABASE_URL: url })).bad.includes('database: it cannot be used')
}

async function stop(server: StartedChild): Promise<void> {
  await stopProcess(server.identity, STOP)
}
