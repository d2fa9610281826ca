// The audit: reads everything once, from one moment, and says which promises of docs/INVARIANTS.md
// the stored facts keep. It may run while the shop sells: what is on its way is told apart from
// what is wrong by the state of its checkout (judge-holds.ts, audit-orders.ts, audit-gateway.ts).

import { type CheckoutState, isAtRest } from '../../actors/domain/checkout.ts'
import type { AuditOverview, AuditSource } from '../../actors/ports/audit-source.ts'
import { auditCheckouts } from './audit-checkouts.ts'
import { auditCommands } from './audit-commands.ts'
import { compareWithGateway } from './audit-gateway.ts'
import { auditLedger } from './audit-ledger.ts'
import { auditOrders } from './audit-orders.ts'
import type { GatewayBooks } from './gateway-books.ts'
import type { AuditReport } from './report.ts'
import { emptyTally, type Tally } from './tally.ts'

const REPEATED_MAX = 1_000

export interface AuditProgress {
  readonly stage: 'ledger' | 'orders'
  readonly done: number
  /** About how many there are; null when nobody knows. */
  readonly total: number | null
  readonly perSecond: number
}

export interface AuditInput {
  readonly source: AuditSource
  /** null when the gateway does not show its books: what only they can show is skipped. */
  readonly books: GatewayBooks | null
  readonly onProgress: (progress: AuditProgress) => void
}

/** Throws RetryLater when storage or the gateway's books do not answer. */
export async function runAudit({ source, books, onProgress }: AuditInput): Promise<AuditReport> {
  const startedAt = new Date().toISOString()
  const startedMs = performance.now()
  const tally = emptyTally()
  tally.skip('I7', 'refusals are not stored; the tests of the SKU actor show it')
  if (books === null) skipGateway(tally)

  const { overview, comparison } = await source.read(async (view) => {
    const overview = await view.overview()
    // The moment of the view is fixed now: whatever the books lack from here on, we lack as well.
    const comparison = books === null ? null : compareWithGateway(await books.read(), tally)
    const ledger = counter('ledger', overview.entriesEstimate, onProgress)
    await auditLedger(view, overview.takenAtMs, tally, ledger.add)
    ledger.end()
    await auditCommands(view, tally)
    await auditCheckouts(view, tally)
    const orders = counter('orders', null, onProgress)
    await auditOrders(view, tally, (order) => {
      comparison?.see(order)
      orders.add(1)
    })
    orders.end()
    tally.looked('P7', overview.webhooks)
    for (const { of, id, times } of await view.repeatedWebhooks(REPEATED_MAX)) {
      tally.violated('P7', `${of} event ${id} is stored ${times} times`)
    }
    return { overview, comparison }
  })
  await comparison?.finish(source)

  const checks = tally.results()
  return {
    ok: checks.every(({ violations }) => violations === 0),
    checks,
    startedAt,
    tookMs: Math.round(performance.now() - startedMs),
    quiet: isQuiet(overview),
  }
}

function skipGateway(tally: Tally): void {
  const why =
    "the gateway's own books cannot be read: a real gateway shows them to nobody; a simulator's " +
    'are found by the HOLDFAST_DATA of its service, or by STRIPE_API_URL'
  tally.skip('P6', why)
  tally.skip('O4', why)
  for (const check of ['P1', 'P5', 'P8'] as const) tally.limit(check, `by our books alone: ${why}`)
}

function isQuiet({ checkoutsByState }: AuditOverview): boolean {
  const states = Object.keys(checkoutsByState) as CheckoutState[]
  return states.every((state) => isAtRest(state))
}

// The terminal is told twice a second at most, at the first page and at the end of a stage.
const PROGRESS_EVERY_MS = 500

function counter(
  stage: AuditProgress['stage'],
  total: number | null,
  onProgress: AuditInput['onProgress'],
): { add(count: number): void; end(): void } {
  const sinceMs = performance.now()
  let toldMs = Number.NEGATIVE_INFINITY
  let done = 0
  function tell(): void {
    toldMs = performance.now()
    const seconds = Math.max(toldMs - sinceMs, 1) / 1_000
    onProgress({ stage, done, total, perSecond: Math.round(done / seconds) })
  }
  return {
    add(count) {
      done += count
      if (performance.now() - toldMs >= PROGRESS_EVERY_MS) tell()
    },
    end: tell,
  }
}
