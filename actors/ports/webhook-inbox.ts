// Where verified webhooks wait for a worker. Stored first, acted on later: the gateway gets its
// 200 once a hint cannot be lost any more, and a repeat of it changes nothing (P7).

import type { GatewayEvent } from './payment-gateway.ts'

export interface WebhookInbox {
  /**
   * Durable when it resolves; `seen` when this event id was stored before. Throws RetryLater
   * `journal_unavailable` when it could not be stored: the gateway sends it again.
   */
  store(event: GatewayEvent): Promise<'stored' | 'seen'>
}

export interface StoredWebhook extends GatewayEvent {
  readonly attempts: number
}

/** The worker's side of the inbox. */
export interface WebhookQueue {
  /** Events nobody else is working on, oldest first, at most `limit`. */
  claim(limit: number): Promise<StoredWebhook[]>
  markProcessed(eventId: string): Promise<void>
  putOff(eventId: string, afterMs: number, reason: string): Promise<void>
}
