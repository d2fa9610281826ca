// The close look into Postgres. Each part is read by itself, so what a sale changes meanwhile may
// differ by a moment; nothing is locked.

import type { CheckoutId, HoldId, Sku, UserId } from '../../actors/domain/ids.ts'
import { effectiveExpiryMs, type Outage } from '../../actors/domain/outages.ts'
import type { CloseLook, HoldLook, OpenHoldLook } from '../../actors/ports/close-look.ts'
import type { Pool } from './connect.ts'
import { loadSql } from './load-sql.ts'
import { postgresCatalogue } from './postgres-catalogue.ts'
import { postgresCheckoutJournal } from './postgres-checkout-journal.ts'
import { postgresLedger } from './postgres-ledger.ts'
import { postgresReadModels } from './postgres-read-models.ts'
import { runStatement } from './run-statement.ts'

interface OpenHoldRow {
  hold_id: HoldId
  checkout_id: CheckoutId
  buyer: UserId
  quantity: number
  expires_at_ms: number
  taken_at_ms: number
  pinned: boolean
}

interface HoldRow {
  sku: Sku
  hold_id: HoldId
  ended: 'commit' | 'release' | 'expire' | null
  since_ms: number | null
}

interface OutageRow {
  began_at_ms: number
  ended_at_ms: number
}

interface CheckpointRow {
  seq: number
  saved_at_ms: number
}

interface PlanRow {
  claim_owner: string | null
  next_run_at_ms: number | null
  now_ms: number
}

const STATE_OF_END = { commit: 'committed', release: 'released', expire: 'expired' } as const

export function postgresCloseLook(pool: Pool): CloseLook {
  const lookAtOpenHolds = loadSql('look_at_open_holds')
  const lookAtHolds = loadSql('look_at_holds')
  const lookAtPlan = loadSql('look_at_plan')
  const lookAtCheckpoint = loadSql('look_at_checkpoint')
  const lookAtOutages = loadSql('audit_outages')
  const catalogue = postgresCatalogue(pool)
  const ledger = postgresLedger(pool, pool, pool)
  const reads = postgresReadModels(pool)
  // Nobody's journal: it is only read from.
  const journal = postgresCheckoutJournal(pool, pool, { owner: 'nobody', batchMax: 1 })

  const outagesSoFar = async (): Promise<Outage[]> =>
    (await runStatement<OutageRow>(pool, lookAtOutages, [])).map((row) => {
      return { beganAtMs: row.began_at_ms, endedAtMs: row.ended_at_ms }
    })

  return {
    async sku(sku, limit) {
      const [products, nowMs, lastEntries, holds, outages, [checkpoint]] = await Promise.all([
        catalogue.bySkus([sku]),
        ledger.nowMs(),
        reads.ledgerTail(sku, limit),
        runStatement<OpenHoldRow>(pool, lookAtOpenHolds, [sku, limit]),
        outagesSoFar(),
        runStatement<CheckpointRow>(pool, lookAtCheckpoint, [sku]),
      ])
      const product = products.get(sku) ?? null
      const [head] = lastEntries
      if (product === null && head === undefined) return null
      return {
        nowMs,
        product,
        balances: head ?? null,
        entries: head?.seq ?? 0,
        checkpoint: checkpoint ? { seq: checkpoint.seq, savedAtMs: checkpoint.saved_at_ms } : null,
        openHolds: holds.map((row) => openHoldOfRow(row, outages)),
        lastEntries,
      }
    },
    async checkout(id) {
      const [checkout, [plan]] = await Promise.all([
        journal.load(id),
        runStatement<PlanRow>(pool, lookAtPlan, [id]),
      ])
      if (checkout === null || plan === undefined) return null
      const { lines, orderId, userId } = checkout
      const [holds, order, outages] = await Promise.all([
        runStatement<HoldRow>(pool, lookAtHolds, [
          lines.map(({ sku }) => sku),
          lines.map(({ holdId }) => holdId),
        ]),
        orderId === null ? null : reads.order(orderId, userId),
        outagesSoFar(),
      ])
      return {
        nowMs: plan.now_ms,
        checkout,
        outages,
        nextRunAtMs: plan.next_run_at_ms,
        claimOwner: plan.claim_owner,
        holds: holds.map(holdOfRow),
        order,
      }
    },
  }
}

function openHoldOfRow(row: OpenHoldRow, outages: readonly Outage[]): OpenHoldLook {
  const times = { takenAtMs: row.taken_at_ms, expiresAtMs: row.expires_at_ms }
  return {
    holdId: row.hold_id,
    checkoutId: row.checkout_id,
    buyer: row.buyer,
    quantity: row.quantity,
    expiresAtMs: effectiveExpiryMs(times, outages),
    pinned: row.pinned,
  }
}

function holdOfRow(row: HoldRow): HoldLook {
  const taken = row.since_ms === null ? ('missing' as const) : ('held' as const)
  return {
    sku: row.sku,
    holdId: row.hold_id,
    state: row.ended === null ? taken : STATE_OF_END[row.ended],
    sinceMs: row.since_ms,
  }
}
