// Changing a checkout: all or none, on stock that others want, too, and never a minute more.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { RetryLater } from '../../actors/domain/failures.ts'
import { orderIdOf } from '../../actors/domain/ids.ts'
import type { CheckoutJournal, CheckoutWrite } from '../../actors/ports/checkout-journal.ts'
import type { LedgerStore } from '../../persistence/ledger-with-group-commit.ts'
import { checkoutCompleter } from '../../src/workers/checkout-completer.ts'
import {
  ADDRESS,
  answerOf,
  assertChargedOnce,
  countOf,
  openSale,
  orderOf,
  productOf,
  settle,
  wordOf,
} from '../support/sale.ts'
import { HOLD_TTL_MS } from '../support/shop.ts'

const test = suite('changing a checkout')

const shelves = () => openSale({ stock: { ROSE: 10, TULIP: 10, VASE: 3 } })

function revisedOf(reply: Parameters<typeof answerOf>[0]) {
  const answer = answerOf(reply)
  assert(answer.kind === 'checkout_revised', `not changed: ${JSON.stringify(answer)}`)
  return answer.checkout
}

function refusedOf(reply: Parameters<typeof answerOf>[0]) {
  const answer = answerOf(reply)
  assert(answer.kind === 'refused', `not refused: ${JSON.stringify(answer)}`)
  return answer
}

test('what is new is taken, surplus is given back, what stays keeps its hold', async () => {
  const sale = await shelves()
  const checkout = await sale.opened('ada', { ROSE: 4, TULIP: 2 })
  const revised = revisedOf(await sale.revise(checkout, { VASE: 3, ROSE: 6 }))
  assert.deepEqual(await sale.stock('ROSE'), [4, 6, 0])
  assert.deepEqual(await sale.stock('TULIP'), [10, 0, 0])
  assert.deepEqual(await sale.stock('VASE'), [0, 3, 0])
  assert.equal(revised.state, 'open')
  assert.equal(revised.expiresAtMs, checkout.expiresAtMs)
  assert.equal(revised.total.amount, 9 * 350)
  assert.equal(revised.lines[1]?.holdId, checkout.lines[0]?.holdId)
  assert.deepEqual(await sale.load(checkout.id), revised)
  const smaller = revisedOf(await sale.revise(revised, { ROSE: 1 }))
  assert.deepEqual(await sale.stock('ROSE'), [9, 1, 0])
  assert.deepEqual(await sale.stock('VASE'), [3, 0, 0])
  orderOf(await sale.pay(smaller))
  await sale.atRest(checkout.id)
  assertChargedOnce(sale.gateway, smaller)
  assert.deepEqual(await sale.stock('ROSE'), [9, 0, 1])
  assert.deepEqual(sale.shop.bugs, [])
})

test('a line that is short changes nothing, and says what each line could have', async () => {
  const sale = await shelves()
  const checkout = await sale.opened('ada', { ROSE: 4, VASE: 1 })
  await sale.opened('bob', { ROSE: 3 })
  const reply = await sale.revise(checkout, { TULIP: 1, VASE: 4, ROSE: 8 }, { key: 'patch' })
  const { refusal, details, checkoutId } = refusedOf(reply)
  assert.deepEqual([refusal, checkoutId], ['out_of_stock', checkout.id])
  assert.deepEqual(
    details.lines?.map(({ sku, available }) => [sku, available]),
    [
      ['ROSE', 7],
      ['VASE', 3],
    ],
    'what a line has already counts',
  )
  const { lines, total, state } = await sale.load(checkout.id)
  assert.deepEqual({ lines, total, state }, { ...pick(checkout), state: 'open' })
  assert.deepEqual(await sale.stock('ROSE'), [3, 7, 0])
  assert.deepEqual(await sale.stock('TULIP'), [10, 0, 0])
  const again = await sale.revise(checkout, { TULIP: 1, VASE: 4, ROSE: 8 }, { key: 'patch' })
  assert(again.kind === 'answer' && again.replayed)
  orderOf(await sale.pay(checkout))
})

function pick({ lines, total }: Awaited<ReturnType<Awaited<ReturnType<typeof shelves>>['load']>>) {
  return { lines, total }
}

test('a line lost to somebody faster undoes what was taken, and nothing else', async () => {
  const sale = await openSale({ stock: { ROSE: 10, TULIP: 10, VASE: 3 } })
  const ada = await sale.opened('ada', { ROSE: 2 })
  const bob = await sale.opened('bob', { ROSE: 2 })
  // Both see three vases; both take roses and tulips first.
  const [left, right] = await Promise.all([
    sale.revise(ada, { ROSE: 4, TULIP: 1, VASE: 3 }),
    sale.revise(bob, { ROSE: 4, TULIP: 1, VASE: 3 }),
  ])
  const words = [wordOf(left), wordOf(right)].toSorted()
  assert.deepEqual(words, ['checkout_revised', 'out_of_stock'])
  assert.deepEqual(await sale.stock('ROSE'), [4, 6, 0])
  assert.deepEqual(await sale.stock('TULIP'), [9, 1, 0])
  assert.deepEqual(await sale.stock('VASE'), [0, 3, 0])
  const [first, second] = [await sale.load(ada.id), await sale.load(bob.id)]
  assert.deepEqual([first.state, second.state], ['open', 'open'])
  orderOf(await sale.pay(first))
  orderOf(await sale.pay(second))
  await sale.atRest(ada.id)
  await sale.atRest(bob.id)
  assert.deepEqual(await sale.stock('ROSE'), [4, 0, 6])
})

test('a change counts what the buyer has, and one above the limit undoes the rest', async () => {
  const rose = { ...productOf('ROSE'), purchaseLimit: 4 }
  const sale = await openSale({
    stock: { ROSE: 10, LILY: 10 },
    products: [rose, productOf('LILY')],
  })
  const before = await sale.opened('ada', { ROSE: 1 })
  const checkout = await sale.opened('ada', { ROSE: 2 })
  const { refusal, details } = refusedOf(await sale.revise(checkout, { LILY: 1, ROSE: 4 }))
  assert.equal(refusal, 'purchase_limit')
  assert.deepEqual(details.limits?.[0]?.remaining, 3)
  assert.deepEqual(await sale.stock('LILY'), [10, 0, 0])
  assert.deepEqual(await sale.stock('ROSE'), [7, 3, 0])
  revisedOf(await sale.revise(checkout, { LILY: 1, ROSE: 3 }))
  assert.equal(wordOf(await sale.revise(before, { ROSE: 2 })), 'purchase_limit')
  assert.equal(wordOf(await sale.cancel(before)), 'checkout_cancelled')
  revisedOf(await sale.revise(checkout, { ROSE: 4 }))
})

test('an address alone asks nothing of stock', async () => {
  const sale = await shelves()
  const checkout = await sale.opened('ada', { ROSE: 1 }, { address: null })
  assert.equal(wordOf(await sale.pay(checkout)), 'address_missing')
  const revised = revisedOf(await sale.revise(checkout, null, { address: ADDRESS }))
  assert.deepEqual(revised.shippingAddress, ADDRESS)
  assert.deepEqual(revised.lines, checkout.lines)
  orderOf(await sale.pay(revised))
})

test('what the catalogue says is refused as when opening, and the checkout stays', async () => {
  const products = [
    productOf('ROSE'),
    { ...productOf('OLD'), status: 'archived' } as const,
    { ...productOf('EURO'), price: { amount: 5, currency: 'EUR' } },
    productOf('CASTLE', 9_000_000_000_000),
  ]
  const sale = await openSale({ stock: { ROSE: 10 }, products })
  const checkout = await sale.opened('ada', { ROSE: 1 })
  for (const [lines, word] of [
    [{ NOPE: 1 }, 'unknown_sku'],
    [{ ROSE: 1, OLD: 1 }, 'sku_not_for_sale'],
    [{ ROSE: 1, EURO: 1 }, 'mixed_currency'],
    [{ CASTLE: 999 }, 'total_too_large'],
    [{}, 'cart_empty'],
  ] as const) {
    assert.equal(refusedOf(await sale.revise(checkout, lines)).refusal, word)
  }
  const many = Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`SKU-${at}`, 1]))
  assert.equal(refusedOf(await sale.revise(checkout, many)).refusal, 'too_many_lines')
  assert.equal((await sale.load(checkout.id)).version, checkout.version)
})

test('lines that stay take the price of the day, and the buyer is told', async () => {
  const before = await shelves()
  const checkout = await before.opened('ada', { ROSE: 1 })
  const sale = await before.reopen({ products: [productOf('ROSE', 400), productOf('TULIP')] })
  const revised = revisedOf(await sale.revise(checkout, { ROSE: 1, TULIP: 1 }))
  const [was, now] = [350, 400].map((amount) => ({ amount, currency: 'GBP' }))
  assert.deepEqual(revised.priceChanges, [{ sku: 'ROSE', was, now }])
  assert.equal(revised.total.amount, 750)
  const { details } = refusedOf(await sale.pay(revised, { total: 700 }))
  assert.deepEqual(details.priceChanges, revised.priceChanges)
})

test('after a declined card the order is of the new lines, and so is the charge', async () => {
  const sale = await shelves()
  const checkout = await sale.opened('ada', { ROSE: 2, TULIP: 1, VASE: 1 })
  const declined = await sale.pay(checkout, { card: 'pm_card_chargeDeclined' })
  assert.equal(wordOf(declined), 'payment_declined')
  const revised = revisedOf(await sale.revise(checkout, { TULIP: 5, ROSE: 1 }))
  const order = orderOf(await sale.pay(revised))
  assert.equal(order.total.amount, 6 * 350)
  await sale.atRest(checkout.id)
  assert.deepEqual(sale.books.order(orderIdOf(checkout.id))?.lines, revised.lines)
  const { captured, capturedIntents } = sale.gateway.bookOf(orderIdOf(checkout.id))
  assert.deepEqual([captured, capturedIntents], [revised.total.amount, 1])
  assert.deepEqual(await sale.stock('ROSE'), [9, 0, 1])
  assert.deepEqual(await sale.stock('VASE'), [3, 0, 0])
})

test('a checkout that is over, or in the middle of something, is not changed', async () => {
  const sale = await shelves()
  const patch = (checkout: Parameters<typeof sale.revise>[0], key?: string) =>
    sale.revise(checkout, { ROSE: 2 }, key === undefined ? {} : { key })
  const paying = await sale.opened('ada', { ROSE: 1 })
  await sale.pay(paying, { card: 'pm_card_authenticationRequired' })
  assert.equal(wordOf(await patch(paying, 'later')), 'checkout_busy')
  await sale.cancel(paying)
  assert.equal(wordOf(await patch(paying, 'later')), 'not_open', '"busy" is not kept')
  const paid = await sale.opened('ada', { ROSE: 1 })
  await sale.pay(paid)
  assert.equal(wordOf(await patch(paid)), 'not_open')
  assert.equal(wordOf(await patch({ ...paid, userId: 'eve' as never })), 'checkout_not_found')
  const late = await sale.opened('ada', { ROSE: 1 })
  await sale.pass(HOLD_TTL_MS)
  assert.equal(wordOf(await patch(late)), 'checkout_expired')
})

/** A sale whose journal holds a write back until the test lets it go. */
async function slowSale() {
  let hold: (write: CheckoutWrite) => Promise<void> = async () => {}
  const aroundJournal = (journal: CheckoutJournal): CheckoutJournal => ({
    ...journal,
    async write(write) {
      await hold(write)
      return journal.write(write)
    },
  })
  const sale = await openSale({ stock: { ROSE: 10, TULIP: 10, VASE: 3 }, aroundJournal })
  return {
    ...sale,
    onWrite: (next: typeof hold) => {
      hold = next
    },
  }
}

test('whoever pays, cancels or changes while stock is asked is told to come back', async () => {
  let arrive = () => {}
  let letGo = () => {}
  const atLedger = new Promise<void>((resolve) => {
    arrive = resolve
  })
  const pass = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const aroundLedger = (store: LedgerStore): LedgerStore => ({
    ...store,
    async appendMany(appends) {
      if (appends.some(({ entries }) => entries.some(({ kind }) => kind === 'resize'))) {
        arrive()
        await pass
      }
      return store.appendMany(appends)
    },
  })
  const sale = await openSale({ stock: { ROSE: 10 }, aroundLedger })
  const checkout = await sale.opened('ada', { ROSE: 1 })
  const first = sale.revise(checkout, { ROSE: 2 }, { key: 'patch' })
  await atLedger
  assert.equal((await sale.load(checkout.id)).state, 'revising')
  assert.equal(wordOf(await sale.pay(checkout, { key: 'pay', total: 700 })), 'checkout_busy')
  assert.equal(wordOf(await sale.cancel(checkout)), 'checkout_busy')
  assert.equal(wordOf(await sale.revise(checkout, { ROSE: 3 })), 'checkout_busy')
  const repeat = await sale.revise(checkout, { ROSE: 2 }, { key: 'patch' })
  assert.equal(wordOf(repeat), 'in_progress')
  assert.equal(wordOf(await sale.revise(checkout, { ROSE: 3 }, { key: 'patch' })), 'key_reused')
  letGo()
  revisedOf(await first)
  orderOf(await sale.pay(checkout, { key: 'pay', total: 700 }))
})

test('whoever asks while the end of a change is written finds it done', async () => {
  const sale = await slowSale()
  const checkout = await sale.opened('ada', { ROSE: 1 })
  let letGo = () => {}
  // The stock of the change is taken, and the write that opens the checkout again is on its way.
  const arrived = new Promise<void>((arrive) => {
    sale.onWrite(async ({ relined }) => {
      if (!relined) return
      arrive()
      await new Promise<void>((resolve) => {
        letGo = resolve
      })
    })
  })
  const first = sale.revise(checkout, { ROSE: 2 }, { key: 'patch' })
  await arrived
  const others = [
    sale.pay(checkout),
    sale.cancel(checkout),
    sale.revise(checkout, { ROSE: 3 }),
    sale.revise(checkout, { ROSE: 2 }, { key: 'patch' }),
  ]
  letGo()
  assert.equal(revisedOf(await first).lines[0]?.quantity, 2)
  const words = (await Promise.all(others)).map(wordOf)
  assert.deepEqual(words, ['total_changed', 'checkout_cancelled', 'not_open', 'checkout_revised'])
})

test('one key changes once: a repeat is told the same, another body is refused', async () => {
  const sale = await shelves()
  const checkout = await sale.opened('ada', { ROSE: 1 })
  const patch = (quantity: number) => sale.revise(checkout, { ROSE: quantity }, { key: 'patch' })
  const replies = await Promise.all(Array.from({ length: 50 }, () => patch(2)))
  const words = countOf(replies.map(wordOf))
  assert.equal((words['checkout_revised'] ?? 0) + (words['in_progress'] ?? 0), 50)
  assert(words['checkout_revised'])
  const revised = await sale.load(checkout.id)
  assert.equal(revised.revisions, 1)
  const again = await patch(2)
  assert(again.kind === 'answer' && again.replayed)
  assert.deepEqual(revisedOf(again), revised)
  assert.equal(wordOf(await patch(3)), 'key_reused')
  assert.deepEqual(await sale.stock('ROSE'), [8, 2, 0])
})

test('50 races of a change with a payment and a cancel: nothing is lost', async () => {
  const sale = await openSale({ stock: { ROSE: 1_000, TULIP: 1_000 } })
  let sold = 0
  const endings = new Set<string>()
  for (let round = 0; round < 50; round += 1) {
    const checkout = await sale.opened('ada', { ROSE: 2 })
    const turns = async (count: number) => {
      for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate)
    }
    const changing = sale.revise(checkout, { ROSE: 5, TULIP: 1 })
    await turns(round % 7)
    const paying = sale.pay(checkout)
    await turns(round % 5)
    const cancelling = sale.cancel(checkout)
    await Promise.all([changing, paying, cancelling])
    await settle()
    const now = await sale.load(checkout.id)
    if (now.state === 'open') await sale.cancel(now)
    const { state, lines } = await sale.atRest(checkout.id)
    endings.add(`${wordOf(await changing)} ${wordOf(await paying)} ${wordOf(await cancelling)}`)
    if (state === 'captured') sold += lines[0]?.quantity ?? 0
    assert.deepEqual(await sale.stock('ROSE'), [1_000 - sold, 0, sold])
    assert.equal((await sale.stock('TULIP'))[1], 0)
  }
  assert(endings.size > 1, `every race ended alike: ${[...endings].join()}`)
  assert.deepEqual(sale.shop.bugs, [])
})

for (const wanted of [{ ROSE: 3, TULIP: 2 }, { ROSE: 1 }]) {
  const what = JSON.stringify(wanted)
  test(`a hold that ran out amid the change to ${what} ends the checkout`, async () => {
    const sale = await slowSale()
    const checkout = await sale.opened('ada', { ROSE: 2 })
    sale.onWrite(async ({ checkout: next }) => {
      if (next.state !== 'revising') return
      // The change is about to be written; by the time stock is asked its minutes are over.
      sale.onWrite(async () => {})
      sale.clock.advance(HOLD_TTL_MS)
      await settle()
    })
    const reply = await sale.revise(checkout, wanted)
    assert.equal(wordOf(reply), 'checkout_expired')
    assert.equal((await sale.atRest(checkout.id)).state, 'expired')
    assert.deepEqual(await sale.stock('ROSE'), [10, 0, 0])
    assert.deepEqual(await sale.stock('TULIP'), [10, 0, 0])
    assert.deepEqual(sale.shop.bugs, [])
  })
}

test('a journal that is away amid the change is a failure, and the same key goes on', async () => {
  const sale = await slowSale()
  const checkout = await sale.opened('ada', { ROSE: 1 })
  sale.onWrite(async ({ relined }) => {
    if (!relined) return
    sale.onWrite(async () => {})
    throw new RetryLater('journal_unavailable', 'one hiccup')
  })
  const patch = () => sale.revise(checkout, { ROSE: 3, VASE: 1 }, { key: 'patch' })
  await assert.rejects(patch(), { code: 'journal_unavailable' })
  const repeat = patch()
  await sale.pass(2_000)
  assert.equal(revisedOf(await repeat).total.amount, 4 * 350)
  assert.deepEqual(await sale.stock('ROSE'), [7, 3, 0])
  await checkoutCompleter(sale.shop.journal, sale.shop.client)()
  assert.equal((await sale.load(checkout.id)).revisions, 1)
})

test.run()
