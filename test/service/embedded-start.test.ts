// The service on embedded storage, started where something is in the way: it sells, or it says why
// not and leaves nothing running.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import { skipTest } from '../runner/skipped.ts'
import { until } from '../support/until.ts'
import { buyOnce } from './buy-once.ts'
import { childrenOf, isAlive } from './running-children.ts'
import { type ServedProcess, type ServeOptions, serveInProcess } from './served-process.ts'

const test = suite('a start on embedded storage')
const GONE_WITHIN_MS = 10_000

let served: ServedProcess | null = null
test.after.each(async () => {
  await served?.remove()
  served = null
})

function serve(options: ServeOptions = {}): ServedProcess {
  served = serveInProcess(options)
  return served
}

async function carts(origin: string): Promise<unknown> {
  const answer = await fetch(`${origin}/readyz`)
  const { parts } = (await answer.json()) as { parts: { name: string }[] }
  return parts.find(({ name }) => name === 'carts')
}

test('a port that is taken: the start says what to do before it makes anything', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }
  try {
    const service = serve({ settings: { PORT: String(port) } })
    assert.equal(await service.ended, 1)
    assertTold(service, port)
    assert.doesNotMatch(service.said(), /Preparing/)
    assert.deepEqual(readdirSync(service.dataDir), [])
  } finally {
    taken.close()
    await once(taken, 'close')
  }
})

test('a port that is taken during the start: the same words, and no child is left', async () => {
  const port = await freePort()
  const service = serve({ settings: { PORT: String(port) } })
  await until('it prepares', () => service.said().includes('Preparing'), 30_000)
  const taken = createServer().listen(port, '127.0.0.1')
  await once(taken, 'listening')
  try {
    await until('it has children', () => childrenOf(service.dataDir).length >= 2, 60_000)
    const children = childrenOf(service.dataDir)
    assert.equal(await service.ended, 1)
    assertTold(service, port)
    assert.deepEqual(children.filter(isAlive), [])
  } finally {
    taken.close()
    await once(taken, 'close')
  }
})

function assertTold(service: ServedProcess, port: number): void {
  const words = `Another program has port ${port} of 127.0.0.1: stop it, or choose another`
  assert.ok(service.said().includes(words), service.said())
  assert.doesNotMatch(service.said(), /^\s+at /m)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

test('a Ctrl-C while the database is prepared is said to have stopped the start', async () => {
  const service = serve({ ownGroup: true })
  await until('it prepares', () => service.said().includes('Preparing'), 30_000)
  // As a terminal does: to everything that runs in it.
  process.kill(-service.pid, 'SIGINT')
  assert.equal(await service.ended, 0)
  assert.match(service.said(), /^The start was stopped: nothing that was started runs on\.$/m)
  assert.doesNotMatch(service.said(), /initdb|failed/)
})

test('an address that this machine does not have is said to be that', async () => {
  const service = serve({ settings: { HOST: '203.0.113.7', HOLDFAST_DEMO: '1' } })
  assert.equal(await service.ended, 1)
  assert.match(service.said(), /203\.0\.113\.7 is no address of this machine: .* with HOST/)
})

test('a secret that was cut short: the start is refused, and no child is left', async () => {
  const service = serve()
  writeFileSync(path.join(service.dataDir, 'jwt-secret'), 'short')
  assert.equal(await service.ended, 1)
  assert.match(service.said(), /jwt-secret is shorter than 32 bytes/)
  const started = [...service.said().matchAll(/\(process (\d+)\)/g)].map(([, pid]) => Number(pid))
  assert.ok(started.length >= 2, service.said())
  assert.deepEqual(started.filter(isAlive), [])
})

test('without a Redis carts live in memory, said at the start and by /readyz', async () => {
  const service = serve({ settings: { PATH: '/nonexistent' } })
  const origin = await service.sells()
  assert.match(
    service.said(),
    /no redis-server or valkey-server on the PATH\.\nCarts live in memory/,
  )
  assert.deepEqual(await carts(origin), {
    name: 'carts',
    state: 'degraded',
    detail: 'no Redis: carts do not survive a restart',
  })
})

test('a PostgreSQL that ends and cannot come back ends the service, which says why', async () => {
  const service = serve()
  await service.sells()
  const children = childrenOf(service.dataDir)
  const [postgres = 0] = children
  const control = path.join(service.dataDir, 'postgres/global/pg_control')
  renameSync(control, `${control}.away`)
  process.kill(postgres, 'SIGKILL')
  assert.equal(await service.ended, 1)
  assert.match(service.said(), /PostgreSQL ended and could not be started again: .*is not whole/)
  assert.deepEqual([...children, ...childrenOf(service.dataDir)].filter(isAlive), [])
})

test('a terminal that is closed ends the service and its children', async () => {
  const service = serve()
  await service.sells()
  const children = childrenOf(service.dataDir)
  service.signal('SIGHUP')
  assert.equal(await service.ended, 0)
  assert.deepEqual(children.filter(isAlive), [])
})

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
)
if (!hasIpv6) skipTest('on ::1 alone it sells, webhooks included', 'this machine has no ::1')
else {
  test('on ::1 alone it sells, webhooks included', async () => {
    const service = serve({ settings: { HOST: '::1' } })
    const origin = await service.sells()
    assert.match(origin, /^http:\/\/\[::1\]:[1-9]\d*$/)
    assert.equal((await fetch(`${origin}/v1/products`)).status, 200)
    await buyOnce(origin)
  })
}

test('without HOME, and under a umask that shuts everybody out, it sells', async () => {
  const service = serve({
    settings: { HOME: undefined },
    through: ['/bin/sh', '-c', 'umask 077; exec "$@"', 'sh'],
  })
  await buyOnce(await service.sells())
  const children = childrenOf(service.dataDir)
  service.signal('SIGTERM')
  await until('every child is gone', () => !children.some(isAlive), GONE_WITHIN_MS)
})

test.run()
