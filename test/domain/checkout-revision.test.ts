// What a change of lines means: which holds stay, what is taken and given back, which prices the
// buyer is told of, and what each outcome makes of the checkout.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { Checkout, CheckoutLine } from '../../actors/domain/checkout.ts'
import {
  linesWithHolds,
  type StockChanges,
  stepToRevising,
  stockChangesOf,
} from '../../actors/domain/checkout-revision.ts'
import { type Outcome, stepAfter, stepToReleasing } from '../../actors/domain/checkout-saga.ts'
import type { Step } from '../../actors/domain/checkout-step.ts'
import { holdIdOf, type Sku } from '../../actors/domain/ids.ts'
import { orderRecordOf } from '../../actors/domain/order-record.ts'
import { priceCart } from '../../actors/domain/pricing.ts'
import { ADDRESS, productOf } from '../support/sale.ts'
import { SAMPLE_MS, sampleCheckout, samplePaying } from '../support/sample-checkout.ts'

const test = suite('a revision of a checkout')
const LATER_MS = SAMPLE_MS + 1_000
const ASKED = { request: sampleCheckout().openRequest ?? assert.fail(), fingerprint: 'f' }

const open = (change: Partial<Checkout> = {}) =>
  sampleCheckout({ state: 'open', openRequest: null, ...change })

/** Begins to change the lines to `wanted`, at the prices of the sample unless others are named. */
function revising(
  checkout: Checkout,
  wanted: Readonly<Record<string, number>>,
  prices: Readonly<Record<string, number>> = {},
): Checkout {
  const price = { TULIP: 125, ROSE: 350, VASE: 900, ...prices }
  const products = Object.entries(price).map(([sku, amount]) => productOf(sku, amount))
  const lines = Object.entries(wanted).map(([sku, quantity]) => {
    return { sku: sku as Sku, quantity, priceSeen: null }
  })
  const bySku = new Map(products.map((product) => [product.sku, product]))
  const priced = priceCart(lines, bySku, { cartLinesMax: 9 }, { guest: false })
  assert(priced.ok)
  const revise = { cart: priced.cart, shippingAddress: null }
  return stepToRevising(checkout, revise, ASKED, LATER_MS).checkout
}

const REFUSED = {
  kind: 'revision_refused',
  lines: [],
  limits: [],
  taken: [],
} as const satisfies Outcome

function changesOf(checkout: Checkout): Record<keyof StockChanges, string[]> {
  assert(checkout.revision)
  const { added, grown, shrunk, dropped } = stockChangesOf(checkout, checkout.revision)
  const whole = ({ sku, quantity }: CheckoutLine) => `${sku} ${quantity}`
  return {
    added: added.map(whole),
    grown: grown.map(({ line, before }) => `${line.sku} ${before} to ${line.quantity}`),
    shrunk: shrunk.map(({ line, before }) => `${line.sku} ${before} to ${line.quantity}`),
    dropped: dropped.map(whole),
  }
}

function wordsOf({ answers }: Step): string[] {
  return answers.map(({ answer }) => (answer.kind === 'refused' ? answer.refusal : answer.kind))
}

const NOTHING = { added: [], grown: [], shrunk: [], dropped: [] }

// The sample has two TULIP and one ROSE.
const CHANGES: readonly (readonly [Record<string, number>, Partial<StockChanges>])[] = [
  [{ TULIP: 2, ROSE: 1 }, {}],
  [{ ROSE: 1, TULIP: 2 }, {}],
  [{ TULIP: 5, ROSE: 1 }, { grown: ['TULIP 2 to 5'] as never }],
  [{ TULIP: 1, ROSE: 1 }, { shrunk: ['TULIP 2 to 1'] as never }],
  [{ TULIP: 2 }, { dropped: ['ROSE 1'] as never }],
  [{ VASE: 4 }, { added: ['VASE 4'] as never, dropped: ['TULIP 2', 'ROSE 1'] as never }],
  [
    { VASE: 1, ROSE: 9, TULIP: 1 },
    {
      added: ['VASE 1'] as never,
      grown: ['ROSE 1 to 9'] as never,
      shrunk: ['TULIP 2 to 1'] as never,
    },
  ],
]

for (const [wanted, expected] of CHANGES) {
  test(`two TULIP and one ROSE become ${JSON.stringify(wanted)}`, () => {
    const checkout = revising(open(), wanted)
    assert.deepEqual(changesOf(checkout), { ...NOTHING, ...expected })
    const lines = stepAfter(checkout, { kind: 'revision_done' }, LATER_MS).checkout.lines
    assert.deepEqual(
      lines.map(({ line, sku, quantity }) => [line, sku, quantity]),
      Object.entries(wanted).map(([sku, quantity], at) => [at + 1, sku, quantity]),
    )
  })
}

test('a SKU that stays keeps its hold, a new one is named after the revision', () => {
  const before = open()
  const { revision } = revising(before, { VASE: 1, TULIP: 3 })
  assert(revision)
  const holds = revision.lines.map(({ holdId }) => holdId)
  assert.deepEqual(holds, [holdIdOf(before.id, 1, 1), holdIdOf(before.id, 1, 0)])
})

test('a hold that was given back is never taken again under its old name', () => {
  let checkout = open()
  const names = new Set<string>()
  for (let round = 0; round < 4; round += 1) {
    checkout = revising(checkout, round % 2 === 0 ? { VASE: 1 } : { ROSE: 1 })
    const [line] = checkout.revision?.lines ?? []
    assert(line)
    names.add(line.holdId)
    checkout = stepAfter(checkout, { kind: 'revision_done' }, LATER_MS).checkout
  }
  assert.equal(names.size, 4)
})

test('a refused revision leaves the checkout as it was, but for the number that is used up', () => {
  const before = open()
  const refused = stepAfter(revising(before, { VASE: 1 }), REFUSED, LATER_MS)
  const { version, updatedAtMs, revisions, ...same } = refused.checkout
  assert.equal(revisions, 1)
  assert.deepEqual({ ...same, version: 1, updatedAtMs: SAMPLE_MS, revisions: 0 }, before)
  assert.deepEqual(wordsOf(refused), ['out_of_stock'])
  assert.equal(refused.relined, false)
  assert.deepEqual([version, updatedAtMs], [before.version + 2, LATER_MS])
})

test('what was taken is written down before it is undone, and answered after', () => {
  const checkout = revising(open(), { VASE: 1, TULIP: 5 })
  const [vase] = checkout.revision?.lines ?? []
  assert(vase)
  const lines = [{ line: 2, sku: 'TULIP' as Sku, requested: 5, available: 3 }]
  const short = { kind: 'revision_refused', lines, limits: [], taken: [vase.holdId] } as const
  const undoing = stepAfter(checkout, short, LATER_MS)
  assert.equal(undoing.checkout.state, 'revising')
  assert.deepEqual(undoing.checkout.revision?.refused, { lines, limits: [], taken: [vase.holdId] })
  assert.deepEqual(undoing.answers, [])
  const undone = stepAfter(undoing.checkout, { kind: 'revision_undone' }, LATER_MS)
  assert.equal(undone.checkout.state, 'open')
  const [told] = undone.answers
  assert(told?.answer.kind === 'refused')
  assert.deepEqual(told.answer.details.lines, lines)
})

test('a purchase limit is told as such, also when a line was short as well', () => {
  const limits = [{ line: 1, sku: 'VASE' as Sku, requested: 4, limit: 3, remaining: 3 }]
  const step = stepAfter(revising(open(), { VASE: 4 }), { ...REFUSED, limits }, LATER_MS)
  assert.deepEqual(wordsOf(step), ['purchase_limit'])
})

test('holds that run out midway end the checkout, with every hold it may have', () => {
  const checkout = revising(open(), { VASE: 1, TULIP: 5 })
  const ran = stepAfter(checkout, { kind: 'time_ran_out' }, LATER_MS)
  assert.deepEqual([ran.checkout.state, ran.checkout.ending], ['releasing', 'expired'])
  const held = linesWithHolds(ran.checkout).map(({ sku }) => sku)
  assert.deepEqual(held.toSorted(), ['ROSE', 'TULIP', 'VASE'])
  const ended = stepAfter(ran.checkout, { kind: 'released' }, LATER_MS)
  assert.equal(ended.checkout.state, 'expired')
  assert.equal(ended.checkout.revision, null)
  assert.deepEqual(wordsOf(ended), ['checkout_expired'])
})

test('a price that changed is told against the one the checkout named last', () => {
  const was = { amount: 300, currency: 'GBP' }
  const now = { amount: 350, currency: 'GBP' }
  const sku = 'ROSE' as Sku
  const before = open({ priceChanges: [{ sku, was, now }] })
  const same = revising(before, { ROSE: 2 })
  assert.deepEqual(same.revision?.priceChanges, [{ sku, was, now }], 'what was said stays true')
  const again = revising(before, { ROSE: 2, VASE: 1 }, { ROSE: 360 })
  const later = { amount: 360, currency: 'GBP' }
  assert.deepEqual(again.revision?.priceChanges, [{ sku, was: now, now: later }])
  assert.deepEqual(again.revision?.total, { amount: 1_620, currency: 'GBP' })
  assert.deepEqual(revising(before, { VASE: 1 }).revision?.priceChanges, [])
})

test('an address alone moves no stock and no price, and lines alone no address', () => {
  const before = open({ shippingAddress: ADDRESS })
  const wanted = { cart: null, shippingAddress: { ...ADDRESS, city: 'Bath' } }
  const { checkout } = stepToRevising(before, wanted, ASKED, LATER_MS)
  assert.deepEqual(changesOf(checkout), NOTHING)
  const done = stepAfter(checkout, { kind: 'revision_done' }, LATER_MS)
  assert.equal(done.checkout.shippingAddress?.city, 'Bath')
  assert.deepEqual(done.checkout.lines, before.lines)
  assert.deepEqual(done.checkout.total, before.total)
  assert.deepEqual(wordsOf(done), ['checkout_revised'])
  const relined = stepAfter(revising(before, { VASE: 1 }), { kind: 'revision_done' }, LATER_MS)
  assert.deepEqual(relined.checkout.shippingAddress, ADDRESS)
})

test('after a declined card the order takes the new lines when they are agreed, not before', () => {
  const declined = stepAfter(samplePaying(), { kind: 'declined', code: 'no' }, LATER_MS).checkout
  const checkout = revising(declined, { VASE: 1 })
  const meanwhile = orderRecordOf({ checkout, relined: false }, declined)
  assert.equal(meanwhile?.withLines, false)
  const done = stepAfter(checkout, { kind: 'revision_done' }, LATER_MS)
  const record = orderRecordOf(done, checkout)
  assert.equal(record?.withLines, true)
  assert.deepEqual(
    record?.subOrders.map(({ sellerId, total }) => [sellerId, total.amount]),
    [['seller-1', 900]],
  )
})

test('a checkout that is being changed goes nowhere but back to open, or to its end', () => {
  const checkout = revising(open(), { VASE: 1 })
  const cancelled = () => stepAfter(checkout, { kind: 'holds_committed' }, LATER_MS)
  assert.throws(cancelled, { name: 'Bug' })
  assert.throws(() => stepAfter(open(), { kind: 'revision_done' }, LATER_MS), { name: 'Bug' })
  const released = stepToReleasing(checkout, 'expired', null, LATER_MS)
  assert.notEqual(released.checkout.revision, null, 'its holds are still to be settled')
})

test.run()
