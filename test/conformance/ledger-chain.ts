// Entries as an owner of a SKU makes them, for tests that speak to a ledger without an actor.

import type { CheckoutId, HoldId, Sku, UserId } from '../../actors/domain/ids.ts'
import type { StockFact } from '../../actors/domain/ledger-entry.ts'
import { skuShardOf } from '../../actors/domain/shard.ts'
import {
  appendFact,
  emptyStock,
  replayEntry,
  type SkuStock,
} from '../../actors/domain/sku-stock.ts'
import type { Ledger, SkuAppend } from '../../actors/ports/ledger.ts'

const BARE: StockFact = {
  kind: 'receive',
  holdId: null,
  checkoutId: null,
  buyer: null,
  commandId: null,
  quantity: 1,
  expiresAtMs: null,
  // A millisecond that binary fractions of a second cannot hold exactly.
  atMs: 1_763_836_076_123,
}

export function received(commandId: string, quantity: number): StockFact {
  return { ...BARE, commandId, quantity }
}

export function reserved(hold: string, quantity: number): StockFact {
  return {
    ...ofHold('reserve', hold, quantity),
    checkoutId: `chk_of_${hold}` as CheckoutId,
    buyer: 'anna' as UserId,
    expiresAtMs: BARE.atMs + 899_999,
  }
}

export function ofHold(kind: StockFact['kind'], hold: string, quantity: number): StockFact {
  return { ...BARE, kind, holdId: hold as HoldId, quantity }
}

/** The memory of one owner: the head it believes in, and what it would append to it. */
export interface Chain {
  readonly stock: SkuStock
  /** Seals the facts on top of the head; memory moves on as if they were committed. */
  next(...facts: StockFact[]): SkuAppend
}

export function chainOf(sku: Sku, epoch: number, stock: SkuStock = emptyStock(sku)): Chain {
  const shard = skuShardOf(sku)
  return {
    stock,
    next(...facts) {
      const { seq: headSeq, hash: headHash } = stock
      const entries = facts.map((fact) => appendFact(stock, fact, epoch))
      return { sku, shard, epoch, headSeq, headHash, entries }
    },
  }
}

/** The memory of an owner that has just read the ledger. */
export async function loadChain(ledger: Pick<Ledger, 'entriesAfter'>, sku: Sku, epoch: number) {
  const stock = emptyStock(sku)
  for (const entry of await ledger.entriesAfter(sku, 0, 10_000)) replayEntry(stock, entry)
  return chainOf(sku, epoch, stock)
}
