// Takes the stock of a whole checkout or says what is short. All lines are looked at first, so that
// a hopeless cart takes nothing; then they are reserved in byte order of their SKUs, which lets one
// of two carts that want the same scarce goods win instead of both losing.

import type { Checkout, CheckoutLine } from './domain/checkout.ts'
import type { ShortLine } from './domain/checkout-answer.ts'
import type { Outcome } from './domain/checkout-saga.ts'
import { Bug } from './domain/failures.ts'
import { compareBytes } from './domain/ids.ts'
import type { StockReply } from './domain/stock-command.ts'
import type { SkuRouter } from './ports/sku-router.ts'

type Refused = Extract<StockReply, { ok: false }>

/** Units left over from which nobody fights for a SKU: such lines are reserved together. */
const PLENTY_UNITS = 64

/** `repeat` says that some of the holds may be there already, from before a crash. */
export async function takeHolds(
  skus: SkuRouter,
  checkout: Checkout,
  repeat: boolean,
): Promise<Outcome> {
  const lines = checkout.lines.toSorted((a, b) => compareBytes(a.sku, b.sku))
  const available = await Promise.all(
    lines.map(async ({ sku }) => (await skus.look(sku)).available),
  )
  const short = lines.flatMap((line, index) => shortOf(line, available[index] ?? 0))
  if (short.length > 0 && !repeat) return { kind: 'holds_refused', lines: short, taken: false }
  const plenty = lines.filter((line, at) => (available[at] ?? 0) >= line.quantity + PLENTY_UNITS)
  const scarce = lines.filter((line) => !plenty.includes(line))
  for (const line of scarce) {
    const refused = refusalOf(await reserve(skus, checkout, line, repeat), line)
    if (refused) return refused
  }
  const replies = await Promise.all(plenty.map((line) => reserve(skus, checkout, line, repeat)))
  for (const [index, reply] of replies.entries()) {
    const line = plenty[index]
    const refused = line && refusalOf(reply, line)
    if (refused) return refused
  }
  return { kind: 'holds_taken' }
}

function reserve(
  skus: SkuRouter,
  checkout: Checkout,
  { sku, holdId, quantity, purchaseLimit }: CheckoutLine,
  repeat: boolean,
): Promise<StockReply> {
  const { id: checkoutId, userId: buyer, expiresAtMs } = checkout
  return skus.ask(sku, {
    kind: 'reserve',
    holdId,
    checkoutId,
    buyer,
    quantity,
    expiresAtMs,
    purchaseLimit,
    repeat,
  })
}

function refusalOf(reply: StockReply, line: CheckoutLine): Outcome | null {
  if (reply.ok) return null
  if (reply.refusal === 'purchase_limit') return limitReached(reply, line)
  // A hold that ended while its checkout was being opened, or one that could end no later than now:
  // the minutes are over before they began.
  if (reply.refusal !== 'insufficient_stock') return { kind: 'time_ran_out' }
  const { line: number, sku, quantity: requested } = line
  const short: ShortLine = { line: number, sku, requested, available: reply.available }
  return { kind: 'holds_refused', lines: [short], taken: true }
}

function limitReached({ remaining }: Refused, line: CheckoutLine): Outcome {
  const { line: number, sku, quantity: requested, purchaseLimit: limit } = line
  if (limit === null || remaining === null) throw new Bug(`${sku} has no limit, and refused by it`)
  return {
    kind: 'limit_reached',
    limits: [{ line: number, sku, requested, limit, remaining }],
  }
}

function shortOf({ line, sku, quantity }: CheckoutLine, available: number): ShortLine[] {
  return available >= quantity ? [] : [{ line, sku, requested: quantity, available }]
}
