// The comparison must see every kind of difference: right books pass, and each number changed by
// itself is reported, as what it is.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import {
  compareBooks,
  DIFFERENCE_KINDS,
  type StatedBooks,
  type StatedOrder,
  type StatedStock,
} from '../../bench/replay/compare-books.ts'
import { expectedBooks, sellerOf } from '../../bench/replay/expected-books.ts'
import { auditDifferences } from '../../bench/stage/run-audit.ts'

const line = (invoiceNo: string, sku: string, quantity: number, unitPricePence: number) => {
  return { invoiceNo, sku, quantity, unitPricePence, description: '', customer: null }
}
const EXPECTED = expectedBooks([
  line('1', 'lamp', 6, 255),
  line('1', 'cup', 2, 100),
  line('2', 'lamp', 1, 255),
])

const ORDER_1: StatedOrder = {
  orderId: 'ord_1',
  checkoutId: 'chk_1',
  userId: 'run-invoice-1',
  status: 'confirmed',
  lines: [
    { sku: 'cup', quantity: 2, totalPence: 200 },
    { sku: 'lamp', quantity: 6, totalPence: 1530 },
  ],
  subOrders: [
    { sellerId: sellerOf('cup'), totalPence: 200 },
    { sellerId: sellerOf('lamp'), totalPence: 1530 },
  ],
  currency: 'GBP',
  totalPence: 1730,
  paymentStatus: 'captured',
  capturedPence: 1730,
}
const ORDER_2: StatedOrder = {
  ...ORDER_1,
  orderId: 'ord_2',
  checkoutId: 'chk_2',
  userId: 'run-invoice-2',
  lines: [{ sku: 'lamp', quantity: 1, totalPence: 255 }],
  subOrders: [{ sellerId: sellerOf('lamp'), totalPence: 255 }],
  totalPence: 255,
  capturedPence: 255,
}
const LAMP: StatedStock = { received: 7, available: 0, held: 0, sold: 7 }
const CUP: StatedStock = { received: 2, available: 0, held: 0, sold: 2 }

function books(change: { one?: Partial<StatedOrder>; lamp?: Partial<StatedStock> } = {}) {
  return {
    orders: [{ ...ORDER_1, ...change.one }, ORDER_2],
    stock: new Map([
      ['lamp', { ...LAMP, ...change.lamp }],
      ['cup', CUP],
    ]),
  }
}

function compare(stated: StatedBooks, stockBefore = new Map<string, StatedStock>()): string[] {
  const found = compareBooks(EXPECTED, stated, {
    checkouts: new Map([
      ['1', 'chk_1'],
      ['2', 'chk_2'],
    ]),
    stockBefore,
    userOf: (buyer) => `run-${buyer}`,
  })
  return found.map((each) => `${each.kind} ${each.of}: ${each.expected} / ${each.found}`)
}

test('books that agree show no difference, whatever the order of orders and lines', () => {
  assert.deepEqual(compare(books()), [])
  assert.deepEqual(compare({ ...books(), orders: [ORDER_2, ORDER_1] }), [])
})

const [CUPS, LAMPS] = ORDER_1.lines
assert.ok(CUPS !== undefined && LAMPS !== undefined)

const CHANGES: readonly [string, Parameters<typeof books>[0], readonly string[]][] = [
  [
    'a total one penny off',
    { one: { totalPence: 1731 } },
    ['order_total 1: 17.30 GBP / 17.31 GBP', 'revenue all: 19.85 GBP / 19.86 GBP'],
  ],
  [
    'another currency',
    { one: { currency: 'USD' } },
    [
      'order_total 1: 17.30 GBP / 17.30 USD',
      'order_lines 1 lamp: 6 for 15.30 GBP / 6 for 15.30 USD',
      'order_lines 1 cup: 2 for 2.00 GBP / 2 for 2.00 USD',
      'order_captured 1: captured 17.30 GBP / captured 17.30 USD',
    ],
  ],
  [
    'one unit more on a line',
    { one: { lines: [CUPS, { ...LAMPS, quantity: 7 }] } },
    ['order_lines 1 lamp: 6 for 15.30 GBP / 7 for 15.30 GBP'],
  ],
  [
    'a line that is missing',
    { one: { lines: [LAMPS] } },
    ['order_lines 1 cup: 2 for 2.00 GBP / no such line'],
  ],
  [
    'a line sold twice',
    { one: { lines: [CUPS, LAMPS, CUPS] } },
    ['order_lines 1 cup: no such line / 2 for 2.00 GBP'],
  ],
  [
    'an order of somebody else',
    { one: { userId: 'run-invoice-2' } },
    ['order_buyer 1: run-invoice-1 / run-invoice-2'],
  ],
  [
    'an order that was cancelled',
    { one: { status: 'cancelled' } },
    ['order_status 1: confirmed / cancelled'],
  ],
  [
    'money that was not captured',
    { one: { paymentStatus: 'authorised', capturedPence: 0 } },
    ['order_captured 1: captured 17.30 GBP / authorised 0.00 GBP'],
  ],
  [
    'a penny too much captured',
    { one: { capturedPence: 1731 } },
    ['order_captured 1: captured 17.30 GBP / captured 17.31 GBP'],
  ],
  [
    'a seller who is owed for what another sold',
    { one: { subOrders: [{ sellerId: sellerOf('lamp'), totalPence: 1730 }] } },
    [
      `sub_order 1: ${sellerOf('lamp')} 15.30 GBP, ${sellerOf('cup')} 2.00 GBP / ` +
        `${sellerOf('lamp')} 17.30 GBP`,
    ],
  ],
  ['a unit received too many', { lamp: { received: 8 } }, ['units_received lamp: 7 / 8']],
  ['a unit sold twice', { lamp: { sold: 8 } }, ['units_sold lamp: 7 / 8']],
  ['a unit left held', { lamp: { held: 1 } }, ['units_held lamp: 0 / 1']],
  ['a unit left over', { lamp: { available: 1 } }, ['units_available lamp: 0 / 1']],
]

for (const [what, change, differences] of CHANGES) {
  test(`${what} is a difference`, () => assert.deepEqual(compare(books(change)), differences))
}

test('an order that is not there, is there twice, or nobody bought, is a difference', () => {
  assert.deepEqual(compare({ ...books(), orders: [ORDER_1] }), [
    'order_count all: 2 / 1',
    'order_missing 2: an order / none',
    'revenue all: 19.85 GBP / 17.30 GBP',
  ])
  const again = { ...ORDER_2, orderId: 'ord_3' }
  assert.deepEqual(compare({ ...books(), orders: [ORDER_1, ORDER_2, again] }), [
    'order_count all: 2 / 3',
    'order_twice 2: one order / ord_2, ord_3',
    'revenue all: 19.85 GBP / 22.40 GBP',
  ])
  const strange = { ...again, checkoutId: 'chk_3' }
  assert.deepEqual(compare({ ...books(), orders: [ORDER_1, ORDER_2, strange] }), [
    'order_count all: 2 / 3',
    'order_unexpected ord_3: no such order / 2.55 GBP',
    'revenue all: 19.85 GBP / 22.40 GBP',
  ])
})

test('a SKU that the service does not know has sold nothing', () => {
  assert.deepEqual(compare({ ...books(), stock: new Map([['lamp', LAMP]]) }), [
    'units_received cup: 2 / 0',
    'units_sold cup: 2 / 0',
  ])
})

test('what was in the ledger before the replay is not the replay’s', () => {
  const before = new Map([['lamp', { received: 100, available: 60, held: 10, sold: 30 }]])
  const lamp = { received: 107, available: 60, held: 10, sold: 37 }
  assert.deepEqual(compare(books({ lamp }), before), [])
  assert.deepEqual(compare(books({ lamp: { ...lamp, held: 11 } }), before), [
    'units_held lamp: 10 / 11',
  ])
})

const CHECK = { id: 'I1', title: 'never negative', checked: 9, violations: 0, examples: [] }

test('an audit counts when it found a violation, checked nothing, or contradicts itself', () => {
  assert.deepEqual(auditDifferences({ ok: true, checks: [CHECK] }), [])
  const violated = { ...CHECK, violations: 2, examples: [{ sku: 'lamp' }] }
  const [found, ...others] = auditDifferences({ ok: false, checks: [CHECK, violated] })
  assert.deepEqual([found?.of, found?.found, others], ['I1', '2 of 9, first: {"sku":"lamp"}', []])
  assert.equal(auditDifferences({ ok: true, checks: [] }).length, 1)
  assert.equal(auditDifferences({ ok: true, checks: [{ ...CHECK, checked: 0 }] }).length, 1)
  assert.equal(auditDifferences({ ok: false, checks: [CHECK] }).length, 1)
  assert.equal(auditDifferences({ ok: true, checks: [violated] }).length, 2)
})

test('every kind of difference the comparison can report is shown above', () => {
  const shown = CHANGES.flatMap(([, , differences]) => differences)
  const kinds = new Set(shown.map((text) => text.split(' ')[0]))
  const elsewhere = ['order_count', 'order_missing', 'order_twice', 'order_unexpected']
  const fromOutside = ['purchase_failed', 'audit']
  assert.deepEqual(
    DIFFERENCE_KINDS.filter((kind) => !kinds.has(kind)).toSorted(),
    [...elsewhere, ...fromOutside].toSorted(),
  )
})

test.run()
