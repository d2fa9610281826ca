// The journal in memory: the promises of the one in Postgres, for tests that need many runs a
// second and a clock of their own. It outlives the shop that writes it, as a database would, and
// forgets everything with the process.

import type { Checkout, CheckoutLine, PaymentStatus } from '../../actors/domain/checkout.ts'
import type { CheckoutAnswer } from '../../actors/domain/checkout-answer.ts'
import { COMPLETER_PATIENCE_MS, nextRunAtMs } from '../../actors/domain/checkout-due.ts'
import type { CheckoutId, OrderId, UserId } from '../../actors/domain/ids.ts'
import type { OrderRecord } from '../../actors/domain/order-record.ts'
import type {
  CheckoutJournal,
  CheckoutWrite,
  KeyClaim,
  KeyRecord,
} from '../../actors/ports/checkout-journal.ts'
import type { Clock } from '../../actors/ports/clock.ts'

export interface MemoryOrder extends Omit<OrderRecord, 'withLines'> {
  readonly lines: readonly CheckoutLine[]
  /** The status of each attempt to pay, the first one first. */
  readonly attempts: readonly PaymentStatus[]
}

export interface MemoryEvent {
  readonly orderId: OrderId
  readonly userId: UserId
  readonly topic: string
  readonly payload: Readonly<Record<string, unknown>>
}

export interface MemoryJournal {
  /** The journal of one process; whoever opened it before is taken for dead from now on. */
  openFor(owner: string): CheckoutJournal
  order(id: OrderId): MemoryOrder | null
  /** In the order they were written. */
  readonly events: readonly MemoryEvent[]
  checkouts(): readonly Checkout[]
}

interface Row {
  readonly checkout: Checkout
  readonly owner: string
  readonly nextRunAtMs: number | null
}

// They free the cart; in Postgres they are named by cart_has_one_live_checkout (0003_checkout.sql),
// write_checkouts.sql and checkout_of_cart.sql.
const DEAD_STATES: ReadonlySet<string> = new Set([
  'cancelled',
  'expired',
  'fraud_rejected',
  'reversed',
])
const DEAD_PAYMENTS: ReadonlySet<PaymentStatus> = new Set(['failed', 'voided', 'refunded'])

export function memoryJournal(clock: Clock): MemoryJournal {
  const rows = new Map<CheckoutId, Row>()
  const keys = new Map<string, KeyRecord>()
  const orders = new Map<OrderId, MemoryOrder>()
  const events: MemoryEvent[] = []
  let livingOwner = ''

  const nameOf = ({ caller, key }: Pick<KeyClaim, 'caller' | 'key'>) => `${caller}\n${key}`

  function keyOf(name: string): KeyRecord | null {
    const record = keys.get(name)
    if (record === undefined) return null
    const inVain =
      record.answer === null && record.checkoutId !== null && !rows.has(record.checkoutId)
    return inVain ? null : record
  }

  function claim(wanted: KeyClaim, checkoutId: CheckoutId | null): void {
    const { fingerprint, requestId } = wanted
    keys.set(nameOf(wanted), { fingerprint, requestId, checkoutId, answer: null })
  }

  function put(checkout: Checkout, owner: string): void {
    rows.set(checkout.id, { checkout, owner, nextRunAtMs: nextRunAtMs(checkout) })
  }

  function answerKey(name: string, answer: CheckoutAnswer): void {
    const record = keys.get(name)
    if (record && record.answer === null) keys.set(name, { ...record, answer })
  }

  function apply({ checkout, answers, order, events: told }: CheckoutWrite, owner: string): void {
    if (order) orders.set(order.orderId, orderAfter(orders.get(order.orderId), checkout, order))
    put(checkout, owner)
    for (const { request, answer } of answers) {
      const name = nameOf(request)
      if (keys.get(name)?.checkoutId === checkout.id) answerKey(name, answer)
    }
    for (const { topic, payload } of told) {
      const { orderId, userId } = checkout
      if (orderId === null) throw new Error('an event needs an order')
      const written = events.some((event) => event.orderId === orderId && event.topic === topic)
      if (!written) events.push({ orderId, userId, topic, payload })
    }
  }

  function liveCheckoutOf(cartId: Checkout['cartId']): Checkout | null {
    if (cartId === null) return null
    for (const { checkout } of rows.values()) {
      if (checkout.cartId === cartId && !DEAD_STATES.has(checkout.state)) return checkout
    }
    return null
  }

  function isDue(row: Row, owner: string): boolean {
    if (row.nextRunAtMs === null) return false
    if (row.nextRunAtMs <= clock.nowMs()) return true
    return row.checkout.state !== 'open' && row.owner !== owner && row.owner !== livingOwner
  }

  function openFor(owner: string): CheckoutJournal {
    livingOwner = owner
    return {
      async open(checkout, wanted) {
        if (keyOf(nameOf(wanted)) !== null) return { kind: 'key_taken' }
        const live = liveCheckoutOf(checkout.cartId)
        if (live) return { kind: 'cart_taken', checkoutId: live.id }
        claim(wanted, checkout.id)
        put(checkout, owner)
        return { kind: 'opened' }
      },
      async write(write) {
        const { checkout, claim: wanted } = write
        const current = rows.get(checkout.id)?.checkout
        if (current?.version !== checkout.version - 1) return 'stale'
        if (wanted && keyOf(nameOf(wanted)) !== null) return 'key_taken'
        apply(write, owner)
        if (wanted) claim(wanted, checkout.id)
        return 'written'
      },
      load: async (id) => rows.get(id)?.checkout ?? null,
      findKey: async (request) => keyOf(nameOf(request)),
      async claim(wanted) {
        const known = keyOf(nameOf(wanted))
        if (known === null) claim(wanted, null)
        return known
      },
      async remember(wanted, checkoutId, answer) {
        const name = nameOf(wanted)
        const known = keys.get(name)
        const { fingerprint, requestId } = wanted
        if (!known) keys.set(name, { fingerprint, requestId, checkoutId, answer })
        else if (known.fingerprint === fingerprint) answerKey(name, answer)
      },
      async claimDue(limit) {
        const due = [...rows.values()].filter((row) => isDue(row, owner)).slice(0, limit)
        const next = clock.nowMs() + COMPLETER_PATIENCE_MS
        for (const { checkout } of due) {
          rows.set(checkout.id, { checkout, owner, nextRunAtMs: next })
        }
        return due.map(({ checkout }) => checkout.id)
      },
    }
  }

  return {
    openFor,
    order: (id) => orders.get(id) ?? null,
    events,
    checkouts: () => [...rows.values()].map(({ checkout }) => checkout),
  }
}

/** Throws when the order would have two payments that could both take money. */
function orderAfter(
  before: MemoryOrder | undefined,
  checkout: Checkout,
  { withLines, ...order }: OrderRecord,
): MemoryOrder {
  const attempts = [...(before?.attempts ?? [])]
  const at = (checkout.payment?.attempt ?? 1) - 1
  attempts[at] = order.paymentStatus
  if (attempts.filter((status) => !DEAD_PAYMENTS.has(status)).length > 1) {
    throw new Error('order_has_one_live_payment')
  }
  return { ...order, lines: withLines ? checkout.lines : (before?.lines ?? []), attempts }
}
