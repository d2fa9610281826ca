// Sets each checkpoint beside the fold when the fold has come to its entry (I8). Both come by SKU,
// so they are walked side by side; one checkpoint is in memory at a time.

import { compareBytes, type Sku } from '../../actors/domain/ids.ts'
import type { SkuStock } from '../../actors/domain/sku-stock.ts'
import { readState } from '../../actors/domain/stock-state.ts'
import type { AuditedCheckpoint } from '../../actors/ports/audit-source.ts'
import type { LedgerFold } from './ledger-fold.ts'
import type { Tally } from './tally.ts'

export interface CheckpointsBySku {
  /** Call in bytewise order of SKU, before its first entry. */
  begin(sku: Sku): Promise<void>
  /** After each entry. */
  see(fold: LedgerFold): void
  /** After its last entry. */
  finish(fold: LedgerFold): void
  /** The checkpoints of SKUs that the ledger does not know. */
  rest(): Promise<void>
}

export function checkpointsBySku(
  checkpoints: AsyncIterable<readonly AuditedCheckpoint[]>,
  tally: Tally,
): CheckpointsBySku {
  const rows = flattened(checkpoints)
  let ahead: AuditedCheckpoint | null | undefined
  let present: AuditedCheckpoint | null = null

  function report({ sku, seq }: AuditedCheckpoint, what: string): void {
    tally.violated('I8', `${sku} checkpoint at entry ${seq}: ${what}`)
  }

  /** Takes the next checkpoint up to `sku`; null: the next one is behind it. */
  async function takeUpTo(sku: Sku | null): Promise<AuditedCheckpoint | null> {
    if (ahead === undefined) {
      const { value, done } = await rows.next()
      ahead = done === true ? null : value
    }
    const row = ahead
    if (row === null || (sku !== null && compareBytes(row.sku, sku) > 0)) return null
    ahead = undefined
    tally.looked('I8')
    return row
  }

  return {
    async begin(sku) {
      for (present = await takeUpTo(sku); present !== null; present = await takeUpTo(sku)) {
        if (present.sku === sku) return
        report(present, 'the ledger has no entry of this SKU')
      }
    },
    see(fold) {
      if (present === null || present.seq !== fold.seq) return
      const wrong = differenceOf(present, fold)
      if (wrong !== null) report(present, wrong)
      present = null
    },
    finish(fold) {
      if (present !== null) report(present, `the ledger has no such entry, it ends at ${fold.seq}`)
      present = null
    },
    async rest() {
      for (let row = await takeUpTo(null); row !== null; row = await takeUpTo(null)) {
        report(row, 'the ledger has no entry of this SKU')
      }
    },
  }
}

/** What a checkpoint says otherwise than the fold up to its entry; null: nothing. */
function differenceOf({ sku, hash, text }: AuditedCheckpoint, fold: LedgerFold): string | null {
  if (hash !== fold.hash) return 'it is of another history'
  const reading = readState(sku, text)
  let step = reading.next()
  while (!step.done) step = reading.next()
  if (!step.value.ok) return `it cannot be read: ${step.value.fault}`
  const { stock } = step.value
  if (stock.seq !== fold.seq || stock.hash !== fold.hash) return 'its text is of another entry'
  for (const place of ['received', 'available', 'held', 'sold'] as const) {
    if (stock[place] !== fold[place]) {
      return `${place} is ${stock[place]}, should be ${fold[place]}`
    }
  }
  return differenceOfHolds(stock, fold)
}

function differenceOfHolds({ open }: SkuStock, fold: LedgerFold): string | null {
  if (open.size !== fold.open.size) return `${open.size} holds are open, not ${fold.open.size}`
  for (const hold of open.values()) {
    const folded = fold.open.get(hold.holdId)
    const same =
      folded !== undefined &&
      folded.checkoutId === hold.checkoutId &&
      folded.quantity === hold.quantity &&
      folded.pinned === hold.pinned &&
      folded.takenAtMs === hold.takenAtMs &&
      folded.expiresAtMs === hold.expiresAtMs
    if (!same) return `${hold.holdId} is not as the ledger has it`
  }
  return null
}

async function* flattened<Row>(pages: AsyncIterable<readonly Row[]>): AsyncGenerator<Row, void> {
  for await (const page of pages) yield* page
}
