// Changing the lines or the address of an open checkout, all or none. What it is to be is
// journalled before the first command to stock:
//
//   open ─ (change) ─> revising ─ all is taken, then the surplus is given back ─> open, changed
//                          │
//                          ├─ a line is refused ─> revising, refused ─ what was taken is undone ─>
//                          │                                                     open, as it was
//                          └─ a hold ran out ─> releasing ─> expired
//
// A dead revision is finished, not undone, as long as no refusal is journalled: its commands have
// ids of their own, and asking again for what was taken changes nothing. A refusal is journalled
// together with what had been taken by then, before the first of it is undone; from there on the
// revision is only undone, however often somebody dies over it. Giving back cannot be refused, so
// it comes last and needs no state of its own.
//
// A SKU that stays keeps its hold, which is resized in place; a new one takes a hold named after
// the revision. No hold moves its end. Whoever cancels or pays meanwhile is told to come back.

import type { ShippingAddress } from './address.ts'
import type {
  Checkout,
  CheckoutLine,
  LimitedLine,
  PriceChange,
  Revision,
  ShortLine,
} from './checkout.ts'
import { refusal } from './checkout-answer.ts'
import { answering, moved, type Step } from './checkout-step.ts'
import { Bug } from './failures.ts'
import type { HoldId } from './ids.ts'
import { sameMoney } from './money.ts'
import type { PricedCart } from './pricing.ts'

/** What a buyer wants changed; null leaves it as it is. */
export interface WantedRevision {
  readonly cart: PricedCart | null
  readonly shippingAddress: ShippingAddress | null
}

export type RevisionOutcome =
  | { readonly kind: 'revision_done' }
  | {
      readonly kind: 'revision_refused'
      readonly lines: readonly ShortLine[]
      readonly limits: readonly LimitedLine[]
      /** Holds that are new or larger than before. */
      readonly taken: readonly HoldId[]
    }
  | { readonly kind: 'revision_undone' }

/** A hold whose line changes its quantity. */
export interface ResizedLine {
  readonly line: CheckoutLine
  readonly before: number
}

/** What a revision means for stock. */
export interface StockChanges {
  readonly added: readonly CheckoutLine[]
  readonly grown: readonly ResizedLine[]
  readonly shrunk: readonly ResizedLine[]
  readonly dropped: readonly CheckoutLine[]
}

/** Begins to change a checkout, which is open and whose change was not refused. */
export function stepToRevising(
  checkout: Checkout,
  wanted: WantedRevision,
  asked: Pick<Revision, 'request' | 'fingerprint'>,
  nowMs: number,
): Step {
  const { cart } = wanted
  const number = checkout.revisions + 1
  const lines = cart === null ? checkout.lines : linesAfter(checkout, cart, number)
  const revision: Revision = {
    ...asked,
    number,
    lines,
    total: cart?.total ?? checkout.total,
    priceChanges: priceChangesAfter(checkout, lines),
    shippingAddress: wanted.shippingAddress ?? checkout.shippingAddress,
    refused: null,
  }
  return moved(checkout, 'revising', { revision, revisions: number }, nowMs)
}

export function revisionOf({ id, revision }: Checkout): Revision {
  if (revision === null) throw new Bug(`${id} has no revision`)
  return revision
}

/** Lines without a change of stock are in none of the four. */
export function stockChangesOf({ lines }: Checkout, revision: Revision): StockChanges {
  const had = new Map(lines.map((line) => [line.holdId, line.quantity]))
  const kept = new Set(revision.lines.map(({ holdId }) => holdId))
  const resized = revision.lines.flatMap((line): ResizedLine[] => {
    const before = had.get(line.holdId)
    return before === undefined ? [] : [{ line, before }]
  })
  return {
    added: revision.lines.filter(({ holdId }) => !had.has(holdId)),
    grown: resized.filter(({ line, before }) => line.quantity > before),
    shrunk: resized.filter(({ line, before }) => line.quantity < before),
    dropped: lines.filter(({ holdId }) => !kept.has(holdId)),
  }
}

/** Every line whose hold the checkout may have, also halfway through a revision. */
export function linesWithHolds({ lines, revision }: Checkout): readonly CheckoutLine[] {
  const known = new Set(lines.map(({ holdId }) => holdId))
  return [...lines, ...(revision?.lines ?? []).filter(({ holdId }) => !known.has(holdId))]
}

export function afterRevision(checkout: Checkout, nowMs: number): Step {
  const { lines, total, priceChanges, shippingAddress, request } = revisionOf(checkout)
  const change = { lines, total, priceChanges, shippingAddress, revision: null }
  const step = moved(checkout, 'open', change, nowMs)
  return answering(step, request, { kind: 'checkout_revised', checkout: step.checkout })
}

/** When nothing was taken there is nothing to undo. */
export function afterRevisionRefused(
  checkout: Checkout,
  { lines, limits, taken }: Extract<RevisionOutcome, { kind: 'revision_refused' }>,
  nowMs: number,
): Step {
  const revision = { ...revisionOf(checkout), refused: { lines, limits, taken } }
  if (taken.length === 0) return afterRevisionUndone({ ...checkout, revision }, nowMs)
  return moved(checkout, 'revising', { revision }, nowMs)
}

export function afterRevisionUndone(checkout: Checkout, nowMs: number): Step {
  const { request, refused } = revisionOf(checkout)
  const { lines = [], limits = [] } = refused ?? {}
  const step = moved(checkout, 'open', { revision: null }, nowMs)
  const answer =
    limits.length > 0
      ? refusal(checkout, 'purchase_limit', { limits })
      : refusal(checkout, 'out_of_stock', { lines })
  return answering(step, request, answer)
}

function linesAfter(checkout: Checkout, cart: PricedCart, number: number): CheckoutLine[] {
  const holds = new Map(checkout.lines.map(({ sku, holdId }) => [sku, holdId]))
  return cart
    .linesOf(checkout.id, number)
    .map((line) => ({ ...line, holdId: holds.get(line.sku) ?? line.holdId }))
}

/**
 * The price of a SKU that stays is compared with the one the checkout named last. Where it is the
 * same, what was said of it before still tells the buyer why the total is not the cart's.
 */
function priceChangesAfter(
  { lines: before, priceChanges }: Checkout,
  lines: readonly CheckoutLine[],
): PriceChange[] {
  return lines.flatMap(({ sku, unitPrice: now }): PriceChange[] => {
    const was = before.find((line) => line.sku === sku)?.unitPrice
    if (was !== undefined && !sameMoney(was, now)) return [{ sku, was, now }]
    return priceChanges.filter((change) => change.sku === sku)
  })
}
