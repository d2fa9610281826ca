// Walks the whole ledger once, SKU by SKU: each entry and the checkpoint against the fold (I1-I4,
// I6, I8), and what is sold, open or returned against the checkouts (I4, I5, I9, P4). Memory holds
// the open holds of one SKU and a batch of look-ups, however long the history is.

import type { CheckoutId } from '../../actors/domain/ids.ts'
import type { Outage } from '../../actors/domain/outages.ts'
import {
  type AuditedCheckout,
  type AuditedShard,
  type AuditView,
  holdKeyOf,
} from '../../actors/ports/audit-source.ts'
import { checkpointsBySku } from './checkpoints-by-sku.ts'
import { inBatches } from './in-batches.ts'
import {
  judgeOpenHold,
  judgeReturn,
  judgeSale,
  type OpenHold,
  overdueMsOf,
  type Sale,
} from './judge-holds.ts'
import { emptyFold, foldEntry, type LedgerFold } from './ledger-fold.ts'
import type { Tally } from './tally.ts'
import { unitsBySku } from './units-by-sku.ts'

const REPEATED_MAX = 1_000
const LOOK_UPS_A_BATCH = 500

/** Reports to I1-I6, I8, I9 and P4. `onEntries` hears of each page of entries. */
export async function auditLedger(
  view: AuditView,
  takenAtMs: number,
  tally: Tally,
  onEntries: (entries: number) => void,
): Promise<void> {
  const [shards, outages] = [await view.shards(), await view.outages()]
  const units = unitsBySku(view.unitsOrdered(), tally)
  const holds = holdJudge(view, outages, tally)
  const checkpoints = checkpointsBySku(view.checkpoints(), tally)
  let fold: LedgerFold | null = null
  let shard: AuditedShard | undefined

  async function finish(done: LedgerFold): Promise<void> {
    checkpoints.finish(done)
    await holds.finish(done, Math.min(takenAtMs, shard?.aliveAtMs ?? takenAtMs))
    await units.compare(done.sku, done.committed)
  }

  for await (const page of view.entries()) {
    for (const entry of page) {
      if (fold?.sku !== entry.sku) {
        if (fold !== null) await finish(fold)
        fold = emptyFold(entry.sku)
        await checkpoints.begin(entry.sku)
        shard = shards.get(entry.shard)
      }
      foldEntry(fold, entry, shard, tally)
      checkpoints.see(fold)
      if (entry.kind === 'reserve') tally.looked('I4')
      if (entry.kind === 'commit' && entry.holdId !== null) {
        const { sku, seq, holdId, checkoutId, quantity } = entry
        await holds.sold({ sku, seq, holdId, checkoutId, quantity, fold })
      }
    }
    onEntries(page.length)
  }
  if (fold !== null) await finish(fold)
  await holds.flush()
  await units.compareRest()
  await checkpoints.rest()
  // Uniqueness over a whole history is the database's to find: no bounded memory of ours could.
  for (const { of, id, times } of await view.repeatedHolds(REPEATED_MAX)) {
    tally.violated('I4', `${of}: ${id} was reserved ${times} times`)
  }
}

interface HoldJudge {
  sold(sale: Sale): Promise<void>
  /** All entries of the SKU were seen; an owner could let holds expire until `ownedUntilMs`. */
  finish(fold: LedgerFold, ownedUntilMs: number): Promise<void>
  flush(): Promise<void>
}

function holdJudge(view: AuditView, outages: readonly Outage[], tally: Tally): HoldJudge {
  // Whether a sale was undone is known when its SKU has been read to the end.
  const finished = new WeakSet<LedgerFold>()
  let undecided: { sale: Sale; checkout: AuditedCheckout }[] = []

  const sales = inBatches<Sale>(LOOK_UPS_A_BATCH, async (batch) => {
    const checkouts = await checkoutsOf(view, batch)
    for (const sale of batch) {
      const checkout = sale.checkoutId === null ? undefined : checkouts.get(sale.checkoutId)
      if (checkout?.state === 'reversed' && !finished.has(sale.fold)) {
        undecided.push({ sale, checkout })
      } else judgeSale(sale, checkout, tally)
    }
  })
  const open = inBatches<OpenHold>(LOOK_UPS_A_BATCH, async (batch) => {
    const checkouts = await checkoutsOf(
      view,
      batch.map(({ hold }) => hold),
    )
    for (const each of batch) {
      const { checkoutId } = each.hold
      judgeOpenHold(each, checkoutId === null ? undefined : checkouts.get(checkoutId), tally)
    }
  })
  const returns = inBatches<Parameters<typeof judgeReturn>[0]>(LOOK_UPS_A_BATCH, async (batch) => {
    const facts = await view.holds(batch)
    for (const each of batch) judgeReturn(each, facts.get(holdKeyOf(each)), tally)
  })

  return {
    sold: (sale) => sales.add(sale),
    async finish(fold, ownedUntilMs) {
      finished.add(fold)
      for (const { sale, checkout } of undecided) judgeSale(sale, checkout, tally)
      undecided = []
      for (const hold of fold.open.values()) {
        const overdueMs = overdueMsOf(hold, ownedUntilMs, outages)
        await open.add({ sku: fold.sku, hold, overdueMs })
      }
      for (const [holdId, quantity] of fold.returned) {
        await returns.add({ sku: fold.sku, holdId, quantity, gapped: fold.gapped })
      }
    },
    async flush() {
      await sales.flush()
      await open.flush()
      await returns.flush()
    },
  }
}

async function checkoutsOf(
  view: AuditView,
  rows: readonly { readonly checkoutId: CheckoutId | null }[],
): Promise<ReadonlyMap<CheckoutId, AuditedCheckout>> {
  const ids = new Set(rows.map(({ checkoutId }) => checkoutId).filter((id) => id !== null))
  return view.checkoutsById([...ids])
}
