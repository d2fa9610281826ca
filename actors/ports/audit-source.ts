// What an audit reads: the stored rows as they are, page by page, all from one moment. Nothing here
// judges; a row that breaks a promise arrives like any other, or the audit could not report it.

import type { CheckoutState, PaymentStatus } from '../domain/checkout.ts'
import type { CartId, CheckoutId, HoldId, OrderId, Sku } from '../domain/ids.ts'
import type { EntryKind, LedgerEntry } from '../domain/ledger-entry.ts'
import type { OrderStatus } from '../domain/order.ts'
import type { Outage } from '../domain/outages.ts'
import type { SavedState } from './stock-state-store.ts'

export interface AuditSource {
  /**
   * Opens a read-only view of one moment, gives it to `work` and closes it again. Throws
   * RetryLater `journal_unavailable` when the storage does not answer.
   */
  read<Result>(work: (view: AuditView) => Promise<Result>): Promise<Result>
}

/** Pages come in a fixed order, are never empty, and hold a bounded number of rows. */
export interface AuditView {
  overview(): Promise<AuditOverview>
  /** By shard number. */
  shards(): Promise<ReadonlyMap<number, AuditedShard>>
  /** Every outage, in the order they ended: they put expiries off. */
  outages(): Promise<readonly Outage[]>
  /** The whole ledger by (SKU bytewise, seq). */
  entries(): AsyncIterable<readonly AuditedEntry[]>
  /** Every checkpoint by SKU bytewise. */
  checkpoints(): AsyncIterable<readonly AuditedCheckpoint[]>
  /** Command ids that stand on more than one entry of a SKU, at most `limit`. */
  repeatedCommands(limit: number): Promise<readonly Repeated[]>
  /** Requests that were answered "the stock changed", by (caller, key). */
  stockAnswers(): AsyncIterable<readonly StockAnswer[]>
  /** Those of these commands that the ledger has; by the text `commandKeyOf` makes. */
  commands(keys: readonly CommandKey[]): Promise<ReadonlySet<string>>
  /** Hold ids that were reserved more than once on a SKU, at most `limit`. */
  repeatedHolds(limit: number): Promise<readonly Repeated[]>
  /** Units that orders say were sold, by SKU bytewise. */
  unitsOrdered(): AsyncIterable<readonly UnitsOrdered[]>
  /** Every order by id. */
  orders(): AsyncIterable<readonly AuditedOrder[]>
  /** Checkouts whose holds or order are not seen through `orders()`, by id. */
  checkoutsUnderWay(): AsyncIterable<readonly AuditedCheckout[]>
  /** Those of `ids` that exist. */
  checkoutsById(ids: readonly CheckoutId[]): Promise<ReadonlyMap<CheckoutId, AuditedCheckout>>
  /** What the ledger says about holds; by the text `holdKeyOf` makes. */
  holds(keys: readonly HoldKey[]): Promise<ReadonlyMap<string, HoldFacts>>
  /** Orders with an `order.confirmed` event that were never confirmed, or do not exist. */
  unfoundedConfirmations(limit: number): Promise<readonly string[]>
  /** Webhook events that are stored more than once. */
  repeatedWebhooks(limit: number): Promise<readonly Repeated[]>
}

export interface AuditOverview {
  /** The moment of the view by the database's clock, Unix milliseconds. */
  readonly takenAtMs: number
  /** About how many ledger entries there are; null when the database has never counted. */
  readonly entriesEstimate: number | null
  readonly checkoutsByState: Readonly<Partial<Record<CheckoutState, number>>>
  readonly webhooks: number
}

export interface AuditedShard {
  readonly epoch: number
  /** When its owner last said that it lives; null when it never had one. */
  readonly aliveAtMs: number | null
}

export interface AuditedEntry extends LedgerEntry {
  readonly shard: number
}

export interface AuditedCheckpoint extends SavedState {
  readonly sku: Sku
}

export interface Repeated {
  /** The SKU; of a webhook, its provider. */
  readonly of: string
  readonly id: string
  readonly times: number
}

/** Units of one SKU on order lines. */
export interface UnitsOrdered {
  readonly sku: Sku
  /** Of orders that were confirmed, whatever became of them: their holds were all committed. */
  readonly confirmed: number
  /** Of checkouts that are committing: any part of these may be committed already. */
  readonly committing: number
}

export interface HoldKey {
  readonly sku: Sku
  readonly holdId: HoldId
}

export interface HoldFacts {
  readonly reserved: boolean
  /** The entries that ended it, each with its quantity; more than one breaks I4. */
  readonly ends: readonly { readonly kind: EntryKind; readonly quantity: number }[]
}

/** One text for a hold of a SKU: neither can hold a line break. */
export function holdKeyOf({ sku, holdId }: HoldKey): string {
  return `${sku}\n${holdId}`
}

export interface StockAnswer {
  readonly caller: string
  readonly key: string
  readonly sku: Sku
}

export interface CommandKey {
  readonly sku: Sku
  readonly commandId: string
}

export function commandKeyOf({ sku, commandId }: CommandKey): string {
  return `${sku}\n${commandId}`
}

export interface HeldLine {
  readonly sku: Sku
  readonly quantity: number
  readonly holdId: HoldId
}

export interface AuditedCheckout {
  readonly id: CheckoutId
  readonly state: CheckoutState
  readonly version: number
  readonly totalAmount: number
  readonly lines: readonly HeldLine[]
  /** How often a gateway's key of the present attempt had to be given up. */
  readonly keyRevision: number
  /** The order it names itself. */
  readonly saidOrderId: OrderId | null
  /** null when no order row names this checkout. */
  readonly orderId: OrderId | null
  /** Lines of that order. */
  readonly orderLines: readonly HeldLine[]
}

export interface AuditedLine extends HeldLine {
  readonly line: number
  readonly sellerId: string
  readonly unitAmount: number
}

/** Amounts are minor units of `currency`. */
export interface AuditedOrder {
  readonly id: OrderId
  readonly userId: string
  readonly checkoutId: CheckoutId
  readonly status: OrderStatus
  readonly paymentStatus: PaymentStatus
  readonly intentId: string | null
  readonly currency: string
  readonly totalAmount: number
  readonly capturedAmount: number
  readonly refundedAmount: number
  /** Whether it was ever confirmed. */
  readonly confirmed: boolean
  readonly ordersOfCheckout: number
  /** Its `order.confirmed` events. Nobody has looked into a payload yet. */
  readonly confirmations: readonly { readonly userId: string; readonly payload: unknown }[]
  /** null when there is no such checkout. */
  readonly checkout: {
    readonly userId: string
    readonly cartId: CartId | null
    readonly orderId: OrderId | null
    readonly state: CheckoutState
    readonly version: number
    readonly currency: string
    readonly totalAmount: number
    /** The number and the intent of its present attempt to pay. */
    readonly attempt: number | null
    readonly intentId: string | null
    readonly keyRevision: number
    readonly lines: readonly AuditedLine[]
  } | null
  /** By line. */
  readonly lines: readonly (AuditedLine & { readonly totalAmount: number })[]
  readonly subOrders: readonly { readonly sellerId: string; readonly totalAmount: number }[]
  /** By attempt. */
  readonly attempts: readonly {
    readonly attempt: number
    readonly status: PaymentStatus
    readonly intentId: string | null
    readonly amount: number
    readonly currency: string
  }[]
}
