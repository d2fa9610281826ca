// Events that wait to be told. They were written with what made them true; telling them may happen
// more than once, never less (O3, L2).

import type { OrderId, UserId } from '../domain/ids.ts'

export interface OutboxEvent {
  readonly id: number
  readonly orderId: OrderId
  readonly userId: UserId
  readonly topic: string
  readonly payload: Readonly<Record<string, unknown>>
  readonly attempts: number
}

export interface Outbox {
  /** Events nobody else is telling right now, oldest first, at most `limit`. */
  claim(limit: number): Promise<OutboxEvent[]>
  /** Told: never claimed again. */
  markTold(ids: readonly number[]): Promise<void>
  /** Not told: claimed again after `afterMs`. */
  putOff(id: number, afterMs: number): Promise<void>
}
