// The door of the replay: which lines of an invoice file are sold, which are left out and why,
// and what a person is told when the file is broken.

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { test } from 'uvu'
import {
  InvoiceFileError,
  penceOf,
  readInvoiceFile,
  readInvoices,
} from '../../bench/replay/invoice-file.ts'

const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country'
const readRows = (...rows: string[]) => readInvoices(Readable.from([[HEADER, ...rows].join('\n')]))
const row = (cells: { no?: string; sku?: string; quantity?: string; price?: string }) =>
  `${cells.no ?? '536365'},${cells.sku ?? '85123A'},A LAMP,${cells.quantity ?? '6'},` +
  `2010-12-01 08:26:00,${cells.price ?? '2.55'},17850.0,United Kingdom`

test('a sale line: the stock code as it is, pence, the digits of the customer', async () => {
  const file = await readRows('536365,85123a,"LAMP, SMALL ",6,2010-12-01,2.55,17850.0,UK')
  assert.deepEqual(file.saleLines, [
    {
      invoiceNo: '536365',
      sku: '85123a',
      description: 'LAMP, SMALL',
      quantity: 6,
      unitPricePence: 255,
      customer: '17850',
    },
  ])
})

test('a line without a customer is sold to nobody known', async () => {
  const file = await readRows('536414,22139,,56,2010-12-01,1.25,,United Kingdom')
  assert.equal(file.saleLines[0]?.customer, null)
  assert.equal(file.saleLines[0]?.description, '')
})

const SKIPS = [
  ['a cancelled invoice', row({ no: 'C536379', quantity: '-1' }), 'cancellation'],
  ['a cancelled invoice with nothing else wrong', row({ no: 'C536379' }), 'cancellation'],
  ['a negative quantity', row({ quantity: '-10', price: '0' }), 'quantity_not_positive'],
  ['a quantity of none', row({ quantity: '0' }), 'quantity_not_positive'],
  ['a price of nothing', row({ price: '0.0' }), 'price_not_positive'],
  ['a negative price', row({ no: 'A563186', price: '-11062.06' }), 'price_not_positive'],
  ['a code with a sign no SKU has', row({ sku: '85123/A' }), 'sku_not_sellable'],
  ['a code with an outer space', row({ sku: ' 85123A' }), 'sku_not_sellable'],
  ['a code of 65 characters', row({ sku: '8'.repeat(65) }), 'sku_not_sellable'],
  ['a code of none', row({ sku: '' }), 'sku_not_sellable'],
  ['a price under half a penny', row({ price: '0.001' }), 'price_below_a_penny'],
] as const

for (const [what, line, reason] of SKIPS) {
  test(`${what} is left out as ${reason}, and the other lines are sold`, async () => {
    const file = await readRows(row({}), line)
    assert.equal(file.saleLines.length, 1)
    assert.equal(file.linesRead, 2)
    assert.equal(file.skipped[reason], 1)
    assert.equal(
      Object.values(file.skipped).reduce((sum, count) => sum + count),
      1,
    )
  })
}

test('an adjustment (A) with a positive price is a line like any other', async () => {
  assert.equal((await readRows(row({ no: 'A563185', price: '11062.06' }))).saleLines.length, 1)
})

test('a code may hold inner spaces and have 64 characters', async () => {
  const file = await readRows(row({ sku: 'BANK CHARGES' }), row({ sku: 'x'.repeat(64) }))
  assert.equal(file.saleLines.length, 2)
})

const BROKEN = [
  [row({ quantity: 'six' }), /line 3: Quantity is "six"/],
  [row({ quantity: '1.5' }), /line 3: Quantity is "1.5"/],
  [row({ price: '2,55' }), /line 3: 9 fields where the header has 8/],
  [row({ price: '£2' }), /line 3: UnitPrice is "£2"/],
  [row({ no: '' }), /line 3: InvoiceNo is ""/],
  ['536365,22139,,5,2010-12-01,1.25,bob,UK', /line 3: CustomerID is "bob"/],
  ['536365,22139', /line 3: 2 fields where the header has 8/],
] as const

for (const [line, message] of BROKEN) {
  test(`a broken row names its line: ${message.source}`, async () => {
    await assert.rejects(readRows(row({}), line), (error) => {
      return error instanceof InvoiceFileError && message.test(error.message)
    })
  })
}

test('a header without a needed column says which one and stops', async () => {
  const text = Readable.from(['InvoiceNo,StockCode,Description,Quantity,CustomerID\n'])
  await assert.rejects(readInvoices(text), /line 1: the header has no UnitPrice/)
})

test('columns may stand in another order', async () => {
  const text = 'UnitPrice,CustomerID,Quantity,Description,StockCode,InvoiceNo\n1.25,,5,,22139,1\n'
  const [line] = (await readInvoices(Readable.from([text]))).saleLines
  assert.deepEqual([line?.invoiceNo, line?.sku, line?.unitPricePence], ['1', '22139', 125])
})

test('an empty file is refused', async () => {
  await assert.rejects(readInvoices(Readable.from([''])), /the file is empty/)
})

test('packed and plain files read the same; what is not packed or not there is said', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-invoices-'))
  const text = `\ufeff${HEADER}\r\n${row({})}\r\n`
  const packed = join(folder, 'a.csv.gz')
  const plain = join(folder, 'a.csv')
  const wrong = join(folder, 'b.csv.gz')
  await writeFile(packed, gzipSync(text))
  await writeFile(plain, text)
  await writeFile(wrong, text)
  assert.equal((await readInvoiceFile(plain)).saleLines.length, 1)
  assert.deepEqual(await readInvoiceFile(packed), await readInvoiceFile(plain))
  await assert.rejects(readInvoiceFile(wrong), /b\.csv\.gz cannot be read: it is no gzip/)
  await assert.rejects(
    readInvoiceFile(join(folder, 'c.csv')),
    /c\.csv cannot be read: there is no such file\. Nothing was replayed\.$/,
  )
  await assert.rejects(readInvoiceFile(folder), /cannot be read: it is a folder/)
  await rm(folder, { recursive: true })
})

test('pence: no floats, half a penny goes up', () => {
  const cases = [
    ['2.55', 255],
    ['1', 100],
    ['1.1', 110],
    ['0.29', 29],
    ['4.35', 435],
  ] as const
  for (const [text, pence] of cases) assert.equal(penceOf(text), pence, text)
  assert.equal(penceOf('0.005'), 1)
  assert.equal(penceOf('0.0049'), 0)
  assert.equal(penceOf('-11062.06'), -1106206)
  for (const text of ['', '.', '1e3', ' 1', '1.', 'NaN']) assert.equal(penceOf(text), null, text)
})

test.run()
