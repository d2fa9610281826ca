// Taking stock: all lines or none, never a unit twice, never a lock that two carts wait for.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { RetryLater } from '../../actors/domain/failures.ts'
import type { CheckoutJournal } from '../../actors/ports/checkout-journal.ts'
import { answerOf, countOf, openSale, type Wanted, wordOf } from '../support/sale.ts'
import { HOLD_TTL_MS } from '../support/shop.ts'

const test = suite('taking the stock of a checkout')

test('one line that is short takes nothing, and says what each short line could have', async () => {
  const sale = await openSale({ stock: { ROSE: 100, TULIP: 2, VASE: 0 } })
  const refused = answerOf(await sale.open('ada', { ROSE: 5, TULIP: 3, VASE: 1 }, { key: 'open' }))
  assert(refused.kind === 'refused' && refused.refusal === 'out_of_stock')
  assert.deepEqual(refused.details.lines, [
    { line: 2, sku: 'TULIP', requested: 3, available: 2 },
    { line: 3, sku: 'VASE', requested: 1, available: 0 },
  ])
  assert.deepEqual(await sale.stock('ROSE'), [100, 0, 0])
  const again = await sale.open('ada', { ROSE: 5, TULIP: 3, VASE: 1 }, { key: 'open' })
  assert(again.kind === 'answer' && again.replayed, 'what the stock decided is kept under the key')
})

test('a line lost to somebody faster gives back the lines that were taken', async () => {
  const sale = await openSale({ stock: { ROSE: 1, TULIP: 5 } })
  const [left, right] = await Promise.all([
    sale.open('ada', { ROSE: 1, TULIP: 5 }),
    sale.open('bob', { TULIP: 5 }),
  ])
  const words = [wordOf(left), wordOf(right)].toSorted()
  assert.deepEqual(words, ['checkout_opened', 'out_of_stock'])
  await sale.pass(1_000)
  const rose = wordOf(left) === 'checkout_opened' ? [0, 1, 0] : [1, 0, 0]
  assert.deepEqual(await sale.stock('ROSE'), rose)
  assert.deepEqual(await sale.stock('TULIP'), [0, 5, 0])
})

test('200 buyers at once for 50 units: 50 have one each, 150 are refused', async () => {
  const sale = await openSale({ stock: { ROSE: 50 } })
  const opening = Array.from({ length: 200 }, (_, buyer) =>
    sale.open(`buyer-${buyer}`, { ROSE: 1 }),
  )
  const words = (await Promise.all(opening)).map(wordOf)
  assert.deepEqual(countOf(words), { checkout_opened: 50, out_of_stock: 150 })
  assert.deepEqual(await sale.stock('ROSE'), [0, 50, 0])
})

test('100 carts with two SKUs in opposite orders: none waits, all units are taken', async () => {
  const sale = await openSale({ stock: { ROSE: 50, TULIP: 50 } })
  const forth: Wanted = { ROSE: 1, TULIP: 1 }
  const back: Wanted = { TULIP: 1, ROSE: 1 }
  const opening = Array.from({ length: 100 }, (_, buyer) =>
    sale.open(`buyer-${buyer}`, buyer % 2 === 0 ? forth : back),
  )
  const words = (await Promise.all(opening)).map(wordOf)
  assert.deepEqual(countOf(words), { checkout_opened: 50, out_of_stock: 50 })
  await sale.pass(1_000)
  assert.deepEqual(await sale.stock('ROSE'), [0, 50, 0])
  assert.deepEqual(await sale.stock('TULIP'), [0, 50, 0])
})

test('a shelf known to be empty refuses without a write, and the key stays free', async () => {
  let written = 0
  const counting = (journal: CheckoutJournal): CheckoutJournal => ({
    ...journal,
    open: (...given) => {
      written += 1
      return journal.open(...given)
    },
    remember: (...given) => {
      written += 1
      return journal.remember(...given)
    },
  })
  const sale = await openSale({ stock: { ROSE: 1 }, aroundJournal: counting })
  const checkout = await sale.opened('ada', { ROSE: 1 })
  written = 0
  assert.equal(wordOf(await sale.open('bob', { ROSE: 1 }, { key: 'bob' })), 'out_of_stock')
  assert.equal(written, 0)
  await sale.cancel(checkout)
  assert.equal(wordOf(await sale.open('bob', { ROSE: 1 }, { key: 'bob' })), 'checkout_opened')
})

test('a repeat of a request that took the last unit is told of its own checkout', async () => {
  const sale = await openSale({ stock: { ROSE: 1 } })
  const checkout = await sale.opened('ada', { ROSE: 1 }, { key: 'open' })
  const again = answerOf(await sale.open('ada', { ROSE: 1 }, { key: 'open' }))
  assert.deepEqual(again, { kind: 'checkout_opened', checkout })
})

test('20 parallel requests under one key and one cart open one checkout', async () => {
  const sale = await openSale({ stock: { ROSE: 50 } })
  const opening = Array.from({ length: 20 }, () =>
    sale.open('ada', { ROSE: 1 }, { key: 'open', cart: 'cart_1' }),
  )
  const words = countOf((await Promise.all(opening)).map(wordOf))
  assert.deepEqual(Object.keys(words).toSorted(), ['checkout_opened', 'in_progress'])
  assert.equal(sale.books.checkouts().length, 1)
  assert.deepEqual(await sale.stock('ROSE'), [49, 1, 0])
})

test('two tabs on one cart: the second is told of the checkout of the first', async () => {
  const sale = await openSale({ stock: { ROSE: 50 } })
  const first = await sale.opened('ada', { ROSE: 1 }, { cart: 'cart_1' })
  const second = answerOf(await sale.open('ada', { ROSE: 1 }, { cart: 'cart_1' }))
  assert(second.kind === 'refused' && second.refusal === 'checkout_exists')
  assert.equal(second.checkoutId, first.id)
  await sale.pay(first)
  const third = answerOf(await sale.open('ada', { ROSE: 1 }, { cart: 'cart_1' }))
  assert(third.kind === 'refused' && third.refusal === 'checkout_exists')
  assert.deepEqual(await sale.stock('ROSE'), [49, 0, 1])
})

test('units whose hold ran out are bought by somebody else', async () => {
  const sale = await openSale({ stock: { ROSE: 1 } })
  await sale.opened('ada', { ROSE: 1 })
  assert.equal(wordOf(await sale.open('bob', { ROSE: 1 })), 'out_of_stock')
  await sale.pass(HOLD_TTL_MS)
  await sale.opened('bob', { ROSE: 1 })
  assert.deepEqual(await sale.stock('ROSE'), [0, 1, 0])
})

test('a payment that runs keeps its units past the end of their hold', async () => {
  const sale = await openSale({ stock: { ROSE: 1 } })
  const checkout = await sale.opened('ada', { ROSE: 1 })
  await sale.pass(HOLD_TTL_MS - 1_000)
  await sale.pay(checkout, { card: 'pm_card_authenticationRequired' })
  await sale.pass(60_000)
  assert.deepEqual(await sale.stock('ROSE'), [0, 1, 0])
  assert.equal(wordOf(await sale.open('bob', { ROSE: 1 })), 'out_of_stock')
})

test('a journal that is away for a moment is a failure to retry under the same key', async () => {
  let failing = 0
  const flaky = (journal: CheckoutJournal): CheckoutJournal => ({
    ...journal,
    async write(write) {
      if (failing === 0) return journal.write(write)
      failing -= 1
      throw new RetryLater('journal_unavailable', 'the journal is away')
    },
  })
  const sale = await openSale({ stock: { ROSE: 5 }, aroundJournal: flaky })
  failing = 1
  await assert.rejects(sale.open('ada', { ROSE: 2 }, { key: 'open' }), {
    code: 'journal_unavailable',
  })
  await sale.pass(2_000)
  const checkout = await sale.opened('ada', { ROSE: 2 }, { key: 'open' })
  failing = 1
  await assert.rejects(sale.pay(checkout, { key: 'pay' }), { code: 'journal_unavailable' })
  assert.equal(wordOf(await sale.pay(checkout, { key: 'pay' })), 'order_confirmed')
  assert.deepEqual(await sale.stock('ROSE'), [3, 0, 2])
  assert.deepEqual(sale.shop.bugs, [])
})

test.run()
