// Carts, checkouts and orders at the edge: what is asked of the shop, and how it is shown.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { CheckoutState } from '../../actors/domain/checkout.ts'
import { Bug, RetryLater } from '../../actors/domain/failures.ts'
import { canonicalJson, sha256Hex } from '../../actors/domain/hash.ts'
import { orderIdOf } from '../../actors/domain/ids.ts'
import type { OrderEvent } from '../../actors/domain/order.ts'
import { type HttpWorld, httpWorld } from './http-world.ts'
import {
  ADDRESS,
  ATTEMPT,
  CHECKOUT_ID,
  HOLD_TTL_MS,
  NOW_MS,
  OPEN_CHECKOUT,
  ORDER,
  ROSE_PRODUCT,
  ROSES,
  skuOf,
  USD_70,
} from './sample-shop.ts'

const buying = suite('buying')

const PAY = { payment_method: 'pm_card_visa', expected_total: USD_70 }

async function busyWorld(): Promise<HttpWorld> {
  const world = await httpWorld()
  world.checkouts.script(() => ({ kind: 'in_progress' }))
  world.checkouts.stock(() => ({ received: 9, available: 5, held: 4, sold: 0 }))
  return world
}

function lastAsked(world: HttpWorld) {
  const asked = world.checkouts.asked.at(-1)
  if (asked === undefined) throw new Bug('the shop was not asked')
  return asked
}

buying('a cart shows the price when added beside the price now', async () => {
  const { send, catalogue } = await busyWorld()
  const put = await send('PUT', '/v1/cart/items/ROSE-12', { body: { quantity: 2 } })
  assert.equal(put.status, 200)
  assert.equal(put.json['lines_count'], 1)
  const price = { amount: 4_000, currency: 'USD' }
  catalogue.products.set(ROSES, { ...ROSE_PRODUCT, price })
  const cart = await send('GET', '/v1/cart')
  assert.deepEqual(cart.json['lines'], [
    {
      sku: 'ROSE-12',
      name: 'A dozen roses',
      quantity: 2,
      price_added: { amount: 3_500, currency: 'USD' },
      price_now: price,
      price_changed: true,
      availability: 'in_stock',
      added_at: '2026-01-15T12:00:00.000Z',
    },
  ])
  assert.equal(cart.json['cart_id'], put.json['cart_id'])
})

buying('a cart can be looked at while stock cannot be reached', async () => {
  const { send, checkouts } = await busyWorld()
  await send('PUT', '/v1/cart/items/ROSE-12', { body: { quantity: 2 } })
  checkouts.stock(() => {
    throw new RetryLater('ledger_unavailable', 'down')
  })
  const cart = await send('GET', '/v1/cart')
  assert.equal((cart.json['lines'] as { availability: string }[])[0]?.availability, 'unknown')
})

buying(
  'a cart refuses what does not exist, what is not for sale, and a line too many',
  async () => {
    const { send, catalogue } = await busyWorld()
    const quantity = { body: { quantity: 1 } }
    const unknown = await send('PUT', '/v1/cart/items/NOPE', quantity)
    assert.equal(unknown.status, 404)
    assert.equal(unknown.json['code'], 'unknown_sku')
    assert.deepEqual(unknown.json['skus'], ['NOPE'])
    catalogue.products.set(skuOf('OLD'), { ...ROSE_PRODUCT, sku: skuOf('OLD'), status: 'archived' })
    const archived = await send('PUT', '/v1/cart/items/OLD', quantity)
    assert.equal(archived.status, 409)
    assert.equal(archived.json['code'], 'sku_not_for_sale')
    for (const name of ['A', 'B', 'C', 'D']) {
      catalogue.products.set(skuOf(name), { ...ROSE_PRODUCT, sku: skuOf(name) })
    }
    for (const name of ['A', 'B', 'C']) {
      assert.equal((await send('PUT', `/v1/cart/items/${name}`, quantity)).status, 200)
    }
    const fourth = await send('PUT', '/v1/cart/items/D', quantity)
    assert.equal(fourth.status, 409)
    assert.equal(fourth.json['code'], 'too_many_lines')
  },
)

buying('a line and a cart are emptied, however often', async () => {
  const { send } = await busyWorld()
  await send('PUT', '/v1/cart/items/ROSE-12', { body: { quantity: 2 } })
  for (const path of ['/v1/cart/items/ROSE-12', '/v1/cart/items/ROSE-12', '/v1/cart']) {
    assert.equal((await send('DELETE', path)).status, 204)
  }
  assert.deepEqual((await send('GET', '/v1/cart')).json['lines'], [])
})

buying('carts that cannot be reached are 503 on cart routes', async () => {
  const { send, carts } = await busyWorld()
  carts.failure = new RetryLater('cart_unavailable', 'down')
  const cart = await send('GET', '/v1/cart')
  assert.equal(cart.status, 503)
  assert.equal(cart.json['code'], 'cart_unavailable')
  const named = { lines: [{ sku: 'ROSE-12', quantity: 1 }] }
  assert.equal((await send('POST', '/v1/checkouts', { body: named })).status, 409)
})

buying('a checkout without lines is of the cart, at the prices seen there', async () => {
  const world = await busyWorld()
  const put = await world.send('PUT', '/v1/cart/items/ROSE-12', { body: { quantity: 2 } })
  await world.send('POST', '/v1/checkouts')
  const asked = lastAsked(world)
  assert.ok(asked.what === 'open')
  assert.deepEqual(asked.input, {
    lines: [{ sku: 'ROSE-12', quantity: 2, priceSeen: ROSE_PRODUCT.price }],
    cartId: put.json['cart_id'],
    shippingAddress: null,
  })
})

buying('named lines of one SKU are merged, in the order they were first named', async () => {
  const world = await busyWorld()
  const lines = [
    { sku: 'B', quantity: 1 },
    { sku: 'A', quantity: 2 },
    { sku: 'B', quantity: 3 },
  ]
  const address = { ...ADDRESS, line2: undefined, region: undefined }
  await world.send('POST', '/v1/checkouts', { body: { lines, shipping_address: address } })
  const asked = lastAsked(world)
  assert.ok(asked.what === 'open')
  assert.deepEqual(asked.input, {
    lines: [
      { sku: 'B', quantity: 4, priceSeen: null },
      { sku: 'A', quantity: 2, priceSeen: null },
    ],
    cartId: null,
    shippingAddress: ADDRESS,
  })
})

buying('the key and the fingerprint are of this very request', async () => {
  const world = await busyWorld()
  const path = `/v1/checkouts/${CHECKOUT_ID}/pay`
  await world.send('POST', path, { body: PAY, key: '"k-1"', headers: { 'X-Request-Id': 'r-1' } })
  const { request } = lastAsked(world)
  assert.equal(request.key, 'k-1')
  assert.equal(request.requestId, 'r-1')
  assert.equal(request.fingerprint, sha256Hex(`POST\n${path}\n${canonicalJson(PAY)}`))
  const turned = `{"expected_total":{"currency":"USD","amount":7e3},
    "payment_method":"pm_card_visa"}`
  await world.send('POST', path, { raw: turned, key: 'k-1' })
  assert.equal(lastAsked(world).request.fingerprint, request.fingerprint)
  await world.send('POST', path, { body: { ...PAY, payment_method: 'pm_card_other' } })
  assert.notEqual(lastAsked(world).request.fingerprint, request.fingerprint)
})

buying('no body and an empty object are the same request', async () => {
  const world = await busyWorld()
  await world.send('POST', '/v1/checkouts')
  const { fingerprint } = lastAsked(world).request
  await world.send('POST', '/v1/checkouts', { body: {} })
  assert.equal(lastAsked(world).request.fingerprint, fingerprint)
  assert.equal(fingerprint, sha256Hex('POST\n/v1/checkouts\n{}'))
})

buying('a change asks for the lines, the address or both, and leaves the other be', async () => {
  const world = await busyWorld()
  const path = `/v1/checkouts/${CHECKOUT_ID}`
  const body = { lines: [1, 2].map((quantity) => ({ sku: 'ROSE-12', quantity })) }
  await world.send('PATCH', path, { body })
  const relined = lastAsked(world)
  assert.ok(relined.what === 'revise')
  assert.equal(relined.id, CHECKOUT_ID)
  const lines = [{ sku: 'ROSE-12', quantity: 3, priceSeen: null }]
  assert.deepEqual(relined.input, { lines, shippingAddress: null })
  assert.equal(relined.request.fingerprint, sha256Hex(`PATCH\n${path}\n${canonicalJson(body)}`))
  await world.send('PATCH', path, { body: { shipping_address: ADDRESS } })
  const moved = lastAsked(world)
  assert.ok(moved.what === 'revise')
  assert.deepEqual(moved.input, { lines: null, shippingAddress: ADDRESS })
})

buying('paying, cancelling and buying now ask for just that', async () => {
  const world = await busyWorld()
  const pay = { paymentMethod: 'pm_card_visa', expectedTotal: USD_70 }
  await world.send('POST', `/v1/checkouts/${CHECKOUT_ID}/pay`, { body: PAY })
  const paid = lastAsked(world)
  assert.ok(paid.what === 'pay')
  assert.deepEqual([paid.id, paid.pay], [CHECKOUT_ID, pay])
  await world.send('POST', `/v1/checkouts/${CHECKOUT_ID}/cancel`)
  const cancelled = lastAsked(world)
  assert.ok(cancelled.what === 'cancel')
  assert.equal(cancelled.id, CHECKOUT_ID)
  const lines = [{ sku: 'ROSE-12', quantity: 2 }]
  await world.send('POST', '/v1/orders', { body: { lines, ...PAY, shipping_address: ADDRESS } })
  const bought = lastAsked(world)
  assert.ok(bought.what === 'buyNow')
  assert.deepEqual(bought.pay, pay)
  assert.equal(bought.input.cartId, null)
  assert.deepEqual(bought.input.shippingAddress, ADDRESS)
})

buying('an id that is none is 404 and asks nobody', async () => {
  const { send, checkouts } = await busyWorld()
  for (const [method, path, body] of [
    ['GET', '/v1/checkouts/chk_1', undefined],
    ['PATCH', '/v1/checkouts/chk_1', { shipping_address: ADDRESS }],
    ['POST', '/v1/checkouts/chk_1/pay', PAY],
    ['POST', '/v1/checkouts/chk_1/cancel', undefined],
    ['GET', '/v1/orders/ord_1', undefined],
  ] as const) {
    assert.equal((await send(method, path, { body })).status, 404)
  }
  assert.equal(checkouts.asked.length, 0)
})

buying('an open checkout shows expired from its very end on', async () => {
  const { send, reads, time } = await busyWorld()
  reads.checkouts.push(OPEN_CHECKOUT)
  const path = `/v1/checkouts/${CHECKOUT_ID}`
  time.advance(HOLD_TTL_MS - 1)
  assert.equal((await send('GET', path)).json['state'], 'open')
  time.advance(1)
  const late = await send('GET', path)
  assert.equal(late.json['state'], 'expired')
  assert.equal(late.json['next'], null)
})

buying('an outage puts the end of a checkout off, and the new one is shown', async () => {
  const beganAtMs = NOW_MS + 60_000
  const outage = { beganAtMs, endedAtMs: beganAtMs + 1_200_000 }
  const { send, reads, time } = await httpWorld(() => ({ outages: () => [outage] }))
  reads.checkouts.push(OPEN_CHECKOUT)
  time.advance(HOLD_TTL_MS + 1_200_000 - 1)
  const { json } = await send('GET', `/v1/checkouts/${CHECKOUT_ID}`)
  assert.deepEqual([json['state'], json['expires_at']], ['open', '2026-01-15T12:35:00.000Z'])
  time.advance(1)
  assert.equal((await send('GET', `/v1/checkouts/${CHECKOUT_ID}`)).json['state'], 'expired')
})

buying('a checkout whose payment runs does not show expired', async () => {
  const { send, reads, time } = await busyWorld()
  reads.checkouts.push({ ...OPEN_CHECKOUT, state: 'paying' })
  time.advance(HOLD_TTL_MS + 1)
  const answer = await send('GET', `/v1/checkouts/${CHECKOUT_ID}`)
  assert.equal(answer.json['state'], 'paying')
  assert.deepEqual(answer.json['next'], { wait: 2 })
})

const NEXT: readonly (readonly [CheckoutState, object | null])[] = [
  ['opening', { wait: 2 }],
  ['open', { pay: true }],
  ['revising', { wait: 2 }],
  ['reviewing', { wait: 2 }],
  ['committing', { wait: 2 }],
  ['releasing', { wait: 2 }],
  ['confirmed', null],
  ['captured', null],
  ['cancelled', null],
  ['expired', null],
  ['fraud_rejected', null],
  ['reversed', null],
]

for (const [state, next] of NEXT) {
  buying(`what is next in ${state} is ${JSON.stringify(next)}`, async () => {
    const { send, reads } = await busyWorld()
    reads.checkouts.push({ ...OPEN_CHECKOUT, state })
    const answer = await send('GET', `/v1/checkouts/${CHECKOUT_ID}`)
    assert.deepEqual(answer.json['next'], next)
  })
}

buying('what is next is no payment when the fifth attempt failed', async () => {
  for (const [attempt, pay] of [
    [4, true],
    [5, false],
  ] as const) {
    const { send, reads } = await busyWorld()
    const payment = { ...ATTEMPT, attempt, stage: 'settled', status: 'failed' } as const
    reads.checkouts.push({ ...OPEN_CHECKOUT, payment })
    const answer = await send('GET', `/v1/checkouts/${CHECKOUT_ID}`)
    assert.deepEqual(answer.json['next'], { pay })
  }
})

buying('a checkout has the shape of the contract', async () => {
  const { send, reads } = await busyWorld()
  reads.checkouts.push(OPEN_CHECKOUT)
  const { json } = await send('GET', `/v1/checkouts/${CHECKOUT_ID}`)
  const nothing = { amount: 0, currency: 'USD' }
  assert.deepEqual(json, {
    id: CHECKOUT_ID,
    state: 'open',
    user_id: 'alice',
    expires_at: '2026-01-15T12:15:00.000Z',
    shipping_address: ADDRESS,
    lines: [
      {
        line: 1,
        sku: 'ROSE-12',
        name: 'A dozen roses',
        seller_id: 'seller-1',
        quantity: 2,
        unit_price: { amount: 3_500, currency: 'USD' },
        total: USD_70,
        hold_id: `hold_${CHECKOUT_ID.slice(4)}_1_1`,
      },
    ],
    totals: { items: USD_70, shipping: nothing, discount: nothing, tax: nothing, total: USD_70 },
    price_changes: [
      {
        sku: 'ROSE-12',
        was: { amount: 3_000, currency: 'USD' },
        now: { amount: 3_500, currency: 'USD' },
      },
    ],
    order_id: null,
    payment: null,
    next: { pay: true },
  })
})

buying('an order shows its payment, its sub-orders and its events', async () => {
  const { send, reads } = await busyWorld()
  const event: OrderEvent = { type: 'order.confirmed', atMs: 0, data: { b: 1, a: 2 } }
  reads.boughtOrders.push({ ...ORDER, events: [event] })
  const { json, text } = await send('GET', `/v1/orders/${ORDER.id}`)
  assert.deepEqual(json['payment'], {
    status: 'authorised',
    method: 'pm_card_visa',
    authorised: USD_70,
    captured: { amount: 0, currency: 'USD' },
    refunded: { amount: 0, currency: 'USD' },
  })
  assert.deepEqual(json['sub_orders'], [
    { seller_id: 'seller-1', status: 'confirmed', lines: [1], total: USD_70 },
  ])
  assert.match(text, /"at":"1970-01-01T00:00:00.000Z","data":\{"a":2,"b":1\}/)
})

buying('orders page by cursor, newest first, to the end', async () => {
  const { send, reads } = await busyWorld()
  for (const digit of ['1', '2', '3']) {
    const id = orderIdOf(CHECKOUT_ID.replace(/05$/, `0${digit}`) as typeof CHECKOUT_ID)
    reads.boughtOrders.push({ ...ORDER, id })
  }
  const seen: string[] = []
  let cursor: unknown = null
  do {
    const from = cursor === null ? '' : `&cursor=${String(cursor)}`
    const { json } = await send('GET', `/v1/orders?limit=2${from}`)
    seen.push(...(json['data'] as { id: string }[]).map(({ id }) => id.slice(-1)))
    cursor = json['next_cursor']
  } while (cursor !== null)
  assert.deepEqual(seen, ['3', '2', '1'])
})

buying.run()
