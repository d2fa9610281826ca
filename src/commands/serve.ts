// Starts the service and stays until it is told to stop: storage, shop, HTTP, in that order, and
// back in the other.

import { randomUUID } from 'node:crypto'
import { seedSampleCatalogue } from '../catalogue/seed-sample-catalogue.ts'
import { composeAudit, composeEdge, composeShop, migrateDatabase, type Shop } from '../compose.ts'
import type { Config } from '../config.ts'
import { type Listening, listen } from '../http/listen.ts'
import { developmentSecret } from '../jwt-secret.ts'
import { LIMITS } from '../limits.ts'
import { type Log, openLog } from '../telemetry/log.ts'
import { openPlaces, type Places } from './places.ts'
import { tellSimulator } from './simulator-endpoint.ts'
import { welcome } from './welcome.ts'

/** Resolves with the exit code when the service has stopped. */
export async function serve(config: Config, say: (line: string) => void): Promise<number> {
  const log = openLog(config.logLevel)
  const stopping = stopSignal(log)
  const places = await openPlaces(config, say)
  try {
    await migrateDatabase(places.settings.databaseUrl)
    const shop = await composeShop(places.settings, randomUUID(), {
      log,
      onFenced: () => stopping.request('another process took the stock over', 1),
    })
    try {
      const server = await open(config, places, shop, { log, owns: () => !stopping.deposed() })
      await welcomePeople(config, shop, server, say)
      const code = await stopping.requested
      say('Stopping: no new requests; what was accepted is finished.')
      await server.stop(LIMITS.drainRequestsMs)
      return code
    } finally {
      await shop.close()
    }
  } finally {
    await places.stop()
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
    log,
    audit: () => composeAudit({ databaseUrl, booksUrl }, () => {}),
    ownsStock: owns,
  })
  const server = await listen(app, { host: config.host, port: config.port })
  const [secret] = places.webhookSecrets
  if (places.simulatorUrl !== null && secret !== undefined) {
    const url = `http://127.0.0.1:${server.port}/webhooks/stripe`
    await tellSimulator(places.simulatorUrl, { url, secret })
  }
  return server
}

async function welcomePeople(
  config: Config,
  shop: Shop,
  server: Listening,
  say: (line: string) => void,
): Promise<void> {
  const { catalogue, receive } = shop
  // Samples are for trying out; where money moves they must not be on sale.
  if (config.stripe.secretKey === null) await seedSampleCatalogue({ catalogue, receive, say })
  for (const line of welcome(config, server.port)) say(line)
}

function tokensOf(config: Config) {
  const text = config.jwtSecret ?? (config.jwksUrl ? null : developmentSecret(config.dataDir))
  return {
    secret: text === null ? null : new TextEncoder().encode(text),
    jwksUrl: config.jwksUrl === null ? null : new URL(config.jwksUrl),
  }
}

/** SIGTERM and SIGINT ask once; the second time the process goes at once. */
function stopSignal(log: Log) {
  let deposed = false
  let resolve: (code: number) => void = () => {}
  const requested = new Promise<number>((settle) => {
    resolve = settle
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(1))
      resolve(0)
    })
  }
  return {
    requested,
    deposed: () => deposed,
    request(reason: string, code: number) {
      if (!deposed) log.fatal(reason)
      deposed = true
      resolve(code)
    },
  }
}
