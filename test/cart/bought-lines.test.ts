// The effect of the outbox that takes what was bought out of the cart.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { CartLine } from '../../actors/domain/cart.ts'
import { RetryLater } from '../../actors/domain/failures.ts'
import { cartIdOf, type Sku, type UserId } from '../../actors/domain/ids.ts'
import { money } from '../../actors/domain/money.ts'
import { memoryCartStore } from '../../persistence/memory/memory-cart-store.ts'
import { leaveCart } from '../../src/cart/bought-lines.ts'

const USER = 'buyer-1' as UserId
const clock = { nowMs: () => 0, monotonicMs: () => 0, after: () => () => {} }

function line(sku: string, quantity: number): CartLine {
  return { sku: sku as Sku, quantity, priceSeen: money(100, 'USD'), addedAtMs: 0 }
}

async function boughtCart() {
  let made = 0
  const newCartId = () => {
    made += 1
    return cartIdOf(`0190a00000007000800000000000${made.toString(16).padStart(4, '0')}`)
  }
  const carts = memoryCartStore({ clock, ttlMs: 1_000, newCartId })
  await carts.put(USER, line('A', 2), 10)
  await carts.put(USER, line('B', 1), 10)
  const { cartId } = await carts.get(USER)
  const payload = { order_id: 'ord_1', cart_id: cartId, lines: [{ sku: 'A', quantity: 2 }] }
  const event = { userId: USER, topic: 'order.confirmed', payload }
  return { carts, event, cartId, left: async () => (await carts.get(USER)).lines }
}

const test = suite('bought lines')

test('a confirmed order takes its lines out of the cart it came from, once', async () => {
  const { carts, event, cartId, left } = await boughtCart()
  const tell = leaveCart({ carts })
  await tell(event)
  assert.deepEqual(await left(), [line('B', 1)])
  assert.notEqual((await carts.get(USER)).cartId, cartId)
  await carts.put(USER, line('A', 5), 10)
  await tell(event)
  assert.deepEqual(await left(), [line('B', 1), line('A', 5)])
})

test('an order without a cart, and other events, leave the cart alone', async () => {
  const { carts, event, left } = await boughtCart()
  const tell = leaveCart({ carts })
  await tell({ ...event, payload: { ...event.payload, cart_id: null } })
  await tell({ ...event, topic: 'payment.captured', payload: { order_id: 'ord_1' } })
  assert.deepEqual(await left(), [line('A', 2), line('B', 1)])
})

test('a cart store that does not answer is told to the relay, which comes again', async () => {
  const { event } = await boughtCart()
  const unavailable = new RetryLater('cart_unavailable', 'away')
  const carts = { removeBought: () => Promise.reject(unavailable) }
  await assert.rejects(leaveCart({ carts })(event), unavailable)
})

test('an event that does not say what was bought is a bug, not an empty purchase', async () => {
  const { carts, event } = await boughtCart()
  const tell = leaveCart({ carts })
  const { cart_id } = event.payload
  const broken = [{}, { cart_id }, { cart_id, lines: [{ sku: 'A' }] }, { lines: [] }]
  for (const payload of broken) await assert.rejects(tell({ ...event, payload }), { name: 'Bug' })
})

test.run()
