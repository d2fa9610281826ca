// Starts the service and stays until it is told to stop: storage, shop, HTTP, in that order, and
// back in the other.

import { randomUUID } from 'node:crypto'
import { seedSampleCatalogue } from '../catalogue/seed-sample-catalogue.ts'
import { composeEdge, composeShop, type Shop } from '../compose.ts'
import { composeAudit, migrateDatabase } from '../compose-commands.ts'
import type { Config } from '../config.ts'
import { runningService } from '../embedded/runtime-file.ts'
import { type Listening, listen } from '../http/listen.ts'
import { developmentSecret } from '../jwt-secret.ts'
import { LIMITS } from '../limits.ts'
import { type Log, openLog } from '../telemetry/log.ts'
import { addressInWords } from './address-in-words.ts'
import { assertAddressIsFree } from './address-is-free.ts'
import { openPlaces, type Places } from './places.ts'
import { tellSimulator, webhookUrl } from './simulator-endpoint.ts'
import { welcome } from './welcome.ts'

// Whoever asks for an audit over HTTP hears within this that the gateway's books do not come.
const AUDIT_BOOKS_TIMEOUT_MS = 10_000

// A terminal that is closed sends SIGHUP: by its default the service would die (Node also undoes
// what nohup did) and its children would live on unseen.
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** Resolves with the exit code when the service has stopped. */
export async function serve(config: Config, say: (line: string) => void): Promise<number> {
  const log = openLog(config.logLevel)
  const stopping = stopSignal(log)
  // A service that has the data folder has the port as well, and is the better thing to name.
  if (runningService(config.dataDir) === null) await assertAddressIsFree(config.host, config.port)
  const places = await openPlaces(config, say).catch((error: unknown) => {
    // A Ctrl-C reaches what prepares the database as well, which then fails: that is no news.
    if (!stopping.asked()) throw error
    return null
  })
  if (places === null) {
    say('The start was stopped: nothing that was started runs on.')
    return stopping.requested
  }
  try {
    places.keepAlive((reason) => stopping.request(reason, 1))
    await migrateDatabase(places.settings.databaseUrl)
    const shop = await composeShop(places.settings, randomUUID(), {
      log,
      onFenced: () => stopping.depose('another process took the stock over'),
    })
    try {
      return await sell(config, places, shop, { log, say, stopping })
    } finally {
      await withinMs(LIMITS.closeShopMs, shop.close())
    }
  } finally {
    await places.stop()
  }
}

interface Around {
  readonly log: Log
  readonly say: (line: string) => void
  readonly stopping: ReturnType<typeof stopSignal>
}

async function sell(
  config: Config,
  places: Places,
  shop: Shop,
  { log, say, stopping }: Around,
): Promise<number> {
  const { catalogue, receive } = shop
  // Samples are for trying out; where money moves they must not be on sale. The shelves are full
  // before anybody comes in.
  if (config.stripe.secretKey === null) await seedSampleCatalogue({ catalogue, receive, say })
  const server = await open(config, places, shop, { log, owns: () => !stopping.deposed() })
  try {
    await introduce(config, places, server)
    for (const line of welcome(config, server.port)) say(line)
    const code = await stopping.requested
    say('Stopping: no new requests; what was accepted is finished.')
    return code
  } finally {
    await server.stop(LIMITS.drainRequestsMs)
  }
}

async function open(
  config: Config,
  places: Places,
  shop: Shop,
  { log, owns }: { readonly log: Log; readonly owns: () => boolean },
): Promise<Listening> {
  const { booksUrl, publishableKey } = places.settings.gateway
  const { databaseUrl } = places.settings
  const app = composeEdge(shop, {
    publishableKey,
    webhookSecrets: places.webhookSecrets,
    tokens: tokensOf(config),
    cartLinesMax: config.cartLinesMax,
    quantityMax: config.quantityMax,
    rateLimitPerMinute: config.rateLimitPerMinute,
    guestSessionLimitPerMinute: config.guestSessionLimitPerMinute,
    trustedProxies: config.trustedProxies,
    corsOrigins: config.corsOrigins,
    log,
    audit: () =>
      composeAudit({ databaseUrl, booksUrl, booksTimeoutMs: AUDIT_BOOKS_TIMEOUT_MS }, () => {}),
    ownsStock: owns,
  })
  const { host, port } = config
  try {
    return await listen(app, { host, port })
  } catch (error) {
    throw addressInWords(host, port, error)
  }
}

/** The simulator is told where its webhooks go; Stripe is told by its owner. */
async function introduce(config: Config, places: Places, server: Listening): Promise<void> {
  const [secret] = places.webhookSecrets
  if (places.simulatorUrl === null || secret === undefined) return
  const url = webhookUrl(config.host, server.port)
  await tellSimulator(places.simulatorUrl, { url, secret })
}

/** Waits for what should be quick, but not for ever: a database that hangs must not keep us. */
async function withinMs(limitMs: number, closing: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs)
  })
  await Promise.race([closing, late])
  clearTimeout(timer)
}

function tokensOf(config: Config) {
  const text = config.jwtSecret ?? (config.jwksUrl ? null : developmentSecret(config.dataDir))
  return {
    secret: text === null ? null : new TextEncoder().encode(text),
    jwksUrl: config.jwksUrl === null ? null : new URL(config.jwksUrl),
  }
}

/** A signal asks once; the second time the process goes at once. */
function stopSignal(log: Log) {
  let deposed = false
  let asked = false
  let resolve: (code: number) => void = () => {}
  const requested = new Promise<number>((settle) => {
    resolve = settle
  })
  for (const signal of STOP_SIGNALS) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(1))
      asked = true
      resolve(0)
    })
  }
  return {
    requested,
    /** True once a signal asked. */
    asked: () => asked,
    deposed: () => deposed,
    request(reason: string, code: number) {
      log.fatal(reason)
      resolve(code)
    },
    /** Another process sells now: this one must not even say "sold out" any more. */
    depose(reason: string) {
      if (!deposed) log.fatal(reason)
      deposed = true
      resolve(1)
    },
  }
}
