// The whole state of the simulator, folded from the journal: the same lines give the same books.

import { Bug } from '../../../actors/domain/failures.ts'
import { EVENT_TYPES, type EventShelf, eventShelf } from './event-record.ts'
import type { Fact, JournalLine } from './facts.ts'
import { type KeyShelf, keyShelf } from './key-shelf.ts'
import { type OrderBooks, orderBooks } from './order-book.ts'
import { applyIntentFact, type IntentFact, type IntentRecord } from './payment-intent-record.ts'

export interface Books {
  /** In the order of creation. */
  readonly intentIds: readonly string[]
  readonly chargeOwners: ReadonlyMap<string, string>
  readonly events: EventShelf
  readonly keys: KeyShelf
  readonly orders: OrderBooks
  intent(id: string): IntentRecord | null
  /** Where an intent stands in `intentIds`; -1 when there is none. */
  positionOf(id: string): number
  apply(line: JournalLine): void
}

export function emptyBooks(): Books {
  const intents = new Map<string, { readonly position: number; now: IntentRecord }>()
  const intentIds: string[] = []
  const chargeOwners = new Map<string, string>()
  const events = eventShelf()
  const keys = keyShelf()
  const orders = orderBooks()

  function applyToIntent(fact: IntentFact, atMs: number, key: string | null): void {
    const held = intents.get(fact.intent)
    const createdAt = Math.floor(atMs / 1_000)
    const after = applyIntentFact(held?.now ?? null, fact, createdAt)
    orders.post(held?.now ?? null, fact, after)
    if (held) held.now = after
    else intents.set(fact.intent, { position: intentIds.push(fact.intent) - 1, now: after })
    if ('charge' in fact) chargeOwners.set(fact.charge, fact.intent)
    const type = EVENT_TYPES[fact.kind]
    events.add({ id: fact.event, type, createdAt, intent: after, idempotencyKey: key })
  }

  function applyFact(fact: Fact, atMs: number, key: string | null): void {
    switch (fact.kind) {
      case 'event_settled':
      case 'endpoint_set':
        events.apply(fact)
        break
      case 'answered': {
        const about = fact.intent === null ? null : (intents.get(fact.intent)?.now ?? null)
        if (about) orders.countKey(fact, about)
        const intent = fact.showsIntent ? about : null
        if (fact.showsIntent && intent === null) throw new Bug('an answer shows no intent')
        const { fingerprint, request, status, error, expandsCharge } = fact
        const answer = { fingerprint, request, status, error, intent, expandsCharge }
        keys.keep(fact.key, { atMs, ...answer })
        break
      }
      default:
        applyToIntent(fact, atMs, key)
    }
  }

  return {
    intentIds,
    chargeOwners,
    events,
    keys,
    orders,
    intent: (id) => intents.get(id)?.now ?? null,
    positionOf: (id) => intents.get(id)?.position ?? -1,
    apply({ at, facts }) {
      const answered = facts.find((fact) => fact.kind === 'answered')
      for (const fact of facts) applyFact(fact, at, answered?.key ?? null)
    },
  }
}
