// A ledger entry is one immutable fact about the stock of one SKU. Entries are numbered 1, 2, 3 …
// per SKU, carry the balances after them, and each names the hash of the one before: a rewritten
// or missing entry breaks the chain for everybody who reads on (I2, I3, I8).

import type { CheckoutId, HoldId, Sku, UserId } from './ids.ts'

export const ENTRY_KINDS = [
  'receive', // units arrive
  'reserve', // a hold is taken
  'resize', // a hold changes its quantity, keeping its id and expiry
  'pin', // a payment runs: the hold does not expire
  'unpin',
  'commit', // the units are sold
  'release', // the hold is given back
  'expire', // the hold ran out
  'return', // sold units come back
  'adjust', // a write-off (negative) or a correction
] as const

export type EntryKind = (typeof ENTRY_KINDS)[number]

/** What happened, before it has its place in the chain. */
export interface StockFact {
  readonly kind: EntryKind
  readonly holdId: HoldId | null
  readonly checkoutId: CheckoutId | null
  readonly buyer: UserId | null
  readonly commandId: string | null
  /** Units of the fact; a resize carries the new quantity, an adjust its signed change. */
  readonly quantity: number
  readonly expiresAtMs: number | null
  readonly atMs: number
}

export interface Balances {
  readonly received: number
  readonly available: number
  readonly held: number
  readonly sold: number
}

export interface LedgerEntry extends StockFact, Balances {
  readonly sku: Sku
  readonly seq: number
  readonly epoch: number
  /** 64 hex digits; of entry 1: `GENESIS_HASH`. */
  readonly prevHash: string
  readonly hash: string
}

export const GENESIS_HASH = '0'.repeat(64)

/** The text an entry's hash is taken over: every field but the hash itself, in one fixed order. */
export function textOfEntry(entry: Omit<LedgerEntry, 'hash'>): string {
  return [
    entry.prevHash,
    entry.sku,
    entry.seq,
    entry.epoch,
    entry.kind,
    entry.holdId ?? '',
    entry.checkoutId ?? '',
    entry.buyer ?? '',
    entry.commandId ?? '',
    entry.quantity,
    entry.expiresAtMs ?? '',
    entry.atMs,
    entry.received,
    entry.available,
    entry.held,
    entry.sold,
  ].join('\n')
}
