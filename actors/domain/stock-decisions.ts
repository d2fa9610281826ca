// Decides what a command to a SKU means: the facts it makes true, none when it already is so, or
// the first refusal that applies. Nothing here changes the state and nothing here asks a clock.

import assert from 'node:assert/strict'
import type { CheckoutId, UserId } from './ids.ts'
import type { StockFact } from './ledger-entry.ts'
import { effectiveExpiryMs, type Outage } from './outages.ts'
import type { AppliedCommand, EndedHold, HoldEnd, OpenHold, SkuStock } from './sku-stock.ts'
import type {
  Adjust,
  HoldState,
  OfHold,
  Receive,
  Reserve,
  Resize,
  Return,
  StockCommand,
  StockRefusal,
} from './stock-command.ts'
import { unitsLeftFor } from './units-by-buyer.ts'

/** The most units a SKU may ever have received: balances stay inside a 32-bit column. */
export const RECEIVED_MAX = 1_000_000_000

export type Decision =
  | { readonly ok: true; readonly fact: StockFact | null; readonly holdState: HoldState | null }
  | {
      readonly ok: false
      readonly refusal: StockRefusal
      /** purchase_limit: the most units this hold may have; null with any other refusal. */
      readonly remaining: number | null
    }

/** When a command is decided: the ledger's time, and the outages that put expiries off. */
export interface StockTime {
  readonly nowMs: number
  readonly outages: readonly Outage[]
}

/** Reads `stock` only. */
export function decide(stock: SkuStock, command: StockCommand, time: StockTime): Decision {
  const { nowMs } = time
  switch (command.kind) {
    case 'reserve':
      return decideReserve(stock, command, nowMs)
    case 'pin':
    case 'unpin':
    case 'commit':
    case 'release':
      return decideOfHold(stock, command, time)
    case 'resize':
      return decideResize(stock, command, time)
    case 'receive':
    case 'adjust':
      return decideSupply(stock, command, nowMs)
    case 'return':
      return decideReturn(stock, command, nowMs)
  }
}

/** The expiries that are due, oldest first, at most `limit`: the owner's own decision. */
export function decideExpiries(stock: SkuStock, time: StockTime, limit: number): StockFact[] {
  const facts: StockFact[] = []
  for (const hold of stock.open.values()) {
    if (facts.length >= limit) break
    if (!hold.pinned && hasRunOut(hold, time)) facts.push(factOfHold(hold, 'expire', time.nowMs))
  }
  return facts
}

/** When the next hold that can expire does, at the earliest; null when none can. */
export function nextExpiryMs(stock: SkuStock, outages: readonly Outage[]): number | null {
  let next: number | null = null
  for (const hold of stock.open.values()) {
    if (hold.pinned) continue
    const endsAtMs = effectiveExpiryMs(hold, outages)
    if (next === null || endsAtMs < next) next = endsAtMs
  }
  return next
}

/** True when only the ledger can tell whether this command was carried out before. */
export function needsLookUp(stock: SkuStock, command: StockCommand): boolean {
  if (!stock.forgetful) return false
  if ('commandId' in command) return !stock.commands.has(command.commandId)
  if (stock.open.has(command.holdId) || stock.ended.has(command.holdId)) return false
  return command.kind !== 'reserve' || command.repeat
}

/** True when the units of each buyer must be counted (`countBuyers`) before this is decided. */
export function needsCount(stock: SkuStock, command: StockCommand): boolean {
  if (stock.unitsByBuyer !== null) return false
  return 'purchaseLimit' in command && command.purchaseLimit !== null
}

function decideReserve(stock: SkuStock, want: Reserve, nowMs: number): Decision {
  const open = stock.open.get(want.holdId)
  if (open)
    return sameReserve(open, want) ? done(stateOf(open)) : refuse('hold_exists_with_other_fields')
  const ended = stock.ended.get(want.holdId)
  if (ended)
    return sameReserve(ended, want) ? refuseEnded(ended) : refuse('hold_exists_with_other_fields')
  if (want.expiresAtMs <= nowMs) return refuse('expiry_passed')
  if (stock.available < want.quantity) return refuse('insufficient_stock')
  const remaining = unitsLeft(stock, want.buyer, want)
  if (want.quantity > remaining) return refuseAboveLimit(remaining)
  const { holdId, checkoutId, buyer, quantity, expiresAtMs } = want
  return make(
    { ...BARE, kind: 'reserve', holdId, checkoutId, buyer, quantity, expiresAtMs, atMs: nowMs },
    'held',
  )
}

function decideOfHold(stock: SkuStock, want: OfHold, time: StockTime): Decision {
  const { nowMs } = time
  const ended = stock.ended.get(want.holdId)
  if (ended) return ofEnded(ended, want)
  const hold = stock.open.get(want.holdId)
  if (!hold) return refuse('unknown_hold')
  switch (want.kind) {
    case 'pin':
      if (hold.pinned) return done('pinned')
      if (hasRunOut(hold, time)) return refuse('expiry_passed')
      return make(factOfHold(hold, 'pin', nowMs), 'pinned')
    case 'unpin':
      return hold.pinned ? make(factOfHold(hold, 'unpin', nowMs), 'held') : done('held')
    case 'commit':
      return hold.pinned
        ? make(factOfHold(hold, 'commit', nowMs), 'committed')
        : refuse('not_pinned')
    case 'release':
      return make(factOfHold(hold, 'release', nowMs), 'released')
  }
}

/** Asking for the end a hold has is a repeat; a release finds an expired hold given back. */
function ofEnded(ended: EndedHold, want: OfHold): Decision {
  if (want.kind === 'commit' && ended.end === 'committed') return done('committed')
  if (want.kind === 'release' && ended.end !== 'committed') return done(ended.end)
  return refuseEnded(ended)
}

function decideResize(stock: SkuStock, want: Resize, time: StockTime): Decision {
  const before = stock.commands.get(want.commandId)
  if (before) return repeatOf(before, want, stateOfHold(stock, want))
  const ended = stock.ended.get(want.holdId)
  if (ended) return refuseEnded(ended)
  const hold = stock.open.get(want.holdId)
  if (!hold) return refuse('unknown_hold')
  if (hasRunOut(hold, time)) return refuse('expiry_passed')
  if (hold.pinned) return refuse('pinned')
  const more = want.quantity - hold.quantity
  if (stock.available < more) return refuse('insufficient_stock')
  // Nothing less than 0 remains: who wants fewer is never refused, however low the limit is now.
  const remaining = unitsLeft(stock, hold.buyer, want)
  if (more > remaining) return refuseAboveLimit(hold.quantity + remaining)
  const fact = factOfHold(hold, 'resize', time.nowMs)
  return make({ ...fact, commandId: want.commandId, quantity: want.quantity }, 'held')
}

function decideSupply(stock: SkuStock, want: Receive | Adjust, nowMs: number): Decision {
  const before = stock.commands.get(want.commandId)
  if (before) return repeatOf(before, { ...want, holdId: null }, null)
  if (stock.received + want.quantity > RECEIVED_MAX) return refuse('stock_limit_reached')
  if (stock.available + want.quantity < 0) return refuse('insufficient_stock')
  const { kind, commandId, quantity } = want
  return make({ ...BARE, kind, commandId, quantity, atMs: nowMs }, null)
}

function decideReturn(stock: SkuStock, want: Return, nowMs: number): Decision {
  const before = stock.commands.get(want.commandId)
  if (before) return repeatOf(before, want, 'committed')
  if (stock.open.has(want.holdId)) return refuse('not_committed')
  const ended = stock.ended.get(want.holdId)
  if (!ended) return refuse('unknown_hold')
  if (ended.end !== 'committed') return refuseEnded(ended)
  if (want.quantity > ended.quantity - ended.returned) return refuse('insufficient_stock')
  const { holdId, commandId, quantity } = want
  const { checkoutId, buyer } = ended
  return make(
    { ...BARE, kind: 'return', holdId, checkoutId, buyer, commandId, quantity, atMs: nowMs },
    'committed',
  )
}

const BARE = {
  holdId: null,
  checkoutId: null,
  buyer: null,
  commandId: null,
  expiresAtMs: null,
} as const

const REFUSAL_OF_END = {
  committed: 'already_committed',
  released: 'already_released',
  expired: 'already_expired',
} as const satisfies Record<HoldEnd, StockRefusal>

function refuse(refusal: StockRefusal): Decision {
  return { ok: false, refusal, remaining: null }
}

function refuseAboveLimit(remaining: number): Decision {
  return { ok: false, refusal: 'purchase_limit', remaining }
}

function unitsLeft(stock: SkuStock, buyer: UserId, { purchaseLimit }: Reserve | Resize): number {
  const counted = purchaseLimit === null || stock.unitsByBuyer !== null
  assert(counted, 'a purchase limit is kept on units that were counted')
  return unitsLeftFor(stock.unitsByBuyer, buyer, purchaseLimit)
}

function refuseEnded(ended: EndedHold): Decision {
  return refuse(REFUSAL_OF_END[ended.end])
}

function done(holdState: HoldState | null): Decision {
  return { ok: true, fact: null, holdState }
}

function make(fact: StockFact, holdState: HoldState | null): Decision {
  return { ok: true, fact, holdState }
}

function hasRunOut(hold: OpenHold, { nowMs, outages }: StockTime): boolean {
  return effectiveExpiryMs(hold, outages) <= nowMs
}

function stateOf(hold: OpenHold): HoldState {
  return hold.pinned ? 'pinned' : 'held'
}

function stateOfHold(stock: SkuStock, want: Resize): HoldState | null {
  const hold = stock.open.get(want.holdId)
  return hold ? stateOf(hold) : (stock.ended.get(want.holdId)?.end ?? null)
}

function sameReserve(
  there: { readonly checkoutId: CheckoutId | null; readonly reservedQuantity: number },
  want: Reserve,
): boolean {
  return there.checkoutId === want.checkoutId && there.reservedQuantity === want.quantity
}

function repeatOf(
  before: AppliedCommand,
  want: { readonly kind: string; readonly quantity: number; readonly holdId: string | null },
  holdState: HoldState | null,
): Decision {
  const same =
    before.kind === want.kind && before.quantity === want.quantity && before.holdId === want.holdId
  return same ? done(holdState) : refuse('command_reused_with_other_fields')
}

function factOfHold(hold: OpenHold, kind: StockFact['kind'], atMs: number): StockFact {
  const { holdId, checkoutId, buyer, quantity } = hold
  return { ...BARE, kind, holdId, checkoutId, buyer, quantity, atMs }
}
