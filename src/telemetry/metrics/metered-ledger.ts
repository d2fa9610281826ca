// Counts what the ledger does: its statements, what waits for them, and the facts they made
// durable. One statement serves many sales, so counting here costs a sale next to nothing.

import { RetryLater } from '../../../actors/domain/failures.ts'
import { ENTRY_KINDS, type EntryKind } from '../../../actors/domain/ledger-entry.ts'
import type { AppendOutcome, Ledger, SkuAppend } from '../../../actors/ports/ledger.ts'
import type { Meters } from './meters.ts'
import type { FlushError } from './metric-table.ts'
import { secondsSince } from './seconds-since.ts'

/** The part of a ledger's store that writes: one outcome per append, in order. */
export interface Appending {
  appendMany(appends: readonly SkuAppend[]): Promise<AppendOutcome[]>
}

/** Around the statements themselves. */
export function meteredLedgerStore<Store extends Appending>(store: Store, meters: Meters): Store {
  async function appendMany(appends: readonly SkuAppend[]): Promise<AppendOutcome[]> {
    const startedMs = performance.now()
    try {
      const outcomes = await store.appendMany(appends)
      const written = appends.filter((_, index) => outcomes[index]?.kind === 'committed')
      countEntries(written, meters)
      return outcomes
    } catch (error) {
      meters.count('checkout_ledger_flush_errors_total', { reason: reasonOf(error) })
      throw error
    } finally {
      meters.observe('checkout_ledger_flush_duration_seconds', secondsSince(startedMs))
      meters.observe('checkout_ledger_flush_batch_rows', rowsOf(appends))
    }
  }
  return { ...store, appendMany }
}

/** Around the appends of single SKUs, which wait for a statement together. */
export function meteredLedger(ledger: Ledger, meters: Meters): Ledger {
  async function append(asked: SkuAppend): Promise<AppendOutcome> {
    const startedMs = performance.now()
    const outcome = await ledger.append(asked)
    meters.observe('checkout_ledger_lag_seconds', secondsSince(startedMs))
    if (outcome.kind === 'refused') {
      const { refusal } = outcome
      meters.count('checkout_ledger_refusals_total', { refusal })
      if (refusal === 'stale_epoch') meters.count('checkout_fenced_writes_total')
    }
    return outcome
  }
  return { ...ledger, append }
}

function countEntries(appends: readonly SkuAppend[], meters: Meters): void {
  const counts = new Map<EntryKind, number>()
  let unitsSold = 0
  for (const { entries } of appends) {
    for (const { kind, quantity } of entries) {
      counts.set(kind, (counts.get(kind) ?? 0) + 1)
      if (kind === 'commit') unitsSold += quantity
    }
  }
  for (const kind of ENTRY_KINDS) {
    const count = counts.get(kind)
    if (count !== undefined) meters.count('checkout_ledger_entries_total', { kind }, count)
  }
  meters.count('checkout_holds_expired_total', {}, counts.get('expire') ?? 0)
  meters.count('checkout_units_sold_total', {}, unitsSold)
}

function rowsOf(appends: readonly SkuAppend[]): number {
  return appends.reduce((rows, { entries }) => rows + entries.length, 0)
}

/** A batch that broke a constraint is halved and sent again; anything else is no conflict. */
function reasonOf(error: unknown): FlushError {
  if (error instanceof RetryLater) return 'unavailable'
  return error instanceof Error && error.name === 'BatchConflict' ? 'conflict' : 'bug'
}
