// What the parts of the shop are wrapped in, so that they need not know that anybody measures,
// one wrapper a concern. The parts themselves know no metrics library.

import type { CheckoutWork } from '../../actors/checkout-work.ts'
import type { CheckoutJournal } from '../../actors/ports/checkout-journal.ts'
import type { Ledger, ShardTable } from '../../actors/ports/ledger.ts'
import type { PaymentGateway } from '../../actors/ports/payment-gateway.ts'
import type { SkuRouter } from '../../actors/ports/sku-router.ts'
import type { RequestObserver } from '../http/request-observer.ts'
import type { Log } from './log.ts'
import { meteredGateway } from './metrics/metered-gateway.ts'
import { meteredJournal } from './metrics/metered-journal.ts'
import { type Appending, meteredLedger, meteredLedgerStore } from './metrics/metered-ledger.ts'
import { meteredRequests } from './metrics/metered-requests.ts'
import { meteredShardTable } from './metrics/metered-shard-table.ts'
import { meteredSkuRouter } from './metrics/metered-sku-router.ts'
import { countBug } from './metrics/metered-violations.ts'
import { meteredWork } from './metrics/metered-work.ts'
import { type MeterRegistry, openMeters } from './metrics/meters.ts'

export interface Telemetry {
  readonly meters: MeterRegistry
  /** Of each HTTP request. */
  readonly observer: RequestObserver
  ledgerStore<Store extends Appending>(store: Store): Store
  ledger(ledger: Ledger): Ledger
  shards(shards: ShardTable): ShardTable
  skus<Router extends SkuRouter>(router: Router): Router
  gateway(gateway: PaymentGateway): PaymentGateway
  journal(journal: CheckoutJournal): CheckoutJournal
  work(work: CheckoutWork): CheckoutWork
  /** A promise of the code to itself that did not hold, in the actor of that name. */
  bug(actor: string, error: unknown): void
}

export function openTelemetry(log: Log): Telemetry {
  const meters = openMeters()
  return {
    meters,
    observer: requestObserver(meters),
    ledgerStore: (store) => meteredLedgerStore(store, meters),
    ledger: (ledger) => meteredLedger(ledger, meters),
    shards: (shards) => meteredShardTable(shards, meters),
    skus: (router) => meteredSkuRouter(router, meters),
    gateway: (gateway) => meteredGateway(gateway, meters),
    journal: (journal) => meteredJournal(journal, meters),
    work: (work) => meteredWork(work, meters),
    bug(actor, error) {
      countBug(meters)
      log.error({ actor, err: error }, 'a bug')
    },
  }
}

function requestObserver(meters: MeterRegistry): RequestObserver {
  const counted = meteredRequests(meters)
  return {
    begin() {
      counted.begin()
      return { traceId: null, run: (serve) => serve() }
    },
    end(_observed, facts) {
      counted.end(facts)
      if (facts.code === 'internal_error') countBug(meters)
    },
  }
}
