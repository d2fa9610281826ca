// Everything a client can get wrong is a clear 4xx that names the field, and reaches nobody.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { parseIdempotencyKey } from '../../src/http/idempotency.ts'
import { COUNTRY_CODES } from '../../src/http/schemas/country-codes.ts'
import { httpWorld, LIMITS } from './http-world.ts'
import { ADDRESS, CHECKOUT_ID, USD_70 } from './sample-shop.ts'

const badInput = suite('bad input')

const PAY_PATH = `/v1/checkouts/${CHECKOUT_ID}/pay`
const STOCK_PATH = '/v1/products/ROSE-12/stock'
const LINES = [{ sku: 'ROSE-12', quantity: 1 }]
const PAY = { payment_method: 'pm_card_visa', expected_total: USD_70 }
const BUY = { lines: LINES, ...PAY, shipping_address: ADDRESS }
const PRODUCT = {
  name: 'A dozen roses',
  price: { amount: 3_500, currency: 'USD' },
  seller_id: 'seller-1',
}
const without = (name: string, from: object) =>
  Object.fromEntries(Object.entries(from).filter(([each]) => each !== name))
const line = (fields: object) => ({ lines: [{ ...LINES[0], ...fields }] })
const address = (fields: object) => ({ shipping_address: { ...ADDRESS, ...fields } })
const product = (fields: object) => ({ ...PRODUCT, ...fields })
const price = (fields: object) => product({ price: { ...PRODUCT.price, ...fields } })
const image = (address: string) => product({ image_url: address })
const total = (fields: object) => ({ ...PAY, expected_total: { ...USD_70, ...fields } })

const attributes = (all: object) => product({ attributes: all })
const manyAttributes = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, 'x']))

const PUT_ITEM = ['PUT', '/v1/cart/items/ROSE-12'] as const
const OPEN = ['POST', '/v1/checkouts'] as const
const REVISE = ['PATCH', `/v1/checkouts/${CHECKOUT_ID}`] as const
const PAY_IT = ['POST', PAY_PATH] as const
const BUY_NOW = ['POST', '/v1/orders'] as const
const PUT_PRODUCT = ['PUT', '/v1/products/ROSE-12'] as const
const STOCK = ['POST', STOCK_PATH] as const

type Case = readonly [what: string, readonly [string, string], body: unknown, path: string]

const CASES: readonly Case[] = [
  ['a cart quantity of 0', PUT_ITEM, { quantity: 0 }, 'quantity'],
  ['a negative cart quantity', PUT_ITEM, { quantity: -1 }, 'quantity'],
  ['a cart quantity over the limit', PUT_ITEM, { quantity: 100 }, 'quantity'],
  ['a huge cart quantity', PUT_ITEM, { quantity: 1e300 }, 'quantity'],
  ['half a unit', PUT_ITEM, { quantity: 1.5 }, 'quantity'],
  ['a quantity in words', PUT_ITEM, { quantity: '1' }, 'quantity'],
  ['no quantity', PUT_ITEM, {}, 'quantity'],
  ['a price for the cart', PUT_ITEM, { quantity: 1, price: { amount: 1 } }, 'price'],
  ['a cart body that is a list', PUT_ITEM, [], ''],
  ['a cart body that is null', PUT_ITEM, null, ''],
  ['a malformed SKU in a path', ['PUT', '/v1/cart/items/%20'], { quantity: 1 }, 'sku'],
  ['a SKU that is not UTF-8', ['PUT', '/v1/cart/items/%ff'], { quantity: 1 }, 'sku'],
  ['a SKU with a slash', ['PUT', '/v1/cart/items/a%2Fb'], { quantity: 1 }, 'sku'],
  ['a SKU of 65', ['PUT', `/v1/cart/items/${'a'.repeat(65)}`], { quantity: 1 }, 'sku'],
  ['no lines in a list of lines', OPEN, { lines: [] }, 'lines'],
  ['more lines than a cart may have', OPEN, { lines: [1, 2, 3, 4].map(lineOf) }, 'lines'],
  ['a line quantity of 0', OPEN, line({ quantity: 0 }), 'lines.0.quantity'],
  ['a price in a line', OPEN, line({ unit_price: USD_70 }), 'lines.0.unit_price'],
  ['a SKU with NUL', OPEN, line({ sku: 'a\0b' }), 'lines.0.sku'],
  ['a SKU that is a number', OPEN, line({ sku: 7 }), 'lines.0.sku'],
  ['one SKU over its limit in sum', OPEN, { lines: [60, 60].map(rosesOf) }, 'lines.1.quantity'],
  ['an unknown field', OPEN, { coupon: 'FREE' }, 'coupon'],
  ['a field called __proto__', OPEN, JSON.parse('{"__proto__":{"a":1}}'), '__proto__'],
  ['an address without a name', OPEN, address({ name: undefined }), 'shipping_address.name'],
  ['a blank city', OPEN, address({ city: '  ' }), 'shipping_address.city'],
  ['a street of 201', OPEN, address({ line1: 'x'.repeat(201) }), 'shipping_address.line1'],
  ['NUL in an address', OPEN, address({ name: 'a\0' }), 'shipping_address.name'],
  ['half a surrogate pair', OPEN, address({ name: 'a\ud800' }), 'shipping_address.name'],
  ['a country by name', OPEN, address({ country: 'England' }), 'shipping_address.country'],
  ['a country nobody has', OPEN, address({ country: 'ZZ' }), 'shipping_address.country'],
  ['a planet in an address', OPEN, address({ planet: 'Mars' }), 'shipping_address.planet'],
  ['a change of nothing', REVISE, {}, 'lines'],
  ['a change of nothing, by its other name', REVISE, {}, 'shipping_address'],
  ['a change to no lines', REVISE, { lines: [] }, 'lines'],
  ['a change with a price', REVISE, line({ unit_price: USD_70 }), 'lines.0.unit_price'],
  ['a change of the end', REVISE, { lines: LINES, expires_at: 'never' }, 'expires_at'],
  ['no payment method', PAY_IT, without('payment_method', PAY), 'payment_method'],
  ['a payment method with NUL', PAY_IT, { ...PAY, payment_method: 'pm\0' }, 'payment_method'],
  [
    'a payment method of 256',
    PAY_IT,
    { ...PAY, payment_method: 'p'.repeat(256) },
    'payment_method',
  ],
  ['no expected total', PAY_IT, without('expected_total', PAY), 'expected_total'],
  ['a negative total', PAY_IT, total({ amount: -1 }), 'expected_total.amount'],
  ['a total with a fraction', PAY_IT, total({ amount: 70.5 }), 'expected_total.amount'],
  ['a total past whole numbers', PAY_IT, total({ amount: 2 ** 53 }), 'expected_total.amount'],
  ['a currency nobody has', PAY_IT, total({ currency: 'ZZZ' }), 'expected_total.currency'],
  ['a currency in small letters', PAY_IT, total({ currency: 'usd' }), 'expected_total.currency'],
  ['buy now without lines', BUY_NOW, without('lines', BUY), 'lines'],
  ['buy now without an address', BUY_NOW, without('shipping_address', BUY), 'shipping_address'],
  ['a stock change of 0', STOCK, { quantity: 0, reason: 'x' }, 'quantity'],
  ['a stock change past counting', STOCK, { quantity: 1_000_000_001 }, 'quantity'],
  ['a stock change without a reason', STOCK, { quantity: 1 }, 'reason'],
  ['a reason of 201', STOCK, { quantity: 1, reason: 'x'.repeat(201) }, 'reason'],
  ['a blank reason', STOCK, { quantity: 1, reason: ' ' }, 'reason'],
  ['a product without a name', PUT_PRODUCT, without('name', PRODUCT), 'name'],
  ['a product without a price', PUT_PRODUCT, without('price', PRODUCT), 'price'],
  ['a product without a seller', PUT_PRODUCT, without('seller_id', PRODUCT), 'seller_id'],
  ['a negative price', PUT_PRODUCT, price({ amount: -1 }), 'price.amount'],
  ['a price past the gateway', PUT_PRODUCT, price({ amount: 100_000_000 }), 'price.amount'],
  ['a price without a currency', PUT_PRODUCT, price({ currency: undefined }), 'price.currency'],
  ['a script for an image', PUT_PRODUCT, image('javascript:x'), 'image_url'],
  ['NUL in an image', PUT_PRODUCT, image('http://a/\0b'), 'image_url'],
  ['half a surrogate in an image', PUT_PRODUCT, image('http://a/\ud800'), 'image_url'],
  ['an image of 2,001', PUT_PRODUCT, image(`http://a/${'b'.repeat(1_992)}`), 'image_url'],
  ['an image that is no address', PUT_PRODUCT, image('roses.png'), 'image_url'],
  ['an unknown status', PUT_PRODUCT, product({ status: 'gone' }), 'status'],
  ['an attribute that is a number', PUT_PRODUCT, attributes({ a: 1 }), 'attributes.a'],
  ['an attribute without a name', PUT_PRODUCT, attributes({ '': 'a' }), 'attributes'],
  ['an attribute with NUL', PUT_PRODUCT, attributes({ 'a\0': 'a' }), 'attributes'],
  ['51 attributes', PUT_PRODUCT, attributes(manyAttributes(51)), 'attributes'],
  [
    'an attribute called __proto__',
    PUT_PRODUCT,
    attributes(JSON.parse('{"__proto__":"a"}')),
    'attributes.__proto__',
  ],
  ['a purchase limit of 0', PUT_PRODUCT, product({ purchase_limit: 0 }), 'purchase_limit'],
  ['half a unit as a limit', PUT_PRODUCT, product({ purchase_limit: 0.5 }), 'purchase_limit'],
  ['a limit above a column', PUT_PRODUCT, product({ purchase_limit: 1e10 }), 'purchase_limit'],
  ['a version sent along', PUT_PRODUCT, product({ version: 3 }), 'version'],
  ['a body for a cancellation', ['POST', `/v1/checkouts/${CHECKOUT_ID}/cancel`], { a: 1 }, 'a'],
  ['a page of 0', ['GET', '/v1/products?limit=0'], undefined, 'limit'],
  ['a page of a million', ['GET', '/v1/orders?limit=1000000'], undefined, 'limit'],
  ['two limits', ['GET', '/v1/orders?limit=1&limit=2'], undefined, 'limit'],
  ['a cursor of nobody', ['GET', '/v1/orders?cursor=%00'], undefined, 'cursor'],
  ['an unknown query field', ['GET', '/v1/products?sort=price'], undefined, 'sort'],
]

function lineOf(number: number) {
  return { sku: `SKU-${number}`, quantity: 1 }
}

function rosesOf(quantity: number) {
  return { sku: 'ROSE-12', quantity }
}

for (const [what, [method, path], body, field] of CASES) {
  badInput(`${what} is 400 and named`, async () => {
    const { send, tokens, checkouts, catalogue } = await httpWorld()
    const seller = path.startsWith('/v1/products')
    const token = seller ? tokens.seller : tokens.alice
    const answer = await send(method, path, { body, token })
    assert.equal(answer.status, 400, answer.text)
    assert.equal(answer.json['code'], 'invalid_request')
    const errors = answer.json['errors'] as { path: string; message: string }[]
    assert.ok(
      errors.some((error) => error.path === field && error.message !== ''),
      answer.text,
    )
    assert.equal(checkouts.asked.length, 0)
    assert.equal(catalogue.products.size, 1)
  })
}

badInput('a wrong name in a record is told with its rule', async () => {
  const { send, tokens } = await httpWorld()
  const body = attributes({ ' ': 'a' })
  const answer = await send('PUT', '/v1/products/ROSE-12', { body, token: tokens.seller })
  assert.deepEqual(answer.json['errors'], [
    { path: 'attributes', message: 'has a wrong name in it: must not be blank' },
  ])
})

badInput('a body with a thousand faults is answered with the first few', async () => {
  const { send } = await httpWorld()
  const names = Array.from({ length: 1_000 }, (_, index) => [`f${index}`, 1])
  const answer = await send('POST', '/v1/checkouts', { body: Object.fromEntries(names) })
  assert.equal(answer.status, 400)
  assert.equal((answer.json['errors'] as unknown[]).length, 20)
})

const BROKEN = ['{', '{"lines":', 'undefined', '{"a":1}{', '', "{'a':1}", '[[[[']

for (const raw of BROKEN) {
  badInput(`the body ${JSON.stringify(raw)} is not JSON, 400`, async () => {
    const { send } = await httpWorld()
    const headers = { 'Content-Type': 'application/json' }
    const answer = await send('POST', '/v1/checkouts', { raw, headers })
    assert.equal(answer.status, 400)
    assert.equal(answer.json['code'], 'invalid_json')
  })
}

badInput('a body that is not UTF-8 is not JSON: a name is never stored damaged', async () => {
  const { send, checkouts } = await httpWorld()
  const raw = Buffer.from(JSON.stringify({ ...BUY, ...address({ name: 'Ren\xe9' }) }), 'latin1')
  const answer = await send('POST', '/v1/orders', { raw })
  assert.equal(answer.status, 400)
  assert.equal(answer.json['code'], 'invalid_json')
  assert.match(String(answer.json['detail']), /UTF-8/)
  assert.equal(checkouts.asked.length, 0)
})

badInput('very deep JSON is refused like any other wrong body', async () => {
  const { send } = await httpWorld()
  const raw = `{"lines":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
  const answer = await send('POST', '/v1/checkouts', { raw })
  assert.equal(answer.status, 400)
  assert.equal(answer.json['code'], 'invalid_request')
})

for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'json']) {
  badInput(`a body of type ${type} is 415`, async () => {
    const { send } = await httpWorld()
    const headers = { 'Content-Type': type }
    const answer = await send('POST', '/v1/checkouts', { raw: '{}', headers })
    assert.equal(answer.status, 415)
    assert.equal(answer.json['code'], 'unsupported_media_type')
  })
}

badInput('a body over the limit is 413, announced or not', async () => {
  const { send } = await httpWorld()
  const raw = ' '.repeat(LIMITS.bodyBytesMax + 1)
  for (const headers of [{}, { 'Content-Length': String(raw.length) }]) {
    const answer = await send('POST', '/v1/checkouts', { raw, headers })
    assert.equal(answer.status, 413)
    assert.equal(answer.json['code'], 'body_too_large')
  }
})

badInput('a body of exactly the limit is read', async () => {
  const { send } = await httpWorld()
  const answer = await send('POST', '/v1/checkouts', { raw: '['.padEnd(LIMITS.bodyBytesMax) })
  assert.equal(answer.json['code'], 'invalid_json')
})

badInput('an unknown path is 404', async () => {
  const { send } = await httpWorld()
  for (const path of ['/', '/v1', '/v1/carts', '/v1/checkouts/x/y/z', '/v1/products/a/b']) {
    const answer = await send('GET', path)
    assert.equal(answer.status, 404)
    assert.equal(answer.json['code'], 'not_found')
  }
})

badInput('a wrong method is 405 and says which are right', async () => {
  const { send } = await httpWorld()
  const answer = await send('PUT', '/v1/orders')
  assert.equal(answer.status, 405)
  assert.equal(answer.json['code'], 'method_not_allowed')
  assert.equal(answer.headers.get('allow'), 'POST, GET, HEAD')
})

const KEYED = ['/v1/checkouts', PAY_PATH, '/v1/orders', `/v1/checkouts/${CHECKOUT_ID}/cancel`]

for (const path of [...KEYED, STOCK_PATH]) {
  badInput(`POST ${path} needs an Idempotency-Key, whatever the body`, async () => {
    const { send, tokens, checkouts } = await httpWorld()
    const token = path === STOCK_PATH ? tokens.seller : tokens.alice
    const missing = await send('POST', path, { key: null, token, body: { wrong: true } })
    assert.equal(missing.status, 400)
    assert.equal(missing.json['code'], 'idempotency_key_missing')
    const malformed = await send('POST', path, { key: 'k'.repeat(256), token, raw: '{' })
    assert.equal(malformed.status, 400)
    assert.equal(malformed.json['code'], 'idempotency_key_invalid')
    assert.equal(checkouts.asked.length, 0)
  })
}

badInput('an Idempotency-Key is 1 to 255 printable ASCII, bare or quoted', () => {
  const good = [
    ['a', 'a'],
    ['"a"', 'a'],
    ['a b', 'a b'],
    ['a"b', 'a"b'],
    ['k'.repeat(255), 'k'.repeat(255)],
    [`"${'k'.repeat(255)}"`, 'k'.repeat(255)],
  ] as const
  for (const [header, key] of good) assert.equal(parseIdempotencyKey(header), key)
  const bad = ['', '"', '""', '"a', 'a"', '"a"b"', 'é', 'a\tb', 'k'.repeat(256)]
  for (const header of bad) assert.equal(parseIdempotencyKey(header), null, header)
})

badInput('there are 249 countries', () => {
  assert.equal(COUNTRY_CODES.size, 249)
})

badInput.run()
