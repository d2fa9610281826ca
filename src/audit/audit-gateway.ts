// Sets our orders against the gateway's own books (O4, P1, P5, P6, P8). The two are read at
// different moments, so a difference is only a suspicion until a second look: when the checkout's
// version is the same before and after the books were read, it did not move in between, and the
// difference is certain.

import type { CheckoutState } from '../../actors/domain/checkout.ts'
import { type CheckoutId, type OrderId, parseCheckoutId } from '../../actors/domain/ids.ts'
import type { AuditedOrder, AuditSource } from '../../actors/ports/audit-source.ts'
import type { CheckId } from './checks.ts'
import type { GatewayOrder } from './gateway-books.ts'
import { mustBeFree } from './judge-payment.ts'
import type { Tally } from './tally.ts'

/** More suspicions than this are not kept for a second look: memory stays bounded. */
const SUSPICIONS_MAX = 10_000
const LOOK_UPS_A_BATCH = 500

interface Suspicion {
  readonly check: CheckId
  readonly checkoutId: CheckoutId | null
  /** The version that was compared; null when we knew no such order. */
  readonly version: number | null
  readonly what: string
}

export interface GatewayComparison {
  /** Compares one of our orders with the books. */
  see(order: AuditedOrder): void
  /** Looks again at what differed, and at what only the gateway knows. */
  finish(source: AuditSource): Promise<void>
}

/** `books` must have been read after the view that `see` is fed from was opened. */
export function compareWithGateway(
  books: readonly GatewayOrder[],
  tally: Tally,
  suspicionsMax: number = SUSPICIONS_MAX,
): GatewayComparison {
  const unseen = new Map(books.map((book) => [book.order_id, book]))
  const suspicions: Suspicion[] = []
  const dropped = new Map<CheckId, number>()
  const suspect = (suspicion: Suspicion): void => {
    const { check } = suspicion
    if (suspicions.length < suspicionsMax) suspicions.push(suspicion)
    else dropped.set(check, (dropped.get(check) ?? 0) + 1)
  }
  for (const book of books) judgeBook(book, tally)

  return {
    see(order) {
      const book = unseen.get(order.id) ?? null
      unseen.delete(order.id)
      tally.looked('O4')
      const { checkoutId, checkout } = order
      const version = checkout?.version ?? null
      const report = (check: CheckId, what: string): void =>
        suspect({ check, checkoutId, version, what: `${order.id}: ${what}` })
      if (checkout === null) return
      compareAmounts(order, checkout.state, book ?? emptyBook(order), report)
      if (book !== null) compareKeys(book, checkout.keyRevision, tally, report)
    },
    async finish(source) {
      for (const book of unseen.values()) suspectUnknown(book, tally, suspect)
      for (const suspicion of await confirmed(suspicions, source)) {
        tally.violated(suspicion.check, suspicion.what)
      }
      for (const [check, count] of dropped) tally.limit(check, lowerBound(count, suspicionsMax))
    },
  }
}

function lowerBound(dropped: number, suspicionsMax: number): string {
  return (
    `the count is a lower bound: after the first ${suspicionsMax} differences, ${dropped} more ` +
    'were not looked at again, and may be real or on their way; repeat the audit when it is quiet'
  )
}

/** What holds of the books alone, whenever they are read. */
function judgeBook(book: GatewayOrder, tally: Tally): void {
  const { order_id, captured, refunded, currency, captured_intents = 0 } = book
  const of = `${order_id ?? 'intents of no order'} at the gateway`
  tally.looked('P1')
  tally.looked('P8')
  if (captured_intents > 1 && order_id !== null) {
    tally.violated('P1', `${of}: ${captured_intents} payments were captured`)
  }
  if (refunded > captured) {
    tally.violated('P8', `${of}: refunded ${refunded} of ${captured} ${currency}`)
  }
}

/**
 * What may be captured, by the state of the checkout. Before the pivot, and after an end without a
 * sale, nothing; on the way to a capture nothing or all; afterwards what our books say. A reversal
 * is settled when it is at rest.
 */
function capturedFits(order: AuditedOrder, state: CheckoutState, book: GatewayOrder): boolean {
  switch (state) {
    case 'captured':
    case 'reversed':
      return book.captured === order.capturedAmount && book.refunded === order.refundedAmount
    case 'confirmed':
    case 'reversing':
      return book.captured === 0 || book.captured === order.totalAmount
    default:
      return book.captured === 0
  }
}

function compareAmounts(
  order: AuditedOrder,
  state: CheckoutState,
  book: GatewayOrder,
  report: (check: CheckId, what: string) => void,
): void {
  const theirs = `captured ${book.captured}, refunded ${book.refunded} ${book.currency}`
  const ours = `${state}, captured ${order.capturedAmount}, refunded ${order.refundedAmount}`
  if (!capturedFits(order, state, book)) {
    report('O4', `the gateway says ${theirs}; we say ${ours} ${order.currency}`)
  } else if (book.intents > 0 && book.currency !== order.currency) {
    report('O4', `the gateway charges in ${book.currency}; we sell in ${order.currency}`)
  }
  if (book.open_authorised <= 0) return
  const held = `${book.open_authorised} ${book.currency} are still held`
  if (mustBeFree(state)) report('P5', `${held} at the gateway, but the checkout is ${state}`)
  else if (state === 'captured') report('O4', `${held} at the gateway beside the capture`)
}

/** P6. A key that the gateway has burnt by storing a failure under it is replaced by one more. */
function compareKeys(
  book: GatewayOrder,
  keyRevision: number,
  tally: Tally,
  report: (check: CheckId, what: string) => void,
): void {
  for (const [operation, keys] of Object.entries(book.idempotency_keys)) {
    tally.looked('P6')
    if (keys > 1 + keyRevision) report('P6', `${keys} different keys for ${operation}`)
  }
}

/** Intents of an order that we do not have. Without money in them they harm nobody. */
function suspectUnknown(
  book: GatewayOrder,
  tally: Tally,
  suspect: (suspicion: Suspicion) => void,
): void {
  const { order_id, open_authorised, captured, refunded, currency } = book
  tally.looked('O4')
  if (open_authorised <= 0 && captured === refunded) return
  const money = `${open_authorised} held and ${captured - refunded} charged ${currency}`
  // An order is made from its checkout's id, so the checkout is found even if the book lacks it.
  const checkoutId = parseCheckoutId(book.checkout_id ?? `chk_${order_id?.slice(4) ?? ''}`)
  const what = `${order_id ?? 'no order'}: only the gateway knows it, with ${money}`
  suspect({ check: 'O4', checkoutId, version: null, what })
}

async function confirmed(
  suspicions: readonly Suspicion[],
  source: AuditSource,
): Promise<Suspicion[]> {
  const certain: Suspicion[] = []
  for (let from = 0; from < suspicions.length; from += LOOK_UPS_A_BATCH) {
    const batch = suspicions.slice(from, from + LOOK_UPS_A_BATCH)
    const ids = batch.map(({ checkoutId }) => checkoutId).filter((id) => id !== null)
    const now = await source.read((view) => view.checkoutsById([...new Set(ids)]))
    for (const suspicion of batch) {
      const { checkoutId, version } = suspicion
      const present = checkoutId === null ? undefined : now.get(checkoutId)
      // An order is written before its intent: where there still is none, none made the intent.
      const stands =
        version === null ? (present?.orderId ?? null) === null : present?.version === version
      if (stands) certain.push(suspicion)
    }
  }
  return certain
}

/** What the books would say of an order that they do not have. */
function emptyBook(order: { readonly id: OrderId; readonly currency: string }): GatewayOrder {
  return {
    order_id: order.id,
    checkout_id: null,
    intents: 0,
    authorised: 0,
    captured: 0,
    refunded: 0,
    open_authorised: 0,
    currency: order.currency,
    idempotency_keys: {},
  }
}
