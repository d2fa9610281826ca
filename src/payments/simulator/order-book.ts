// What the simulator's customers were really charged, per order: the independent books an audit
// compares with the shop's own. They are folded from the facts alone and know nothing of the shop
// but the metadata it put on its intents.

import type { AnsweredFact } from './facts.ts'
import type { IntentFact, IntentRecord } from './payment-intent-record.ts'

/** One order; amounts are minor units of `currency`. */
export interface OrderBook {
  /** null gathers the intents without an order in their metadata. */
  order_id: string | null
  checkout_id: string | null
  intents: number
  captured_intents: number
  /** Ever held, whether captured or given back later. */
  authorised: number
  captured: number
  refunded: number
  /** Held now, neither captured nor given back. */
  open_authorised: number
  currency: string
  /** Distinct keys whose answer was kept, by `<operation>:<attempt>`. */
  idempotency_keys: Record<string, number>
}

export interface OrderBooks {
  readonly orders: ReadonlyMap<string, OrderBook>
  post(before: IntentRecord | null, fact: IntentFact, after: IntentRecord): void
  countKey(fact: AnsweredFact, intent: IntentRecord): void
}

export function orderBooks(): OrderBooks {
  const orders = new Map<string, OrderBook>()

  return {
    orders,
    post(before, fact, after) {
      const book = bookOf(orders, after)
      book.open_authorised += after.amountCapturable - (before?.amountCapturable ?? 0)
      if (fact.kind === 'created') book.intents += 1
      if (fact.kind === 'authorised') book.authorised += after.amount
      if (fact.kind === 'captured') {
        book.captured += fact.amount
        book.captured_intents += 1
      }
    },
    countKey(fact, intent) {
      const book = bookOf(orders, intent)
      const label = `${fact.operation}:${fact.attempt}`
      book.idempotency_keys[label] = (book.idempotency_keys[label] ?? 0) + 1
    },
  }
}

function bookOf(orders: Map<string, OrderBook>, intent: IntentRecord): OrderBook {
  const orderId = intent.metadata.order_id ?? null
  const known = orders.get(orderId ?? '')
  if (known) return known
  const book: OrderBook = {
    order_id: orderId,
    checkout_id: intent.metadata.checkout_id ?? null,
    intents: 0,
    captured_intents: 0,
    authorised: 0,
    captured: 0,
    refunded: 0,
    open_authorised: 0,
    currency: intent.currency.toUpperCase(),
    idempotency_keys: {},
  }
  orders.set(orderId ?? '', book)
  return book
}
