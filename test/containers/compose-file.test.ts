// compose.yaml keeps the promises of storage (flushed, kept, not evicted), shows nothing to others
// that was not asked for, and sells only with keys or as a demo by name.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { DCLinter } from 'dclint'
import { suite } from 'uvu'
import { parse } from 'yaml'
import { readConfig } from '../../src/config.ts'
import { environmentOf, PROJECT, readStages } from './read-dockerfile.ts'

interface Service {
  readonly image?: string
  readonly build?: { readonly context: string }
  readonly command?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly environment?: Readonly<Record<string, string>>
  readonly env_file?: readonly string[]
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly restart?: string
  readonly healthcheck?: { readonly test: readonly string[]; readonly start_period: string }
  readonly stop_grace_period?: string
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly deploy?: { readonly resources: { readonly limits: Readonly<Record<string, string>> } }
}

interface ComposeFile {
  readonly services: Readonly<Record<'holdfast' | 'postgres' | 'redis', Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}

const test = suite('compose.yaml')
const FILE = path.join(PROJECT, 'compose.yaml')
const text = readFileSync(FILE, 'utf8')
const compose = parse(text) as ComposeFile
const services = Object.entries(compose.services)
const { holdfast, postgres, redis } = compose.services

test('follows the rules of its linter, whose schema knows every word in it', () => {
  // All of its own rules, but with the quotes that the formatter of this project writes.
  const rules = { 'require-quotes-in-ports': [2, { quoteType: 'double' }] as [2, object] }
  const linter = new DCLinter({ rules, quiet: false, debug: false, exclude: [] })
  const results = linter.lintFiles([FILE], false)
  assert.equal(results.length, 1)
  const messages: readonly { line: number; message: string }[] = results[0]?.messages ?? []
  assert.deepEqual(
    messages.map(({ line, message }) => `${line}: ${message}`),
    [],
  )
})

test('every service has a health check, comes back, and has a bound on what it takes', () => {
  assert.equal(services.length, 3)
  for (const [name, service] of services) {
    assert.equal(service.healthcheck?.test[0], 'CMD', name)
    assert.ok(service.healthcheck?.start_period, name)
    assert.equal(service.restart, 'unless-stopped', name)
    const { cpus, memory } = service.deploy?.resources.limits ?? {}
    assert.ok(cpus && memory, name)
  }
})

test('images are built here or pinned to a version', () => {
  for (const [name, { image, build }] of services) {
    if (build !== undefined) assert.equal(build.context, '.', name)
    else assert.match(image ?? '', /^[a-z]+:\d+(\.\d+)?-bookworm$/, name)
  }
})

test('only the service has a port, and only on this machine', () => {
  assert.deepEqual(holdfast.ports, ['127.0.0.1:8080:8080'])
  for (const service of [postgres, redis]) assert.equal(service.ports, undefined)
})

test('the service waits until its storage is healthy, and may finish what it accepted', () => {
  assert.deepEqual(holdfast.depends_on, {
    postgres: { condition: 'service_healthy' },
    redis: { condition: 'service_healthy' },
  })
  assert.ok(Number.parseInt(holdfast.stop_grace_period ?? '0', 10) >= 20)
})

test('what must outlive a container is in a volume that is declared', () => {
  const kept = services.flatMap(([, service]) => service.volumes ?? [])
  assert.deepEqual(kept.map((volume) => volume.split(':')[0]).toSorted(), [
    'holdfast-data',
    'postgres-data',
    'redis-data',
  ])
  assert.deepEqual(Object.keys(compose.volumes).toSorted(), [
    'holdfast-data',
    'postgres-data',
    'redis-data',
  ])
  const runtime = readStages().at(-1)
  assert.ok(runtime)
  assert.ok(holdfast.volumes?.includes(`holdfast-data:${environmentOf(runtime).HOLDFAST_DATA}`))
})

test('Postgres flushes every commit, and Redis keeps carts and evicts none', () => {
  for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    assert.ok(postgres.command?.includes(`--${setting}=on`), setting)
  }
  assert.match(redis.command?.join(' ') ?? '', /--appendonly yes .*--maxmemory-policy noeviction/)
})

test('the service can write to its volume and to /tmp alone, and gains no rights', () => {
  assert.equal(holdfast.read_only, true)
  assert.deepEqual(holdfast.cap_drop, ['ALL'])
})

test('no secret is in the file: they come from .env, which git leaves out', () => {
  assert.deepEqual(holdfast.env_file, ['.env'])
  assert.match(postgres.environment?.POSTGRES_PASSWORD ?? '', /^\$\{POSTGRES_PASSWORD:\?/)
  assert.doesNotMatch(text, /\b(sk|rk|pk|whsec)_|HOLDFAST_DEMO: /)
  assert.ok(readFileSync(path.join(PROJECT, '.gitignore'), 'utf8').split('\n').includes('.env'))
})

/** The settings of `.env.example`, commented out or not, as `.env` would give them. */
function example(): Record<string, string> {
  const lines = readFileSync(path.join(PROJECT, '.env.example'), 'utf8').split('\n')
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, value] = /^([A-Z_]+)=(.*)$/.exec(line) ?? []
      return name === undefined || value === undefined ? [] : [[name, value]]
    }),
  )
}

/** What the service would see in its container. */
function inContainer(fromEnvFile: Record<string, string>) {
  const runtime = readStages().at(-1)
  assert.ok(runtime)
  const given = Object.entries(holdfast.environment ?? {}).map(([name, value]) => [
    name,
    value.replace(/\$\{([A-Z_]+):\?[^}]*\}/, (_, from: string) => fromEnvFile[from] ?? ''),
  ])
  return readConfig({ ...environmentOf(runtime), ...fromEnvFile, ...Object.fromEntries(given) })
}

test('as .env.example has it, it is a demo on the storage of compose', () => {
  const read = inContainer(example())
  assert.ok(read.ok, JSON.stringify(read))
  const { databaseUrl, redisUrl } = read.config
  assert.equal(databaseUrl, 'postgresql://holdfast:only-for-trying-out@postgres/holdfast')
  assert.equal(redisUrl, 'redis://redis:6379')
})

test('without HOLDFAST_DEMO every key that is missing is named, and nothing is sold', () => {
  const { HOLDFAST_DEMO, ...rest } = example()
  assert.equal(HOLDFAST_DEMO, '1')
  const read = inContainer(rest)
  assert.ok(!read.ok)
  const said = read.problems.join('\n')
  for (const name of ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'JWT_SECRET']) {
    assert.match(said, new RegExp(`${name}.*needed because HOST=0\\.0\\.0\\.0`))
  }
})

test.run()
