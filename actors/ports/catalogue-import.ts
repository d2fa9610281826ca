// Products and stock by the thousand, past the actors. What is written is what the actors would
// have written: the same chain of entries under the same fence, so that whoever owns a SKU finds a
// head that moved, and reads again.

import type { Sku } from '../domain/ids.ts'
import type { ProductInput } from '../domain/product.ts'

export interface ImportRow {
  /** Where it stands in the file. */
  readonly line: number
  readonly product: ProductInput
  readonly units: number
}

export interface ImportTerms {
  /**
   * The command id of every unit that is received. A SKU that has it already received this row
   * before, and receives nothing more.
   */
  readonly commandId: string
  /** Whether a SKU that has a history takes units too. */
  readonly toExisting: boolean
  /** False: rows have none, and those that are stored stay. */
  readonly withDescriptions: boolean
}

/** In order of precedence. Everything but the first leaves the product stored. */
export const IMPORT_REFUSALS = [
  'sku_repeated', // an earlier line of this import has the SKU
  'has_history', // it has stock, and `toExisting` is false
  'other_quantity', // the same delivery brought it another number of units before
  'stock_limit_reached', // more units than a SKU may ever receive
] as const

export type ImportRefusal = (typeof IMPORT_REFUSALS)[number]

export interface RefusedRow {
  readonly line: number
  readonly sku: Sku
  readonly refusal: ImportRefusal
  /** For `sku_repeated`: the line that has the SKU. */
  readonly firstLine: number | null
}

export interface ImportedBatch {
  readonly created: number
  readonly changed: number
  /** SKUs that received units, and how many. */
  readonly stocked: number
  readonly units: number
  /** SKUs that had received their row's units before. */
  readonly repeated: number
  readonly refused: readonly RefusedRow[]
}

export interface CatalogueImport {
  /**
   * Stores the rows, all or none, and durably. Throws RetryLater `ledger_unavailable` when nobody
   * knows: giving the same rows again changes nothing that was stored.
   */
  write(rows: readonly ImportRow[]): Promise<ImportedBatch>
  /** Tells the planner what the tables look like now. */
  finish(): Promise<void>
  close(): Promise<void>
}
