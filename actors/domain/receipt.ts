// Units that arrive at a SKU by the million, written past its actor: the entry the actor would have
// made, from the head alone. Receiving looks at no hold, so no more of the state is needed.

import { hashOfEntry } from './hash.ts'
import type { Sku } from './ids.ts'
import { type Balances, GENESIS_HASH, type LedgerEntry } from './ledger-entry.ts'

/** The last entry of a SKU, as far as the next one depends on it. */
export interface Head extends Balances {
  readonly seq: number
  readonly hash: string
}

/** Of a SKU without entries. */
export const NO_HEAD: Head = {
  seq: 0,
  hash: GENESIS_HASH,
  received: 0,
  available: 0,
  held: 0,
  sold: 0,
}

export interface Receipt {
  readonly sku: Sku
  readonly quantity: number
  readonly commandId: string
  readonly atMs: number
  readonly epoch: number
}

/** The sealed entry that continues `head` with `quantity` more units. */
export function receiptEntry(head: Head, receipt: Receipt): LedgerEntry {
  const { sku, quantity, commandId, atMs, epoch } = receipt
  const unsealed = {
    kind: 'receive' as const,
    holdId: null,
    checkoutId: null,
    buyer: null,
    commandId,
    quantity,
    expiresAtMs: null,
    atMs,
    sku,
    seq: head.seq + 1,
    epoch,
    prevHash: head.hash,
    received: head.received + quantity,
    available: head.available + quantity,
    held: head.held,
    sold: head.sold,
    hash: '',
  }
  unsealed.hash = hashOfEntry(unsealed)
  return unsealed
}
