// What the replay found, as a person reads it at the end.

import { counted, duration } from '../report/progress-bar.ts'
import { type ReportRow, reportTable } from '../report/table.ts'
import type { AuditReport } from '../stage/run-audit.ts'
import type { Difference } from './compare-books.ts'
import type { Disturbed } from './disturb.ts'
import { CURRENCY, type ExpectedBooks } from './expected-books.ts'
import { type InvoiceFile, SKIP_REASONS, type SkipReason } from './invoice-file.ts'
import type { ReplayOutcome } from './replay-invoices.ts'

const DIFFERENCES_SHOWN = 20

const SKIP_WORDS: Readonly<Record<SkipReason, string>> = {
  cancellation: 'cancellations',
  quantity_not_positive: 'quantity not positive',
  price_not_positive: 'price not positive',
  sku_not_sellable: 'stock code is no SKU',
  price_below_a_penny: 'price below a penny',
}

export interface ReplayFindings {
  readonly file: InvoiceFile
  readonly expected: ExpectedBooks
  readonly outcome: ReplayOutcome
  readonly retries: number
  readonly audit: AuditReport | null
  readonly differences: readonly Difference[]
}

export function replayReport(findings: ReplayFindings): string {
  const { expected, outcome, audit, differences } = findings
  const bought = outcome.checkouts.size
  const lines = expected.orders.reduce((sum, order) => sum + order.lines.length, 0)
  const perSecond = (count: number): string => (count / outcome.seconds).toFixed(1)
  const sales: ReportRow[] = [
    ['invoices bought', counted(bought), `of ${counted(expected.orders.length)}`],
    ['lines', counted(lines), 'lines of one SKU merged'],
    ['units', counted(expected.units), `of ${counted(expected.catalogue.size)} SKUs`],
    ['revenue', pounds(expected.revenuePence), `${CURRENCY}, by the file`],
  ]
  const speed: ReportRow[] = [
    ['took', duration(outcome.seconds)],
    ['invoices per second', perSecond(bought)],
    ['lines per second', perSecond(lines)],
    ['pay p50', milliseconds(outcome.payLatency.getValueAtPercentile(50)), 'ms'],
    ['pay p99', milliseconds(outcome.payLatency.getValueAtPercentile(99)), 'ms'],
    ['pay worst', milliseconds(outcome.payLatency.maxValue), 'ms'],
    ['requests asked again', counted(findings.retries)],
    ['carts filled again', counted(outcome.refills), 'lost with a killed service'],
  ]
  const violations = audit?.checks.reduce((sum, check) => sum + check.violations, 0) ?? 0
  const verdict: ReportRow[] = [
    audit === null
      ? ['audit', 'not run']
      : ['audit violations', counted(violations), checksMade(audit)],
    ['differences', counted(differences.length)],
  ]
  return reportTable('Replay', [sales, skippedRows(findings.file), speed, verdict])
}

/** Each kill on a line of its own, and how long the service was away. */
export function disturbanceList(disturbed: readonly Disturbed[]): string {
  const rows = disturbed.map((each, at): ReportRow => {
    const { afterInvoices, flushed, killedPids, readyAfterMs } = each
    const remarks = [
      `invoice ${counted(afterInvoices)}`,
      killedPids.length > 1 ? 'killed again while it started' : '',
      flushed ? 'Redis flushed' : '',
    ]
    const remark = remarks.filter((words) => words !== '').join(', ')
    return [`kill ${at + 1}`, duration(readyAfterMs / 1000), remark]
  })
  const times = disturbed.map(({ readyAfterMs }) => readyAfterMs).toSorted((a, b) => a - b)
  const median = times[Math.floor(times.length / 2)] ?? 0
  const worst = times.at(-1) ?? 0
  const sum: ReportRow[] = [
    ['median', duration(median / 1000)],
    ['worst', duration(worst / 1000)],
  ]
  return reportTable('Kills: time from SIGKILL until ready again', [rows, sum])
}

/** The first differences, one a line; empty when there are none. */
export function differenceList(differences: readonly Difference[]): string {
  const shown = differences.slice(0, DIFFERENCES_SHOWN).map((each) => {
    return `  ${each.kind}  ${each.of}: expected ${each.expected}, found ${each.found}`
  })
  const more = differences.length - shown.length
  if (more > 0) shown.push(`  and ${counted(more)} more`)
  return shown.join('\n')
}

export function pounds(pence: number): string {
  return (pence / 100).toLocaleString('en-GB', {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  })
}

function checksMade(audit: AuditReport): string {
  const skipped = audit.checks.filter((check) => check.skipped !== undefined)
  const made = `in ${audit.checks.length - skipped.length} checks`
  return skipped.length === 0 ? made : `${made}, skipped: ${skipped.map(({ id }) => id).join(', ')}`
}

function skippedRows(file: InvoiceFile): ReportRow[] {
  return [
    ['lines read', counted(file.linesRead)],
    ...SKIP_REASONS.map((reason): ReportRow => {
      return [`left out: ${SKIP_WORDS[reason]}`, counted(file.skipped[reason])]
    }),
  ]
}

function milliseconds(microseconds: number): string {
  return (microseconds / 1000).toFixed(1)
}
