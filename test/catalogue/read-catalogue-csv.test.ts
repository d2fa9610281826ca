// Catalogue files: what is read, and that what is wrong costs its own line and no other.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { amountInWords, decimalsOf, minorUnitsOf } from '../../actors/domain/currency.ts'
import {
  type BadRow,
  catalogueReader,
  type GoodRow,
  NoCatalogue,
} from '../../src/catalogue/read-catalogue-csv.ts'
import { sampleProducts } from '../../src/catalogue/seed-sample-catalogue.ts'

const HEADER = 'sku,name,description,price,currency,seller_id,stock'
const test = suite('catalogue file')

function readAll(...lines: string[]) {
  const reader = catalogueReader()
  const rows = [...lines.flatMap((line) => reader.push(line)), ...reader.end()]
  const good = rows.filter((row): row is GoodRow => 'stocked' in row)
  const bad = rows.filter((row): row is BadRow => 'problem' in row)
  return { good, bad, skus: good.map(({ stocked }) => String(stocked.product.sku)) }
}

const read = (...lines: string[]) => readAll(HEADER, ...lines)

test('a row is a product and its stock; the price becomes minor units', () => {
  const { good, bad } = read('A 1,"One, ""quoted""",Text,19.99,EUR,seller-1,7')
  assert.deepEqual(bad, [])
  const [{ line, stocked } = assert.fail()] = good
  const { product, stock } = stocked
  assert.deepEqual([line, stock], [2, 7])
  assert.deepEqual(
    [product.sku, product.name, product.price, product.sellerId, product.status],
    ['A 1', 'One, "quoted"', { amount: 1_999, currency: 'EUR' }, 'seller-1', 'active'],
  )
})

test('the header may have any order, no description, and a byte order mark', () => {
  const { good } = readAll('\ufeffstock,sku,price,currency,name,seller_id', '3,A,500,JPY,One,s')
  const { product, stock } = good[0]?.stocked ?? assert.fail()
  assert.deepEqual(
    [product.price, stock, product.description],
    [{ amount: 500, currency: 'JPY' }, 3, ''],
  )
})

const badRows: readonly (readonly [string, RegExp])[] = [
  [' A,One,,1,EUR,s,1', /" A" is no SKU/],
  [`${'A'.repeat(65)},One,,1,EUR,s,1`, /no SKU/],
  ['A,,,1,EUR,s,1', /name is empty/],
  ['A,   ,,1,EUR,s,1', /name is empty/],
  [`A,${'x'.repeat(301)},,1,EUR,s,1`, /301 characters, at most 300/],
  ['A,\0,,1,EUR,s,1', /cannot be read: is the file UTF-8/],
  ['A,caf\ufffd,,1,EUR,s,1', /cannot be read: is the file UTF-8/],
  [`A,One,${'x'.repeat(10_001)},1,EUR,s,1`, /description has 10001/],
  ['A,One,,19.999,EUR,s,1', /"19.999" is no price in EUR: digits with at most 2 decimals/],
  ['A,One,,19.5,JPY,s,1', /no price in JPY: digits with no decimals/],
  ['A,One,,-1,EUR,s,1', /no price/],
  ['A,One,,1e3,EUR,s,1', /no price/],
  ['A,One,,"1,000",EUR,s,1', /no price/],
  ['A,One,,,EUR,s,1', /no price/],
  ['A,One,,1000000,EUR,s,1', /up to 999999.99/],
  ['A,One,,1,eur,s,1', /"eur" is no ISO 4217/],
  ['A,One,,1,EUR,,1', /no seller/],
  ['A,One,,1,EUR,s,1.5', /no stock/],
  ['A,One,,1,EUR,s,-1', /no stock/],
  ['A,One,,1,EUR,s,1000000001', /no stock: a whole number from 0 to 1000000000/],
  ['A,One,,1,EUR,s', /6 fields, not 7/],
  ['A,One "and" a half,,1,EUR,s,1', /quote/],
  ['A,"One,,1,EUR,s,1', /quote/],
  ['A,"One"x,,1,EUR,s,1', /quote/],
]

test('a bad row is left out and told with its line; its neighbours are read', () => {
  for (const [row, expected] of badRows) {
    const { skus, bad } = read('GOOD,One,,1,EUR,s,1', row, 'ALSO,One,,1,EUR,s,1')
    assert.deepEqual(skus, ['GOOD', 'ALSO'], row)
    assert.deepEqual(
      bad.map(({ line }) => line),
      [3],
      row,
    )
    assert.match(bad[0]?.problem ?? '', expected)
  }
})

test('a quoted field may hold line breaks, and lines are still counted', () => {
  const { skus, bad, good } = read('A,"One', '', 'two",,1,EUR,s,1', 'bad', 'B,One,,1,EUR,s,1')
  assert.deepEqual(skus, ['A', 'B'])
  assert.equal(good[0]?.stocked.product.name, 'One\n\ntwo')
  assert.deepEqual(
    bad.map(({ line }) => line),
    [5],
  )
})

test('a quote that nobody closes costs one row, also when another quote follows', () => {
  const row = (sku: string) => `${sku},"One",,1,EUR,s,1`
  const { skus, bad } = read(row('A'), 'B,"One,,1,EUR,s,1', row('C'), 'D,"One,,1,EUR,s,1', row('E'))
  assert.deepEqual(skus, ['A', 'C', 'E'])
  assert.deepEqual(
    bad.map(({ line }) => line),
    [3, 5],
  )
})

test('a stray quote far down does not swallow the rows between', () => {
  const between = Array.from({ length: 200 }, (_, at) => `S${at},One,,1,EUR,s,1`)
  const { skus, bad } = read('B,"One,,1,EUR,s,1', ...between, 'Z,One",,1,EUR,s,1')
  assert.equal(skus.length, 200)
  assert.deepEqual(
    bad.map(({ line }) => line),
    [2, 203],
  )
})

test('a header that is none, and an empty file, are no catalogue', () => {
  for (const lines of [
    ['sku,price', 'A,1'],
    [`${HEADER},sku`],
    [HEADER.toUpperCase()],
    ['\0\u0001'],
  ]) {
    assert.throws(
      () => readAll(...lines),
      (error) => {
        return error instanceof NoCatalogue && /must name the columns sku,name/.test(error.message)
      },
    )
  }
  assert.throws(() => readAll(), /empty/)
  assert.deepEqual(readAll(HEADER), { good: [], bad: [], skus: [] })
})

test('decimal texts become minor units digit by digit, as the currency has decimals', () => {
  const cases = [
    ['19.9', 'USD', 1_990],
    ['0.29', 'USD', 29],
    ['1.005', 'USD', null],
    ['1.005', 'KWD', 1_005],
    ['500', 'JPY', 500],
    ['500.0', 'JPY', null],
    ['999999.99', 'USD', 99_999_999],
    ['1000000.00', 'USD', null],
    ['.5', 'USD', null],
    ['5.', 'USD', null],
    ['١', 'USD', null],
  ] as const
  for (const [text, currency, amount] of cases) {
    assert.equal(minorUnitsOf(text, currency), amount, `${text} ${currency}`)
  }
  assert.deepEqual(['USD', 'JPY', 'BHD', 'CLF'].map(decimalsOf), [2, 0, 3, 4])
  assert.equal(amountInWords(5, 'USD'), '0.05 USD')
  assert.equal(amountInWords(500, 'JPY'), '500 JPY')
  assert.equal(amountInWords(-123_456, 'KWD'), '-123.456 KWD')
})

test('the sample has 24 products of three sellers in dollars, all of them in stock', () => {
  const sample = sampleProducts()
  assert.equal(sample.length, 24)
  assert.equal(new Set(sample.map(({ product }) => product.sellerId)).size, 3)
  assert.ok(sample.every(({ product, stock }) => product.price.currency === 'USD' && stock > 0))
  const rose = sample.find(({ product }) => product.sku === 'ROSE-12')?.product
  assert.deepEqual(
    [rose?.name, rose?.price.amount, rose?.sellerId],
    ['A dozen roses', 3_500, 'seller-1'],
  )
})

test.run()
