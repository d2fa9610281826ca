// Tells events to those who want them, in the order they were written as far as nothing fails. An
// event is marked told only when every listener took it, so each may hear it twice and must not
// mind; one that fails is put off and does not hold up the others.

import type { Outbox, OutboxEvent } from '../../actors/ports/outbox.ts'

export type Listener = (event: OutboxEvent) => Promise<void>

const ROUND_MAX = 200
const PUT_OFF_FIRST_MS = 1_000
const PUT_OFF_MAX_MS = 60_000

export function outboxRelay(
  outbox: Outbox,
  listeners: readonly Listener[],
  onError: (event: OutboxEvent, error: unknown) => void,
): () => Promise<boolean> {
  async function tell(event: OutboxEvent): Promise<number | null> {
    try {
      for (const listener of listeners) await listener(event)
      return event.id
    } catch (error) {
      onError(event, error)
      await outbox.putOff(event.id, pauseAfter(event.attempts))
      return null
    }
  }

  return async function relayOneBatch(): Promise<boolean> {
    const events = await outbox.claim(ROUND_MAX)
    const told = await Promise.all(events.map(tell))
    const ids = told.filter((id) => id !== null)
    if (ids.length > 0) await outbox.markTold(ids)
    return events.length === ROUND_MAX
  }
}

function pauseAfter(attempts: number): number {
  return Math.min(PUT_OFF_FIRST_MS * 2 ** Math.min(attempts, 10), PUT_OFF_MAX_MS)
}
