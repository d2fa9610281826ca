// Reads Postgres for an audit: one read-only REPEATABLE READ transaction, so that every page shows
// the same moment however long the reading takes, and writers are never waited for.

import type { CheckoutId, HoldId, OrderId, Sku } from '../../actors/domain/ids.ts'
import type { EntryKind } from '../../actors/domain/ledger-entry.ts'
import {
  type AuditedCheckout,
  type AuditedCheckpoint,
  type AuditedOrder,
  type AuditedShard,
  type AuditOverview,
  type AuditSource,
  type AuditView,
  commandKeyOf,
  type HoldFacts,
  holdKeyOf,
  type Repeated,
  type StockAnswer,
  type UnitsOrdered,
} from '../../actors/ports/audit-source.ts'
import { type Client, failureOf, type Pool } from './connect.ts'
import { loadSql, type Statement } from './load-sql.ts'
import { entryOfRow } from './postgres-ledger.ts'

const ENTRIES_A_PAGE = 5_000
const ROWS_A_PAGE = 500
// Each may be megabytes.
const CHECKPOINTS_A_PAGE = 8
const SKUS_A_FETCH = 2_000

const STATEMENTS = {
  overview: loadSql('audit_overview'),
  shards: loadSql('audit_shards'),
  outages: loadSql('audit_outages'),
  entries: loadSql('audit_entries'),
  checkpoints: loadSql('audit_checkpoints'),
  repeatedCommands: loadSql('audit_repeated_commands'),
  stockAnswers: loadSql('audit_stock_answers'),
  commands: loadSql('audit_commands'),
  repeatedHolds: loadSql('audit_repeated_holds'),
  repeatedWebhooks: loadSql('audit_repeated_webhooks'),
  unfoundedConfirmations: loadSql('audit_unfounded_confirmations'),
  unitsOrdered: loadSql('audit_units_ordered'),
  orders: loadSql('audit_orders'),
  underWay: loadSql('audit_checkouts_under_way'),
  checkoutsById: loadSql('audit_checkouts_by_id'),
  holds: loadSql('audit_holds'),
}

type EntryRow = Parameters<typeof entryOfRow>[0]

interface OverviewRow {
  taken_at_ms: number
  entries_estimate: number
  webhooks: number
  checkouts_by_state: AuditOverview['checkoutsByState']
}

interface CheckoutRow {
  id: CheckoutId
  state: AuditedCheckout['state']
  version: number
  total_amount: number
  key_revision: number
  lines: AuditedCheckout['lines'] | null
  said_order_id: OrderId | null
  order_id: OrderId | null
  order_lines: AuditedCheckout['lines'] | null
}

interface OrderRow {
  id: OrderId
  user_id: string
  checkout_id: CheckoutId
  status: AuditedOrder['status']
  payment_status: AuditedOrder['paymentStatus']
  intent_id: string | null
  currency: string
  total_amount: number
  captured_amount: number
  refunded_amount: number
  confirmed: boolean
  orders_of_checkout: number
  confirmations: AuditedOrder['confirmations']
  checkout: AuditedOrder['checkout']
  lines: AuditedOrder['lines']
  sub_orders: AuditedOrder['subOrders']
  attempts: AuditedOrder['attempts']
}

interface HoldRow {
  sku: Sku
  hold_id: HoldId
  kind: EntryKind
  quantity: number
}

interface CommandRow {
  sku: Sku
  command_id: string
}

/** Takes one connection of `pool` for as long as a view is open. */
export function postgresAuditSource(pool: Pool): AuditSource {
  return {
    async read(work) {
      const client = await answered(pool.connect())
      let broken = true
      try {
        await answered(client.query('begin isolation level repeatable read read only'))
        const result = await work(viewOf(client))
        await answered(client.query('commit'))
        broken = false
        return result
      } finally {
        // A connection whose transaction did not end well is thrown away, and its cursor with it.
        client.release(broken)
      }
    },
  }
}

async function answered<Answer>(asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked
  } catch (error) {
    throw failureOf(error, 'journal_unavailable')
  }
}

function viewOf(client: Client): AuditView {
  async function rows<Row extends object>(statement: Statement, values: unknown[]): Promise<Row[]> {
    return (await answered(client.query<Row>({ ...statement, values }))).rows
  }

  /** Pages by key: each goes on after the last row of the one before. */
  async function* pages<Row extends object>(
    statement: Statement,
    first: readonly unknown[],
    keyOf: (row: Row) => readonly unknown[],
    limit: number,
  ): AsyncGenerator<Row[]> {
    let after = first
    for (;;) {
      const page = await rows<Row>(statement, [...after, limit])
      const last = page.at(-1)
      if (last === undefined) return
      yield page
      if (page.length < limit) return
      after = keyOf(last)
    }
  }

  async function checkouts(ids: readonly CheckoutId[]): Promise<AuditedCheckout[]> {
    return (await rows<CheckoutRow>(STATEMENTS.checkoutsById, [ids])).map(checkoutOfRow)
  }

  return {
    async overview() {
      const [row] = await rows<OverviewRow>(STATEMENTS.overview, [])
      return overviewOf(row)
    },
    async shards() {
      type Row = { id: number; epoch: number; alive_at_ms: number | null }
      const shards = await rows<Row>(STATEMENTS.shards, [])
      return new Map<number, AuditedShard>(
        shards.map(({ id, epoch, alive_at_ms }) => [id, { epoch, aliveAtMs: alive_at_ms }]),
      )
    },
    async outages() {
      type Row = { began_at_ms: number; ended_at_ms: number }
      const outages = await rows<Row>(STATEMENTS.outages, [])
      return outages.map(({ began_at_ms, ended_at_ms }) => {
        return { beganAtMs: began_at_ms, endedAtMs: ended_at_ms }
      })
    },
    async *entries() {
      const keyOf = ({ sku, seq }: EntryRow) => [sku, seq]
      type Row = EntryRow & { shard: number }
      for await (const page of pages<Row>(STATEMENTS.entries, ['', 0], keyOf, ENTRIES_A_PAGE)) {
        yield page.map((row) => ({ ...entryOfRow(row), shard: row.shard }))
      }
    },
    checkpoints() {
      const keyOf = ({ sku }: AuditedCheckpoint) => [sku]
      const { checkpoints } = STATEMENTS
      return pages<AuditedCheckpoint>(checkpoints, [''], keyOf, CHECKPOINTS_A_PAGE)
    },
    repeatedCommands: (limit) => rows<Repeated>(STATEMENTS.repeatedCommands, [limit]),
    stockAnswers() {
      const keyOf = ({ caller, key }: StockAnswer) => [caller, key]
      return pages<StockAnswer>(STATEMENTS.stockAnswers, ['', ''], keyOf, ROWS_A_PAGE)
    },
    async commands(keys) {
      const values = [keys.map(({ sku }) => sku), keys.map(({ commandId }) => commandId)]
      const found = await rows<CommandRow>(STATEMENTS.commands, values)
      return new Set(
        found.map(({ sku, command_id: commandId }) => commandKeyOf({ sku, commandId })),
      )
    },
    repeatedHolds: (limit) => rows<Repeated>(STATEMENTS.repeatedHolds, [limit]),
    repeatedWebhooks: (limit) => rows<Repeated>(STATEMENTS.repeatedWebhooks, [limit]),
    async unfoundedConfirmations(limit) {
      const found = await rows<{ order_id: string }>(STATEMENTS.unfoundedConfirmations, [limit])
      return found.map(({ order_id }) => order_id)
    },
    async *unitsOrdered() {
      await answered(client.query(STATEMENTS.unitsOrdered))
      for (;;) {
        const fetch = `fetch forward ${SKUS_A_FETCH} from audit_units_ordered`
        const { rows: page } = await answered(client.query<UnitsOrdered>(fetch))
        if (page.length === 0) break
        yield page
      }
      await answered(client.query('close audit_units_ordered'))
    },
    async *orders() {
      const keyOf = ({ id }: OrderRow) => [id]
      for await (const page of pages<OrderRow>(STATEMENTS.orders, [''], keyOf, ROWS_A_PAGE)) {
        yield page.map(orderOfRow)
      }
    },
    async *checkoutsUnderWay() {
      const keyOf = ({ id }: { id: CheckoutId }) => [id]
      type Row = { id: CheckoutId }
      for await (const page of pages<Row>(STATEMENTS.underWay, [''], keyOf, ROWS_A_PAGE)) {
        yield await checkouts(page.map(({ id }) => id))
      }
    },
    async checkoutsById(ids) {
      return new Map((await checkouts(ids)).map((checkout) => [checkout.id, checkout]))
    },
    async holds(keys) {
      const values = [keys.map(({ sku }) => sku), keys.map(({ holdId }) => holdId)]
      return holdsOfRows(await rows<HoldRow>(STATEMENTS.holds, values))
    },
  }
}

function overviewOf(row: OverviewRow | undefined): AuditOverview {
  if (row === undefined) throw new Error('the database did not say what there is to audit')
  return {
    takenAtMs: row.taken_at_ms,
    entriesEstimate: row.entries_estimate < 0 ? null : row.entries_estimate,
    checkoutsByState: row.checkouts_by_state,
    webhooks: row.webhooks,
  }
}

function holdsOfRows(rows: readonly HoldRow[]): Map<string, HoldFacts> {
  const holds = new Map<string, { reserved: boolean; ends: HoldFacts['ends'] }>()
  for (const { sku, hold_id, kind, quantity } of rows) {
    const key = holdKeyOf({ sku, holdId: hold_id })
    const { reserved, ends } = holds.get(key) ?? { reserved: false, ends: [] }
    if (kind === 'reserve') holds.set(key, { reserved: true, ends })
    else holds.set(key, { reserved, ends: [...ends, { kind, quantity }] })
  }
  return holds
}

function checkoutOfRow(row: CheckoutRow): AuditedCheckout {
  return {
    id: row.id,
    state: row.state,
    version: row.version,
    totalAmount: row.total_amount,
    lines: row.lines ?? [],
    keyRevision: row.key_revision,
    saidOrderId: row.said_order_id,
    orderId: row.order_id,
    orderLines: row.order_lines ?? [],
  }
}

function orderOfRow(row: OrderRow): AuditedOrder {
  return {
    id: row.id,
    userId: row.user_id,
    checkoutId: row.checkout_id,
    status: row.status,
    paymentStatus: row.payment_status,
    intentId: row.intent_id,
    currency: row.currency,
    totalAmount: row.total_amount,
    capturedAmount: row.captured_amount,
    refundedAmount: row.refunded_amount,
    confirmed: row.confirmed,
    ordersOfCheckout: row.orders_of_checkout,
    confirmations: row.confirmations,
    checkout: row.checkout,
    lines: row.lines,
    subOrders: row.sub_orders,
    attempts: row.attempts,
  }
}
