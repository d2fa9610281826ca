// One row of a catalogue file. The header names the columns, in any order:
//
//   sku, name, price, currency, seller_id, stock, and, if wanted, description
//
// `price` is as a person writes it (19.90, and 500 in yen); it becomes minor units by the decimals
// of its currency. What a field may hold is what the API takes for it.

import { decimalsOf, isCurrency, minorUnitsOf } from '../../actors/domain/currency.ts'
import { parseSellerId, parseSku } from '../../actors/domain/ids.ts'
import { AMOUNT_MAX, money } from '../../actors/domain/money.ts'
import { DESCRIPTION_MAX, NAME_MAX, type ProductInput } from '../../actors/domain/product.ts'
import { RECEIVED_MAX } from '../../actors/domain/stock-decisions.ts'
import { isBlank, isStorable } from '../../actors/domain/storable-text.ts'

const REQUIRED = ['sku', 'name', 'price', 'currency', 'seller_id', 'stock'] as const
const OPTIONAL = ['description'] as const
type Column = (typeof REQUIRED)[number] | (typeof OPTIONAL)[number]

/** Where each column stands. */
export interface Columns {
  /** As the header has them. */
  readonly names: readonly string[]
  readonly at: Readonly<Record<(typeof REQUIRED)[number], number>>
  /** null: the file has no descriptions, and those that are stored stay. */
  readonly description: number | null
}

export interface StockedProduct {
  readonly product: ProductInput
  /** Units to receive; 0 is a product that is sold out from the start. */
  readonly stock: number
}

/** The columns, or what is wrong with the header. */
export function columnsOf(header: readonly string[]): Columns | string {
  const known: readonly string[] = [...REQUIRED, ...OPTIONAL]
  const missing = REQUIRED.filter((column) => !header.includes(column))
  const strange = header.filter(
    (column, at) => !known.includes(column) || header.indexOf(column) < at,
  )
  if (missing.length > 0 || strange.length > 0) {
    const wanted = `${REQUIRED.join(',')} and, if wanted, ${OPTIONAL.join(',')}`
    return `the first line must name the columns ${wanted}; it is ${shown(header.join(','))}`
  }
  const at = Object.fromEntries(REQUIRED.map((column) => [column, header.indexOf(column)]))
  return {
    names: header,
    at: at as Columns['at'],
    description: header.includes('description') ? header.indexOf('description') : null,
  }
}

/** The product of a row, or what is wrong with it, in words. */
export function stockedProductOf(
  columns: Columns,
  fields: readonly string[],
): StockedProduct | string {
  const width = columns.names.length
  if (fields.length !== width) return `${fields.length} fields, not ${width}`
  const field = (column: (typeof REQUIRED)[number]) => fields[columns.at[column]] ?? ''
  const description = columns.description === null ? '' : (fields[columns.description] ?? '')
  const sku = parseSku(field('sku'))
  if (sku === null) {
    return `${shown(field('sku'))} is no SKU: 1 to 64 of letters, digits, space . _ -`
  }
  const name = field('name')
  const textProblem =
    problemOfText('name', name, NAME_MAX) ??
    (isBlank(name) ? 'the name is empty' : null) ??
    problemOfText('description', description, DESCRIPTION_MAX)
  if (textProblem !== null) return textProblem
  const currency = field('currency')
  if (!isCurrency(currency)) {
    return `${shown(currency)} is no ISO 4217 currency in capitals`
  }
  const amount = minorUnitsOf(field('price'), currency)
  if (amount === null) return problemOfPrice(field('price'), currency)
  const sellerId = parseSellerId(field('seller_id'))
  if (sellerId === null) {
    return `${shown(field('seller_id'))} is no seller: 1 to 128 visible ASCII characters`
  }
  const stock = unitsOf(field('stock'))
  if (stock === null) {
    return `${shown(field('stock'))} is no stock: a whole number from 0 to ${RECEIVED_MAX}`
  }
  const product: ProductInput = {
    sku,
    name,
    description,
    price: money(amount, currency),
    sellerId,
    imageUrl: null,
    attributes: {},
    status: 'active',
    purchaseLimit: null,
  }
  return { product, stock }
}

function problemOfText(column: Column, text: string, lengthMax: number): string | null {
  if (text.length > lengthMax) {
    return `the ${column} has ${text.length} characters, at most ${lengthMax} fit`
  }
  // What cannot be decoded arrives as the replacement character.
  if (isStorable(text) && !text.includes('\ufffd')) return null
  return `the ${column} has characters that cannot be read: is the file UTF-8?`
}

function problemOfPrice(text: string, currency: string): string {
  const decimals = decimalsOf(currency)
  const most = AMOUNT_MAX / 10 ** decimals
  const precision = decimals === 0 ? 'no decimals' : `at most ${decimals} decimals`
  return `${shown(text)} is no price in ${currency}: digits with ${precision}, up to ${most}`
}

function unitsOf(text: string): number | null {
  return /^\d{1,10}$/.test(text) && Number(text) <= RECEIVED_MAX ? Number(text) : null
}

const SHOWN_MAX = 80

/** In quotes, on one line, and not longer than a person reads. */
function shown(text: string): string {
  const cut = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text
  return JSON.stringify(cut)
}
