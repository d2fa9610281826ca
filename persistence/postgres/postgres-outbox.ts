// The outbox in Postgres. Rows are written by the journal; here they are taken and marked.

import type { OrderId, UserId } from '../../actors/domain/ids.ts'
import type { Outbox } from '../../actors/ports/outbox.ts'
import type { Pool } from './connect.ts'
import { loadSql } from './load-sql.ts'
import { runStatement } from './run-statement.ts'

interface OutboxRow {
  id: number
  order_id: OrderId
  user_id: UserId
  topic: string
  payload: Record<string, unknown>
  attempts: number
}

/** Long enough to tell a batch; an event whose teller died is taken again after it. */
const CLAIM_SECONDS = 30

export function postgresOutbox(pool: Pool): Outbox {
  const claimOutbox = loadSql('claim_outbox')
  const markOutboxTold = loadSql('mark_outbox_told')
  const putOffOutbox = loadSql('put_off_outbox')
  return {
    async claim(limit) {
      const rows = await runStatement<OutboxRow>(pool, claimOutbox, [limit, CLAIM_SECONDS])
      return rows
        .map(({ order_id: orderId, user_id: userId, ...rest }) => ({ ...rest, orderId, userId }))
        .sort((a, b) => a.id - b.id)
    },
    async markTold(ids) {
      await runStatement(pool, markOutboxTold, [ids])
    },
    async putOff(id, afterMs) {
      await runStatement(pool, putOffOutbox, [id, afterMs])
    },
  }
}
