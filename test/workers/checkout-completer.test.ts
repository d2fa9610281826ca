// The completer wakes the checkouts whose time has come; what becomes of them is their business.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { checkoutCompleter } from '../../src/workers/checkout-completer.ts'
import { assertChargedOnce, countOf, lost, openSale, type Sale, settle } from '../support/sale.ts'
import { HOLD_TTL_MS } from '../support/shop.ts'

const test = suite('the completer')
const ROUND_MAX = 500

const roundOf = ({ shop }: Pick<Sale, 'shop'>) => checkoutCompleter(shop.journal, shop.client)

test('nobody is woken before the time has come', async () => {
  const sale = await openSale({ stock: { ROSE: 5 } })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  await sale.pass(HOLD_TTL_MS - 1)
  await roundOf(sale)()
  await settle()
  assert.equal((await sale.load(checkout.id)).state, 'open')
})

test('checkouts whose hold ended expire, 500 a round; a full one says there are more', async () => {
  const sale = await openSale({ stock: { ROSE: 1_000 } })
  const opening = Array.from({ length: ROUND_MAX + 1 }, (_, at) => {
    return sale.opened(`buyer-${at}`, { ROSE: 1 })
  })
  await Promise.all(opening)
  await sale.pass(HOLD_TTL_MS)
  const round = roundOf(sale)
  assert.equal(await round(), true)
  assert.equal(await round(), false)
  await sale.pass(1_000)
  const states = countOf(sale.books.checkouts().map(({ state }) => state))
  assert.deepEqual(states, { expired: ROUND_MAX + 1 })
  assert.deepEqual(await sale.stock('ROSE'), [1_000, 0, 0])
})

test('what a dead process left behind is finished at once, though nobody asks', async () => {
  const sale = await openSale({ stock: { ROSE: 5 }, crashAt: 'after_holds_committed' })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  void sale.pay(checkout)
  await sale.shop.crashed
  const next = await sale.reopen()
  await roundOf(next)()
  assert.equal((await next.atRest(checkout.id)).state, 'captured')
  assertChargedOnce(sale.gateway, checkout)
})

test('an unknown payment that nobody watches any more is looked at again', async () => {
  const sale = await openSale({ stock: { ROSE: 5 }, crashAt: null })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  sale.gateway.play(lost('confirm', true))
  void sale.pay(checkout)
  await settle()
  sale.shop.crash()
  const next = await sale.reopen()
  await roundOf(next)()
  assert.equal((await next.atRest(checkout.id)).state, 'captured')
  assertChargedOnce(sale.gateway, checkout)
})

test('a process that is stopping wakes nobody, and says so', async () => {
  const sale = await openSale({ stock: { ROSE: 5 } })
  await sale.opened('ada', { ROSE: 2 })
  await sale.pass(HOLD_TTL_MS)
  await sale.shop.close(0)
  await assert.rejects(roundOf(sale)(), { code: 'shutting_down' })
})

test.run()
