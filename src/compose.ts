// Builds the shop: this file and its neighbours compose-*.ts alone know which adapter stands behind
// which port. Top to bottom, what is built first knows nothing of what is built later.

import type { CheckoutClient } from '../actors/checkout-client.ts'
import { type CheckoutDirectory, checkoutDirectory } from '../actors/checkout-directory.ts'
import { checkoutWork } from '../actors/checkout-work.ts'
import { cartIdOf, type UserId } from '../actors/domain/ids.ts'
import { userShardOf } from '../actors/domain/shard.ts'
import { uuidV7 } from '../actors/domain/uuid.ts'
import { type LedgerClock, ledgerClock } from '../actors/ledger-clock.ts'
import { localCheckoutClient } from '../actors/local-checkout-client.ts'
import type { CartStore } from '../actors/ports/cart-store.ts'
import type { Catalogue } from '../actors/ports/catalogue.ts'
import { noCrashPoints } from '../actors/ports/crash-points.ts'
import type { OperatorReads } from '../actors/ports/operator-reads.ts'
import type { PaymentGateway } from '../actors/ports/payment-gateway.ts'
import type { RateLimiter } from '../actors/ports/rate-limiter.ts'
import type { ReadModels } from '../actors/ports/read-models.ts'
import type { StockStateStore } from '../actors/ports/stock-state-store.ts'
import type { WebhookInbox } from '../actors/ports/webhook-inbox.ts'
import { type ActorSystem, startActorSystem } from '../actors/serial-actor.ts'
import { type SkuDirectory, skuDirectory } from '../actors/sku-directory.ts'
import { skuRouterWithRetry } from '../actors/sku-router-with-retry.ts'
import { ledgerWithGroupCommit } from '../persistence/ledger-with-group-commit.ts'
import { memoryCartStore } from '../persistence/memory/memory-cart-store.ts'
import { memoryRateLimiter } from '../persistence/memory/memory-rate-limiter.ts'
import { type Database, openDatabase } from '../persistence/postgres/database.ts'
import { postgresCatalogue } from '../persistence/postgres/postgres-catalogue.ts'
import { postgresCheckoutJournal } from '../persistence/postgres/postgres-checkout-journal.ts'
import { postgresImportedStock } from '../persistence/postgres/postgres-imported-stock.ts'
import { postgresLedger, postgresShardTable } from '../persistence/postgres/postgres-ledger.ts'
import { postgresOperatorReads } from '../persistence/postgres/postgres-operator-reads.ts'
import { postgresOutbox } from '../persistence/postgres/postgres-outbox.ts'
import { postgresReadModels } from '../persistence/postgres/postgres-read-models.ts'
import { postgresStockStateStore } from '../persistence/postgres/postgres-stock-state-store.ts'
import { postgresWebhookInbox } from '../persistence/postgres/postgres-webhook-inbox.ts'
import { openRedis, type RedisConnection } from '../persistence/redis/connect.ts'
import { redisCartStore } from '../persistence/redis/redis-cart-store.ts'
import { redisRateLimiter } from '../persistence/redis/redis-rate-limiter.ts'
import { redisStockStateStore } from '../persistence/redis/redis-stock-state-store.ts'
import { stockStatesWithPatience } from '../persistence/stock-states-with-patience.ts'
import type { AuditReport } from './audit/report.ts'
import { tokenCallers } from './auth/token-callers.ts'
import { leaveCart } from './cart/bought-lines.ts'
import { type Availability, availability } from './catalogue/availability.ts'
import { type Shelf, shelf } from './catalogue/shelf.ts'
import { createApp } from './http/app.ts'
import type { Readiness, ReadinessPart } from './http/app-deps.ts'
import { LIMITS } from './limits.ts'
import { approvingFraudScreen } from './payments/approving-fraud-screen.ts'
import { stripePaymentGateway } from './payments/stripe-payment-gateway.ts'
import { stripeWebhookVerifier } from './payments/stripe-webhook-verifier.ts'
import { systemClock, systemRandomness } from './system-clock.ts'
import type { Log } from './telemetry/log.ts'
import { watchPools } from './telemetry/metrics/metered-pools.ts'
import { meteredReadiness } from './telemetry/metrics/metered-readiness.ts'
import { countAudit } from './telemetry/metrics/metered-violations.ts'
import {
  openTelemetry,
  QUIET_TELEMETRY,
  type Telemetry,
  type TelemetrySettings,
} from './telemetry/telemetry.ts'
import { aliveMark } from './workers/alive-mark.ts'
import { checkoutCompleter } from './workers/checkout-completer.ts'
import { importedStockWorker } from './workers/imported-stock-worker.ts'
import { outboxRelay } from './workers/outbox-relay.ts'
import { type Loop, runEvery } from './workers/run-every.ts'
import { webhookWorker } from './workers/webhook-worker.ts'

/** Where the parts are that Holdfast does not bring itself, and how it is to sell. */
export interface Settings {
  readonly databaseUrl: string
  /** null: carts live in this process and are gone with it. */
  readonly redisUrl: string | null
  readonly gateway: {
    readonly secretKey: string
    readonly publishableKey: string | null
    /** null is Stripe itself. */
    readonly apiUrl: string | null
    /** Where the simulator's own books are; null with the real gateway. */
    readonly booksUrl: string | null
  }
  readonly holdTtlMs: number
  readonly cartTtlMs: number
  readonly cartLinesMax: number
  /** Without it nothing is traced, and only notable requests are logged. */
  readonly telemetry?: TelemetrySettings
}

export interface Shop {
  readonly checkouts: CheckoutClient
  readonly catalogue: Catalogue
  readonly carts: CartStore
  readonly reads: ReadModels
  readonly operatorReads: OperatorReads
  readonly shelf: Shelf
  readonly availability: Availability
  readonly inbox: WebhookInbox
  readonly gateway: PaymentGateway
  readonly redis: RedisConnection | null
  readonly outages: LedgerClock['outages']
  readonly database: Database
  readonly telemetry: Telemetry
  /** Receives units under a command id of the caller's. */
  receive(sku: Parameters<SkuDirectory['ask']>[0], quantity: number, id: string): Promise<void>
  /** Refuses new work, finishes what was accepted, and closes every connection. */
  close(): Promise<void>
}

export interface Stock {
  readonly skus: SkuDirectory
  /** Says that the owner lives; to be called every `LIMITS.alivePeriodMs`. */
  readonly sayAlive: () => Promise<boolean>
  readonly ledgerClock: LedgerClock
  readonly system: ActorSystem
}

/** The stock of every SKU, owned by `owner` from now on; whoever owned it is refused. */
export async function composeStock(
  database: Database,
  owner: string,
  listeners: {
    readonly log: Log
    readonly onFenced: () => void
    readonly telemetry: Telemetry
  },
  snapshots: StockStateStore | null,
  batchMax: number = LIMITS.commandsPerAppendMax,
): Promise<Stock> {
  const { log, onFenced, telemetry } = listeners
  const onBug = telemetry.bug
  const { ledgerWriter, shared, recovery } = database
  const store = telemetry.ledgerStore(postgresLedger(ledgerWriter, shared, recovery))
  const grouped = ledgerWithGroupCommit(store, LIMITS.entriesPerStatementMax)
  const ledger = telemetry.ledger(grouped)
  const shards = telemetry.shards(postgresShardTable(database.shared))
  const epochs = await shards.takeAll(owner)
  const clock = ledgerClock(systemClock, await ledger.nowMs(), (differenceMs) =>
    log.error(
      { differenceMs },
      'the clock of the database stepped; the step is believed once it lasts',
    ),
  )
  const sayAlive = aliveMark({
    ...{ shards, owner, clock: systemClock, onAlive: clock.hearAlive, onDeposed: onFenced },
    onOutage: (outage) =>
      log.warn({ outage }, 'nobody served for a while; what was held meanwhile is held for longer'),
  })
  await sayAlive()
  const system = startActorSystem(onBug)
  const checkpoints = postgresStockStateStore(database.checkpoints)
  const deps = {
    ...{ system, ledger, clock: systemClock, ledgerClock: clock, batchMax, onFenced, onBug },
    ...{ snapshots, checkpoints, listener: telemetry.stock },
  }
  const skus = telemetry.skus(skuDirectory(deps, LIMITS, epochs))
  return { skus, sayAlive, ledgerClock: clock, system }
}

/** Everything but HTTP. `owner` names this process as long as it lives. */
export async function composeShop(
  settings: Settings,
  owner: string,
  listeners: { readonly log: Log; readonly onFenced: () => void },
): Promise<Shop> {
  const { log } = listeners
  let closing = false
  const database = await openDatabase(settings.databaseUrl, LIMITS, ({ message }) => {
    // The driver's error carries the whole connection, which is nobody's business in a log.
    if (!closing) log.warn({ reason: message }, 'a database connection broke; another is opened')
  })
  const telemetry = openTelemetry(settings.telemetry ?? QUIET_TELEMETRY, LIMITS, log)
  watchPools(poolsOf(database), telemetry.meters)
  const snapshots = await openSnapshots(settings.redisUrl)
  const stock = await composeStock(database, owner, { ...listeners, telemetry }, snapshots.store)
  const redis = settings.redisUrl === null ? null : await openRedis(settings.redisUrl, hearing(log))
  const carts = composeCarts(redis, settings, log)
  const stripe = stripePaymentGateway({ ...settings.gateway, maxSockets: LIMITS.gatewaySocketsMax })
  const gateway = telemetry.gateway(stripe)
  const catalogue = postgresCatalogue(database.shared, database.pages)
  const { directory, checkouts, journal } = composeCheckouts(
    { database, stock, gateway, catalogue, owner, telemetry },
    settings,
  )
  const reads = postgresReadModels(database.pages)
  const inbox = postgresWebhookInbox(database.shared, gateway.name)
  const outbox = postgresOutbox(database.shared)
  const failed = (worker: string) => (error: unknown) =>
    log.error({ worker, err: error }, 'a worker failed; it tries again')
  const every = (worker: string, pauseMs: number, round: () => Promise<boolean>) =>
    runEvery(systemClock, pauseMs, round, failed(worker))
  const relay = outboxRelay(outbox, [leaveCart({ carts })], (event, error) =>
    log.warn({ topic: event.topic, order: event.orderId, err: error }, 'an event is put off'),
  )
  const onHint = webhookWorker(inbox, checkouts, (event, error) =>
    log.warn({ event: event.eventId, err: error }, 'a webhook is put off'),
  )
  telemetry.meters.gauge('checkout_actor_active', () => [
    [{ kind: 'sku' }, stock.skus.resident()],
    [{ kind: 'checkout' }, directory.resident()],
  ])
  const imported = postgresImportedStock(database.shared)
  const onImport = importedStockWorker(imported, await imported.newestId(), stock.skus.evict)
  const loops = [
    every('completer', LIMITS.completerPeriodMs, checkoutCompleter(journal, checkouts)),
    every('outbox', LIMITS.outboxPeriodMs, relay),
    every('webhooks', LIMITS.webhookPeriodMs, onHint),
    every('imports', LIMITS.importedStockPeriodMs, onImport),
    every('alive', LIMITS.alivePeriodMs, stock.sayAlive),
  ]
  return {
    checkouts,
    catalogue,
    carts,
    reads,
    operatorReads: postgresOperatorReads(database.pages),
    shelf: shelf(catalogue, systemClock, LIMITS),
    availability: availability({ skus: stock.skus, reads, clock: systemClock }, LIMITS),
    inbox,
    gateway,
    redis,
    outages: stock.ledgerClock.outages,
    database,
    telemetry,
    async receive(sku, quantity, commandId) {
      const reply = await stock.skus.ask(sku, { kind: 'receive', commandId, quantity })
      if (!reply.ok) throw new Error(`${sku} did not take ${quantity} units: ${reply.refusal}`)
    },
    async close() {
      closing = true
      await Promise.all(loops.map((loop: Loop) => loop.stop()))
      await directory.drain(LIMITS.drainCheckoutsMs)
      await stock.skus.drain()
      stock.system.stop()
      await telemetry.stop(LIMITS.traceExportTimeoutMs)
      stripe.close()
      redis?.close()
      snapshots.close()
      await database.close()
    },
  }
}

/** Over a connection of its own: a state is megabytes at times, and no cart waits behind one. */
async function openSnapshots(
  redisUrl: string | null,
): Promise<{ readonly store: StockStateStore | null; close(): void }> {
  if (redisUrl === null) return { store: null, close() {} }
  // The connection of the carts says when Redis is down.
  const redis = await openRedis(redisUrl, { down() {}, up() {} })
  const options = { keyPrefix: 'holdfast:', ttlMs: LIMITS.snapshotTtlMs }
  const store = stockStatesWithPatience(redisStockStateStore(redis, options), {
    clock: systemClock,
    patienceMs: LIMITS.snapshotPatienceMs,
    restMs: LIMITS.snapshotRestMs,
  })
  return { store, close: redis.close }
}

interface CheckoutParts {
  readonly database: Database
  readonly stock: Stock
  readonly gateway: PaymentGateway
  readonly catalogue: Catalogue
  readonly owner: string
  readonly telemetry: Telemetry
}

function composeCheckouts(parts: CheckoutParts, settings: Settings) {
  const { database, stock, gateway, catalogue, owner, telemetry } = parts
  const skus = skuRouterWithRetry(stock.skus, LIMITS.skuAttemptsMax)
  const journal = telemetry.journal(
    postgresCheckoutJournal(database.journalWriter, database.shared, {
      owner,
      batchMax: LIMITS.journalBatchMax,
    }),
  )
  const work = checkoutWork({
    skus,
    gateway,
    fraud: approvingFraudScreen,
    crashPoints: noCrashPoints,
    gatewayCallTimeoutMs: LIMITS.gatewayCallTimeoutMs,
    fraudTimeoutMs: LIMITS.fraudTimeoutMs,
    clock: systemClock,
  })
  const directory: CheckoutDirectory = checkoutDirectory({
    journal,
    work: telemetry.work(work),
    clock: systemClock,
    ledgerClock: stock.ledgerClock,
    randomness: systemRandomness,
    onBug: telemetry.bug,
    system: stock.system,
    residentMax: LIMITS.checkoutsResidentMax,
  })
  const checkouts = telemetry.checkouts(
    localCheckoutClient({
      directory,
      journal,
      catalogue,
      skus,
      ledgerClock: stock.ledgerClock,
      clock: systemClock,
      randomness: systemRandomness,
      budgetMs: LIMITS.payBudgetMs,
      limits: settings,
    }),
  )
  return { directory, checkouts, journal }
}

function poolsOf(database: Database) {
  const { ledgerWriter, journalWriter, shared, pages, recovery, checkpoints } = database
  return { ledger: ledgerWriter, journal: journalWriter, shared, pages, recovery, checkpoints }
}

function composeCarts(
  redis: RedisConnection | null,
  { cartTtlMs: ttlMs }: Settings,
  log: Log,
): CartStore {
  const newCartId = (user: UserId) =>
    cartIdOf(uuidV7(systemClock.nowMs(), systemRandomness.bytes(10), userShardOf(user)))
  if (redis === null) return memoryCartStore({ clock: systemClock, ttlMs, newCartId })
  const onUnreadable = (field: string) =>
    log.warn({ field }, 'a field of a cart in Redis is not ours, and is left out')
  return redisCartStore(redis, { keyPrefix: 'holdfast:', ttlMs, newCartId, onUnreadable })
}

function hearing(log: Log) {
  return {
    down: (error: Error) => log.warn({ err: error }, 'Redis does not answer: no carts meanwhile'),
    up: () => log.info('Redis answers again'),
  }
}

/** Who may come in, and how much of it at once. */
export interface EdgeSettings {
  readonly publishableKey: string | null
  readonly webhookSecrets: readonly string[]
  readonly tokens: Parameters<typeof tokenCallers>[0]
  readonly cartLinesMax: number
  readonly quantityMax: number
  /** 0: no limit. */
  readonly rateLimitPerMinute: number
  readonly guestSessionLimitPerMinute: number
  readonly trustedProxies: number
  readonly corsOrigins: readonly string[]
  readonly log: Log
  readonly audit: () => Promise<AuditReport>
  /** False once another process has taken the stock over. */
  readonly ownsStock: () => boolean
}

/** The HTTP edge over a shop; nothing listens yet. */
export function composeEdge(shop: Shop, settings: EdgeSettings) {
  const callers = tokenCallers(settings.tokens, {
    clock: systemClock,
    randomness: systemRandomness,
  })
  const readiness = () => readinessOf(shop, settings.ownsStock())
  const { meters, observer } = shop.telemetry
  meteredReadiness(readiness, meters)
  meters.gauge('checkout_admission_limit', () => [[{}, LIMITS.requestsInFlightMax]])
  return createApp({
    ...shop,
    callers,
    webhooks: {
      verifier: stripeWebhookVerifier(settings.webhookSecrets),
      inbox: shop.inbox,
    },
    publishableKey: settings.publishableKey,
    readiness,
    audit: async () => {
      const report = await settings.audit()
      countAudit(report, meters)
      return report
    },
    metrics: meters.scrape,
    observer,
    rates: {
      requests: composeRate(shop.redis, 'requests', settings.rateLimitPerMinute),
      guestSessions: composeRate(shop.redis, 'guests', settings.guestSessionLimitPerMinute),
    },
    trustedProxies: settings.trustedProxies,
    corsOrigins: settings.corsOrigins,
    clock: systemClock,
    randomness: systemRandomness,
    limits: {
      bodyBytesMax: LIMITS.bodyBytesMax,
      requestsInFlightMax: LIMITS.requestsInFlightMax,
      cartLinesMax: settings.cartLinesMax,
      quantityMax: settings.quantityMax,
    },
    log: settings.log,
  })
}

function composeRate(
  redis: RedisConnection | null,
  name: string,
  perMinute: number,
): RateLimiter | null {
  if (perMinute === 0) return null
  const insurance = memoryRateLimiter(systemClock, perMinute)
  if (redis === null) return insurance
  const keyPrefix = `holdfast:rate:${name}`
  return redisRateLimiter(redis, { keyPrefix, perMinute, clock: systemClock, insurance })
}

async function readinessOf(shop: Shop, ownsStock: boolean): Promise<Readiness> {
  const [answers, carts] = await Promise.all([
    shop.database.answers(LIMITS.readinessTimeoutMs),
    cartReadiness(shop.redis),
  ])
  const parts: ReadinessPart[] = [
    answers
      ? { name: 'database', state: 'ready', detail: null }
      : { name: 'database', state: 'down', detail: 'Postgres does not answer' },
    ownsStock
      ? { name: 'stock', state: 'ready', detail: null }
      : { name: 'stock', state: 'down', detail: 'another process took the stock over' },
    carts,
  ]
  return { ready: parts.every(({ state }) => state !== 'down'), parts }
}

async function cartReadiness(redis: RedisConnection | null): Promise<ReadinessPart> {
  const name = 'carts'
  if (redis === null) {
    return { name, state: 'degraded', detail: 'no Redis: carts do not survive a restart' }
  }
  if (await redis.answers(LIMITS.readinessTimeoutMs)) return { name, state: 'ready', detail: null }
  return { name, state: 'degraded', detail: 'Redis does not answer: no carts meanwhile' }
}
