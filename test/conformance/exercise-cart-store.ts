// What every CartStore must do. Run on the carts in memory and on the carts in Redis.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { CartLine } from '../../actors/domain/cart.ts'
import { cartIdOf, type Sku, type UserId } from '../../actors/domain/ids.ts'
import { money } from '../../actors/domain/money.ts'
import { userShardOf } from '../../actors/domain/shard.ts'
import { uuidV7 } from '../../actors/domain/uuid.ts'
import type { CartStore } from '../../actors/ports/cart-store.ts'
import { exerciseCartMerge } from './exercise-cart-merge.ts'

const DAY_MS = 86_400_000
const LINES_MAX = 3

export interface CartStoreUnderTest {
  readonly carts: CartStore
  /** Lets a cart grow older. */
  age(user: UserId, byMs: number): Promise<void>
  close(): Promise<void>
}

export interface CartStoreSettings {
  /** Seven days. */
  readonly ttlMs: number
  readonly newCartId: (user: UserId) => ReturnType<typeof cartIdOf>
}

/** `open` gives the store the settings it is called with. */
export function exerciseCartStore(
  name: string,
  open: (settings: CartStoreSettings) => Promise<CartStoreUnderTest>,
): void {
  const test = suite(`carts in ${name}`)
  let store: CartStoreUnderTest
  test.before(async () => {
    store = await open({ ttlMs: 7 * DAY_MS, newCartId: countingCartIds() })
  })
  test.after(() => store.close())
  exerciseLines(test, () => store)
  exerciseBuying(test, () => store)
  exerciseLife(test, () => store)
  exerciseCartMerge(test, () => store.carts)
  test.run()
}

type Suite = ReturnType<typeof suite>
type Store = () => CartStoreUnderTest

function exerciseLines(test: Suite, store: Store): void {
  test('a buyer without a cart has an empty one, with the same id each time', async () => {
    const { carts } = store()
    const [first, second] = [await carts.get(buyer('new')), await carts.get(buyer('new'))]
    assert.deepEqual(first.lines, [])
    assert.equal(first.cartId, second.cartId)
    assert.notEqual(first.cartId, (await carts.get(buyer('other'))).cartId)
  })

  test('two first looks at once see one id', async () => {
    const { carts } = store()
    const looks = await Promise.all(Array.from({ length: 20 }, () => carts.get(buyer('looks'))))
    assert.equal(new Set(looks.map(({ cartId }) => cartId)).size, 1)
  })

  test('lines come back as they were put, in the order they were added', async () => {
    const { carts } = store()
    const { cartId } = await carts.get(buyer('order'))
    // The same millisecond, and no order of their names: only the order of adding can tell.
    const lines = [line('ZINC', 2), line('A spaced sku', 1), line('m.x-y_z', 3)]
    for (const each of lines) assert.ok((await carts.put(buyer('order'), each, LINES_MAX)).ok)
    assert.deepEqual(await carts.get(buyer('order')), { cartId, lines })
  })

  test('putting a line again sets quantity and price; its place and age stay', async () => {
    const { carts } = store()
    for (const sku of ['A', 'B']) await carts.put(buyer('again'), line(sku, 5), LINES_MAX)
    const changed = { ...line('A', 2), priceSeen: money(0, 'EUR'), addedAtMs: 9 }
    const outcome = await carts.put(buyer('again'), changed, LINES_MAX)
    assert.ok(outcome.ok)
    const { addedAtMs } = line('A', 5)
    assert.deepEqual(outcome.cart.lines, [{ ...changed, addedAtMs }, line('B', 5)])
  })

  test('a new line over the bound is refused, a line that is there can still change', async () => {
    const { carts } = store()
    for (const sku of ['A', 'B', 'C']) await carts.put(buyer('full'), line(sku, 1), LINES_MAX)
    assert.deepEqual(await carts.put(buyer('full'), line('D', 1), LINES_MAX), { ok: false })
    assert.ok((await carts.put(buyer('full'), line('B', 7), LINES_MAX)).ok)
    const { lines } = await carts.get(buyer('full'))
    assert.deepEqual(quantities(lines), { A: 1, B: 7, C: 1 })
  })

  test('100 parallel puts of different lines keep the bound', async () => {
    const { carts } = store()
    const puts = Array.from({ length: 100 }, (_, n) =>
      carts.put(buyer('parallel'), line(`SKU-${n}`, 1), 10),
    )
    const accepted = (await Promise.all(puts)).filter(({ ok }) => ok)
    assert.equal(accepted.length, 10)
    assert.equal((await carts.get(buyer('parallel'))).lines.length, 10)
  })

  test('removing a line leaves the others, removing it again changes nothing', async () => {
    const { carts } = store()
    const { cartId } = await carts.get(buyer('remove'))
    for (const sku of ['A', 'B']) await carts.put(buyer('remove'), line(sku, 1), LINES_MAX)
    const left = { cartId, lines: [line('B', 1)] }
    assert.deepEqual(await carts.remove(buyer('remove'), 'A' as Sku), left)
    assert.deepEqual(await carts.remove(buyer('remove'), 'A' as Sku), left)
    assert.deepEqual(await carts.get(buyer('remove')), left)
  })

  test('clearing empties the cart and keeps its id', async () => {
    const { carts } = store()
    for (const sku of ['A', 'B']) await carts.put(buyer('clear'), line(sku, 1), LINES_MAX)
    const { cartId } = await carts.get(buyer('clear'))
    assert.deepEqual(await carts.clear(buyer('clear')), { cartId, lines: [] })
    assert.deepEqual(await carts.get(buyer('clear')), { cartId, lines: [] })
  })
}

function exerciseBuying(test: Suite, store: Store): void {
  test('what was bought leaves the cart, what was added since stays, the id is new', async () => {
    const { carts } = store()
    for (const sku of ['A', 'B']) await carts.put(buyer('buys'), line(sku, 2), LINES_MAX)
    const { cartId } = await carts.get(buyer('buys'))
    await carts.put(buyer('buys'), line('B', 5), LINES_MAX)
    await carts.put(buyer('buys'), line('C', 1), LINES_MAX)
    await carts.removeBought(buyer('buys'), cartId, [bought('A', 2), bought('B', 2)])
    const after = await carts.get(buyer('buys'))
    assert.notEqual(after.cartId, cartId)
    assert.deepEqual(after.lines, [line('B', 3), line('C', 1)])
  })

  test('taking out twice what was bought once takes it out once', async () => {
    const { carts } = store()
    await carts.put(buyer('twice'), line('A', 5), LINES_MAX)
    const { cartId } = await carts.get(buyer('twice'))
    const takeOut = () => carts.removeBought(buyer('twice'), cartId, [bought('A', 2)])
    await Promise.all([takeOut(), takeOut(), takeOut()])
    const after = await carts.get(buyer('twice'))
    await takeOut()
    assert.deepEqual(quantities(after.lines), { A: 3 })
    assert.deepEqual(await carts.get(buyer('twice')), after)
  })

  test('a purchase under an old id takes nothing out', async () => {
    const { carts } = store()
    const { cartId: oldId } = await carts.get(buyer('old'))
    await carts.removeBought(buyer('old'), oldId, [])
    await carts.put(buyer('old'), line('A', 2), LINES_MAX)
    const before = await carts.get(buyer('old'))
    assert.notEqual(before.cartId, oldId)
    await carts.removeBought(buyer('old'), oldId, [bought('A', 2)])
    assert.deepEqual(await carts.get(buyer('old')), before)
  })

  test('buying what has left the cart meanwhile still renews the id', async () => {
    const { carts } = store()
    await carts.put(buyer('gone'), line('A', 1), LINES_MAX)
    const { cartId } = await carts.clear(buyer('gone'))
    await carts.removeBought(buyer('gone'), cartId, [bought('A', 1)])
    const after = await carts.get(buyer('gone'))
    assert.notEqual(after.cartId, cartId)
    assert.deepEqual(after.lines, [])
  })
}

function exerciseLife(test: Suite, store: Store): void {
  test('each change gives a cart seven more days, looking at it does not', async () => {
    const { carts, age } = store()
    const user = buyer('renewed')
    await carts.put(user, line('A', 2), LINES_MAX)
    const { cartId } = await carts.get(user)
    await age(user, 6 * DAY_MS)
    await carts.put(user, line('B', 1), LINES_MAX)
    await age(user, 6 * DAY_MS)
    await carts.remove(user, 'B' as Sku)
    await age(user, 6 * DAY_MS)
    assert.deepEqual(await carts.get(user), { cartId, lines: [line('A', 2)] })
    await age(user, 2 * DAY_MS)
    const after = await carts.get(user)
    assert.deepEqual(after.lines, [])
    assert.notEqual(after.cartId, cartId)
  })

  test('clearing and buying renew the life of a cart too', async () => {
    const { carts, age } = store()
    const user = buyer('cleared')
    await carts.get(user)
    await age(user, 6 * DAY_MS)
    const { cartId } = await carts.clear(user)
    await age(user, 6 * DAY_MS)
    await carts.removeBought(user, cartId, [])
    const renewed = await carts.get(user)
    await age(user, 6 * DAY_MS)
    assert.deepEqual(await carts.get(user), renewed)
  })

  test('an empty cart that nobody touched ends as well', async () => {
    const { carts, age } = store()
    const { cartId } = await carts.get(buyer('untouched'))
    await age(buyer('untouched'), 8 * DAY_MS)
    assert.notEqual((await carts.get(buyer('untouched'))).cartId, cartId)
  })

  test('a purchase from a cart that has ended does not bring it back', async () => {
    const { carts, age } = store()
    await carts.put(buyer('ended'), line('A', 2), LINES_MAX)
    const { cartId } = await carts.get(buyer('ended'))
    await age(buyer('ended'), 8 * DAY_MS)
    await carts.removeBought(buyer('ended'), cartId, [bought('A', 1)])
    assert.deepEqual((await carts.get(buyer('ended'))).lines, [])
  })
}

/** Ids nobody can confuse: the n-th one made says n. */
function countingCartIds(): CartStoreSettings['newCartId'] {
  let made = 0
  return (user) => {
    made += 1
    const random = new Uint8Array(10)
    new DataView(random.buffer).setUint32(4, made)
    return cartIdOf(uuidV7(1_700_000_000_000, random, userShardOf(user)))
  }
}

function buyer(name: string): UserId {
  return `buyer-{${name}}:1` as UserId
}

function line(sku: string, quantity: number): CartLine {
  return {
    sku: sku as Sku,
    quantity,
    priceSeen: money(3_500, 'USD'),
    addedAtMs: 1_700_000_000_000,
  }
}

function bought(sku: string, quantity: number): { sku: Sku; quantity: number } {
  return { sku: sku as Sku, quantity }
}

function quantities(lines: readonly CartLine[]): Record<string, number> {
  return Object.fromEntries(lines.map(({ sku, quantity }) => [sku, quantity]))
}
