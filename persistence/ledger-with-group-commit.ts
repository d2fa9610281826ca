// Many SKUs wait for the same disk. This wrapper merges the appends that are waiting into one
// statement, one statement at a time: while it runs, the next batch gathers. A batch that breaks a
// constraint, or that the ledger cannot take at all, is halved by SKU until the culprit stands
// alone, so that strangers do not fail with it.

import { RetryLater } from '../actors/domain/failures.ts'
import { compareBytes } from '../actors/domain/ids.ts'
import type { AppendOutcome, Ledger, SkuAppend } from '../actors/ports/ledger.ts'
import { batchWriter } from './batch-writer.ts'

/** A whole statement was rolled back because of some SKU in it; nothing of it was written. */
export class BatchConflict extends Error {
  readonly constraint: string

  constructor(constraint: string, cause: unknown) {
    super(`the batch broke ${constraint}`, { cause })
    this.name = 'BatchConflict'
    this.constraint = constraint
  }
}

export interface LedgerStore extends Omit<Ledger, 'append'> {
  /**
   * One outcome per append, in order. Throws BatchConflict when nothing was written because of a
   * constraint, RetryLater when nobody knows.
   */
  appendMany(appends: readonly SkuAppend[]): Promise<AppendOutcome[]>
}

/** `entriesMax` bounds one statement. */
export function ledgerWithGroupCommit(store: LedgerStore, entriesMax: number): Ledger {
  const appends = batchWriter<SkuAppend, AppendOutcome>({
    batchMax: entriesMax,
    weightOf: ({ entries }) => entries.length,
    // The second append of a SKU continues the first, so it cannot stand beside it.
    exclusiveKeys: ({ sku }) => [sku],
    async flush(batch) {
      try {
        return await appendInOrder(store, batch)
      } catch (error) {
        if (error instanceof BatchConflict && batch.length === 1) return [refusedBy(error)]
        throw error
      }
    },
  })
  return {
    append: appends.add,
    entriesAfter: store.entriesAfter,
    lookUp: store.lookUp,
    unitsSold: store.unitsSold,
    nowMs: store.nowMs,
  }
}

/** Sends them sorted by (shard, sku), because who locks in one order never deadlocks. */
async function appendInOrder(
  store: LedgerStore,
  batch: readonly SkuAppend[],
): Promise<AppendOutcome[]> {
  const sorted = [...batch].sort((a, b) => a.shard - b.shard || compareBytes(a.sku, b.sku))
  const outcomes = await store.appendMany(sorted)
  const byAppend = new Map(sorted.map((append, index) => [append, outcomes[index]]))
  return batch.map((append) => {
    const outcome = byAppend.get(append)
    if (outcome) return outcome
    throw new RetryLater('ledger_unavailable', 'the ledger answered for fewer than it was given')
  })
}

function refusedBy({ constraint }: BatchConflict): AppendOutcome {
  const refusal = constraint === 'sku_has_one_history' ? 'stale_head' : 'constraint_violated'
  return { kind: 'refused', refusal, detail: constraint }
}
