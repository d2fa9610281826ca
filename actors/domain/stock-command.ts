// What may be asked of a SKU, and the closed lists of what it may refuse. Every command is
// idempotent: by its hold id and kind, or by its command id.

import { Bug } from './failures.ts'
import type { CheckoutId, HoldId, UserId } from './ids.ts'
import type { Balances } from './ledger-entry.ts'

/**
 * The most units one buyer may have of the SKU, held and sold together, at least 1; null: as many
 * as there are. It is the catalogue's, as it was when the checkout was priced.
 */
export type PurchaseLimit = number | null

export interface Reserve {
  readonly kind: 'reserve'
  readonly holdId: HoldId
  readonly checkoutId: CheckoutId
  readonly buyer: UserId
  readonly quantity: number
  readonly expiresAtMs: number
  readonly purchaseLimit: PurchaseLimit
  /** True when this reserve may have been sent before: the ledger is then asked first. */
  readonly repeat: boolean
}

export interface OfHold {
  readonly kind: 'pin' | 'unpin' | 'commit' | 'release'
  readonly holdId: HoldId
}

export interface Resize {
  readonly kind: 'resize'
  readonly holdId: HoldId
  readonly commandId: string
  /** The new quantity, at least 1. */
  readonly quantity: number
  readonly purchaseLimit: PurchaseLimit
}

export interface Receive {
  readonly kind: 'receive'
  readonly commandId: string
  readonly quantity: number
}

export interface Adjust {
  readonly kind: 'adjust'
  readonly commandId: string
  /** Negative: units written off. */
  readonly quantity: number
}

export interface Return {
  readonly kind: 'return'
  readonly commandId: string
  readonly holdId: HoldId
  readonly quantity: number
}

export type StockCommand = Reserve | OfHold | Resize | Receive | Adjust | Return

/**
 * Throws Bug unless quantities and times are whole numbers that make sense: the edge refuses
 * others, and a hold of -5 units would give stock away. It fails one caller, not a whole batch.
 */
export function assertSound(command: StockCommand): void {
  const quantity = 'quantity' in command ? command.quantity : 1
  const signed = command.kind === 'adjust' && quantity !== 0
  if (!Number.isSafeInteger(quantity) || (quantity < 1 && !signed)) {
    throw new Bug(`${command.kind} of ${quantity} units was asked for`)
  }
  if (command.kind === 'reserve' && !Number.isSafeInteger(command.expiresAtMs)) {
    throw new Bug(`a hold was to end at ${command.expiresAtMs}, which is no whole millisecond`)
  }
  const limit = 'purchaseLimit' in command ? command.purchaseLimit : null
  if (limit !== null && (!Number.isSafeInteger(limit) || limit < 1)) {
    throw new Bug(`a purchase limit of ${limit} units was given`)
  }
}

/** In order of precedence: the first that applies is the answer; tests follow the same order. */
export const STOCK_REFUSALS = [
  'command_reused_with_other_fields',
  'hold_exists_with_other_fields',
  'already_committed',
  'already_released',
  'already_expired',
  'unknown_hold',
  'expiry_passed',
  'not_pinned',
  'not_committed',
  'pinned',
  'stock_limit_reached',
  'insufficient_stock',
  'purchase_limit',
] as const

export type StockRefusal = (typeof STOCK_REFUSALS)[number]

export type HoldState = 'held' | 'pinned' | 'committed' | 'released' | 'expired'

export type StockReply =
  | { readonly ok: true; readonly holdState: HoldState | null; readonly balances: Balances }
  | {
      readonly ok: false
      readonly refusal: StockRefusal
      readonly available: number
      /** purchase_limit: the most units this hold may have; null with any other refusal. */
      readonly remaining: number | null
    }
