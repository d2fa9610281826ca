// Takes units of many SKUs, or says what is short. All lines are looked at first, so that a
// hopeless cart takes nothing; then they are taken in byte order of their SKUs, which lets one of
// two carts that want the same scarce goods win instead of both losing.
//
// A command whose answer was lost may still take effect. So a repeat asks for every line, also
// after one was refused: each answer settles what became of the try before, and what is then given
// back is all there is.

import { allAnswered } from './all-answered.ts'
import type { Checkout, CheckoutLine, LimitedLine, ShortLine } from './domain/checkout.ts'
import type { Outcome } from './domain/checkout-saga.ts'
import { Bug } from './domain/failures.ts'
import { compareBytes, type HoldId } from './domain/ids.ts'
import type { Reserve, Resize, StockReply } from './domain/stock-command.ts'
import type { SkuRouter } from './ports/sku-router.ts'

/** Units left over from which nobody fights for a SKU: such lines are taken together. */
const PLENTY_UNITS = 64

/** What a line is to have, what its hold has already, and the command that takes the rest. */
export interface Want {
  readonly line: CheckoutLine
  readonly has: number
  readonly command: Reserve | Resize
}

export type Taken =
  | { readonly kind: 'taken' }
  /** `taken`: the holds that are new, or larger than before. */
  | {
      readonly kind: 'refused'
      readonly lines: readonly ShortLine[]
      readonly limits: readonly LimitedLine[]
      readonly taken: readonly HoldId[]
    }
  /** A hold ended meanwhile, or could end no later than now. */
  | { readonly kind: 'time_ran_out' }

/** `repeat` says that some of the holds may be there already, from before a crash. */
export async function takeHolds(
  skus: SkuRouter,
  checkout: Checkout,
  repeat: boolean,
): Promise<Outcome> {
  const wants = checkout.lines.map((line) => wantOfNew(checkout, line, repeat))
  const outcome = await takeAll(skus, wants, repeat)
  switch (outcome.kind) {
    case 'taken':
      return { kind: 'holds_taken' }
    case 'refused':
      if (outcome.limits.length > 0) return { kind: 'limit_reached', limits: outcome.limits }
      return { kind: 'holds_refused', lines: outcome.lines, taken: outcome.taken.length > 0 }
    case 'time_ran_out':
      return outcome
  }
}

/** A line that has no hold yet. */
export function wantOfNew(checkout: Checkout, line: CheckoutLine, repeat: boolean): Want {
  const { id: checkoutId, userId: buyer, expiresAtMs } = checkout
  const { holdId, quantity, purchaseLimit } = line
  const hold = { holdId, checkoutId, buyer, quantity, expiresAtMs, purchaseLimit }
  return { line, has: 0, command: { kind: 'reserve', ...hold, repeat } }
}

/** Takes all of it, or as much as it could before the first refusal. */
export async function takeAll(
  skus: SkuRouter,
  wants: readonly Want[],
  repeat: boolean,
): Promise<Taken> {
  const inOrder = wants.toSorted((a, b) => compareBytes(a.line.sku, b.line.sku))
  const available = await Promise.all(
    inOrder.map(async ({ line }) => (await skus.look(line.sku)).available),
  )
  const left = inOrder.map((want, at) => (available[at] ?? 0) - missingOf(want))
  const lines = inOrder.flatMap((want, at) =>
    (left[at] ?? 0) < 0 ? [shortOf(want, available[at] ?? 0)] : [],
  )
  if (lines.length > 0 && !repeat) return { kind: 'refused', lines, limits: [], taken: [] }
  const plenty = inOrder.filter((_, at) => (left[at] ?? 0) >= PLENTY_UNITS)
  const tried: Tried[] = []
  for (const want of inOrder.filter((each) => !plenty.includes(each))) {
    const reply = await skus.ask(want.line.sku, want.command)
    tried.push({ want, reply })
    if (!reply.ok && !repeat) return outcomeOf(tried)
  }
  const replies = plenty.map(async (want): Promise<Tried> => {
    return { want, reply: await skus.ask(want.line.sku, want.command) }
  })
  return outcomeOf([...tried, ...(await allAnswered(replies))])
}

interface Tried {
  readonly want: Want
  readonly reply: StockReply
}

function outcomeOf(tried: readonly Tried[]): Taken {
  const lines: ShortLine[] = []
  const limits: LimitedLine[] = []
  const taken: HoldId[] = []
  for (const { want, reply } of tried) {
    if (reply.ok) taken.push(want.line.holdId)
    else if (reply.refusal === 'insufficient_stock') lines.push(shortOf(want, reply.available))
    else if (reply.refusal === 'purchase_limit') limits.push(limitedOf(want, reply.remaining))
    else return { kind: 'time_ran_out' }
  }
  if (lines.length + limits.length === 0) return { kind: 'taken' }
  return { kind: 'refused', lines, limits, taken }
}

function missingOf({ line, has }: Want): number {
  return line.quantity - has
}

function shortOf({ line: { line, sku, quantity }, has }: Want, available: number): ShortLine {
  return { line, sku, requested: quantity, available: has + available }
}

function limitedOf(
  { line: { line, sku, quantity, purchaseLimit } }: Want,
  remaining: number | null,
) {
  if (purchaseLimit === null || remaining === null) {
    throw new Bug(`${sku} has no purchase limit, and refuses by it`)
  }
  return { line, sku, requested: quantity, limit: purchaseLimit, remaining }
}
