// Tells events to those who want them: those of one order one after the other, as they were written
// and as far as nothing fails, those of different orders side by side. An event is marked told only
// when every listener took it, so each may hear it twice and must not mind; one that fails is put
// off and does not hold up the others.

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

  async function tellOneByOne(events: readonly OutboxEvent[]): Promise<number[]> {
    const told: number[] = []
    for (const event of events) {
      const id = await tell(event)
      if (id !== null) told.push(id)
    }
    return told
  }

  return async function relayOneBatch(): Promise<boolean> {
    const events = await outbox.claim(ROUND_MAX)
    const ids = (await Promise.all(byOrder(events).map(tellOneByOne))).flat()
    if (ids.length > 0) await outbox.markTold(ids)
    return events.length === ROUND_MAX
  }
}

function byOrder(events: readonly OutboxEvent[]): OutboxEvent[][] {
  const groups = new Map<OutboxEvent['orderId'], OutboxEvent[]>()
  for (const event of events) {
    const group = groups.get(event.orderId)
    if (group) group.push(event)
    else groups.set(event.orderId, [event])
  }
  return [...groups.values()]
}

function pauseAfter(attempts: number): number {
  return Math.min(PUT_OFF_FIRST_MS * 2 ** Math.min(attempts, 10), PUT_OFF_MAX_MS)
}
