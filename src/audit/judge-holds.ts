// What a hold of the ledger means beside its checkout. A shop that is running has holds on their
// way from one end of the saga to the other; each case below says which state excuses what.

import { type CheckoutState, isAtRest } from '../../actors/domain/checkout.ts'
import type { CheckoutId, HoldId, Sku } from '../../actors/domain/ids.ts'
import { effectiveExpiryMs, type Outage } from '../../actors/domain/outages.ts'
import type { AuditedCheckout, HoldFacts } from '../../actors/ports/audit-source.ts'
import type { FoldedHold, LedgerFold } from './ledger-fold.ts'
import type { Tally } from './tally.ts'

/** A hold may be open this long after its expiry: the time of a sweep (I9). */
const SWEEP_BOUND_MS = 60_000

export interface Sale {
  readonly sku: Sku
  readonly seq: number
  readonly holdId: HoldId
  readonly checkoutId: CheckoutId | null
  readonly quantity: number
  readonly fold: LedgerFold
}

/**
 * P4: what a commit entry is excused by, and what it needs, in each state of its checkout.
 *   captured    it stands on the order, whose payment P2 and P3 look at
 *   committing  the pivot is passed, the order is confirmed when all holds are committed
 *   confirmed   the capture is on its way
 *   reversing   the units are on their way back
 *   reversed    the units must be back as well
 * Every other state lies before the pivot: nothing of it may be sold.
 */
const SOLD_IN = {
  opening: 'never',
  open: 'never',
  revising: 'never',
  paying: 'never',
  reviewing: 'never',
  committing: 'on_order',
  confirmed: 'on_order',
  captured: 'on_order',
  releasing: 'never',
  cancelled: 'never',
  expired: 'never',
  fraud_rejected: 'never',
  reversing: 'on_order',
  reversed: 'returned',
} as const satisfies Record<CheckoutState, 'never' | 'on_order' | 'returned'>

export function judgeSale(sale: Sale, checkout: AuditedCheckout | undefined, tally: Tally): void {
  const { sku, seq, holdId, quantity } = sale
  tally.looked('P4')
  const wrong = whyNotSold(sale, checkout)
  if (wrong === null) return
  tally.violated('P4', `${sku} entry ${seq}: ${quantity} units of ${holdId} were sold, ${wrong}`)
}

function whyNotSold(sale: Sale, checkout: AuditedCheckout | undefined): string | null {
  const { sku, holdId, checkoutId, quantity, fold } = sale
  if (checkout === undefined) return `but there is no checkout ${checkoutId}`
  const { id, state, orderLines } = checkout
  const needs = SOLD_IN[state]
  if (needs === 'never') return `but ${id} is ${state}`
  const onOrder = orderLines.some((line) => line.holdId === holdId && line.sku === sku)
  if (!onOrder) return `but stand on no order of ${id}, which is ${state}`
  const back = fold.returned.get(holdId) ?? 0
  if (needs === 'on_order' || back === quantity) return null
  return `${id} was reversed, and ${back} came back`
}

export interface OpenHold {
  readonly sku: Sku
  readonly hold: FoldedHold
  /** For how long somebody could have let it expire, counted from its end; negative before. */
  readonly overdueMs: number
}

/** `ownedUntilMs` is until when somebody owned the shard of the hold. */
export function overdueMsOf(
  { takenAtMs, expiresAtMs }: FoldedHold,
  ownedUntilMs: number,
  outages: readonly Outage[],
): number {
  if (expiresAtMs === null) return 0
  return ownedUntilMs - effectiveExpiryMs({ takenAtMs, expiresAtMs }, outages)
}

// Before a payment a pin is on its way in or out; a crash in between is mended by the completer,
// which moves a checkout on when its hold's time is over.
const UNPINNED_STATES: ReadonlySet<CheckoutState> = new Set(['opening', 'open', 'revising'])

// Stock as the buyer was told it is held. While opening, revising or releasing it is being changed.
const PROMISED_STATES: ReadonlySet<CheckoutState> = new Set([
  'open',
  'paying',
  'reviewing',
  'committing',
])

/**
 * A hold that is still open at the end of its SKU's history (I4, I5, I9). Time is counted only
 * while the shard had a living owner: nobody could sweep during an outage, or while the shop was
 * closed, and such a time puts the end of the hold off.
 */
export function judgeOpenHold(
  { sku, hold, overdueMs }: OpenHold,
  checkout: AuditedCheckout | undefined,
  tally: Tally,
): void {
  const { holdId, pinned, quantity } = hold
  const overdue = overdueMs > SWEEP_BOUND_MS
  const name = `${sku}: ${holdId} (${quantity} units)`
  const of = checkout === undefined ? 'no known checkout' : `${checkout.id}, ${checkout.state}`
  tally.looked('I9')
  if (pinned) {
    const outlived = checkout === undefined || isAtRest(checkout.state)
    if (outlived || (overdue && UNPINNED_STATES.has(checkout.state))) {
      tally.violated('I9', `${name} is pinned, of ${of}`)
    }
  } else if (overdue) {
    tally.violated('I9', `${name} is open ${Math.floor(overdueMs / 1_000)} s past its expiry`)
  } else if (checkout !== undefined && isAtRest(checkout.state)) {
    tally.violated('I4', `${name} is still open, of ${of}`)
  }
  if (checkout === undefined || !PROMISED_STATES.has(checkout.state)) return
  const line = checkout.lines.find((each) => each.holdId === holdId)
  if (line !== undefined && (line.sku !== sku || line.quantity !== quantity)) {
    tally.violated('I5', `${name}: ${of}, was told ${line.quantity} units of ${line.sku}`)
  }
}

/** Only what was sold can come back, and once (I4). */
export function judgeReturn(
  returned: {
    readonly sku: Sku
    readonly holdId: HoldId
    readonly quantity: number
    /** Entries of the SKU are missing: its sale may be among them. */
    readonly gapped: boolean
  },
  facts: HoldFacts | undefined,
  tally: Tally,
): void {
  const sold = facts?.ends.find(({ kind }) => kind === 'commit')?.quantity ?? 0
  if (returned.quantity <= sold || (returned.gapped && sold === 0)) return
  const { sku, holdId, quantity } = returned
  tally.violated('I4', `${sku}: ${quantity} units of ${holdId} came back, ${sold} were sold`)
}
