// The rates as a Markdown table for people and as JSON for programs.

import { arch, cpus, platform } from 'node:os'
import type { Histogram } from 'hdr-histogram-js'
import { counted } from '../report/progress-bar.ts'
import type { Measured } from './measurement.ts'
import type { Operation } from './operations.ts'
import type { RatesOptions } from './rates-options.ts'

export interface RateRow {
  readonly operation: Operation
  readonly skus: number
  readonly perSecond: { readonly median: number; readonly lowest: number; readonly highest: number }
  readonly latencyMs: { readonly p50: number; readonly p99: number }
  /** Of the service alone, without its database; null where the system does not tell. */
  readonly processorMicrosPerOperation: number | null
  readonly operations: number
}

export function rateRow(
  operation: Operation,
  skus: number,
  rounds: readonly Measured[],
  latency: Histogram,
): RateRow {
  const rates = rounds.map(({ operations, seconds }) => operations / seconds)
  const sorted = rates.toSorted((a, b) => a - b)
  const operations = rounds.reduce((sum, round) => sum + round.operations, 0)
  const spent = rounds.reduce<number | null>(
    (sum, { processorMs }) => (sum === null || processorMs === null ? null : sum + processorMs),
    0,
  )
  return {
    operation,
    skus,
    perSecond: {
      median: medianOf(sorted),
      lowest: sorted[0] ?? 0,
      highest: sorted.at(-1) ?? 0,
    },
    latencyMs: {
      p50: latency.getValueAtPercentile(50) / 1_000,
      p99: latency.getValueAtPercentile(99) / 1_000,
    },
    processorMicrosPerOperation: spent === null ? null : (spent * 1_000) / operations,
    operations,
  }
}

function medianOf(sorted: readonly number[]): number {
  const above = sorted[Math.floor(sorted.length / 2)] ?? 0
  const below = sorted[Math.ceil(sorted.length / 2) - 1] ?? 0
  return (above + below) / 2
}

/** What the figures depend on, in one line; `loadBefore` is what else the machine had to do. */
export function environmentLine(
  storage: string,
  options: RatesOptions,
  loadBefore: number,
): string {
  const [first] = cpus()
  const { connections, rounds, seconds } = options
  return [
    `${cpus().length} x ${first?.model.trim() ?? 'unknown processor'}`,
    `${platform()} ${arch()}, Node ${process.versions.node}`,
    `${storage}, fsync on`,
    'service, database, simulator and load on this one machine',
    `load average before the run ${loadBefore.toFixed(1)}`,
    `${connections} connections, ${rounds} rounds of ${seconds} s`,
  ].join('; ')
}

export function ratesTable(rows: readonly RateRow[], environment: string): string {
  const lines = rows.map(({ operation, skus, perSecond, latencyMs, ...row }) => {
    const { median, lowest, highest } = perSecond
    const cost = row.processorMicrosPerOperation
    return cells([
      operation,
      counted(skus),
      counted(Math.round(median)),
      `${counted(Math.round(lowest))} to ${counted(Math.round(highest))}`,
      latencyMs.p50.toFixed(1),
      latencyMs.p99.toFixed(1),
      cost === null ? '' : `${counted(Math.round(cost))} µs`,
    ])
  })
  const head = ['operation', 'SKUs', 'per second', 'range', 'p50 ms', 'p99 ms', 'processor']
  const rule = ['---', '---:', '---:', '---:', '---:', '---:', '---:']
  return [cells(head), cells(rule), ...lines, '', environment].join('\n')
}

const BEGIN = '<!-- rates: begin -->'
const END = '<!-- rates: end -->'

/** The text with the table between its two marks; throws when it has none. */
export function withTable(text: string, table: string): string {
  const begin = text.indexOf(BEGIN)
  const end = text.indexOf(END, begin)
  if (begin < 0 || end < 0)
    throw new Error(`there are no marks ${BEGIN} and ${END} to write between`)
  return `${text.slice(0, begin + BEGIN.length)}\n${table}\n${text.slice(end)}`
}

function cells(values: readonly string[]): string {
  return `| ${values.join(' | ')} |`
}
