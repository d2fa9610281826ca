// Sets the units that orders name against the units the ledger sold, SKU by SKU. Both come sorted,
// so they are walked side by side and never held together in memory (I5, P4).

import { compareBytes, type Sku } from '../../actors/domain/ids.ts'
import type { UnitsOrdered } from '../../actors/ports/audit-source.ts'
import type { Tally } from './tally.ts'

export interface UnitsBySku {
  /** Call in bytewise order of SKU. `committed` is what the ledger says was ever sold. */
  compare(sku: Sku, committed: number): Promise<void>
  /** The SKUs that orders name and the ledger does not. */
  compareRest(): Promise<void>
}

export function unitsBySku(
  ordered: AsyncIterable<readonly UnitsOrdered[]>,
  tally: Tally,
): UnitsBySku {
  const rows = flattened(ordered)
  let next: UnitsOrdered | null | undefined

  async function peek(): Promise<UnitsOrdered | null> {
    if (next === undefined) {
      const { value, done } = await rows.next()
      next = done === true ? null : value
    }
    return next
  }

  function judge(sku: Sku, committed: number, row: UnitsOrdered | null): void {
    const { confirmed, committing } = row ?? { confirmed: 0, committing: 0 }
    tally.looked('I5')
    tally.looked('P4')
    if (committed < confirmed) {
      const what = `orders were confirmed for ${confirmed} units, the ledger sold ${committed}`
      tally.violated('I5', `${sku}: ${what}`)
    }
    // A checkout that is committing has sold any part of its lines.
    if (committed > confirmed + committing) {
      const what = `the ledger sold ${committed} units, orders name ${confirmed + committing}`
      tally.violated('P4', `${sku}: ${what}`)
    }
  }

  return {
    async compare(sku, committed) {
      for (;;) {
        const row = await peek()
        if (row === null || compareBytes(row.sku, sku) > 0) return judge(sku, committed, null)
        next = undefined
        if (row.sku === sku) return judge(sku, committed, row)
        judge(row.sku, 0, row)
      }
    },
    async compareRest() {
      for (let row = await peek(); row !== null; row = await peek()) {
        next = undefined
        judge(row.sku, 0, row)
      }
    },
  }
}

async function* flattened<Row>(pages: AsyncIterable<readonly Row[]>): AsyncGenerator<Row, void> {
  for await (const page of pages) yield* page
}
