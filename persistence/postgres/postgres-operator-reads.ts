// What operators look at, read on the connections of pages.

import { Bug } from '../../actors/domain/failures.ts'
import type { CheckoutId, HoldId } from '../../actors/domain/ids.ts'
import type { OperatorReads, UnderWayKey } from '../../actors/ports/operator-reads.ts'
import { type CheckoutRow, checkoutOfRow } from './checkout-row.ts'
import type { Pool } from './connect.ts'
import { loadSql } from './load-sql.ts'
import { runStatement } from './run-statement.ts'

interface UnderWayRow extends CheckoutRow {
  next_run_at: Date | null
  next_run_at_us: string
  claim_owner: string | null
}

interface HoldRow {
  hold_id: HoldId
  checkout_id: CheckoutId | null
  buyer: string | null
  quantity: number
  pinned: boolean
  taken_at_ms: number
  expires_at_ms: number | null
}

export function postgresOperatorReads(pool: Pool): OperatorReads {
  const listUnderWay = loadSql('list_checkouts_under_way')
  const listOpenHolds = loadSql('list_open_holds')

  return {
    async checkoutsUnderWay({ state, after, limit }) {
      // One more than asked for tells whether there is another page.
      const values = [state, after?.nextRunAtUs ?? null, after?.id ?? null, limit + 1]
      const rows = await runStatement<UnderWayRow>(pool, listUnderWay, values)
      const shown = rows.slice(0, limit)
      const checkouts = shown.map((row) => {
        if (row.next_run_at === null) throw new Bug(`${row.id} is at rest, and was listed`)
        const nextRunAtMs = row.next_run_at.getTime()
        return { checkout: checkoutOfRow(row), nextRunAtMs, owner: row.claim_owner }
      })
      return { checkouts, nextAfter: rows.length > limit ? keyOf(shown.at(-1)) : null }
    },
    async openHolds(sku, { after, limit }) {
      const rows = await runStatement<HoldRow>(pool, listOpenHolds, [sku, after ?? '', limit + 1])
      const holds = rows.slice(0, limit).map((row) => ({
        holdId: row.hold_id,
        checkoutId: row.checkout_id,
        buyer: row.buyer,
        quantity: row.quantity,
        takenAtMs: row.taken_at_ms,
        expiresAtMs: row.expires_at_ms,
        pinned: row.pinned,
      }))
      return { holds, nextAfter: rows.length > limit ? (holds.at(-1)?.holdId ?? null) : null }
    },
  }
}

function keyOf(row: UnderWayRow | undefined): UnderWayKey | null {
  return row === undefined ? null : { nextRunAtUs: row.next_run_at_us, id: row.id }
}
