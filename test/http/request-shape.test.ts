// JSON has corners, and so have queries and types of bodies: what each of them does here, so that
// no two parts of the service can read one request in two ways.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { httpWorld } from './http-world.ts'
import { CHECKOUT_ID } from './sample-shop.ts'

const shape = suite('shape of requests')

const ITEM = '/v1/cart/items/ROSE-12'

/** What `PUT /v1/cart/items/ROSE-12` makes of a quantity, as it is written. */
const QUANTITIES: readonly (readonly [written: string, taken: number | null])[] = [
  ['2.0', 2],
  ['2e0', 2],
  ['20e-1', 2],
  ['-0', null],
  ['0', null],
  ['1e400', null],
  ['-1e400', null],
  ['9007199254740993', null],
  ['1.0000000000000001', 1],
  ['true', null],
  ['null', null],
  ['[2]', null],
  ['{"valueOf":2}', null],
]

for (const [written, taken] of QUANTITIES) {
  const outcome = taken === null ? '400' : `${taken} units`
  shape(`a quantity written ${written} is ${outcome}`, async () => {
    const { send } = await httpWorld()
    const answer = await send('PUT', ITEM, { raw: `{"quantity":${written}}` })
    if (taken === null) {
      assert.equal(answer.status, 400)
      const [error] = answer.json['errors'] as { path: string }[]
      assert.equal(error?.path, 'quantity')
    } else {
      const { quantity } = answer.json['line'] as { quantity: number }
      assert.equal(quantity, taken)
    }
  })
}

shape('of two fields of one name the last one is read, by everybody alike', async () => {
  const { send, checkouts } = await httpWorld()
  checkouts.script(() => ({ kind: 'in_progress' }))
  const twice = '{"lines":[{"sku":"ROSE-12","quantity":9,"quantity":1}]}'
  const once = '{"lines":[{"sku":"ROSE-12","quantity":1}]}'
  for (const raw of [twice, once]) await send('POST', '/v1/checkouts', { raw })
  const [first, second] = checkouts.asked
  assert.equal(first?.request.fingerprint, second?.request.fingerprint)
  assert.ok(first?.what === 'open' && second?.what === 'open')
  assert.deepEqual(first.input.lines, second.input.lines)
})

shape('a price of minus zero is nothing, and is said as 0', async () => {
  const { send, tokens } = await httpWorld()
  const raw = '{"name":"x","price":{"amount":-0,"currency":"USD"},"seller_id":"seller-1"}'
  const put = await send('PUT', '/v1/products/FREE', { raw, token: tokens.seller })
  assert.equal(put.status, 201)
  assert.match(put.text, /"amount":0,/)
})

for (const name of ['__proto__', 'constructor', 'prototype', 'toString']) {
  shape(`a field called ${name} is unknown, at the top and in a line`, async () => {
    const { send } = await httpWorld()
    const line = `{"sku":"ROSE-12","quantity":1,"${name}":{"a":1}}`
    for (const raw of [`{"${name}":{"a":1}}`, `{"lines":[${line}]}`]) {
      const answer = await send('POST', '/v1/checkouts', { raw })
      assert.equal(answer.status, 400)
      const paths = (answer.json['errors'] as { path: string }[]).map(({ path }) => path)
      assert.ok(
        paths.some((path) => path.endsWith(name)),
        paths.join(),
      )
    }
  })
}

const QUERIES = [
  ['GET', '/v1/cart?expand=lines', 'expand'],
  ['DELETE', '/v1/cart?force=1', 'force'],
  ['GET', `/v1/checkouts/${CHECKOUT_ID}?fields=state`, 'fields'],
  ['POST', '/v1/checkouts?dry_run=1', 'dry_run'],
  ['GET', '/v1/products/ROSE-12?seller_id=seller-1', 'seller_id'],
  ['GET', '/v1/products?sort=price', 'sort'],
  ['POST', '/v1/guest-sessions?a=1', 'a'],
] as const

for (const [method, path, field] of QUERIES) {
  shape(`${method} ${path} is 400 and names ${field}`, async () => {
    const { send, checkouts, carts } = await httpWorld()
    const answer = await send(method, path)
    assert.equal(answer.status, 400)
    const [error] = answer.json['errors'] as { path: string; message: string }[]
    assert.equal(error?.path, field)
    assert.match(error?.message ?? '', /not a/)
    assert.deepEqual([checkouts.asked, carts.merged], [[], []])
  })
}

shape('probes and webhooks may carry any query', async () => {
  const { send } = await httpWorld()
  assert.equal((await send('GET', '/livez?now=1')).status, 200)
  assert.equal((await send('POST', '/webhooks/stripe?from=us', { raw: '{}' })).status, 200)
})

const TYPES = [
  ['application/json', 200],
  ['application/json; charset=utf-8', 200],
  ['application/json;charset="UTF-8"', 200],
  ['Application/JSON', 200],
  ['application/json; charset=latin1', 415],
  ['application/json; charset=utf-16', 415],
  ['application/problem+json', 415],
  ['application/merge-patch+json', 415],
  ['application/x-www-form-urlencoded', 415],
  ['text/json', 415],
] as const

for (const [type, status] of TYPES) {
  shape(`a body of type ${type} is ${status}`, async () => {
    const { send } = await httpWorld()
    const headers = { 'Content-Type': type }
    const answer = await send('PUT', ITEM, { raw: '{"quantity":1}', headers })
    assert.equal(answer.status, status)
  })
}

shape.run()
