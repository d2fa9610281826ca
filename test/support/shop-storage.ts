// What survives a shop: its ledger and its journal, in memory or in Postgres.

import { RetryLater } from '../../actors/domain/failures.ts'
import type { Sku } from '../../actors/domain/ids.ts'
import type { LedgerEntry } from '../../actors/domain/ledger-entry.ts'
import type { CheckoutJournal } from '../../actors/ports/checkout-journal.ts'
import type { Clock } from '../../actors/ports/clock.ts'
import type { ShardTable } from '../../actors/ports/ledger.ts'
import type { LedgerStore } from '../../persistence/ledger-with-group-commit.ts'
import {
  type MemoryJournal,
  memoryJournal,
} from '../../persistence/memory/memory-checkout-journal.ts'
import { memoryLedger } from '../../persistence/memory/memory-ledger.ts'
import { openPool } from '../../persistence/postgres/connect.ts'
import { postgresCheckoutJournal } from '../../persistence/postgres/postgres-checkout-journal.ts'
import { postgresLedger, postgresShardTable } from '../../persistence/postgres/postgres-ledger.ts'

export interface ShopStorage {
  readonly ledger: LedgerStore
  readonly shards: ShardTable
  journalFor(owner: string): CheckoutJournal
  /** Every entry of a SKU, the first one first. */
  historyOf(sku: Sku): Promise<readonly LedgerEntry[]>
  close(): Promise<void>
}

export interface MemoryStorage extends ShopStorage {
  readonly books: MemoryJournal
}

const HISTORY_MAX = 1_000_000

export function memoryStorage(clock: Clock): MemoryStorage {
  const { store: ledger, shards, historyOf } = memoryLedger(clock)
  const books = memoryJournal(clock)
  return {
    ledger,
    shards,
    books,
    journalFor: books.openFor,
    historyOf: async (sku) => historyOf(sku),
    close: async () => {},
  }
}

/** On the database at `url`, which has the schema. */
export function postgresStorage(url: string): ShopStorage {
  const pool = (name: string, connectionsMax: number) =>
    openPool(url, { name, connectionsMax, queryTimeoutMs: 10_000 }, ignoreIdleErrors)
  const [ledgerWriter, journalWriter, reader] = [
    pool('ledger', 1),
    pool('journal', 1),
    pool('reader', 8),
  ]
  const ledger = postgresLedger(ledgerWriter, reader, reader)
  return {
    ledger,
    shards: postgresShardTable(reader),
    journalFor: (owner) => postgresCheckoutJournal(journalWriter, reader, { owner, batchMax: 256 }),
    historyOf: (sku) => ledger.entriesAfter(sku, 0, HISTORY_MAX),
    async close() {
      await Promise.all([ledgerWriter, journalWriter, reader].map((each) => each.end()))
    },
  }
}

/** A closed pool's last connections may still be open when the database is dropped under them. */
function ignoreIdleErrors(): void {}

export interface InterruptedStorage extends ShopStorage {
  /** From now on nothing of it answers, until `back`. */
  away(): void
  back(): void
}

/** A storage that can be away for a while; what it holds stays. */
export function interruptible(storage: ShopStorage): InterruptedStorage {
  let isAway = false
  function guard<Port extends object>(port: Port): Port {
    const guarded = Object.entries(port).map(([name, value]) => {
      if (typeof value !== 'function') return [name, value]
      return [
        name,
        async (...given: unknown[]) => {
          if (isAway) throw new RetryLater('ledger_unavailable', 'storage is away')
          return value(...given)
        },
      ]
    })
    return Object.fromEntries(guarded)
  }
  return {
    ...storage,
    ledger: guard(storage.ledger),
    shards: guard(storage.shards),
    journalFor: (owner) => guard(storage.journalFor(owner)),
    away: () => {
      isAway = true
    },
    back: () => {
      isAway = false
    },
  }
}
