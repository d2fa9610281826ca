// What merging two carts must do, in every cart store: each line moves once, however often and from
// wherever it is asked for, and what does not fit is told.

import assert from 'node:assert/strict'
import type { CartLine, NotTaken } from '../../actors/domain/cart.ts'
import type { Sku, UserId } from '../../actors/domain/ids.ts'
import { money } from '../../actors/domain/money.ts'
import type { CartStore } from '../../actors/ports/cart-store.ts'

type Test = (name: string, run: () => Promise<void>) => void
type Use = () => CartStore

const BOUNDS = { linesMax: 4, quantityMax: 10 }
const ADDED_AT_MS = 1_700_000_000_000

export function exerciseCartMerge(test: Test, use: Use): void {
  exerciseSums(test, use)
  exerciseOnce(test, use)
  exerciseLater(test, use)
}

function exerciseSums(test: Test, use: Use): void {
  test("a guest's lines join mine: quantities add up, new lines come last", async () => {
    const [guest, member] = await pair(use(), 'sums', { B: 2, A: 1 }, { A: 3 })
    const mine = await use().get(member)
    const { cart, notTaken } = await use().merge(guest, member, BOUNDS)
    assert.deepEqual(notTaken, [])
    assert.equal(cart.cartId, mine.cartId)
    assert.deepEqual(cart.lines, [{ ...line('A', 4), priceSeen: money(200, 'USD') }, line('B', 2)])
    assert.deepEqual(await use().get(member), cart)
  })

  test("the guest's cart is empty afterwards, and keeps its id", async () => {
    const [guest, member] = await pair(use(), 'emptied', { A: 1 }, {})
    const { cartId } = await use().get(guest)
    await use().merge(guest, member, BOUNDS)
    assert.deepEqual(await use().get(guest), { cartId, lines: [] })
  })

  test('units over the bound of a SKU are not taken, and told', async () => {
    const [guest, member] = await pair(use(), 'units', { A: 7, B: 12, C: 10 }, { A: 9 })
    const { cart, notTaken } = await use().merge(guest, member, BOUNDS)
    assert.deepEqual(quantities(cart.lines), { A: 10, B: 10, C: 10 })
    assert.deepEqual(notTaken, [left('A', 6, 'quantity_limit'), left('B', 2, 'quantity_limit')])
  })

  test('lines over the bound of a cart are not taken, and told; known ones grow', async () => {
    const mine = { A: 1, B: 1, C: 1 }
    const [guest, member] = await pair(use(), 'lines', { D: 1, E: 2, F: 3, B: 1 }, mine)
    const { cart, notTaken } = await use().merge(guest, member, BOUNDS)
    assert.deepEqual(quantities(cart.lines), { A: 1, B: 2, C: 1, D: 1 })
    assert.deepEqual(notTaken, [left('E', 2, 'too_many_lines'), left('F', 3, 'too_many_lines')])
  })

  test('a line that is over its bound already loses nothing', async () => {
    const [guest, member] = await pair(use(), 'lowered', { A: 1 }, { A: 50 })
    const { cart, notTaken } = await use().merge(guest, member, BOUNDS)
    assert.deepEqual(quantities(cart.lines), { A: 50 })
    assert.deepEqual(notTaken, [left('A', 1, 'quantity_limit')])
  })

  test('the bound on lines counts lines alone, after a merge as before', async () => {
    const [guest, member] = await pair(use(), 'count', { A: 1 }, { B: 1 })
    await use().merge(guest, member, BOUNDS)
    for (const sku of ['C', 'D']) assert.ok((await use().put(member, line(sku, 1), 4)).ok)
    assert.equal((await use().put(member, line('E', 1), 4)).ok, false)
    for (const sku of ['A', 'B', 'C', 'D']) await use().put(guest, line(sku, 1), 4)
    assert.equal((await use().put(guest, line('E', 1), 4)).ok, false)
  })

  test('a full cart of 1,000 lines moves whole', async () => {
    const names = Array.from({ length: 1_000 }, (_, n) => `SKU-${n}`)
    const [guest, member] = [buyer('big-guest'), buyer('big-member')]
    // By twenties: each put answers the whole cart, and a store may take a second at most.
    for (let at = 0; at < names.length; at += 20) {
      const some = names.slice(at, at + 20)
      await Promise.all(some.map((name) => use().put(guest, line(name, 2), 1_000)))
    }
    const bounds = { linesMax: 1_000, quantityMax: 10 }
    const { cart, notTaken } = await use().merge(guest, member, bounds)
    assert.deepEqual(notTaken, [])
    assert.equal(cart.lines.length, 1_000)
    assert.deepEqual(cart.lines.map(({ sku }) => sku).toSorted(), names.toSorted())
  })
}

function exerciseOnce(test: Test, use: Use): void {
  test('merging again takes nothing again, and is told the same', async () => {
    const [guest, member] = await pair(use(), 'again', { A: 7 }, { A: 5 })
    const first = await use().merge(guest, member, BOUNDS)
    assert.deepEqual(first.notTaken, [left('A', 2, 'quantity_limit')])
    assert.deepEqual(await use().merge(guest, member, BOUNDS), first)
    await use().clear(member)
    const { cart } = await use().merge(guest, member, BOUNDS)
    assert.deepEqual(cart.lines, [], 'a cleared cart is not filled again')
  })

  test('50 merges in parallel move each line once', async () => {
    const [guest, member] = await pair(use(), 'parallel', { A: 2, B: 9 }, { A: 1, B: 9 })
    const merges = Array.from({ length: 50 }, () => use().merge(guest, member, BOUNDS))
    for (const { cart, notTaken } of await Promise.all(merges)) {
      assert.deepEqual(quantities(cart.lines), { A: 3, B: 10 })
      assert.deepEqual(notTaken, [left('B', 8, 'quantity_limit')])
    }
    assert.deepEqual((await use().get(guest)).lines, [])
  })

  test('two guests merge into one cart in parallel, each once', async () => {
    const [first, member] = await pair(use(), 'two', { A: 1, B: 1 }, { A: 1 })
    const second = buyer('two-second')
    await use().put(second, line('A', 3), 4)
    const merges = Array.from({ length: 20 }, (_, n) =>
      use().merge(n % 2 === 0 ? first : second, member, BOUNDS),
    )
    await Promise.all(merges)
    assert.deepEqual(quantities((await use().get(member)).lines), { A: 5, B: 1 })
  })

  test('two buyers who merge one guest in parallel get each line once between them', async () => {
    const [guest, one] = await pair(use(), 'rivals', { A: 1, B: 2, C: 3 }, {})
    const other = buyer('rivals-other')
    const merges = Array.from({ length: 20 }, (_, n) =>
      use().merge(guest, n % 2 === 0 ? one : other, BOUNDS),
    )
    await Promise.all(merges)
    const [mine, theirs] = [await use().get(one), await use().get(other)]
    const all = [...mine.lines, ...theirs.lines]
    assert.deepEqual(quantities(all), { A: 1, B: 2, C: 3 })
    assert.equal(all.length, 3)
  })

  test('merges beside puts and removals lose nothing and double nothing', async () => {
    const [guest, member] = await pair(use(), 'busy', {}, {})
    const names = Array.from({ length: 30 }, (_, n) => `SKU-${n}`)
    const bounds = { linesMax: 100, quantityMax: 10 }
    const work = names.flatMap((name) => [
      use().put(guest, line(name, 1), 100),
      use().merge(guest, member, bounds),
    ])
    await Promise.all(work)
    const { cart } = await use().merge(guest, member, bounds)
    assert.deepEqual(quantities(cart.lines), Object.fromEntries(names.map((name) => [name, 1])))
  })
}

function exerciseLater(test: Test, use: Use): void {
  test('what the guest adds after a merge moves with the next one', async () => {
    const [guest, member] = await pair(use(), 'later', { A: 1 }, {})
    await use().merge(guest, member, BOUNDS)
    await use().put(guest, line('A', 2), 4)
    const { cart } = await use().merge(guest, member, BOUNDS)
    assert.deepEqual(quantities(cart.lines), { A: 3 })
  })

  test('an empty cart, and one that never was, bring nothing', async () => {
    const [guest, member] = await pair(use(), 'nothing', {}, { A: 1 })
    const before = await use().get(member)
    assert.deepEqual(await use().merge(guest, member, BOUNDS), { cart: before, notTaken: [] })
    const nobody = buyer('nothing-nobody')
    assert.deepEqual(await use().merge(nobody, member, BOUNDS), { cart: before, notTaken: [] })
  })

  test('another buyer is not told what the first could not take', async () => {
    const [guest, member] = await pair(use(), 'told', { A: 12 }, {})
    await use().merge(guest, member, BOUNDS)
    const other = await use().merge(guest, buyer('told-other'), BOUNDS)
    assert.deepEqual([other.cart.lines, other.notTaken], [[], []])
  })

  test('what was bought since still leaves the cart that took it', async () => {
    const [guest, member] = await pair(use(), 'bought', { A: 2 }, {})
    const { cart } = await use().merge(guest, member, BOUNDS)
    await use().removeBought(member, cart.cartId, [{ sku: 'A' as Sku, quantity: 1 }])
    const after = await use().merge(guest, member, BOUNDS)
    assert.deepEqual(quantities(after.cart.lines), { A: 1 })
  })
}

/** A guest and a member with these quantities; the member saw other prices. */
async function pair(
  carts: CartStore,
  name: string,
  guests: Readonly<Record<string, number>>,
  members: Readonly<Record<string, number>>,
): Promise<readonly [UserId, UserId]> {
  const [guest, member] = [buyer(`${name}-guest`), buyer(`${name}-member`)]
  for (const [sku, quantity] of Object.entries(guests)) {
    await carts.put(guest, line(sku, quantity), 100)
  }
  for (const [sku, quantity] of Object.entries(members)) {
    await carts.put(member, { ...line(sku, quantity), priceSeen: money(200, 'USD') }, 100)
  }
  return [guest, member]
}

function buyer(name: string): UserId {
  return `merge-${name}` as UserId
}

function line(sku: string, quantity: number): CartLine {
  const priceSeen = money(100, 'USD')
  return { sku: sku as Sku, quantity, priceSeen, addedAtMs: ADDED_AT_MS }
}

function left(sku: string, quantity: number, reason: NotTaken['reason']): NotTaken {
  return { sku: sku as Sku, quantity, reason }
}

function quantities(lines: readonly CartLine[]): Record<string, number> {
  return Object.fromEntries(lines.map(({ sku, quantity }) => [sku, quantity]))
}
