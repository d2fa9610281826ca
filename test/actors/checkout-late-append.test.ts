// The ledger does not answer, and writes all the same, much later: after the checkout has given up
// on another line and everything was given back. No unit may be left on hold for nobody.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { RetryLater } from '../../actors/domain/failures.ts'
import type { SkuAppend } from '../../actors/ports/ledger.ts'
import type { LedgerStore } from '../../persistence/ledger-with-group-commit.ts'
import { openSale, settle, wordOf } from '../support/sale.ts'

const test = suite('an append that comes late')

/** Two SKUs nobody has to fight for, so that they are taken together. */
async function saleWithALateAppend() {
  const kept: SkuAppend[] = []
  let losing = false
  let late = async () => assert.fail('nothing was asked')
  const aroundLedger = (store: LedgerStore): LedgerStore => {
    late = async () => {
      const outcomes = await Promise.all(kept.map((append) => store.appendMany([append])))
      return outcomes.flat().map(({ kind }) => kind) as never
    }
    return {
      ...store,
      async appendMany(appends) {
        if (!losing) return store.appendMany(appends)
        kept.push(...appends)
        throw new RetryLater('ledger_unavailable', 'no answer')
      },
    }
  }
  const sale = await openSale({ stock: { ROSE: 100, TULIP: 100 }, aroundLedger })
  return {
    ...sale,
    lose: (now: boolean) => {
      losing = now
    },
    /** What was lost arrives at the ledger now; answers what became of each. */
    arrive: (): Promise<readonly string[]> => late(),
  }
}

test('a reserve that comes after its checkout was given up takes nothing', async () => {
  const sale = await saleWithALateAppend()
  sale.lose(true)
  const opening = sale.open('ada', { ROSE: 2, TULIP: 2 }, { key: 'open' })
  await assert.rejects(opening, { code: 'ledger_unavailable' })
  sale.lose(false)
  await sale.opened('bob', { TULIP: 99 })
  await sale.pass(2_000)
  assert.equal(
    wordOf(await sale.open('ada', { ROSE: 2, TULIP: 2 }, { key: 'open' })),
    'out_of_stock',
  )
  assert.deepEqual(await sale.arrive(), ['refused', 'refused'])
  await settle()
  assert.deepEqual(await sale.stock('ROSE'), [100, 0, 0])
  assert.deepEqual(await sale.stock('TULIP'), [1, 99, 0])
})

test('a hold that grows after its change was given up is as large as it was', async () => {
  const sale = await saleWithALateAppend()
  const checkout = await sale.opened('ada', { ROSE: 2 })
  sale.lose(true)
  const change = () => sale.revise(checkout, { ROSE: 5, TULIP: 2 }, { key: 'patch' })
  await assert.rejects(change(), { code: 'ledger_unavailable' })
  sale.lose(false)
  await sale.opened('bob', { TULIP: 99 })
  await sale.pass(2_000)
  assert.equal(wordOf(await change()), 'out_of_stock')
  assert.deepEqual(await sale.arrive(), ['refused', 'refused'])
  assert.equal((await sale.load(checkout.id)).state, 'open')
  assert.deepEqual(await sale.stock('ROSE'), [98, 2, 0])
  assert.equal(wordOf(await sale.pay(checkout)), 'order_confirmed')
  await sale.atRest(checkout.id)
  assert.deepEqual(await sale.stock('ROSE'), [98, 0, 2])
  assert.deepEqual(sale.shop.bugs, [])
})

test.run()
