// What every keeper of stock states must do. Run on memory, Redis (snapshots) and Postgres
// (checkpoints).

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { sha256Hex } from '../../actors/domain/hash.ts'
import type { Sku } from '../../actors/domain/ids.ts'
import type { SavedState, StockStateStore } from '../../actors/ports/stock-state-store.ts'

export interface StateStoreUnderTest {
  readonly store: StockStateStore
  /** The same store through another connection, as another process has it. */
  readonly rival: StockStateStore
  close(passed: boolean): Promise<void>
}

function stateOf(seq: number, history = 'ours'): SavedState {
  return { seq, hash: sha256Hex(`${history} ${seq}`), text: `${history} ${seq} "ü€\n…"` }
}

export function exerciseStockStateStore(
  name: string,
  open: () => Promise<StateStoreUnderTest>,
): void {
  const test = suite<StateStoreUnderTest & { failed: number }>(`stock states in ${name}`)
  let unfinished = 0
  test.before(async (context) => void Object.assign(context, await open()))
  test.after(({ close }) => close(unfinished === 0))
  const each = (title: string, body: (under: StateStoreUnderTest) => Promise<void>) =>
    test(title, async (under) => {
      unfinished += 1
      await body(under)
      unfinished -= 1
    })

  each('what was kept comes back as it was, for its own SKU', async ({ store, rival }) => {
    const sku = 'A rose-12._' as Sku
    assert.equal(await store.newest(sku, 0), null)
    assert.equal(await store.saveIfNewer(sku, stateOf(812)), true)
    assert.deepEqual(await rival.newest(sku, 0), stateOf(812))
    assert.equal(await store.newest('a rose-12._' as Sku, 0), null)
  })

  each('who has a state as new is not sent it again', async ({ store }) => {
    const sku = 'B' as Sku
    await store.saveIfNewer(sku, stateOf(10))
    assert.deepEqual(await store.newest(sku, 9), stateOf(10))
    const { seq, hash } = stateOf(10)
    assert.deepEqual(await store.newest(sku, 10), { seq, hash, text: null })
    assert.deepEqual(await store.newest(sku, 11), { seq, hash, text: null })
  })

  each('an older write after a newer one changes nothing', async ({ store, rival }) => {
    const sku = 'C' as Sku
    assert.equal(await store.saveIfNewer(sku, stateOf(9)), true)
    assert.equal(await rival.saveIfNewer(sku, stateOf(10)), true)
    assert.equal(await store.saveIfNewer(sku, stateOf(9)), false)
    assert.equal(await store.saveIfNewer(sku, stateOf(2, 'theirs')), false)
    assert.deepEqual(await store.newest(sku, 0), stateOf(10))
  })

  each('of many writes at once the newest stays', async ({ store, rival }) => {
    const sku = 'D' as Sku
    const order = [5, 40, 12, 1, 39, 7, 33, 2]
    await Promise.all(
      order.map((seq, at) => (at % 2 ? store : rival).saveIfNewer(sku, stateOf(seq))),
    )
    assert.deepEqual(await store.newest(sku, 0), stateOf(40))
  })

  each('of two histories at one place the one written last stays', async ({ store }) => {
    const sku = 'E' as Sku
    await store.saveIfNewer(sku, stateOf(10, 'theirs'))
    assert.equal(await store.saveIfNewer(sku, stateOf(10)), true)
    assert.equal(await store.saveIfNewer(sku, stateOf(10)), false)
    assert.deepEqual(await store.newest(sku, 0), stateOf(10))
  })

  each('what is discarded is gone, and then anything may be kept', async ({ store }) => {
    const sku = 'F' as Sku
    await store.saveIfNewer(sku, stateOf(100, 'restored away'))
    await store.discard(sku, stateOf(100, 'restored away'))
    assert.equal(await store.newest(sku, 0), null)
    assert.equal(await store.saveIfNewer(sku, stateOf(3)), true)
  })

  each('discarding takes nothing that was written meanwhile', async ({ store, rival }) => {
    const sku = 'G' as Sku
    await store.saveIfNewer(sku, stateOf(10))
    await rival.saveIfNewer(sku, stateOf(11))
    await store.discard(sku, stateOf(10))
    await store.discard(sku, stateOf(11, 'theirs'))
    assert.deepEqual(await store.newest(sku, 0), stateOf(11))
  })

  each('a state of some megabytes fits', async ({ store }) => {
    const sku = 'H' as Sku
    const big = { ...stateOf(7), text: 'hold '.repeat(800_000) }
    assert.equal(await store.saveIfNewer(sku, big), true)
    assert.deepEqual(await store.newest(sku, 0), big)
  })

  test.run()
}
