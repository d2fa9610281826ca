// What the parts of the shop are wrapped in, so that they need not know that anybody measures,
// traces or logs: one wrapper a concern. Tracing costs nothing unless it is configured.

import type { CheckoutClient } from '../../actors/checkout-client.ts'
import type { CheckoutWork } from '../../actors/checkout-work.ts'
import type { CheckoutJournal } from '../../actors/ports/checkout-journal.ts'
import type { Ledger, ShardTable } from '../../actors/ports/ledger.ts'
import type { PaymentGateway } from '../../actors/ports/payment-gateway.ts'
import type { SkuRouter } from '../../actors/ports/sku-router.ts'
import type { StockListener } from '../../actors/ports/stock-listener.ts'
import type { RequestObserver } from '../http/request-observer.ts'
import { type AccessLogSettings, accessLog } from './access-log.ts'
import type { Log } from './log.ts'
import { logStock } from './log-stock.ts'
import { loggedJournal } from './logged-journal.ts'
import { meteredGateway } from './metrics/metered-gateway.ts'
import { meteredJournal } from './metrics/metered-journal.ts'
import { type Appending, meteredLedger, meteredLedgerStore } from './metrics/metered-ledger.ts'
import { meteredRequests } from './metrics/metered-requests.ts'
import { meteredShardTable } from './metrics/metered-shard-table.ts'
import { meteredSkuRouter } from './metrics/metered-sku-router.ts'
import { meteredStock } from './metrics/metered-stock.ts'
import { countBug } from './metrics/metered-violations.ts'
import { meteredWork } from './metrics/metered-work.ts'
import { type MeterRegistry, openMeters } from './metrics/meters.ts'
import { type OtlpLimits, type OtlpSettings, openOtlp } from './traces/otlp.ts'
import { tracedCheckouts, tracedJournal, tracedWork } from './traces/traced-checkouts.ts'
import { tracedGateway } from './traces/traced-gateway.ts'
import { type TracedLedger, tracedLedger } from './traces/traced-ledger.ts'
import { beginTracedRequest } from './traces/traced-requests.ts'
import { openTraces, type Traces, traceIdOf } from './traces/traces.ts'

export interface TelemetrySettings {
  /** null: nothing is traced. */
  readonly otlp: OtlpSettings | null
  readonly accessLog: AccessLogSettings
}

export interface TelemetryLimits extends OtlpLimits {
  /** How many checkouts can be found in their traces at once. */
  readonly checkoutsResidentMax: number
}

export interface Telemetry {
  readonly meters: MeterRegistry
  /** Of each HTTP request. */
  readonly observer: RequestObserver
  ledgerStore<Store extends Appending>(store: Store): Store
  ledger(ledger: Ledger): Ledger
  shards(shards: ShardTable): ShardTable
  /** Of the life of SKUs in memory. */
  readonly stock: StockListener
  skus<Router extends SkuRouter>(router: Router): Router
  gateway(gateway: PaymentGateway): PaymentGateway
  journal(journal: CheckoutJournal): CheckoutJournal
  work(work: CheckoutWork): CheckoutWork
  checkouts(checkouts: CheckoutClient): CheckoutClient
  /** A promise of the code to itself that did not hold, in the actor of that name. */
  bug(actor: string, error: unknown): void
  /** Sends what is left of the traces, for at most `limitMs`. */
  stop(limitMs: number): Promise<void>
}

interface Tracing {
  readonly traces: Traces
  readonly ledger: TracedLedger
  stop(limitMs: number): Promise<void>
}

export const QUIET_TELEMETRY: TelemetrySettings = {
  otlp: null,
  accessLog: { all: false, slowMs: 1_000 },
}

export function openTelemetry(
  { otlp, accessLog: accessSettings }: TelemetrySettings,
  limits: TelemetryLimits,
  log: Log,
): Telemetry {
  const meters = openMeters()
  const tracing = otlp === null ? null : openTracing(otlp, limits, { meters, log })
  const traces = tracing?.traces ?? null
  /** `wrap` only where there are traces. */
  const traced = <Part>(part: Part, wrap: (part: Part, with_: Traces) => Part): Part =>
    traces === null ? part : wrap(part, traces)
  return {
    meters,
    observer: requestObserver(meters, accessLog(log, accessSettings), traces),
    ledgerStore: (store) => meteredLedgerStore(tracing?.ledger.store(store) ?? store, meters),
    ledger: (ledger) => meteredLedger(tracing?.ledger.ledger(ledger) ?? ledger, meters),
    shards: (shards) => meteredShardTable(shards, meters),
    stock: meteredStock(logStock(log), meters),
    skus: (router) => meteredSkuRouter(router, meters),
    gateway: (gateway) => meteredGateway(traced(gateway, tracedGateway), meters),
    journal(journal) {
      const ofCheckout: Parameters<typeof loggedJournal>[2] = (id) =>
        traces === null ? null : traceIdOf(traces.ofCheckout(id))
      return loggedJournal(meteredJournal(traced(journal, tracedJournal), meters), log, ofCheckout)
    },
    work: (work) => meteredWork(traced(work, tracedWork), meters),
    checkouts: (checkouts) => traced(checkouts, tracedCheckouts),
    bug(actor, error) {
      countBug(meters)
      log.error({ actor, err: error }, 'a bug')
    },
    stop: async (limitMs) => tracing?.stop(limitMs),
  }
}

function openTracing(
  settings: OtlpSettings,
  limits: TelemetryLimits,
  hearing: Parameters<typeof openOtlp>[2],
): Tracing {
  const { tracer, stop } = openOtlp(settings, limits, hearing)
  const traces = openTraces(tracer, limits.checkoutsResidentMax)
  return { traces, ledger: tracedLedger(traces), stop }
}

function requestObserver(
  meters: MeterRegistry,
  logRequest: ReturnType<typeof accessLog>,
  traces: Traces | null,
): RequestObserver {
  const counted = meteredRequests(meters)
  return {
    begin(request) {
      counted.begin()
      const span = traces === null ? null : beginTracedRequest(request, traces)
      return {
        traceId: span?.traceId ?? null,
        run: (serve) => (span === null ? serve() : span.run(serve)),
        end(facts) {
          counted.end(facts)
          span?.end(facts)
          logRequest(facts)
          if (facts.code === 'internal_error') countBug(meters)
        },
      }
    },
  }
}
