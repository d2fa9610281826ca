// The environment: what each setting means, and that everything wrong is told at once, by name,
// without repeating a secret.

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import { type Config, type Environment, readConfig } from '../../src/config.ts'

const SECRET = 'x'.repeat(32)
/** All that a service needs which others can reach. */
const PUBLIC = {
  HOST: '0.0.0.0',
  STRIPE_SECRET_KEY: 'sk_live_1',
  STRIPE_WEBHOOK_SECRET: 'whsec_1',
  JWT_SECRET: SECRET,
}

function configOf(environment: Environment): Config {
  const read = readConfig(environment)
  assert.ok(read.ok, read.ok ? '' : read.problems.join('\n'))
  return read.config
}

function problemsOf(environment: Environment): readonly string[] {
  const read = readConfig(environment)
  return read.ok ? [] : read.problems
}

/** The names that the problems begin with. */
function namesOf(environment: Environment): string[] {
  return problemsOf(environment).map((problem) => problem.split(' ', 1)[0] ?? '')
}

const test = suite('configuration')

test('nothing set: loopback, embedded parts, the documented numbers', () => {
  const { dataDir, ...rest } = configOf({})
  assert.deepEqual(rest, {
    host: '127.0.0.1',
    port: 8080,
    databaseUrl: null,
    redisUrl: null,
    stripe: { secretKey: null, publishableKey: null, webhookSecrets: [], apiUrl: null },
    jwtSecret: null,
    jwksUrl: null,
    holdTtlMs: 900_000,
    cartTtlMs: 604_800_000,
    cartLinesMax: 100,
    quantityMax: 999,
    rateLimitPerMinute: 0,
    guestSessionLimitPerMinute: 0,
    trustedProxies: 0,
    corsOrigins: [],
    logLevel: 'info',
    telemetry: { otlp: null, accessLog: { all: false, slowMs: 1_000 } },
  })
  assert.equal(path.basename(dataDir), '.holdfast')
  assert.ok(existsSync(path.join(path.dirname(dataDir), 'package.json')))
})

test('everything set is read, in the units of its name', () => {
  const config = configOf({
    ...PUBLIC,
    PORT: '0',
    HOLDFAST_DATA: 'some/where',
    DATABASE_URL: 'postgresql://u:p@db:5433/shop?sslmode=require',
    REDIS_URL: 'rediss://:p@cache:6380/1',
    STRIPE_PUBLISHABLE_KEY: 'pk_live_1',
    STRIPE_WEBHOOK_SECRET: ' whsec_new, whsec_old ,',
    STRIPE_API_URL: 'https://stripe.example',
    JWKS_URL: 'https://id.example/jwks.json',
    HOLD_TTL_SECONDS: '1',
    CART_TTL_DAYS: '2',
    CART_LINES_MAX: '700',
    QUANTITY_MAX: '3000',
    RATE_LIMIT_PER_MINUTE: '600',
    GUEST_SESSION_LIMIT_PER_MINUTE: '10',
    TRUSTED_PROXIES: '2',
    CORS_ORIGINS: 'https://shop.example, http://localhost:3000',
    LOG_LEVEL: 'silent',
    ACCESS_LOG: 'all',
    ACCESS_LOG_SLOW_MS: '250',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example',
    OTEL_SERVICE_NAME: 'shop-eu',
    OTEL_TRACES_SAMPLER_ARG: '0.05',
  })
  assert.deepEqual(config, {
    host: '0.0.0.0',
    port: 0,
    dataDir: path.resolve('some/where'),
    databaseUrl: 'postgresql://u:p@db:5433/shop?sslmode=require',
    redisUrl: 'rediss://:p@cache:6380/1',
    stripe: {
      secretKey: 'sk_live_1',
      publishableKey: 'pk_live_1',
      webhookSecrets: ['whsec_new', 'whsec_old'],
      apiUrl: 'https://stripe.example',
    },
    jwtSecret: SECRET,
    jwksUrl: 'https://id.example/jwks.json',
    holdTtlMs: 1_000,
    cartTtlMs: 172_800_000,
    cartLinesMax: 700,
    quantityMax: 3_000,
    rateLimitPerMinute: 600,
    guestSessionLimitPerMinute: 10,
    trustedProxies: 2,
    corsOrigins: ['https://shop.example', 'http://localhost:3000'],
    logLevel: 'silent',
    telemetry: {
      otlp: { endpoint: 'https://collector.example', serviceName: 'shop-eu', sampleRatio: 0.05 },
      accessLog: { all: true, slowMs: 250 },
    },
  })
})

test('an origin is written as a browser sends it, or it would never match', () => {
  const odd = ['*', 'shop.example', 'https://shop.example/', 'https://Shop.example', 'ftp://a']
  for (const origin of odd) {
    const CORS_ORIGINS = `https://good.example,${origin}`
    assert.deepEqual(namesOf({ CORS_ORIGINS }), ['CORS_ORIGINS'], origin)
  }
})

test('a setting that is set to nothing is not set', () => {
  assert.deepEqual(configOf({ PORT: '', DATABASE_URL: '  ', STRIPE_SECRET_KEY: '' }), configOf({}))
})

test('unix sockets are addresses of Redis and Postgres too', () => {
  const DATABASE_URL = 'postgresql:///postgres?host=/tmp/sockets'
  const config = configOf({ REDIS_URL: '/tmp/sockets/redis.sock', DATABASE_URL })
  assert.equal(config.redisUrl, '/tmp/sockets/redis.sock')
  assert.equal(config.databaseUrl, DATABASE_URL)
})

test('the configuration is frozen, what is inside it too', () => {
  const { stripe, ...rest } = configOf(PUBLIC)
  assert.ok(Object.isFrozen(configOf(PUBLIC)))
  assert.ok(Object.isFrozen(stripe) && Object.isFrozen(stripe.webhookSecrets))
  assert.equal(rest.host, '0.0.0.0')
})

const wrongValues: Readonly<Record<string, readonly string[]>> = {
  HOST: ['http://shop.example', '127.0.0.1:80', 'a b', '-x'],
  PORT: ['eighty', '-1', '65536', '80.5', '1e3', '0x50'],
  HOLDFAST_DEMO: ['yes', 'true', '2'],
  DATABASE_URL: ['localhost', 'mysql://db/shop', 'postgres'],
  REDIS_URL: ['localhost:6379', 'http://cache', 'relative/redis.sock'],
  STRIPE_API_URL: ['stripe.example', 'ftp://stripe.example'],
  JWKS_URL: ['id.example/jwks', 'file:///etc/jwks'],
  JWT_SECRET: ['short', 'x'.repeat(31)],
  HOLD_TTL_SECONDS: ['0', '-5', '1.5', '15m'],
  CART_TTL_DAYS: ['0', '366', 'week'],
  CART_LINES_MAX: ['0', 'many'],
  QUANTITY_MAX: ['0', '1000001'],
  LOG_LEVEL: ['verbose', 'INFO'],
  ACCESS_LOG: ['some', '1'],
  ACCESS_LOG_SLOW_MS: ['0', '1s', '60001'],
  OTEL_EXPORTER_OTLP_ENDPOINT: ['collector:4318', 'grpc://collector'],
  OTEL_TRACES_SAMPLER_ARG: ['1.1', '-0.5', 'often', '.'],
}

test('a wrong value is told by the name of its setting, and alone', () => {
  for (const [name, values] of Object.entries(wrongValues)) {
    for (const value of values) assert.deepEqual(namesOf({ [name]: value }), [name], value)
  }
})

test('all wrong settings are told at once', () => {
  const all = Object.entries(wrongValues).map(([name, [value]]) => [name, value])
  assert.deepEqual(namesOf(Object.fromEntries(all)).sort(), Object.keys(wrongValues).sort())
})

test('no problem repeats a secret', () => {
  const problems = problemsOf({
    HOST: '0.0.0.0',
    DATABASE_URL: 'mysql://u:hunter2@db/shop',
    REDIS_URL: 'http://:hunter2@cache',
    JWT_SECRET: 'hunter2',
    STRIPE_SECRET_KEY: 'hunter2',
    STRIPE_PUBLISHABLE_KEY: 'sk_hunter2',
    STRIPE_WEBHOOK_SECRET: 'hunter2',
  })
  assert.equal(problems.length, 6)
  assert.doesNotMatch(problems.join('\n'), /hunter2/)
})

test.run()

const reach = suite('configuration: who can reach it')
const NEEDED = ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'JWT_SECRET']

reach('without keys it starts on loopback addresses only', () => {
  for (const HOST of ['127.0.0.1', '127.8.9.10', '::1', 'localhost']) {
    assert.deepEqual(namesOf({ HOST }), [], HOST)
  }
  const others = ['0.0.0.0', '::', '10.0.0.1', 'shop.example', '127.0.0.1.shop.example', '0']
  for (const HOST of others) assert.deepEqual(namesOf({ HOST }), NEEDED, HOST)
})

reach('a demonstration may be reached by others without keys, if that is said', () => {
  assert.deepEqual(namesOf({ HOST: '0.0.0.0', HOLDFAST_DEMO: '1' }), [])
  assert.deepEqual(namesOf({ HOST: '0.0.0.0', HOLDFAST_DEMO: '0' }), NEEDED)
})

reach('with every key, or with keys of an identity provider, it may be reached', () => {
  assert.deepEqual(namesOf(PUBLIC), [])
  const { JWT_SECRET, ...others } = PUBLIC
  assert.equal(JWT_SECRET, SECRET)
  assert.deepEqual(namesOf({ ...others, JWKS_URL: 'https://id.example/jwks' }), [])
})

reach('each key that is missing is named', () => {
  for (const name of NEEDED) {
    const { [name]: _left, ...others } = PUBLIC as Record<string, string>
    assert.ok(namesOf(others).includes(name), name)
  }
})

reach('another simulator does not stand in for Stripe where others can reach it', () => {
  const environment = { ...PUBLIC, STRIPE_API_URL: 'http://127.0.0.1:12111' }
  assert.deepEqual(namesOf(environment), ['STRIPE_API_URL'])
  assert.deepEqual(namesOf({ ...environment, HOST: '127.0.0.1' }), [])
  assert.deepEqual(namesOf({ STRIPE_API_URL: 'HTTP://stripe.example' }), ['STRIPE_API_URL'])
  const demo = { STRIPE_API_URL: 'http://sim:12111', HOST: '0.0.0.0', HOLDFAST_DEMO: '1' }
  assert.deepEqual(namesOf(demo), [])
})

reach('public keys of tokens are not fetched over a line that others can change', () => {
  assert.deepEqual(namesOf({ JWKS_URL: 'http://id.example/jwks' }), ['JWKS_URL'])
  assert.deepEqual(namesOf({ JWKS_URL: 'http://localhost:9000/jwks' }), [])
  assert.deepEqual(namesOf({ JWKS_URL: 'http://[::1]:9000/jwks' }), [])
})

reach.run()

const stripe = suite('configuration: keys of Stripe')

stripe('a secret key needs a webhook secret, on loopback too', () => {
  assert.deepEqual(namesOf({ STRIPE_SECRET_KEY: 'sk_test_1' }), ['STRIPE_WEBHOOK_SECRET'])
})

stripe('keys that were taken for one another are told', () => {
  const swapped = { STRIPE_SECRET_KEY: 'pk_test_1', STRIPE_PUBLISHABLE_KEY: 'sk_test_1' }
  const wrong = { ...swapped, STRIPE_WEBHOOK_SECRET: 'sk_test_1' }
  assert.deepEqual(namesOf(wrong), [
    'STRIPE_SECRET_KEY',
    'STRIPE_PUBLISHABLE_KEY',
    'STRIPE_WEBHOOK_SECRET',
  ])
  const restricted = { STRIPE_SECRET_KEY: 'rk_live_1', STRIPE_WEBHOOK_SECRET: 'whsec_1' }
  assert.deepEqual(namesOf(restricted), [])
})

stripe('keys of live and test mode do not mix', () => {
  const environment = { STRIPE_SECRET_KEY: 'sk_live_1', STRIPE_WEBHOOK_SECRET: 'whsec_1' }
  const problems = problemsOf({ ...environment, STRIPE_PUBLISHABLE_KEY: 'pk_test_1' })
  assert.equal(problems.length, 1)
  assert.match(problems[0] ?? '', /mode/)
  assert.deepEqual(namesOf({ ...environment, STRIPE_PUBLISHABLE_KEY: 'pk_live_1' }), [])
})

stripe('half of the settings is a forgotten key, not a wish for the simulator', () => {
  assert.deepEqual(namesOf({ STRIPE_WEBHOOK_SECRET: 'whsec_1' }), ['STRIPE_SECRET_KEY'])
  assert.deepEqual(namesOf({ STRIPE_PUBLISHABLE_KEY: 'pk_test_1' }), ['STRIPE_SECRET_KEY'])
  const simulator = { STRIPE_API_URL: 'http://127.0.0.1:12111', STRIPE_WEBHOOK_SECRET: 'any' }
  assert.deepEqual(namesOf(simulator), [])
})

stripe.run()
