// Webhooks in Postgres: stored once each, taken by one worker at a time.

import type { WebhookInbox, WebhookQueue } from '../../actors/ports/webhook-inbox.ts'
import type { Pool } from './connect.ts'
import { loadSql } from './load-sql.ts'
import { runStatement } from './run-statement.ts'

interface WebhookRow {
  event_id: string
  type: string
  intent_id: string | null
  metadata: Record<string, string>
  attempts: number
}

const CLAIM_SECONDS = 30

export function postgresWebhookInbox(pool: Pool, provider: string): WebhookInbox & WebhookQueue {
  const storeWebhook = loadSql('store_webhook')
  const claimWebhooks = loadSql('claim_webhooks')
  const markWebhookProcessed = loadSql('mark_webhook_processed')
  const putOffWebhook = loadSql('put_off_webhook')
  return {
    async store({ eventId, type, intentId, metadata }) {
      const values = [provider, eventId, type, intentId, JSON.stringify(metadata)]
      const rows = await runStatement(pool, storeWebhook, values)
      return rows.length > 0 ? 'stored' : 'seen'
    },
    async claim(limit) {
      const values = [provider, limit, CLAIM_SECONDS]
      const rows = await runStatement<WebhookRow>(pool, claimWebhooks, values)
      return rows.map(({ event_id: eventId, intent_id: intentId, ...rest }) => ({
        ...rest,
        eventId,
        intentId,
      }))
    },
    async markProcessed(eventId) {
      await runStatement(pool, markWebhookProcessed, [provider, eventId])
    },
    async putOff(eventId, afterMs, reason) {
      await runStatement(pool, putOffWebhook, [provider, eventId, afterMs, reason])
    },
  }
}
