// The real month of invoices, when HOLDFAST_INVOICES names the file: it is not part of the project.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import { expectedBooks } from '../../bench/replay/expected-books.ts'
import { readInvoiceFile } from '../../bench/replay/invoice-file.ts'
import { skipTest } from '../runner/skipped.ts'

const path = process.env.HOLDFAST_INVOICES
const NAME = 'every line of the real file is sold or left out for a reason, and the sums agree'

if (path === undefined || path === '') {
  skipTest(NAME, 'HOLDFAST_INVOICES names no invoice file')
} else {
  test(NAME, async () => {
    const file = await readInvoiceFile(path)
    const left = Object.values(file.skipped).reduce((sum, count) => sum + count)
    assert.ok(file.saleLines.length > 0)
    assert.equal(file.saleLines.length + left, file.linesRead)
    const books = expectedBooks(file.saleLines)
    const catalogue = [...books.catalogue.values()]
    const units = file.saleLines.reduce((sum, line) => sum + line.quantity, 0)
    assert.equal(books.units, units)
    assert.equal(
      catalogue.reduce((sum, entry) => sum + entry.units, 0),
      units,
    )
    assert.equal(
      catalogue.reduce((sum, entry) => sum + entry.units * entry.unitPricePence, 0),
      books.revenuePence,
    )
    const buyers = new Set(books.orders.map((order) => order.buyer))
    assert.ok(buyers.size <= books.orders.length)
  })
}

test.run()
