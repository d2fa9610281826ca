// What one invoice sends, and what it does when a cart is lost with a killed service or not yet
// renewed after the purchase before it. The service is played by the test, one answer at a time.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import type { HttpAnswer, HttpRequest } from '../../bench/load/http-connection.ts'
import type { PatientClient } from '../../bench/load/patient-client.ts'
import { cartLosses } from '../../bench/replay/cart-losses.ts'
import { purchase } from '../../bench/replay/purchase.ts'

const ORDER = {
  invoiceNo: '536365',
  buyer: 'customer-17850',
  lines: [
    { sku: 'BANK CHARGES', quantity: 10, totalPence: 2550 },
    { sku: 'cup', quantity: 2, totalPence: 200 },
  ],
  totalPence: 2750,
}
const EMPTY = { cart_id: 'cart_1', lines: [] }
const FULL = {
  cart_id: 'cart_1',
  lines: [
    { sku: 'cup', quantity: 2 },
    { sku: 'BANK CHARGES', quantity: 10 },
  ],
}
const OPENED = [201, { id: 'chk_1', state: 'open' }] as const
const PAID = [201, { id: 'ord_1' }] as const

type Answers = Record<string, readonly (readonly [number, unknown])[]>

/** Answers each route from its own list, the last one for ever; `breakOn` breaks a connection. */
function play(answers: Answers, breakOn = '', flushOn = '') {
  const sent: HttpRequest[] = []
  const left = new Map(Object.entries(answers).map(([route, list]) => [route, [...list]]))
  let breaks = 0
  const client: PatientClient = {
    breaks: () => breaks,
    retries: () => breaks,
    call: async (asked): Promise<HttpAnswer> => {
      sent.push(asked)
      const route = `${asked.method} ${asked.path}`
      if (route === breakOn) breaks += 1
      if (route === flushOn) void losses.whileFlushing(async () => {})
      const list = left.get(route) ?? [[200, null] as const]
      const [status, body] = (list.length > 1 ? list.shift() : list[0]) ?? [200, null]
      return { status, body, headers: {} }
    },
  }
  const losses = cartLosses(client)
  const buy = (boughtCartId: string | null = null) =>
    purchase(ORDER, { client, token: 'token', boughtCartId, losses })
  const routes = () => sent.map(({ method, path }) => `${method} ${path}`)
  const keys = () => sent.flatMap(({ key }) => (key === undefined ? [] : [key]))
  return { buy, sent, routes, keys }
}

test('an invoice empties its cart, fills it, checks out, pays the file’s total', async () => {
  const { buy, sent, routes, keys } = play({
    'GET /v1/cart': [[200, FULL]],
    'POST /v1/checkouts': [OPENED],
    'POST /v1/checkouts/chk_1/pay': [PAID],
  })
  const receipt = await buy()
  assert.deepEqual(routes(), [
    'DELETE /v1/cart',
    'PUT /v1/cart/items/BANK%20CHARGES',
    'PUT /v1/cart/items/cup',
    'GET /v1/cart',
    'POST /v1/checkouts',
    'POST /v1/checkouts/chk_1/pay',
  ])
  assert.deepEqual(keys(), ['536365-checkout', '536365-pay'])
  assert.deepEqual(sent.at(-1)?.body, {
    payment_method: 'pm_card_visa',
    expected_total: { amount: 2750, currency: 'GBP' },
  })
  assert.deepEqual([receipt.checkoutId, receipt.cartId, receipt.refills], ['chk_1', 'cart_1', 0])
})

test('a payment that is pending is looked at until the order stands', async () => {
  const { buy, routes } = play({
    'GET /v1/cart': [[200, FULL]],
    'POST /v1/checkouts': [OPENED],
    'POST /v1/checkouts/chk_1/pay': [[202, { id: 'chk_1', state: 'paying' }]],
    'GET /v1/checkouts/chk_1': [
      [200, { id: 'chk_1', state: 'committing' }],
      [200, { id: 'chk_1', state: 'confirmed' }],
    ],
  })
  await buy()
  assert.equal(routes().filter((route) => route === 'GET /v1/checkouts/chk_1').length, 2)
})

test('a cart lost with a killed service is filled again before anything is held', async () => {
  const { buy, routes } = play(
    {
      'GET /v1/cart': [
        [200, { cart_id: 'cart_2', lines: [FULL.lines[0]] }],
        [200, FULL],
      ],
      'POST /v1/checkouts': [OPENED],
      'POST /v1/checkouts/chk_1/pay': [PAID],
    },
    'PUT /v1/cart/items/cup',
  )
  assert.equal((await buy()).refills, 1)
  assert.equal(routes().filter((route) => route === 'DELETE /v1/cart').length, 2)
  assert.equal(routes().filter((route) => route === 'POST /v1/checkouts').length, 1)
})

test('a cart lost with a flushed Redis is filled again, though no connection broke', async () => {
  const answers: Answers = {
    'GET /v1/cart': [
      [200, EMPTY],
      [200, FULL],
    ],
    'POST /v1/checkouts': [[409, { code: 'cart_empty' }], OPENED],
    'POST /v1/checkouts/chk_1/pay': [PAID],
  }
  const { buy, keys } = play(answers, '', 'POST /v1/checkouts')
  await assert.rejects(buy(), /GET \/v1\/cart answered 200/)
  const flushedEarly = play(answers, '', 'PUT /v1/cart/items/cup')
  await assert.rejects(flushedEarly.buy(), /cart_empty/)
  assert.deepEqual(keys(), [])
  assert.deepEqual(flushedEarly.keys(), ['536365-checkout'])
  const always = play({ ...answers, 'GET /v1/cart': [[200, FULL]] }, '', 'POST /v1/checkouts')
  assert.equal((await always.buy()).refills, 1)
})

test('a flush that is under way is waited for before a cart is called lost', async () => {
  let finish = () => {}
  const losses = cartLosses({ breaks: () => 0 })
  const before = losses.mark()
  const flushed = losses.whileFlushing(() => new Promise<void>((resolve) => (finish = resolve)))
  const lost = losses.since(before)
  finish()
  await flushed
  assert.equal(await lost, true)
  assert.equal(await losses.since(losses.mark()), false)
  await assert.rejects(
    losses.whileFlushing(() => Promise.reject(new Error('away'))),
    /away/,
  )
})

test('a cart that holds something else without any break is a fault', async () => {
  const { buy } = play({ 'GET /v1/cart': [[200, EMPTY]] })
  await assert.rejects(buy(), /GET \/v1\/cart answered 200: .*"lines":\[\]/)
})

test('a cart lost just before checkout is filled again; a new key goes with it', async () => {
  const { buy, keys } = play(
    {
      'GET /v1/cart': [[200, FULL]],
      'POST /v1/checkouts': [[409, { code: 'cart_empty' }], OPENED],
      'POST /v1/checkouts/chk_1/pay': [PAID],
    },
    'POST /v1/checkouts',
  )
  assert.equal((await buy()).refills, 1)
  assert.deepEqual(keys(), ['536365-checkout', '536365-checkout-2', '536365-pay'])
})

test('an empty cart at checkout without any break is a fault', async () => {
  const { buy } = play({
    'GET /v1/cart': [[200, FULL]],
    'POST /v1/checkouts': [[409, { code: 'cart_empty' }]],
  })
  await assert.rejects(buy(), /POST \/v1\/checkouts .*answered 409: .*cart_empty/)
})

test('the next invoice of a buyer waits until the bought cart is renewed', async () => {
  const { buy, routes } = play({
    'GET /v1/cart': [
      [200, EMPTY],
      [200, { ...EMPTY, cart_id: 'cart_2' }],
      [200, { ...FULL, cart_id: 'cart_2' }],
    ],
    'POST /v1/checkouts': [OPENED],
    'POST /v1/checkouts/chk_1/pay': [PAID],
  })
  assert.equal((await buy('cart_1')).cartId, 'cart_2')
  assert.deepEqual(routes().slice(0, 3), ['GET /v1/cart', 'GET /v1/cart', 'DELETE /v1/cart'])
})

test('a checkout refused for a cart that is bought is tried again when it is renewed', async () => {
  const renewed = { ...FULL, cart_id: 'cart_2' }
  const { buy, keys } = play({
    'GET /v1/cart': [
      [200, FULL],
      [200, FULL],
      [200, renewed],
    ],
    'POST /v1/checkouts': [[409, { code: 'checkout_exists', checkout_id: 'chk_0' }], OPENED],
    'GET /v1/checkouts/chk_0': [[200, { id: 'chk_0', state: 'captured' }]],
    'POST /v1/checkouts/chk_1/pay': [PAID],
  })
  assert.equal((await buy()).cartId, 'cart_2')
  assert.deepEqual(keys(), ['536365-checkout', '536365-checkout-2', '536365-pay'])
})

test('a checkout refused for one that is still open is a fault', async () => {
  const { buy } = play({
    'GET /v1/cart': [[200, FULL]],
    'POST /v1/checkouts': [[409, { code: 'checkout_exists', checkout_id: 'chk_0' }]],
    'GET /v1/checkouts/chk_0': [[200, { id: 'chk_0', state: 'open' }]],
  })
  await assert.rejects(buy(), /answered 409: .*checkout_exists/)
})

test('a changed total or an unknown SKU is told with the request and the answer', async () => {
  const { buy } = play({
    'GET /v1/cart': [[200, FULL]],
    'POST /v1/checkouts': [OPENED],
    'POST /v1/checkouts/chk_1/pay': [[409, { code: 'total_changed', actual: 2751 }]],
  })
  await assert.rejects(
    buy(),
    /POST \/v1\/checkouts\/chk_1\/pay \(key 536365-pay\) answered 409: .*total_changed.*2751/,
  )
  const unknown = play({ 'PUT /v1/cart/items/cup': [[404, { code: 'unknown_sku' }]] })
  await assert.rejects(unknown.buy(), /PUT \/v1\/cart\/items\/cup answered 404: .*unknown_sku/)
})

test.run()
