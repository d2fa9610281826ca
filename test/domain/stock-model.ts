// Stock as a shopkeeper would keep it on paper: a list of holds and a box of slips, everything else
// counted anew whenever it is asked for. Slow and plain, so that it can be believed, and compared
// with the real thing.

import type { HoldId, UserId } from '../../actors/domain/ids.ts'
import {
  type HoldState,
  STOCK_REFUSALS,
  type StockCommand,
  type StockRefusal,
} from '../../actors/domain/stock-command.ts'
import { RECEIVED_MAX } from '../../actors/domain/stock-decisions.ts'

interface PaperHold {
  readonly checkoutId: string
  readonly buyer: UserId
  readonly reservedQuantity: number
  readonly expiresAtMs: number
  quantity: number
  state: HoldState
  returned: number
}

export interface PaperStock {
  received: number
  readonly holds: Map<HoldId, PaperHold>
  /** Command id -> what it asked for. */
  readonly slips: Map<string, string>
}

export function paperStock(): PaperStock {
  return { received: 0, holds: new Map(), slips: new Map() }
}

export function paperBalances({ received, holds }: PaperStock) {
  let held = 0
  let sold = 0
  for (const { state, quantity, returned } of holds.values()) {
    if (state === 'held' || state === 'pinned') held += quantity
    if (state === 'committed') sold += quantity - returned
  }
  return { received, available: received - held - sold, held, sold }
}

/** What a buyer has: held, or sold and not returned. */
export function paperUnitsOf({ holds }: PaperStock, buyer: UserId): number {
  let units = 0
  for (const hold of holds.values()) {
    if (hold.buyer !== buyer || ['released', 'expired'].includes(hold.state)) continue
    units += hold.quantity - hold.returned
  }
  return units
}

/** Answers the command and keeps what it did; the same words as `wordOf` a decision. */
export function askPaper(stock: PaperStock, command: StockCommand, nowMs: number): string {
  const slip = slipOf(command)
  const isRepeat = slip !== null && stock.slips.get(slip.id) === slip.text
  if (!isRepeat) {
    const refusal = STOCK_REFUSALS.find((each) => APPLIES[each](stock, command, nowMs))
    if (refusal !== undefined) return refusal
    keep(stock, command)
    if (slip !== null) stock.slips.set(slip.id, slip.text)
  }
  return holdOf(stock, command)?.state ?? 'done'
}

/** Gives back the holds that run out now. */
export function expirePaper({ holds }: PaperStock, nowMs: number): void {
  for (const hold of holds.values()) {
    if (hold.state === 'held' && hold.expiresAtMs <= nowMs) hold.state = 'expired'
  }
}

type Rule = (stock: PaperStock, command: StockCommand, nowMs: number) => boolean

// When a refusal would apply if it stood alone; the order among them is that of STOCK_REFUSALS.
const APPLIES: Readonly<Record<StockRefusal, Rule>> = {
  command_reused_with_other_fields(stock, command) {
    const slip = slipOf(command)
    return slip !== null && stock.slips.has(slip.id)
  },
  hold_exists_with_other_fields(stock, command) {
    const hold = holdOf(stock, command)
    if (command.kind !== 'reserve' || hold === undefined) return false
    return hold.checkoutId !== command.checkoutId || hold.reservedQuantity !== command.quantity
  },
  already_committed: (stock, command) =>
    holdOf(stock, command)?.state === 'committed' && !['commit', 'return'].includes(command.kind),
  already_released: (stock, command) =>
    holdOf(stock, command)?.state === 'released' && command.kind !== 'release',
  already_expired: (stock, command) =>
    holdOf(stock, command)?.state === 'expired' && command.kind !== 'release',
  unknown_hold(stock, command) {
    if (!('holdId' in command) || command.kind === 'reserve') return false
    return holdOf(stock, command) === undefined
  },
  expiry_passed(stock, command, nowMs) {
    const hold = holdOf(stock, command)
    if (command.kind === 'reserve') return hold === undefined && command.expiresAtMs <= nowMs
    if (hold === undefined || hold.expiresAtMs > nowMs) return false
    return command.kind === 'resize' || (command.kind === 'pin' && hold.state === 'held')
  },
  not_pinned: (stock, command) =>
    command.kind === 'commit' && holdOf(stock, command)?.state === 'held',
  not_committed: (stock, command) =>
    command.kind === 'return' && holdOf(stock, command)?.state !== 'committed',
  pinned: (stock, command) =>
    command.kind === 'resize' && holdOf(stock, command)?.state === 'pinned',
  stock_limit_reached: (stock, command) =>
    (command.kind === 'receive' || command.kind === 'adjust') &&
    stock.received + command.quantity > RECEIVED_MAX,
  insufficient_stock(stock, command) {
    const { available } = paperBalances(stock)
    const hold = holdOf(stock, command)
    switch (command.kind) {
      case 'reserve':
        return hold === undefined && command.quantity > available
      case 'resize':
        return hold !== undefined && command.quantity - hold.quantity > available
      case 'receive':
      case 'adjust':
        return available + command.quantity < 0
      case 'return':
        return hold !== undefined && command.quantity + hold.returned > hold.quantity
      default:
        return false
    }
  },
  purchase_limit(stock, command) {
    const hold = holdOf(stock, command)
    if (command.kind !== 'reserve' && command.kind !== 'resize') return false
    if (command.purchaseLimit === null || (command.kind === 'reserve' && hold)) return false
    const buyer = command.kind === 'reserve' ? command.buyer : hold?.buyer
    const more = command.quantity - (hold?.quantity ?? 0)
    return (
      more > 0 && buyer !== undefined && paperUnitsOf(stock, buyer) + more > command.purchaseLimit
    )
  },
}

function keep(stock: PaperStock, command: StockCommand): void {
  const hold = holdOf(stock, command)
  switch (command.kind) {
    case 'receive':
    case 'adjust':
      stock.received += command.quantity
      return
    case 'reserve': {
      const { holdId, checkoutId, buyer, expiresAtMs, quantity } = command
      if (hold !== undefined) return
      const taken = { checkoutId, buyer, expiresAtMs, quantity, reservedQuantity: quantity }
      stock.holds.set(holdId, { ...taken, state: 'held', returned: 0 })
      return
    }
    default:
      if (hold === undefined) return
      if (command.kind === 'resize') hold.quantity = command.quantity
      if (command.kind === 'return') hold.returned += command.quantity
      if (command.kind === 'pin') hold.state = 'pinned'
      if (command.kind === 'unpin') hold.state = 'held'
      if (command.kind === 'commit') hold.state = 'committed'
      if (command.kind === 'release' && hold.state !== 'expired') hold.state = 'released'
  }
}

function holdOf({ holds }: PaperStock, command: StockCommand): PaperHold | undefined {
  return 'holdId' in command ? holds.get(command.holdId) : undefined
}

function slipOf(command: StockCommand): { readonly id: string; readonly text: string } | null {
  if (!('commandId' in command)) return null
  const { kind, commandId: id, quantity } = command
  return { id, text: [kind, 'holdId' in command ? command.holdId : '', quantity].join(' ') }
}
