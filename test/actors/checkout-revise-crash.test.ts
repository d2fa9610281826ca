// The process dies in the middle of a change, at each of the named points, and another one takes
// its place. The change is finished or undone from the journal alone, whether the buyer asks again
// or not: no hold is left over, no unit is missing, and the checkout can still be paid.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { Checkout } from '../../actors/domain/checkout.ts'
import type { LedgerEntry } from '../../actors/domain/ledger-entry.ts'
import { type CrashPoint, REVISING_CRASH_POINTS } from '../../actors/ports/crash-points.ts'
import type { LedgerStore } from '../../persistence/ledger-with-group-commit.ts'
import { checkoutCompleter } from '../../src/workers/checkout-completer.ts'
import {
  assertChargedOnce,
  openSale,
  orderOf,
  type Sale,
  settle,
  type Wanted,
  wordOf,
} from '../support/sale.ts'
import { HOLD_TTL_MS } from '../support/shop.ts'

const test = suite('a crash in a change')

const BEFORE = { LILY: 3, ROSE: 2, TULIP: 4 }
/** LILY grows, IRIS is new, ROSE shrinks, TULIP goes. */
const AFTER = { LILY: 5, IRIS: 1, ROSE: 1 }
// A change takes the last LILY and the last IRIS: whoever repeats it must know its own.
const STOCK = { LILY: 5, IRIS: 1, ROSE: 10, TULIP: 10, VASE: 2 }
/** The vases seem to be there and are gone when their turn comes: what was taken is undone. */
const TOO_MUCH = { LILY: 5, IRIS: 1, VASE: 2 }

const UNDOING: ReadonlySet<CrashPoint> = new Set([
  'after_revision_refused',
  'after_first_undone',
  'after_all_undone',
])

/** What each SKU has on hold. */
async function heldIn(sale: Sale): Promise<Wanted> {
  const held: Record<string, number> = {}
  for (const sku of Object.keys(STOCK)) {
    const [, units] = await sale.stock(sku)
    if (units > 0) held[sku] = units
  }
  return held
}

function linesOf({ lines }: Checkout): Wanted {
  return Object.fromEntries(lines.map(({ sku, quantity }) => [sku, quantity]))
}

function isReserveOfIris({ kind, sku }: LedgerEntry): boolean {
  return kind === 'reserve' && sku === 'IRIS'
}

/** A change that dies at `crashAt`; `wanted` is what was asked for. */
async function crashedChange(crashAt: CrashPoint) {
  const undoing = UNDOING.has(crashAt)
  const wanted = undoing ? TOO_MUCH : AFTER
  let onIris = () => {}
  const aroundLedger = (store: LedgerStore): LedgerStore => ({
    ...store,
    appendMany(appends) {
      if (appends.some(({ entries }) => entries.some(isReserveOfIris))) onIris()
      return store.appendMany(appends)
    },
  })
  const sale = await openSale({ stock: STOCK, crashAt, aroundLedger })
  const checkout = await sale.opened('ada', BEFORE)
  onIris = () => {
    onIris = () => {}
    if (undoing) void sale.open('bob', { VASE: 1 })
  }
  void sale.revise(checkout, wanted, { key: 'patch' })
  await Promise.race([sale.shop.crashed, settle()])
  assert(sale.shop.isDead(), `${crashAt} was never reached`)
  const next = await sale.reopen({ aroundLedger: (same) => same })
  return { sale: { ...sale, ...next }, checkout, wanted, undoing }
}

for (const point of REVISING_CRASH_POINTS) {
  test(`${point}: the same key finds the end of the change`, async () => {
    const { sale, checkout, wanted, undoing } = await crashedChange(point)
    const reply = await sale.revise(checkout, wanted, { key: 'patch' })
    assert.equal(wordOf(reply), undoing ? 'out_of_stock' : 'checkout_revised')
    await assertWhole(sale, checkout, undoing)
    const again = await sale.revise(checkout, wanted, { key: 'patch' })
    assert(again.kind === 'answer' && again.replayed)
  })

  test(`${point}: the completer ends what the buyer never asks for again`, async () => {
    const { sale, checkout, wanted, undoing } = await crashedChange(point)
    await checkoutCompleter(sale.shop.journal, sale.shop.client)()
    await settle()
    await assertWhole(sale, checkout, undoing)
    const later = await sale.revise(checkout, wanted, { key: 'patch' })
    assert(later.kind === 'answer' && later.replayed, 'its answer was kept')
  })

  test(`${point}: a change found after its hold's end leaves no hold`, async () => {
    const { sale, checkout } = await crashedChange(point)
    await sale.pass(HOLD_TTL_MS)
    await checkoutCompleter(sale.shop.journal, sale.shop.client)()
    await sale.pass(60_000)
    await checkoutCompleter(sale.shop.journal, sale.shop.client)()
    assert.equal((await sale.atRest(checkout.id)).state, 'expired')
    assert.deepEqual(await heldIn(sale), {})
    assert.deepEqual(sale.shop.bugs, [])
  })
}

async function assertWhole(sale: Sale, { id }: Checkout, undoing: boolean): Promise<void> {
  const now = await sale.load(id)
  assert.equal(now.state, 'open')
  assert.deepEqual(linesOf(now), undoing ? BEFORE : AFTER)
  const ofBob = undoing ? { VASE: 1 } : {}
  assert.deepEqual(await heldIn(sale), { ...linesOf(now), ...ofBob })
  orderOf(await sale.pay(now))
  await sale.atRest(id)
  assertChargedOnce(sale.gateway, now)
  assert.deepEqual(await heldIn(sale), ofBob)
  for (const [sku, quantity] of Object.entries(linesOf(now))) {
    assert.equal((await sale.stock(sku))[2], quantity)
  }
  assert.deepEqual(sale.shop.bugs, [])
}

test.run()
