// Looks at stock and products: from memory where it is known, without waking an actor, and through
// an outage of storage.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { RetryLater } from '../../actors/domain/failures.ts'
import type { Sku } from '../../actors/domain/ids.ts'
import type { Balances } from '../../actors/domain/ledger-entry.ts'
import type { Product } from '../../actors/domain/product.ts'
import { memoryCatalogue } from '../../persistence/memory/memory-catalogue.ts'
import { availability } from '../../src/catalogue/availability.ts'
import { shelf } from '../../src/catalogue/shelf.ts'
import { LIMITS } from '../../src/limits.ts'
import { ROSE_PRODUCT, skuOf } from '../http/sample-shop.ts'
import { manualClock } from '../support/manual-clock.ts'

const test = suite('what pages show')

const [HOT, COLD, NEVER] = [skuOf('HOT'), skuOf('COLD'), skuOf('NEVER')]
const FULL: Balances = { received: 5, available: 5, held: 0, sold: 0 }
const HELD: Balances = { received: 5, available: 0, held: 5, sold: 0 }

function stockWorld() {
  const clock = manualClock(1_000_000)
  const committed = new Map<Sku, Balances>()
  const ledger = new Map<Sku, Balances>()
  const read: Sku[][] = []
  const state = { failure: null as Error | null }
  const shown = availability(
    {
      clock,
      skus: { committedBalances: (sku) => committed.get(sku) ?? null },
      reads: {
        async stockOf(skus) {
          read.push([...skus])
          if (state.failure) throw state.failure
          return new Map([...ledger].filter(([sku]) => skus.includes(sku)))
        },
      },
    },
    LIMITS,
  )
  return { clock, committed, ledger, read, state, shown }
}

test('what an actor has committed is shown from memory, as of now', async () => {
  const { clock, committed, read, shown } = stockWorld()
  committed.set(HOT, FULL)
  await shown.of([HOT])
  clock.advance(10)
  committed.set(HOT, HELD)
  assert.deepEqual(await shown.of([HOT]), new Map([[HOT, { balances: HELD, asOfMs: 1_000_010 }]]))
  assert.deepEqual(read, [])
})

test('what no actor has is read from the ledger, and at most once a second', async () => {
  const { clock, ledger, read, shown } = stockWorld()
  ledger.set(COLD, FULL)
  const looks = await Promise.all([shown.of([COLD, NEVER]), shown.of([COLD])])
  assert.deepEqual(looks[0].get(COLD), { balances: FULL, asOfMs: 1_000_000 })
  assert.equal(looks[0].get(NEVER)?.balances.received, 0)
  clock.advance(LIMITS.shownFreshMs)
  await shown.of([COLD])
  assert.deepEqual(read, [[COLD, NEVER], [COLD]])
})

test('through an outage stock is shown as it was last known, and says since when', async () => {
  const { clock, committed, ledger, state, shown } = stockWorld()
  committed.set(HOT, HELD)
  ledger.set(COLD, FULL)
  await shown.of([HOT, COLD])
  state.failure = new RetryLater('ledger_unavailable', 'away')
  // An actor whose append failed has no state until it can load it again.
  committed.delete(HOT)
  clock.advance(60_000)
  assert.deepEqual(
    await shown.of([HOT, COLD]),
    new Map([
      [HOT, { balances: HELD, asOfMs: 1_000_000 }],
      [COLD, { balances: FULL, asOfMs: 1_000_000 }],
    ]),
  )
  await assert.rejects(shown.of([NEVER]), { code: 'ledger_unavailable' })
})

test('products and pages stay through an outage; who changed one sees it at once', async () => {
  const clock = manualClock(1_000_000)
  const catalogue = memoryCatalogue(clock)
  const state = { failure: null as Error | null }
  const failing = {
    ...catalogue,
    async bySkus(skus: readonly Sku[]) {
      if (state.failure) throw state.failure
      return catalogue.bySkus(skus)
    },
    async page(query: Parameters<typeof catalogue.page>[0]) {
      if (state.failure) throw state.failure
      return catalogue.page(query)
    },
  }
  const shown = shelf(failing, clock, LIMITS)
  const { version: _, updatedAtMs: __, ...input } = { ...ROSE_PRODUCT, sku: HOT } as Product
  const put = (name: string) =>
    catalogue.put({ ...input, name }, { ifVersion: null, onlySeller: null })
  const all = { sellerId: null, skuPrefix: null, after: null, limit: 10 }
  const names = async () => [
    (await shown.bySkus([HOT])).get(HOT)?.name,
    (await shown.page(all)).products[0]?.name,
  ]
  await put('first')
  assert.deepEqual(await names(), ['first', 'first'])
  await put('second')
  assert.deepEqual(await names(), ['first', 'first'], 'within a second nothing is read again')
  shown.forget(HOT)
  assert.deepEqual(await names(), ['second', 'second'])
  state.failure = new RetryLater('journal_unavailable', 'away')
  clock.advance(60_000)
  assert.deepEqual(await names(), ['second', 'second'])
  await assert.rejects(shown.page({ ...all, limit: 11 }), { code: 'journal_unavailable' })
})

test.run()
