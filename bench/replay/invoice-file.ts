// Reads a file of real invoices (the "Online Retail" columns) and sorts its lines into those that
// can be sold and those that cannot, each of these under one reason. There is no HTTP here and no
// price list: what the file means for the books is computed in expected-books.ts.

import { createReadStream } from 'node:fs'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { parse } from 'csv-parse'

/** Why a line is left out, in order of precedence: the first that applies is counted. */
export const SKIP_REASONS = [
  'cancellation',
  'quantity_not_positive',
  'price_not_positive',
  'sku_not_sellable',
  'price_below_a_penny',
] as const
export type SkipReason = (typeof SKIP_REASONS)[number]

/** One line of one invoice that can be sold; the price is in pence. */
export interface SaleLine {
  readonly invoiceNo: string
  readonly sku: string
  readonly description: string
  readonly quantity: number
  readonly unitPricePence: number
  /** Digits of the customer's number; null when the file names none. */
  readonly customer: string | null
}

export interface InvoiceFile {
  readonly saleLines: readonly SaleLine[]
  readonly linesRead: number
  readonly skipped: Readonly<Record<SkipReason, number>>
}

/** The file cannot be used as it is; the message names the line and what to do about it. */
export class InvoiceFileError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'InvoiceFileError'
  }
}

const COLUMNS = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'UnitPrice',
  'CustomerID',
] as const
type Column = (typeof COLUMNS)[number]
type Row = Readonly<Record<Column, string>>

// The SKU rule of the HTTP contract, repeated on purpose: the replay must not share it with what
// it checks.
const SKU = /^(?! )[A-Za-z0-9 ._-]{1,64}(?<! )$/
const INVOICE_NUMBER = /^[\x21-\x7e]{1,64}$/
const CUSTOMER = /^(\d{1,18})(?:\.0+)?$/
const QUANTITY = /^-?\d{1,9}$/
const PRICE = /^(-?)(\d{1,10})(?:\.(\d{1,10}))?$/

/**
 * Reads `.csv` or `.csv.gz`, streaming. Throws InvoiceFileError for a file that is not there, a
 * header without the needed columns and the first broken row.
 */
export async function readInvoiceFile(path: string): Promise<InvoiceFile> {
  const raw = createReadStream(path)
  const text = path.endsWith('.gz') ? unpacked(raw) : raw
  try {
    return await readInvoices(text)
  } catch (error) {
    if (error instanceof InvoiceFileError) {
      throw new InvoiceFileError(`${path}: ${error.message}`, { cause: error })
    }
    throw new InvoiceFileError(`${path} cannot be read: ${problemOf(error)}`, { cause: error })
  }
}

/** The same for text that is already unpacked. */
export async function readInvoices(text: Readable): Promise<InvoiceFile> {
  const parser = parse({ bom: true, info: true, relax_column_count: true, skip_empty_lines: true })
  // The error reaches the loop below through the parser, which the pipeline destroys with it.
  pipeline(text, parser, () => {})
  const skipped = Object.fromEntries(SKIP_REASONS.map((reason) => [reason, 0])) as Record<
    SkipReason,
    number
  >
  const saleLines: SaleLine[] = []
  let header: readonly string[] | undefined
  let linesRead = 0
  for await (const each of parser) {
    const { record, info } = each as { record: string[]; info: { lines: number } }
    if (header === undefined) {
      header = checkedHeader(record)
      continue
    }
    linesRead += 1
    const verdict = judge(rowOf(header, record, info.lines), info.lines)
    if (typeof verdict === 'string') skipped[verdict] += 1
    else saleLines.push(verdict)
  }
  if (header === undefined) throw new InvoiceFileError('the file is empty: it has no header line')
  return { saleLines, linesRead, skipped }
}

/** Pence of a decimal text such as `2.55`, half a penny rounded up; null when it is no number. */
export function penceOf(text: string): number | null {
  const match = PRICE.exec(text)
  if (match === null) return null
  const digits = (match[3] ?? '').padEnd(3, '0')
  const pence =
    Number(match[2]) * 100 + Number(digits.slice(0, 2)) + (digits.charAt(2) >= '5' ? 1 : 0)
  return match[1] === '-' ? -pence : pence
}

function judge(row: Row, line: number): SaleLine | SkipReason {
  if (!INVOICE_NUMBER.test(row.InvoiceNo)) throw brokenRow(line, 'InvoiceNo', row.InvoiceNo)
  if (!QUANTITY.test(row.Quantity)) throw brokenRow(line, 'Quantity', row.Quantity)
  const unitPricePence = penceOf(row.UnitPrice)
  if (unitPricePence === null) throw brokenRow(line, 'UnitPrice', row.UnitPrice)
  const customer = CUSTOMER.exec(row.CustomerID)?.[1] ?? null
  if (customer === null && row.CustomerID !== '') {
    throw brokenRow(line, 'CustomerID', row.CustomerID)
  }
  const quantity = Number(row.Quantity)
  if (row.InvoiceNo.startsWith('C')) return 'cancellation'
  if (quantity <= 0) return 'quantity_not_positive'
  if (Number(row.UnitPrice) <= 0) return 'price_not_positive'
  if (!SKU.test(row.StockCode)) return 'sku_not_sellable'
  if (unitPricePence === 0) return 'price_below_a_penny'
  const { InvoiceNo: invoiceNo, StockCode: sku } = row
  return { invoiceNo, sku, description: row.Description.trim(), quantity, unitPricePence, customer }
}

function checkedHeader(names: readonly string[]): readonly string[] {
  const missing = COLUMNS.filter((column) => !names.includes(column))
  if (missing.length === 0) return names
  throw new InvoiceFileError(
    `line 1: the header has no ${missing.join(', ')}. ` +
      `It reads "${names.join(',').slice(0, 120)}"; needed are ${COLUMNS.join(', ')}.`,
  )
}

function rowOf(header: readonly string[], record: readonly string[], line: number): Row {
  if (record.length !== header.length) {
    throw new InvoiceFileError(
      `line ${line}: ${record.length} fields where the header has ${header.length}. ` +
        'A comma inside a field needs quotes around the field.',
    )
  }
  const cells = COLUMNS.map((column) => [column, record[header.indexOf(column)] ?? ''])
  return Object.fromEntries(cells) as Row
}

function brokenRow(line: number, column: Column, value: string): InvoiceFileError {
  const wanted: Record<Column, string> = {
    InvoiceNo: '1 to 64 visible ASCII characters',
    StockCode: 'a code',
    Description: 'a text',
    Quantity: 'a whole number such as 6 or -6',
    UnitPrice: 'a decimal number such as 2.55',
    CustomerID: 'a number such as 17850 or 17850.0, or nothing',
  }
  const shown = JSON.stringify(value.slice(0, 60))
  return new InvoiceFileError(
    `line ${line}: ${column} is ${shown}; it must be ${wanted[column]}. Mend or remove the line.`,
  )
}

function unpacked(raw: Readable): Readable {
  const gunzip = createGunzip()
  pipeline(raw, gunzip, () => {})
  return gunzip
}

const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  EACCES: 'reading it is not allowed',
  Z_DATA_ERROR: 'it is no gzip file, or a broken one',
  Z_BUF_ERROR: 'the gzip file is cut off',
}

function problemOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  const known = code === undefined ? undefined : FILE_PROBLEMS[code]
  return `${known ?? message}. Nothing was replayed.`
}
