// Brings a catalogue file into storage: reads it row by row, hands good rows over in batches, and
// tells of every row that was left out. While a batch is being written the next one is read.

import type { Readable } from 'node:stream'
import type {
  CatalogueImport,
  ImportRow,
  ImportTerms,
  RefusedRow,
} from '../../actors/ports/catalogue-import.ts'
import { type BadRow, type CatalogueRow, catalogueReader } from './read-catalogue-csv.ts'
import { linesOf } from './text-lines.ts'

export interface ImportTally {
  rows: number
  /** Products that are new, and those that changed; the rest were as the file says. */
  created: number
  changed: number
  /** SKUs that received units, and how many units. */
  stocked: number
  units: number
  /** SKUs that had received their row's units before. */
  repeated: number
  /** Rows left out, and rows whose product was stored without its units. */
  rejected: number
}

export interface ImportWork {
  readonly bytes: Readable
  /** Opens storage once the header was read. */
  readonly open: (withDescriptions: boolean) => Promise<CatalogueImport>
  readonly batchRows: number
  /** Hears of each row that was not taken as it stands, in the order of batches. */
  readonly onRejected: (row: BadRow, columns: readonly string[]) => Promise<void> | void
  /** Hears of the tally after each batch. */
  readonly onProgress: (tally: Readonly<ImportTally>) => void
}

interface Batch {
  readonly rows: readonly CatalogueRow[]
  readonly columns: readonly string[]
  readonly withDescriptions: boolean
}

/**
 * Resolves with what was done. Throws NoCatalogue or UnreadableFile for a file that cannot be read
 * on; the batches before stay, and the same file again goes on from there.
 */
export async function importCatalogue(work: ImportWork): Promise<ImportTally> {
  const tally: ImportTally = {
    rows: 0,
    created: 0,
    changed: 0,
    stocked: 0,
    units: 0,
    repeated: 0,
    rejected: 0,
  }
  const batches = batchesOf(work.bytes, work.batchRows)
  let storage: CatalogueImport | null = null
  try {
    let next = batches.next()
    for (;;) {
      const { done, value: batch } = await next
      if (done) break
      storage ??= await work.open(batch.withDescriptions)
      // Reading goes on while Postgres writes. Its failure is heard in the next round.
      next = batches.next()
      next.catch(() => {})
      await storeBatch(storage, batch, tally, work)
      work.onProgress(tally)
    }
    await storage?.finish()
    return tally
  } finally {
    work.bytes.destroy()
    await storage?.close()
  }
}

async function* batchesOf(bytes: Readable, batchRows: number): AsyncGenerator<Batch> {
  const reader = catalogueReader()
  let rows: CatalogueRow[] = []
  const take = () => {
    const columns = reader.columns()
    const batch = {
      rows,
      columns: columns?.names ?? [],
      withDescriptions: columns !== null && columns.description !== null,
    }
    rows = []
    return batch
  }
  for await (const lines of linesOf(bytes)) {
    for (const line of lines) {
      const complete = reader.push(line)
      for (const row of complete) rows.push(row)
      if (rows.length >= batchRows) yield take()
    }
  }
  for (const row of reader.end()) rows.push(row)
  // Also without a row: a file that is only a header is an import of nothing.
  yield take()
}

async function storeBatch(
  storage: CatalogueImport,
  batch: Batch,
  tally: ImportTally,
  work: ImportWork,
): Promise<void> {
  const good: ImportRow[] = []
  const rejected: BadRow[] = []
  const fieldsByLine = new Map<number, readonly string[]>()
  for (const row of batch.rows) {
    if ('problem' in row) {
      rejected.push(row)
      continue
    }
    const { line, stocked, fields } = row
    good.push({ line, product: stocked.product, units: stocked.stock })
    fieldsByLine.set(line, fields)
  }
  tally.rows += batch.rows.length
  if (good.length > 0) {
    const stored = await storage.write(good)
    tally.created += stored.created
    tally.changed += stored.changed
    tally.stocked += stored.stocked
    tally.units += stored.units
    tally.repeated += stored.repeated
    for (const row of stored.refused) {
      const fields = fieldsByLine.get(row.line) ?? []
      rejected.push({ line: row.line, fields, problem: problemOf(row) })
    }
  }
  tally.rejected += rejected.length
  for (const row of rejected.sort((one, other) => one.line - other.line)) {
    await work.onRejected(row, batch.columns)
  }
}

const STORED = 'the product is stored, its units were not received'

function problemOf({ sku, refusal, firstLine }: RefusedRow): string {
  switch (refusal) {
    case 'sku_repeated':
      return `${sku} is on line ${firstLine} already: this row was left out`
    case 'has_history':
      return `${sku} has a stock history: ${STORED} (--receive takes them as a delivery)`
    case 'other_quantity':
      return `${sku} received another number of units from this delivery before: ${STORED}`
    case 'stock_limit_reached':
      return `${sku} would receive more units in all than can be counted: ${STORED}`
  }
}

/** The units a new SKU begins with: the same, whichever file brings them. */
export const OPENING_STOCK: Pick<ImportTerms, 'commandId' | 'toExisting'> = {
  commandId: 'import:opening-stock',
  toExisting: false,
}

/** Units that arrive at whatever is there; `id` names the delivery, which is received once. */
export function deliveryOf(id: string): Pick<ImportTerms, 'commandId' | 'toExisting'> {
  return { commandId: `import:${id}`, toExisting: true }
}
