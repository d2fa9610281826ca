// Catalogue files: what is read, and that what is wrong is told by line.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { readCatalogueCsv } from '../../src/catalogue/read-catalogue-csv.ts'
import { sampleProducts } from '../../src/catalogue/seed-sample-catalogue.ts'

const HEADER = 'sku,name,description,price,currency,seller_id,stock'
const test = suite('catalogue file')

function read(...lines: string[]) {
  return readCatalogueCsv([HEADER, ...lines, ''].join('\n'))
}

test('a line is a product and its first stock; the price is in minor units', () => {
  const { products, problems } = read('A 1,"One, ""quoted""",Text,1999,EUR,seller-1,7')
  assert.deepEqual(problems, [])
  assert.equal(products.length, 1)
  const [{ product, stock } = assert.fail()] = products
  assert.equal(stock, 7)
  assert.deepEqual(
    [product.sku, product.name, product.price, product.sellerId, product.status],
    ['A 1', 'One, "quoted"', { amount: 1_999, currency: 'EUR' }, 'seller-1', 'active'],
  )
})

const badLines: readonly (readonly [string, RegExp])[] = [
  [' A,One,,1,EUR,s,1', /no SKU/],
  [`${'A'.repeat(65)},One,,1,EUR,s,1`, /no SKU/],
  ['A,,,1,EUR,s,1', /name/],
  [`A,One,${'x'.repeat(10_001)},1,EUR,s,1`, /description/],
  ['A,One,,19.99,EUR,s,1', /minor units, not "19.99"/],
  ['A,One,,-1,EUR,s,1', /minor units/],
  ['A,One,,100000000,EUR,s,1', /minor units/],
  ['A,One,,1,eur,s,1', /currency/],
  ['A,One,,1,EUR,,1', /seller/],
  ['A,One,,1,EUR,s,1.5', /whole number of units/],
  ['A,One,,1,EUR,s,2147483648', /whole number of units/],
  ['A,One,,1,EUR,s', /6 fields, not 7/],
  ['GOOD,One,,1,EUR,s,1', /GOOD is there twice/],
]

test('a bad line is left out and told with its number; the others are read', () => {
  for (const [bad, expected] of badLines) {
    const { products, problems } = read('GOOD,One,,1,EUR,s,1', bad, 'ALSO,One,,1,EUR,s,1')
    assert.deepEqual(
      products.map(({ product }) => product.sku),
      ['GOOD', 'ALSO'],
    )
    assert.deepEqual(
      problems.map(({ line }) => line),
      [3],
      bad,
    )
    assert.match(problems[0]?.problem ?? '', expected)
  }
})

test('other columns, and a text that is no CSV, are one problem each', () => {
  const other = readCatalogueCsv('sku,price\nA,1\n')
  assert.deepEqual(other.products, [])
  assert.match(other.problems[0]?.problem ?? '', /the columns must be sku,name/)
  const broken = readCatalogueCsv(`${HEADER}\nA,"One,,1,EUR,s,1\n`)
  assert.deepEqual(broken.products, [])
  assert.equal(broken.problems.length, 1)
  assert.equal(readCatalogueCsv('').problems.length, 1)
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
