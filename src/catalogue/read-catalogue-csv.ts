// Products and their first stock from a CSV file with the columns
//
//   sku, name, description, price, currency, seller_id, stock
//
// `price` is in minor units (3500 with USD is 35 dollars), so that no file can be read with the
// decimal point in the wrong place. What is wrong is told by line, all of it at once.

import { CsvError, parse } from 'csv-parse/sync'
import { parseSellerId, parseSku, type Sku } from '../../actors/domain/ids.ts'
import { AMOUNT_MAX, money } from '../../actors/domain/money.ts'
import type { ProductInput } from '../../actors/domain/product.ts'

export interface StockedProduct {
  readonly product: ProductInput
  /** Units to receive; 0 is a product that is sold out from the start. */
  readonly stock: number
}

export interface CatalogueProblem {
  /** Counted from 1, the header included. */
  readonly line: number
  readonly problem: string
}

export interface CatalogueFile {
  readonly products: readonly StockedProduct[]
  /** Lines that are left out of `products`. */
  readonly problems: readonly CatalogueProblem[]
}

const COLUMNS = ['sku', 'name', 'description', 'price', 'currency', 'seller_id', 'stock'] as const
const NAME_MAX = 300
const DESCRIPTION_MAX = 10_000
// What a ledger entry can count.
const STOCK_MAX = 2_147_483_647

type Row = Record<(typeof COLUMNS)[number], string>

interface ParsedRow {
  readonly record: readonly string[]
  readonly info: { readonly lines: number }
}

/** Reads the whole text. A file that is no CSV, or has other columns, is one problem. */
export function readCatalogueCsv(text: string): CatalogueFile {
  let rows: ParsedRow[]
  try {
    const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true }
    rows = parse(text, options) as unknown as ParsedRow[]
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return { products: [], problems: [{ line: Number(error.lines ?? 1), problem: error.message }] }
  }
  const header = rows.shift()?.record ?? []
  if (header.join(',') !== COLUMNS.join(',')) {
    const problem = `the columns must be ${COLUMNS.join(',')}, not "${header.join(',')}"`
    return { products: [], problems: [{ line: 1, problem }] }
  }
  const products: StockedProduct[] = []
  const problems: CatalogueProblem[] = []
  const seen = new Set<Sku>()
  for (const { record, info } of rows) {
    const row = rowOf(record)
    const read =
      row === null ? `${record.length} fields, not ${COLUMNS.length}` : productOf(row, seen)
    if (typeof read === 'string') problems.push({ line: info.lines, problem: read })
    else products.push(read)
  }
  return { products, problems }
}

function rowOf(record: readonly string[]): Row | null {
  if (record.length !== COLUMNS.length) return null
  const fields = COLUMNS.map((column, at) => [column, record[at] ?? ''])
  return Object.fromEntries(fields) as Row
}

/** The product of a row, or what is wrong with it. */
function productOf(row: Row, seen: Set<Sku>): StockedProduct | string {
  const sku = parseSku(row.sku)
  if (sku === null) return `"${row.sku}" is no SKU: 1 to 64 of letters, digits, space . _ -`
  if (seen.has(sku)) return `${sku} is there twice`
  if (row.name === '' || row.name.length > NAME_MAX) {
    return `${sku}: a name has 1 to ${NAME_MAX} characters`
  }
  if (row.description.length > DESCRIPTION_MAX) {
    return `${sku}: a description has at most ${DESCRIPTION_MAX} characters`
  }
  const price = wholeNumber(row.price, AMOUNT_MAX)
  if (price === null) return `${sku}: a price is a whole number of minor units, not "${row.price}"`
  if (!/^[A-Z]{3}$/.test(row.currency)) return `${sku}: "${row.currency}" is no ISO 4217 currency`
  const sellerId = parseSellerId(row.seller_id)
  if (sellerId === null) return `${sku}: "${row.seller_id}" is no seller id`
  const stock = wholeNumber(row.stock, STOCK_MAX)
  if (stock === null) return `${sku}: stock is a whole number of units, not "${row.stock}"`
  seen.add(sku)
  const { name, description, currency } = row
  const product: ProductInput = {
    sku,
    name,
    description,
    price: money(price, currency),
    sellerId,
    imageUrl: null,
    attributes: {},
    status: 'active',
    purchaseLimit: null,
  }
  return { product, stock }
}

function wholeNumber(text: string, most: number): number | null {
  return /^\d{1,10}$/.test(text) && Number(text) <= most ? Number(text) : null
}
