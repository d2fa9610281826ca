// The events of the simulator: which fact is which event, and what is still owed to the endpoint.

import type { Fact } from './facts.ts'
import type { IntentFact, IntentRecord } from './payment-intent-record.ts'

/** One event a transition: the one that speaks of the intent. */
export const EVENT_TYPES = {
  created: 'payment_intent.created',
  action_demanded: 'payment_intent.requires_action',
  authorised: 'payment_intent.amount_capturable_updated',
  declined: 'payment_intent.payment_failed',
  captured: 'payment_intent.succeeded',
  canceled: 'payment_intent.canceled',
} as const satisfies Record<IntentFact['kind'], string>

export type EventType = (typeof EVENT_TYPES)[keyof typeof EVENT_TYPES]

export interface EventRecord {
  readonly id: string
  readonly type: EventType
  readonly createdAt: number
  /** The intent as it was just after the transition. */
  readonly intent: IntentRecord
  readonly idempotencyKey: string | null
}

export interface WebhookEndpoint {
  readonly url: string
  readonly secret: string
  readonly enabledEvents: readonly string[]
}

/** Events kept for `GET /v1/events`. Stripe keeps 30 days; a simulator keeps what fits. */
const EVENTS_KEPT_MAX = 50_000

export interface EventShelf {
  readonly endpoint: WebhookEndpoint | null
  /** The last ones, oldest first. */
  recent(): readonly EventRecord[]
  readonly owed: ReadonlyMap<string, EventRecord>
  add(record: EventRecord): void
  apply(fact: Extract<Fact, { kind: 'event_settled' | 'endpoint_set' }>): void
  /** What became owed since the last call and still is. */
  takeNewlyOwed(): readonly EventRecord[]
}

/** An event is owed to the endpoint that was set when it happened, and to none if none was. */
export function eventShelf(): EventShelf {
  let recent: EventRecord[] = []
  const owed = new Map<string, EventRecord>()
  let endpoint: WebhookEndpoint | null = null
  let newlyOwed: EventRecord[] = []

  function isWanted(type: EventType): boolean {
    if (endpoint === null) return false
    return endpoint.enabledEvents.includes('*') || endpoint.enabledEvents.includes(type)
  }

  return {
    get endpoint() {
      return endpoint
    },
    recent: () => recent.slice(-EVENTS_KEPT_MAX),
    owed,
    add(record) {
      recent.push(record)
      if (recent.length >= 2 * EVENTS_KEPT_MAX) recent = recent.slice(-EVENTS_KEPT_MAX)
      if (!isWanted(record.type)) return
      owed.set(record.id, record)
      newlyOwed.push(record)
    },
    apply(fact) {
      if (fact.kind === 'event_settled') owed.delete(fact.event)
      else endpoint = fact
    },
    takeNewlyOwed() {
      const taken = newlyOwed.filter(({ id }) => owed.has(id))
      newlyOwed = []
      return taken
    },
  }
}
