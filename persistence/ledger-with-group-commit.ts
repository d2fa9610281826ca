// Many SKUs wait for the same disk. This wrapper merges the appends that are waiting into one
// statement, one statement at a time: while it runs, the next batch gathers. A batch that breaks a
// constraint, or that the ledger cannot take at all, is halved by SKU until the culprit stands
// alone, so that strangers do not fail with it.

import { RetryLater } from '../actors/domain/failures.ts'
import { compareBytes } from '../actors/domain/ids.ts'
import type { AppendOutcome, Ledger, SkuAppend } from '../actors/ports/ledger.ts'

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

interface Waiting {
  readonly append: SkuAppend
  readonly resolve: (outcome: AppendOutcome) => void
  readonly reject: (error: unknown) => void
}

/** `entriesMax` bounds one statement. */
export function ledgerWithGroupCommit(store: LedgerStore, entriesMax: number): Ledger {
  const waiting: Waiting[] = []
  let running = false

  async function pump(): Promise<void> {
    running = true
    while (waiting.length > 0) await writeTogether(takeBatch(waiting, entriesMax))
    running = false
  }

  async function writeTogether(batch: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await store.appendMany(batch.map(({ append }) => append))
      batch.forEach(({ resolve, reject }, index) => {
        const outcome = outcomes[index]
        if (outcome) resolve(outcome)
        else reject(new RetryLater('ledger_unavailable', 'the ledger answered too little'))
      })
    } catch (error) {
      await afterFailure(batch, error)
    }
  }

  async function afterFailure(batch: readonly Waiting[], error: unknown): Promise<void> {
    if (error instanceof RetryLater || batch.length === 1) {
      for (const { resolve, reject } of batch) {
        if (error instanceof BatchConflict) resolve(refusedBy(error))
        else reject(error)
      }
    } else {
      const middle = batch.length >> 1
      await writeTogether(batch.slice(0, middle))
      await writeTogether(batch.slice(middle))
    }
  }

  return {
    append: (append) =>
      new Promise((resolve, reject) => {
        waiting.push({ append, resolve, reject })
        if (!running) void pump()
      }),
    entriesAfter: store.entriesAfter,
    lookUp: store.lookUp,
    nowMs: store.nowMs,
  }
}

function refusedBy({ constraint }: BatchConflict): AppendOutcome {
  const refusal = constraint === 'sku_has_one_history' ? 'stale_head' : 'constraint_violated'
  return { kind: 'refused', refusal, detail: constraint }
}

/** Takes from the front, sorted by (shard, sku): who locks in one order never deadlocks. */
function takeBatch(waiting: Waiting[], entriesMax: number): Waiting[] {
  let count = 0
  let entries = 0
  for (const { append } of waiting) {
    if (count > 0 && entries + append.entries.length > entriesMax) break
    entries += append.entries.length
    count += 1
  }
  return waiting
    .splice(0, count)
    .sort((a, b) => a.append.shard - b.append.shard || compareBytes(a.append.sku, b.append.sku))
}
