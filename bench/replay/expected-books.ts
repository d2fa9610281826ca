// What the books must say after every sale invoice of a file has been bought once: the catalogue,
// each order with its total, the units sold per SKU and the revenue. All of it is arithmetic on
// the file alone, so that it can be held against a service that computed the same in its own way.

import { createHash } from 'node:crypto'
import { InvoiceFileError, type SaleLine } from './invoice-file.ts'

export const CURRENCY = 'GBP'
/** Enough sellers that most invoices split into several sub-orders. */
const SELLERS = 8
/** The longest name a product may have. */
const NAME_MAX = 300

export interface CatalogueEntry {
  readonly sku: string
  readonly name: string
  readonly unitPricePence: number
  readonly sellerId: string
  /** Units that the replayed invoices need in total. */
  readonly units: number
}

export interface ExpectedLine {
  readonly sku: string
  readonly quantity: number
  readonly totalPence: number
}

/** One sale invoice with the lines of one SKU merged. */
export interface ExpectedOrder {
  readonly invoiceNo: string
  readonly buyer: string
  readonly lines: readonly ExpectedLine[]
  readonly totalPence: number
}

export interface ExpectedBooks {
  readonly catalogue: ReadonlyMap<string, CatalogueEntry>
  /** In file order, by the first sale line of each invoice. */
  readonly orders: readonly ExpectedOrder[]
  readonly units: number
  readonly revenuePence: number
  readonly linesMax: number
  readonly quantityMax: number
}

/**
 * `invoicesMax` keeps the first so many sale invoices; prices are still those of the whole file.
 * Throws InvoiceFileError when the lines of one invoice name different customers.
 */
export function expectedBooks(saleLines: readonly SaleLine[], invoicesMax?: number): ExpectedBooks {
  const prices = priceList(saleLines)
  const names = nameList(saleLines)
  const invoices = [...byInvoice(saleLines)].slice(0, invoicesMax)
  const orders = invoices.map(([invoiceNo, lines]) => orderOf(invoiceNo, lines, prices))
  const lines = orders.flatMap((order) => order.lines)
  const units = new Map<string, number>()
  for (const line of lines) units.set(line.sku, (units.get(line.sku) ?? 0) + line.quantity)
  const entries = [...units].map(([sku, needed]): [string, CatalogueEntry] => [
    sku,
    {
      sku,
      name: names.get(sku) ?? sku,
      unitPricePence: priceOf(prices, sku),
      sellerId: sellerOf(sku),
      units: needed,
    },
  ])
  return {
    catalogue: new Map(entries),
    orders,
    units: total(lines.map((line) => line.quantity)),
    revenuePence: total(orders.map((order) => order.totalPence)),
    linesMax: largest(orders.map((order) => order.lines.length)),
    quantityMax: largest(lines.map((line) => line.quantity)),
  }
}

/** The middle value; of an even number of values the lower of the two in the middle. */
export function lowerMedian(values: readonly number[]): number {
  const middle = values.toSorted((left, right) => left - right)[Math.floor((values.length - 1) / 2)]
  if (middle === undefined) throw new RangeError('nothing has no median')
  return middle
}

/** The same seller for the same SKU in every run. */
export function sellerOf(sku: string): string {
  return `seller-${(createHash('sha256').update(sku).digest().readUInt8(0) % SELLERS) + 1}`
}

function byInvoice(saleLines: readonly SaleLine[]): Map<string, SaleLine[]> {
  const invoices = new Map<string, SaleLine[]>()
  for (const line of saleLines) {
    const lines = invoices.get(line.invoiceNo)
    if (lines === undefined) invoices.set(line.invoiceNo, [line])
    else lines.push(line)
  }
  return invoices
}

function orderOf(
  invoiceNo: string,
  lines: readonly SaleLine[],
  prices: ReadonlyMap<string, number>,
): ExpectedOrder {
  const customers = new Set(lines.map((line) => line.customer))
  const [customer] = customers
  if (customers.size > 1) {
    const named = [...customers].map((each) => each ?? 'nobody').join(' and ')
    throw new InvoiceFileError(`invoice ${invoiceNo} belongs to ${named}; it must have one buyer`)
  }
  const quantities = new Map<string, number>()
  for (const { sku, quantity } of lines) {
    quantities.set(sku, (quantities.get(sku) ?? 0) + quantity)
  }
  const merged = [...quantities].map(([sku, quantity]) => {
    return { sku, quantity, totalPence: quantity * priceOf(prices, sku) }
  })
  return {
    invoiceNo,
    buyer: customer ? `customer-${customer}` : `invoice-${invoiceNo}`,
    lines: merged,
    totalPence: total(merged.map((line) => line.totalPence)),
  }
}

function priceList(saleLines: readonly SaleLine[]): Map<string, number> {
  const asked = new Map<string, number[]>()
  for (const { sku, unitPricePence } of saleLines) {
    const prices = asked.get(sku)
    if (prices === undefined) asked.set(sku, [unitPricePence])
    else prices.push(unitPricePence)
  }
  return new Map([...asked].map(([sku, prices]) => [sku, lowerMedian(prices)]))
}

function nameList(saleLines: readonly SaleLine[]): Map<string, string> {
  const names = new Map<string, string>()
  for (const { sku, description } of saleLines) {
    if (description !== '' && !names.has(sku)) names.set(sku, description.slice(0, NAME_MAX))
  }
  return names
}

function priceOf(prices: ReadonlyMap<string, number>, sku: string): number {
  const price = prices.get(sku)
  if (price === undefined) throw new RangeError(`no sale line gives ${sku} a price`)
  return price
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0)
}
