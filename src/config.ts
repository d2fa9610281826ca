// Reads the environment, once, and answers a frozen configuration or every problem at once, by name
// and with what to do. Nothing else reads the environment of the service.

import { isIP } from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Config {
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
  readonly dataDir: string
  /** null: the embedded one. */
  readonly databaseUrl: string | null
  readonly redisUrl: string | null
  readonly stripe: {
    /** null: the simulator. */
    readonly secretKey: string | null
    readonly publishableKey: string | null
    /** The newest first; older ones are accepted while rotating. */
    readonly webhookSecrets: readonly string[]
    readonly apiUrl: string | null
  }
  /** Both null: the development secret of the data folder. */
  readonly jwtSecret: string | null
  readonly jwksUrl: string | null
  readonly holdTtlMs: number
  readonly cartTtlMs: number
  readonly cartLinesMax: number
  readonly quantityMax: number
  /** Requests of one caller, or of one address when nobody is signed in; 0: no limit. */
  readonly rateLimitPerMinute: number
  /** New guest sessions of one address; 0: they count as requests of the address. */
  readonly guestSessionLimitPerMinute: number
  /** Proxies in front that add to X-Forwarded-For; 0: the header is not believed. */
  readonly trustedProxies: number
  /** Origins whose pages may call the API from a browser. */
  readonly corsOrigins: readonly string[]
  readonly logLevel: string
  readonly telemetry: {
    /** null: nothing is traced. */
    readonly otlp: {
      readonly endpoint: string
      readonly serviceName: string
      /** 0 to 1. */
      readonly sampleRatio: number
    } | null
    readonly accessLog: { readonly all: boolean; readonly slowMs: number }
  }
}

export type ConfigRead =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] }

export type Environment = Readonly<Record<string, string | undefined>>

const SECOND_MS = 1_000
const DAY_MS = 86_400_000
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']
const HOST_NAME = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/
const SECRET_BYTES_MIN = 32

/** A variable that is set to nothing counts as not set. */
export function readConfig(environment: Environment = process.env): ConfigRead {
  const read = reader(environment)
  const config: Config = {
    host: read.host('HOST', '127.0.0.1'),
    port: read.whole('PORT', 8080, 0, 65_535),
    dataDir: path.resolve(read.text('HOLDFAST_DATA') ?? path.join(projectFolder(), '.holdfast')),
    databaseUrl: read.url('DATABASE_URL', ['postgres:', 'postgresql:']),
    redisUrl: read.redis('REDIS_URL'),
    stripe: {
      secretKey: read.text('STRIPE_SECRET_KEY'),
      publishableKey: read.text('STRIPE_PUBLISHABLE_KEY'),
      webhookSecrets: read.list('STRIPE_WEBHOOK_SECRET'),
      apiUrl: read.url('STRIPE_API_URL', ['http:', 'https:']),
    },
    jwtSecret: read.text('JWT_SECRET'),
    jwksUrl: read.url('JWKS_URL', ['http:', 'https:']),
    holdTtlMs: read.whole('HOLD_TTL_SECONDS', 900, 1, 86_400) * SECOND_MS,
    cartTtlMs: read.whole('CART_TTL_DAYS', 7, 1, 365) * DAY_MS,
    cartLinesMax: read.whole('CART_LINES_MAX', 100, 1, 2_000),
    quantityMax: read.whole('QUANTITY_MAX', 999, 1, 1_000_000),
    rateLimitPerMinute: read.whole('RATE_LIMIT_PER_MINUTE', 0, 0, 1_000_000),
    guestSessionLimitPerMinute: read.whole('GUEST_SESSION_LIMIT_PER_MINUTE', 0, 0, 1_000_000),
    trustedProxies: read.whole('TRUSTED_PROXIES', 0, 0, 16),
    corsOrigins: read.origins('CORS_ORIGINS'),
    logLevel: read.oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
    telemetry: {
      otlp: otlpOf(read),
      accessLog: {
        all: read.oneOf('ACCESS_LOG', ['notable', 'all'], 'notable') === 'all',
        slowMs: read.whole('ACCESS_LOG_SLOW_MS', 1_000, 1, 60_000),
      },
    },
  }
  const demo = read.flag('HOLDFAST_DEMO')
  const problems = [
    ...read.problems,
    ...secretProblems(config),
    ...stripeProblems(config.stripe),
    ...(demo ? [] : addressProblems(config)),
    ...(isLoopback(config.host) || demo ? [] : publicProblems(config)),
  ]
  return problems.length > 0 ? { ok: false, problems } : { ok: true, config: frozen(config) }
}

/** Under the names that OpenTelemetry gives them. */
function otlpOf(read: ReturnType<typeof reader>): Config['telemetry']['otlp'] {
  const endpoint = read.url('OTEL_EXPORTER_OTLP_ENDPOINT', ['http:', 'https:'])
  const serviceName = read.text('OTEL_SERVICE_NAME') ?? 'holdfast'
  const sampleRatio = read.ratio('OTEL_TRACES_SAMPLER_ARG', 1)
  return endpoint === null ? null : { endpoint, serviceName, sampleRatio }
}

function secretProblems({ jwtSecret }: Config): string[] {
  if (jwtSecret === null || Buffer.byteLength(jwtSecret) >= SECRET_BYTES_MIN) return []
  return [`JWT_SECRET is shorter than ${SECRET_BYTES_MIN} bytes: make it longer.`]
}

// Stripe's kinds of keys are told apart by how they begin. Taken for one another, a key that moves
// money would be shown to every buyer.
function stripeProblems({ secretKey, publishableKey, webhookSecrets, apiUrl }: Config['stripe']) {
  const problems: string[] = []
  if (secretKey !== null && !/^(sk|rk)_/.test(secretKey)) {
    problems.push('STRIPE_SECRET_KEY is no secret key: copy the one that begins with sk_ or rk_.')
  }
  if (publishableKey !== null && !publishableKey.startsWith('pk_')) {
    problems.push(
      'STRIPE_PUBLISHABLE_KEY is shown to every buyer and must be the one that begins with pk_.',
    )
  }
  if (secretKey && publishableKey && isLive(secretKey) !== isLive(publishableKey)) {
    problems.push(
      'STRIPE_SECRET_KEY and STRIPE_PUBLISHABLE_KEY differ in mode: take both from live mode, ' +
        'or both from test mode.',
    )
  }
  if (secretKey !== null && webhookSecrets.length === 0) {
    problems.push(
      'STRIPE_WEBHOOK_SECRET is missing: with a Stripe key, unverified webhooks are refused. ' +
        'Copy the signing secret of the webhook endpoint.',
    )
  }
  if (secretKey !== null && apiUrl === null && !webhookSecrets.every(isSigningSecret)) {
    problems.push('STRIPE_WEBHOOK_SECRET must hold signing secrets, which begin with whsec_.')
  }
  // Half of Stripe's settings mean a forgotten key, and the simulator would sell for free.
  if (secretKey === null && apiUrl === null && (publishableKey || webhookSecrets.length > 0)) {
    problems.push(
      'STRIPE_SECRET_KEY is missing, though other settings of Stripe are there: set it, or unset ' +
        'them to sell through the simulator.',
    )
  }
  return problems
}

/** Keys and tokens are only as safe as the way they travel. */
function addressProblems({ host, jwksUrl, stripe }: Config): string[] {
  const problems: string[] = []
  if (isPlain(stripe.apiUrl) && !(isLoopback(host) && isLoopback(hostOf(stripe.apiUrl)))) {
    problems.push(
      'STRIPE_API_URL must begin with https://, unless both HOST and it are on this machine ' +
        '(HOLDFAST_DEMO=1 allows it anyway).',
    )
  }
  if (isPlain(jwksUrl) && !isLoopback(hostOf(jwksUrl))) {
    problems.push(
      'JWKS_URL must begin with https://: whoever can change its answer can be anybody ' +
        '(HOLDFAST_DEMO=1 allows it anyway).',
    )
  }
  return problems
}

/** What others can reach must not run on secrets that everybody knows: it would sell for free. */
function publicProblems({ host, jwtSecret, jwksUrl, stripe }: Config): string[] {
  const why = `because HOST=${host} can be reached by others (HOLDFAST_DEMO=1 allows it anyway)`
  const problems: string[] = []
  if (stripe.secretKey === null) {
    problems.push(`STRIPE_SECRET_KEY is needed ${why}.`)
    if (stripe.webhookSecrets.length === 0) {
      problems.push(`STRIPE_WEBHOOK_SECRET is needed ${why}.`)
    }
  }
  if (jwtSecret === null && jwksUrl === null) {
    problems.push(`JWT_SECRET or JWKS_URL is needed ${why}.`)
  }
  return problems
}

function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1' || host === '[::1]') return true
  return isIP(host) === 4 && host.startsWith('127.')
}

function isPlain(url: string | null): url is string {
  return url !== null && new URL(url).protocol === 'http:'
}

function hostOf(url: string): string {
  return new URL(url).hostname
}

function isLive(key: string | null): boolean {
  return key !== null && /^(sk|rk|pk)_live_/.test(key)
}

function isSigningSecret(text: string): boolean {
  return text.startsWith('whsec_')
}

function frozen(config: Config): Config {
  Object.freeze(config.stripe.webhookSecrets)
  Object.freeze(config.corsOrigins)
  Object.freeze(config.stripe)
  Object.freeze(config.telemetry.otlp)
  Object.freeze(config.telemetry.accessLog)
  Object.freeze(config.telemetry)
  return Object.freeze(config)
}

function reader(environment: Environment) {
  const problems: string[] = []
  const text = (name: string): string | null => environment[name]?.trim() || null
  const list = (name: string): string[] =>
    (text(name) ?? '')
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '')

  function whole(name: string, otherwise: number, least: number, most: number): number {
    const given = text(name)
    if (given === null) return otherwise
    const number = Number(given)
    if (/^\d+$/.test(given) && number >= least && number <= most) return number
    problems.push(`${name} must be a whole number from ${least} to ${most}, not "${given}".`)
    return otherwise
  }

  function ratio(name: string, otherwise: number): number {
    const given = text(name)
    if (given === null) return otherwise
    const number = Number(given)
    if (/^[\d.]+$/.test(given) && number >= 0 && number <= 1) return number
    problems.push(`${name} must be a number from 0 to 1, not "${given}".`)
    return otherwise
  }

  function host(name: string, otherwise: string): string {
    const given = text(name)
    if (given === null) return otherwise
    if (isIP(given) !== 0 || HOST_NAME.test(given)) return given
    problems.push(`${name} must be an address or a host name alone, not "${given}".`)
    return otherwise
  }

  function url(name: string, protocols: readonly string[]): string | null {
    const given = text(name)
    if (given === null) return null
    if (URL.canParse(given) && protocols.includes(new URL(given).protocol)) return given
    // The value may carry a password, so it is not repeated.
    problems.push(`${name} must be an address that begins with ${protocols.join('// or ')}//.`)
    return null
  }

  function origins(name: string): string[] {
    const given = list(name)
    for (const each of given) {
      // A browser sends an origin in exactly this form; another one would never match.
      if (URL.canParse(each) && /^https?:/.test(each) && new URL(each).origin === each) continue
      problems.push(
        `${name} must list origins as a browser sends them (https://shop.example), not "${each}".`,
      )
    }
    return given
  }

  function redis(name: string): string | null {
    const given = text(name)
    return given?.startsWith('/') ? given : url(name, ['redis:', 'rediss:'])
  }

  function oneOf(name: string, known: readonly string[], otherwise: string): string {
    const given = text(name)
    if (given === null) return otherwise
    if (known.includes(given)) return given
    problems.push(`${name} must be one of ${known.join(', ')}, not "${given}".`)
    return otherwise
  }

  function flag(name: string): boolean {
    return oneOf(name, ['0', '1'], '0') === '1'
  }

  return { problems, text, list, whole, ratio, host, url, origins, redis, oneOf, flag }
}

/** The folder with package.json, from the source as well as from the build. */
function projectFolder(): string {
  const here = path.dirname(fileURLToPath(import.meta.url))
  const parent = path.dirname(here)
  return path.basename(parent) === 'dist' ? path.dirname(parent) : parent
}
