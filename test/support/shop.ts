// A whole shop without HTTP: real actors on real or in-memory storage, a gateway that plays a
// script, and a clock the test moves. A shop can be stopped dead in the middle of anything; the
// next one on the same storage finds what the first one left behind.

import assert from 'node:assert/strict'
import type { CheckoutClient } from '../../actors/checkout-client.ts'
import { checkoutDirectory } from '../../actors/checkout-directory.ts'
import { checkoutWork } from '../../actors/checkout-work.ts'
import type { Sku } from '../../actors/domain/ids.ts'
import type { Product } from '../../actors/domain/product.ts'
import { ledgerClock } from '../../actors/ledger-clock.ts'
import { localCheckoutClient } from '../../actors/local-checkout-client.ts'
import type { Catalogue } from '../../actors/ports/catalogue.ts'
import type { CheckoutJournal } from '../../actors/ports/checkout-journal.ts'
import type { Clock, Randomness } from '../../actors/ports/clock.ts'
import type { CrashPoint } from '../../actors/ports/crash-points.ts'
import type { FraudScreen } from '../../actors/ports/fraud-screen.ts'
import type { PaymentGateway } from '../../actors/ports/payment-gateway.ts'
import { nobodyListens } from '../../actors/ports/stock-listener.ts'
import { startActorSystem } from '../../actors/serial-actor.ts'
import { skuDirectory } from '../../actors/sku-directory.ts'
import { skuRouterWithRetry } from '../../actors/sku-router-with-retry.ts'
import {
  type LedgerStore,
  ledgerWithGroupCommit,
} from '../../persistence/ledger-with-group-commit.ts'
import { LIMITS } from '../../src/limits.ts'
import { approvingFraudScreen } from '../../src/payments/approving-fraud-screen.ts'
import { aliveMark } from '../../src/workers/alive-mark.ts'
import { checkoutCompleter } from '../../src/workers/checkout-completer.ts'
import { runEvery } from '../../src/workers/run-every.ts'
import { mortality } from './mortality.ts'
import type { ShopStorage } from './shop-storage.ts'

export const HOLD_TTL_MS = 15 * 60_000
export const BUDGET_MS = 10_000

export interface ShopOptions {
  readonly storage: ShopStorage
  readonly gateway: PaymentGateway
  readonly clock: Clock
  readonly randomness: Randomness
  readonly products: readonly Product[]
  /** A new one for each shop on one storage. */
  readonly owner?: string
  readonly fraud?: FraudScreen
  /** The shop stops dead where a checkout reaches this point for the first time. */
  readonly crashAt?: CrashPoint | null
  /** It says that it lives and completes what is due, every five seconds of its clock. */
  readonly serving?: boolean
  /** A step of the database's clock fails the test unless it is expected. */
  readonly onClockStep?: (differenceMs: number) => void
  /** Puts something between the shop and its ledger. */
  readonly aroundLedger?: (store: LedgerStore) => LedgerStore
  /** Puts something between the shop and its journal. */
  readonly aroundJournal?: (journal: CheckoutJournal) => CheckoutJournal
}

export interface Shop {
  readonly client: CheckoutClient
  readonly journal: CheckoutJournal
  /** What the shop itself called a bug, in order. */
  readonly bugs: readonly unknown[]
  /** Resolves when the shop stopped dead at `crashAt`. */
  readonly crashed: Promise<void>
  isDead(): boolean
  /** Stops dead: whatever is under way never comes back, and no timer fires any more. */
  crash(): void
  /** Ends in order; resolves when nothing is running, or after `limitMs` of its clock. */
  close(limitMs: number): Promise<void>
}

let shops = 0

export async function openShop(options: ShopOptions): Promise<Shop> {
  const { storage, fraud = approvingFraudScreen, crashAt = null, randomness } = options
  shops += 1
  const owner = options.owner ?? `shop-${shops}`
  const { crash, crashed, isDead, mortal, mortalClock } = mortality()
  const clock = mortalClock(options.clock)
  const bugs: unknown[] = []
  const onBug = (_actor: string, error: unknown) => void bugs.push(error)

  const store = (options.aroundLedger ?? ((same) => same))(storage.ledger)
  const ledger = mortal(ledgerWithGroupCommit(store, 4_096))
  const journal = mortal((options.aroundJournal ?? ((same) => same))(storage.journalFor(owner)))
  const epochs = await storage.shards.takeAll(owner)
  const time = ledgerClock(clock, await ledger.nowMs(), options.onClockStep ?? failOnStep)
  const system = startActorSystem(onBug)
  const onFenced = () => {}
  const skus = skuDirectory(
    {
      ...{ system, ledger, clock, ledgerClock: time, batchMax: 512, onFenced, onBug },
      ...{ snapshots: null, checkpoints: null, listener: nobodyListens },
    },
    LIMITS,
    epochs,
  )
  const router = skuRouterWithRetry(skus, 5)
  const reach = (point: CrashPoint) => (point === crashAt ? crash() : undefined)
  const work = checkoutWork({
    skus: router,
    gateway: mortal(options.gateway),
    fraud,
    crashPoints: { reach },
    gatewayCallTimeoutMs: 8_000,
    fraudTimeoutMs: 800,
    clock,
  })
  const directory = checkoutDirectory({
    ...{ system, journal, work, clock, ledgerClock: time, randomness, onBug },
    residentMax: 20_000,
  })
  const client = localCheckoutClient({
    ...{ directory, journal, randomness, clock, skus: router, ledgerClock: time },
    budgetMs: BUDGET_MS,
    catalogue: catalogueOf(options.products),
    limits: { cartLinesMax: 100, holdTtlMs: HOLD_TTL_MS },
  })
  if (options.serving) {
    const shards = mortal(storage.shards)
    await serve(clock, [
      aliveMark({ shards, owner, clock, onAlive: time.hearAlive, onDeposed: failOnDeposed }),
      checkoutCompleter(journal, client),
    ])
  }
  return {
    ...{ client, journal, bugs, crashed, isDead },
    crash: () => void crash(),
    async close(limitMs) {
      await directory.drain(limitMs)
      await skus.drain()
      system.stop()
    },
  }
}

/** Each round once, and then again and again until the shop is dead. */
async function serve(clock: Clock, rounds: readonly (() => Promise<boolean>)[]): Promise<void> {
  for (const round of rounds) {
    await round()
    runEvery(clock, LIMITS.alivePeriodMs, round, () => {})
  }
}

function failOnStep(differenceMs: number): void {
  assert.fail(`the clock stepped by ${differenceMs} ms`)
}

function failOnDeposed(): void {
  assert.fail('a shop that serves was deposed')
}

function catalogueOf(products: readonly Product[]): Pick<Catalogue, 'bySkus'> & Catalogue {
  const bySku = new Map<Sku, Product>(products.map((product) => [product.sku, product]))
  const unused = async () => assert.fail('a checkout reads products by SKU and nothing else')
  return {
    bySkus: async (skus) =>
      new Map(skus.flatMap((sku) => (bySku.has(sku) ? [[sku, bySku.get(sku) as Product]] : []))),
    page: unused,
    put: unused,
    isEmpty: unused,
  }
}
