// Every bound inside one process, with its unit, and the relations between them, asserted when the
// process starts. What an operator may set is in config.ts.

import assert from 'node:assert/strict'
import { OUTAGE_MIN_MS } from '../actors/domain/outages.ts'

export const LIMITS = Object.freeze({
  /** Commands decided in one append of a SKU. */
  commandsPerAppendMax: 512,
  /** Entries of all SKUs in one statement. */
  entriesPerStatementMax: 4_096,
  /** Commands waiting for one SKU, and on this node. */
  skuInboxMax: 10_000,
  nodeInboxMax: 50_000,
  /** How long a command waits for its SKU before it is dropped undecided. */
  commandTimeoutMs: 5_000,
  /** SKUs in memory; one that nobody asked for so long leaves it, and is looked for so often. */
  skusResidentMax: 50_000,
  skuIdleMs: 300_000,
  skuSweepPeriodMs: 5_000,
  /** SKUs loaded from the ledger at once, each over a connection of its own. */
  skuLoadsMax: 8,
  recoveryConnectionsMax: 8,
  /**
   * States of SKUs that loading begins from: after how many entries one is written, how many before
   * one that leaves memory is worth writing, how often at most, and how long its text may be.
   */
  snapshotRule: Object.freeze({
    entriesMin: 500,
    entriesBeforeEvictionMin: 64,
    pauseMs: 3_000,
    charactersMax: 8_388_608,
  }),
  checkpointRule: Object.freeze({
    entriesMin: 10_000,
    entriesBeforeEvictionMin: 10_000,
    pauseMs: 3_000,
    charactersMax: 134_217_728,
  }),
  /** States being written at once; each is copied, so this bounds their memory. */
  statesInFlightMax: 16,
  /** How long a snapshot is kept after it was written. */
  snapshotTtlMs: 86_400_000,
  /** How long loading a SKU waits for a snapshot; how long Redis is let alone after a failure. */
  snapshotPatienceMs: 150,
  snapshotRestMs: 2_000,
  checkpointConnectionsMax: 2,
  /** How often a command is asked again after a lost race for the ledger. */
  skuAttemptsMax: 5,
  /** Checkouts of one journal statement. */
  journalBatchMax: 256,
  /** Checkouts kept in memory. */
  checkoutsResidentMax: 20_000,
  /** How long a request waits for a definite answer; then it is told what is known. */
  payBudgetMs: 10_000,
  /** One call to the gateway, by our own clock. */
  gatewayCallTimeoutMs: 8_000,
  /** How long the fraud screen is waited for before a sale is set aside for review. */
  fraudTimeoutMs: 800,
  gatewaySocketsMax: 64,
  sharedConnectionsMax: 12,
  /** For lists and other reads of pages, which no sale waits for. */
  pageConnectionsMax: 6,
  /** A statement that takes longer counts as lost; an audit reads whole tables. */
  queryTimeoutMs: 4_000,
  auditQueryTimeoutMs: 600_000,
  /** A look at one SKU may read its whole ledger. */
  lookQueryTimeoutMs: 60_000,
  /**
   * Rows of an import in one transaction, how long it waits for another import to end, and how long
   * one statement of it may take.
   */
  importBatchRows: 10_000,
  importPatienceMs: 10_000,
  importQueryTimeoutMs: 120_000,
  /** How long a readiness check waits for the database. */
  readinessTimeoutMs: 1_000,
  /** Pauses of the workers when there was nothing to do. */
  completerPeriodMs: 1_000,
  outboxPeriodMs: 100,
  webhookPeriodMs: 250,
  importedStockPeriodMs: 1_000,
  alivePeriodMs: 5_000,
  /** What pages show is read again after this long, and shown for longer while it cannot be. */
  shownFreshMs: 1_000,
  shownStaleMs: 600_000,
  /** How long who could be shown it waits for storage. */
  shownPatienceMs: 250,
  shownProductBytesMax: 33_554_432,
  shownStocksMax: 100_000,
  /** Spans that wait for the collector, of one message to it, and how often they are sent. */
  traceQueueMax: 8_192,
  traceBatchMax: 512,
  tracePeriodMs: 1_000,
  /** How long the collector is waited for, beside the work, and once more when stopping. */
  traceExportTimeoutMs: 1_000,
  bodyBytesMax: 262_144,
  /** Requests being served at once; one more is refused before any work. */
  requestsInFlightMax: 10_000,
  /** What stopping may take: answers first, then checkouts under way. */
  drainRequestsMs: 5_000,
  drainCheckoutsMs: 2_000,
  /** Checkouts under way, workers and connections together. */
  closeShopMs: 4_500,
})

assert(
  LIMITS.gatewayCallTimeoutMs < LIMITS.payBudgetMs,
  'a buyer hears of a gateway call that ran out of time',
)
assert(
  LIMITS.queryTimeoutMs < LIMITS.commandTimeoutMs,
  'who waits for a database that hangs hears of it before the next batch drops them',
)
assert(
  2 * LIMITS.alivePeriodMs + LIMITS.queryTimeoutMs < OUTAGE_MIN_MS,
  'one sign of life that is lost is no outage',
)
assert(
  LIMITS.shownFreshMs < LIMITS.shownStaleMs && LIMITS.shownPatienceMs < LIMITS.queryTimeoutMs,
  'what is shown outlives its freshness, and does not wait for a database that hangs',
)
assert(
  LIMITS.skuInboxMax <= LIMITS.nodeInboxMax,
  'one SKU cannot be promised more room than the node has',
)
assert(
  LIMITS.skuLoadsMax <= LIMITS.recoveryConnectionsMax,
  'a SKU that may load does not wait for a connection',
)
assert(
  LIMITS.skuIdleMs > LIMITS.commandTimeoutMs + LIMITS.skuSweepPeriodMs,
  'a SKU does not leave memory while somebody still waits for its answer',
)
assert(
  LIMITS.snapshotPatienceMs + LIMITS.queryTimeoutMs < LIMITS.commandTimeoutMs,
  'who waits for a SKU to load hears of a database that hangs',
)
assert(
  LIMITS.snapshotRule.entriesBeforeEvictionMin <= LIMITS.snapshotRule.entriesMin &&
    LIMITS.snapshotRule.entriesMin <= LIMITS.checkpointRule.entriesMin,
  'a snapshot is never further behind than a checkpoint',
)
assert(
  LIMITS.commandsPerAppendMax <= LIMITS.entriesPerStatementMax,
  'the batch of one SKU fits into a statement',
)
assert(LIMITS.traceBatchMax <= LIMITS.traceQueueMax, 'what is sent at once has room in the queue')
assert(
  LIMITS.drainCheckoutsMs + LIMITS.traceExportTimeoutMs < LIMITS.closeShopMs,
  'the last traces are sent before the time for closing is over',
)
assert(
  LIMITS.drainRequestsMs + LIMITS.closeShopMs < 10_000,
  'a process that is told to stop is gone in ten seconds',
)
