// Reads a catalogue file line by line: its header once, then a product or a problem for each row.

import { type Columns, columnsOf, type StockedProduct, stockedProductOf } from './catalogue-row.ts'
import { type CsvRecord, csvRecordReader } from './csv-records.ts'

export interface GoodRow {
  /** Counted from 1, the header included. */
  readonly line: number
  /** As they stand in the file. */
  readonly fields: readonly string[]
  readonly stocked: StockedProduct
}

export interface BadRow {
  readonly line: number
  readonly fields: readonly string[]
  readonly problem: string
}

export type CatalogueRow = GoodRow | BadRow

/** The file as a whole cannot be read: nothing of it means what it says. */
export class NoCatalogue extends Error {
  constructor(problem: string) {
    super(problem)
    this.name = 'NoCatalogue'
  }
}

export interface CatalogueReader {
  /** Takes the next line. Throws NoCatalogue for a header that is none. */
  push(line: string): CatalogueRow[]
  /** No more lines. Throws NoCatalogue when not even a header came. */
  end(): CatalogueRow[]
  /** null before the header was read. */
  columns(): Columns | null
}

const BYTE_ORDER_MARK = '\ufeff'

export function catalogueReader(): CatalogueReader {
  const records = csvRecordReader()
  let columns: Columns | null = null
  let first = true

  function rowsOf(read: readonly CsvRecord[]): CatalogueRow[] {
    return read.flatMap((record) => rowOf(record) ?? [])
  }

  function rowOf(record: CsvRecord): CatalogueRow | null {
    if (columns === null) {
      columns = headerOf(record)
      return null
    }
    const { line } = record
    if ('problem' in record) return { line, fields: [record.text], problem: record.problem }
    const { fields } = record
    const stocked = stockedProductOf(columns, fields)
    return typeof stocked === 'string'
      ? { line, fields, problem: stocked }
      : { line, fields, stocked }
  }

  return {
    push(line) {
      const text = first && line.startsWith(BYTE_ORDER_MARK) ? line.slice(1) : line
      first = false
      return rowsOf(records.push(text))
    },
    end() {
      const rows = rowsOf(records.end())
      if (columns === null) throw new NoCatalogue('the file is empty: not even a header is in it')
      return rows
    },
    columns: () => columns,
  }
}

function headerOf(record: CsvRecord): Columns {
  const columns = 'problem' in record ? record.problem : columnsOf(record.fields)
  if (typeof columns === 'string') throw new NoCatalogue(columns)
  return columns
}
