// The replay's own arithmetic, held against examples computed by hand.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import { expectedBooks, lowerMedian, sellerOf } from '../../bench/replay/expected-books.ts'
import type { SaleLine } from '../../bench/replay/invoice-file.ts'

/** `invoice customer sku quantity pence [description]`, one line each; `-` is no customer. */
function saleLines(text: string): SaleLine[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [invoiceNo = '', customer = '', sku = '', quantity, pence, ...description] = line
        .trim()
        .split(/\s+/)
      return {
        invoiceNo,
        customer: customer === '-' ? null : customer,
        sku,
        quantity: Number(quantity),
        unitPricePence: Number(pence),
        description: description.join(' '),
      }
    })
}

test('the lower median is the middle, or the lower of two middles, and one of the values', () => {
  assert.equal(lowerMedian([255]), 255)
  assert.equal(lowerMedian([300, 100, 200]), 200)
  assert.equal(lowerMedian([400, 100, 300, 200]), 200)
  assert.equal(lowerMedian([1000, 9, 80, 9]), 9)
  assert.throws(() => lowerMedian([]), /no median/)
})

const TWO_BUYERS = saleLines(`
  1 17850 lamp 6 255
  1 17850 cup  2 100
  2 -     lamp 1 295 A LAMP
  1 17850 lamp 4 255 THE LAMP
  3 17850 cup  5 120
`)

test('a small file gives the books that a person computes', () => {
  const books = expectedBooks(TWO_BUYERS)
  // lamp costs 255, 255, 295 -> 255; cup 100, 120 -> 100.
  assert.deepEqual(books.orders, [
    {
      invoiceNo: '1',
      buyer: 'customer-17850',
      lines: [
        { sku: 'lamp', quantity: 10, totalPence: 2550 },
        { sku: 'cup', quantity: 2, totalPence: 200 },
      ],
      totalPence: 2750,
    },
    {
      invoiceNo: '2',
      buyer: 'invoice-2',
      lines: [{ sku: 'lamp', quantity: 1, totalPence: 255 }],
      totalPence: 255,
    },
    {
      invoiceNo: '3',
      buyer: 'customer-17850',
      lines: [{ sku: 'cup', quantity: 5, totalPence: 500 }],
      totalPence: 500,
    },
  ])
  assert.equal(books.revenuePence, 3505)
  assert.equal(books.units, 18)
  assert.equal(books.linesMax, 2)
  assert.equal(books.quantityMax, 10)
  const lamp = books.catalogue.get('lamp')
  assert.deepEqual([lamp?.name, lamp?.unitPricePence, lamp?.units], ['A LAMP', 255, 11])
  assert.equal(books.catalogue.get('cup')?.name, 'cup', 'a SKU without a description is its name')
  assert.equal(books.catalogue.get('cup')?.units, 7)
})

test('stock codes that differ in case are different SKUs', () => {
  const books = expectedBooks(saleLines('1 - 85123A 1 100\n1 - 85123a 2 300'))
  assert.equal(books.catalogue.size, 2)
  assert.equal(books.orders[0]?.totalPence, 700)
})

test('a limit keeps the first invoices, at the prices of the whole file', () => {
  const books = expectedBooks(saleLines('1 - cup 1 300\n2 - cup 1 100\n3 - cup 1 200'), 1)
  assert.equal(books.orders.length, 1)
  assert.equal(books.revenuePence, 200)
  assert.equal(books.catalogue.get('cup')?.units, 1)
})

test('an invoice of two customers is refused', () => {
  const mixed = saleLines('1 17850 cup 1 300\n1 - cup 1 100')
  assert.throws(() => expectedBooks(mixed), /invoice 1 belongs to 17850 and nobody/)
})

test('sellers are spread over eight, and stay', () => {
  const skus = Array.from({ length: 200 }, (_, index) => `sku-${index}`)
  assert.equal(new Set(skus.map(sellerOf)).size, 8)
  assert.deepEqual(skus.map(sellerOf), skus.map(sellerOf))
})

test.run()
