// The ledger in Postgres. Appends go through one connection, one statement at a time; histories
// are read through a pool of their own: loading a cold SKU and a sale never wait for each other.

import { RetryLater } from '../../actors/domain/failures.ts'
import type { CheckoutId, HoldId, Sku, UserId } from '../../actors/domain/ids.ts'
import type { EntryKind, LedgerEntry } from '../../actors/domain/ledger-entry.ts'
import { OUTAGE_MIN_MS, type Outage } from '../../actors/domain/outages.ts'
import {
  type AppendOutcome,
  OUTAGES_TOLD_MAX,
  type ShardTable,
  type SkuAppend,
} from '../../actors/ports/ledger.ts'
import { BatchConflict, type LedgerStore } from '../ledger-with-group-commit.ts'
import { failureOf, type Pool } from './connect.ts'
import { loadSql, type Statement } from './load-sql.ts'
import { runStatement } from './run-statement.ts'

export interface EntryRow {
  sku: Sku
  seq: number
  epoch: number
  kind: EntryKind
  hold_id: HoldId | null
  checkout_id: CheckoutId | null
  buyer: UserId | null
  command_id: string | null
  quantity: number
  expires_at_ms: number | null
  at_ms: number
  received: number
  available: number
  held: number
  sold: number
  prev_hash: string
  hash: string
}

interface JudgedRow {
  owned: boolean
  continued: boolean
  now_ms: number
}

interface AliveRow {
  shards: number
  now_ms: number
  /** Beginning and end of each, milliseconds. */
  outages: [number, number][]
}

export const APPEND_ENTRIES = loadSql('append_entries')

/**
 * `reader` is for what a sale asks, `recovery` for histories. `append` is another statement only
 * where a test composes a mutant.
 */
export function postgresLedger(
  writer: Pool,
  reader: Pool,
  recovery: Pool,
  append: Statement = APPEND_ENTRIES,
): LedgerStore {
  const entriesAfter = loadSql('entries_after')
  const lookUpEntries = loadSql('look_up_entries')
  const unitsSold = loadSql('units_sold')
  const ledgerNow = loadSql('ledger_now')

  const read = <Row extends object>(statement: Statement, values: unknown[], pool = reader) =>
    runStatement<Row>(pool, statement, values, 'ledger_unavailable')

  return {
    async appendMany(appends) {
      const values = columnsOf(appends)
      try {
        const { rows } = await writer.query<JudgedRow>({ ...append, values })
        return rows.map(outcomeOf)
      } catch (error) {
        throw conflictOf(error) ?? failureOf(error, 'ledger_unavailable')
      }
    },
    async entriesAfter(sku, afterSeq, limit) {
      const values = [sku, afterSeq, limit]
      return (await read<EntryRow>(entriesAfter, values, recovery)).map(entryOfRow)
    },
    async lookUp(sku, { holdIds, commandIds }) {
      return (await read<EntryRow>(lookUpEntries, [sku, holdIds, commandIds])).map(entryOfRow)
    },
    async unitsSold(sku, throughSeq) {
      const rows = await read<{ buyer: UserId; units: number }>(unitsSold, [sku, throughSeq])
      return new Map(rows.map(({ buyer, units }) => [buyer, units]))
    },
    async nowMs() {
      const [row] = await read<{ now_ms: number }>(ledgerNow, [])
      return row?.now_ms ?? Number.NaN
    },
  }
}

export function postgresShardTable(pool: Pool): ShardTable {
  const takeAll = loadSql('take_all_shards')
  const markAlive = loadSql('mark_shards_alive')
  const run = <Row extends object>(statement: Statement, values: unknown[]) =>
    runStatement<Row>(pool, statement, values, 'ledger_unavailable')
  return {
    async takeAll(owner) {
      const rows = await run<{ id: number; epoch: number }>(takeAll, [owner, OUTAGE_MIN_MS])
      return new Map(rows.map(({ id, epoch }) => [id, epoch]))
    },
    async markAlive(owner) {
      const values = [owner, OUTAGE_MIN_MS, OUTAGES_TOLD_MAX]
      const [row] = await run<AliveRow>(markAlive, values)
      if (row === undefined) throw new RetryLater('ledger_unavailable', 'no sign of life was heard')
      return { shards: row.shards, ledgerNowMs: row.now_ms, outages: row.outages.map(outageOf) }
    },
  }
}

function outageOf([beganAtMs, endedAtMs]: AliveRow['outages'][number]): Outage {
  return { beganAtMs, endedAtMs }
}

export function entryOfRow(row: EntryRow): LedgerEntry {
  return {
    sku: row.sku,
    seq: row.seq,
    epoch: row.epoch,
    kind: row.kind,
    holdId: row.hold_id,
    checkoutId: row.checkout_id,
    buyer: row.buyer,
    commandId: row.command_id,
    quantity: row.quantity,
    expiresAtMs: row.expires_at_ms,
    atMs: row.at_ms,
    received: row.received,
    available: row.available,
    held: row.held,
    sold: row.sold,
    prevHash: row.prev_hash,
    hash: row.hash,
  }
}

function outcomeOf(row: JudgedRow): AppendOutcome {
  if (!row.owned) {
    return { kind: 'refused', refusal: 'stale_epoch', detail: 'the shard has another owner' }
  }
  if (!row.continued) {
    return { kind: 'refused', refusal: 'stale_head', detail: 'somebody wrote after this head' }
  }
  return { kind: 'committed', ledgerNowMs: row.now_ms }
}

// Unique and check violations, and deadlocks: some SKU of the batch is at fault, none was written.
const AT_FAULT = new Set(['23505', '23514', '40P01'])

function conflictOf(error: unknown): BatchConflict | null {
  if (!(error instanceof Error)) return null
  const { code, constraint } = error as { code?: string; constraint?: string }
  if (code === undefined || !AT_FAULT.has(code)) return null
  return new BatchConflict(constraint ?? code, error)
}

function columnsOf(appends: readonly SkuAppend[]): unknown[] {
  const entries = appends.flatMap((append, index) =>
    append.entries.map((entry) => ({ entry, number: index + 1 })),
  )
  const column = (of: (entry: LedgerEntry) => unknown) => entries.map(({ entry }) => of(entry))
  return [
    appends.map(({ sku }) => sku),
    appends.map(({ headSeq }) => headSeq),
    appends.map(({ headHash }) => headHash),
    appends.map(({ shard }) => shard),
    appends.map(({ epoch }) => epoch),
    entries.map(({ number }) => number),
    column(({ seq }) => seq),
    column(({ kind }) => kind),
    column(({ holdId }) => holdId),
    column(({ checkoutId }) => checkoutId),
    column(({ buyer }) => buyer),
    column(({ commandId }) => commandId),
    column(({ quantity }) => quantity),
    column(({ expiresAtMs }) => expiresAtMs),
    column(({ atMs }) => atMs),
    column(({ received }) => received),
    column(({ available }) => available),
    column(({ held }) => held),
    column(({ sold }) => sold),
    column(({ prevHash }) => prevHash),
    column(({ hash }) => hash),
  ]
}
