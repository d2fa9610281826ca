// Sends SKUs out of memory that an import gave units: an actor with an old head would learn of them
// at its next append, but one that believes itself sold out appends nothing, and would go on saying
// so. The next command reads the ledger again.

import type { Sku } from '../../actors/domain/ids.ts'
import type { ImportedStock } from '../../actors/ports/imported-stock.ts'

const SKUS_A_ROUND = 1_000

/**
 * Answers a round: true when there may be more at once. `fromId` was the newest before anything was
 * read into memory here.
 */
export function importedStockWorker(
  imported: ImportedStock,
  fromId: number,
  sendOut: (sku: Sku) => Promise<void>,
): () => Promise<boolean> {
  let seenId = fromId
  return async function readImported() {
    const found = await imported.after(seenId, SKUS_A_ROUND)
    for (const { id, sku } of found) {
      await sendOut(sku)
      seenId = id
    }
    return found.length === SKUS_A_ROUND
  }
}
