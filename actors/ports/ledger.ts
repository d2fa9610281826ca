// The durable truth about stock. An append is a compare-and-set twice over: on the epoch of the
// shard (a deposed owner is refused) and on the head of the SKU (two writers cannot fork it).

import type { HoldId, Sku, UserId } from '../domain/ids.ts'
import type { LedgerEntry } from '../domain/ledger-entry.ts'
import type { Outage } from '../domain/outages.ts'

/** Entries of one SKU that continue its head; they are written together or not at all. */
export interface SkuAppend {
  readonly sku: Sku
  readonly shard: number
  readonly epoch: number
  /** The head the entries continue; 0 and `GENESIS_HASH` for a SKU without entries. */
  readonly headSeq: number
  readonly headHash: string
  readonly entries: readonly LedgerEntry[]
}

/** In order of precedence. */
export const APPEND_REFUSALS = [
  'stale_epoch', // another owner has the shard: stop answering for it
  'stale_head', // somebody wrote after this head: reload
  'constraint_violated', // an entry repeats a hold, an end or a command: look up, then reload
] as const

export type AppendRefusal = (typeof APPEND_REFUSALS)[number]

export type AppendOutcome =
  | { readonly kind: 'committed'; readonly ledgerNowMs: number }
  | { readonly kind: 'refused'; readonly refusal: AppendRefusal; readonly detail: string }

export interface LookUp {
  readonly holdIds: readonly HoldId[]
  readonly commandIds: readonly string[]
}

export interface Ledger {
  /**
   * Resolves once the entries are durable, or refused. Throws RetryLater `ledger_unavailable` when
   * the outcome is not known: the caller reloads and looks, and never sends the entries again.
   */
  append(append: SkuAppend): Promise<AppendOutcome>
  /** Entries with `seq` greater than `afterSeq`, ascending, at most `limit`. */
  entriesAfter(sku: Sku, afterSeq: number, limit: number): Promise<LedgerEntry[]>
  /**
   * All entries that took these holds, ended them or returned units of them, or carry these command
   * ids.
   */
  lookUp(sku: Sku, wanted: LookUp): Promise<LedgerEntry[]>
  /** Units sold and not returned, per buyer who has any, in the entries up to `throughSeq`. */
  unitsSold(sku: Sku, throughSeq: number): Promise<ReadonlyMap<UserId, number>>
  /** The ledger's own clock, Unix milliseconds. */
  nowMs(): Promise<number>
}

/** What an owner hears that says that it lives. */
export interface Alive {
  /** How many shards are still its own; 0: it was deposed, and must stop answering. */
  readonly shards: number
  readonly ledgerNowMs: number
  /** The last 1,000, in the order they ended, the one that this sign of life ended among them. */
  readonly outages: readonly Outage[]
}

export const OUTAGES_TOLD_MAX = 1_000

/**
 * Who owns a shard. Taking one raises its epoch: the owner before is refused from then on. Every
 * method throws RetryLater `ledger_unavailable` when the outcome is not known.
 */
export interface ShardTable {
  /**
   * Takes all shards for `owner` and answers their new epochs by shard number. When nobody has said
   * for `OUTAGE_MIN_MS` that they live, that silence is an outage from now on.
   */
  takeAll(owner: string): Promise<ReadonlyMap<number, number>>
  /**
   * Says that the owner lives. When its last sign of life is more than `OUTAGE_MIN_MS` old, the
   * silence is an outage from now on.
   */
  markAlive(owner: string): Promise<Alive>
}
