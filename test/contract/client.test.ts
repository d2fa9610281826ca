// A client whose types come from the document buys something over HTTP, knowing nothing but them.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import createClient from 'openapi-fetch'
import { suite } from 'uvu'
import { openApiDocument } from '../../src/http/openapi/openapi-document.ts'
import { httpWorld } from '../http/http-world.ts'
import { skipTest } from '../runner/skipped.ts'
import { openSellingHouse, type SellingHouse } from '../service/selling-house.ts'
import { openTestDatabase } from '../support/test-database.ts'
import type { Paths } from './api-paths.ts'
import { clientTypes, sameText } from './paths-of-document.ts'

const ADDRESS = {
  name: 'Ada Example',
  line1: '1 Rose Lane',
  city: 'Bath',
  postal_code: 'BA1 1AA',
  country: 'GB',
}

const client = suite('client')
const database = await openTestDatabase(import.meta.url)
let house: SellingHouse

client('its types are those of the document', async () => {
  const made = clientTypes(openApiDocument((await httpWorld()).app))
  const advice = 'run `node --import tsx test/contract/write-client-paths.ts && npm run format`'
  assert.ok(sameText(made.schemas, committed('api-schemas.ts')), advice)
  assert.ok(sameText(made.paths, committed('api-paths.ts')), advice)
})

client('types that are out of date are seen', () => {
  const paths = committed('api-paths.ts')
  assert.ok(sameText(paths, paths.replaceAll('\n', '\n\n')))
  assert.ok(!sameText(paths, paths.replace('quantity: number', 'quantity: string')))
})

if (database === null) {
  skipTest('client that buys', 'no Postgres was found')
} else {
  client.before(async () => {
    house = await openSellingHouse(database.url, null)
    await house.sell('ROSE-12', 3_500, 10)
  })
  client.after(async () => {
    await house.close()
    await database.close(true)
  })

  client('a guest fills a cart, opens a checkout, pays, and finds the order', async () => {
    const { GET, POST, PUT } = createClient<Paths>({ baseUrl: house.url })
    const session = await POST('/v1/guest-sessions')
    assert.ok(session.data, JSON.stringify(session.error))
    const headers = { Authorization: `Bearer ${session.data.token}` }
    const keyed = () => ({ 'Idempotency-Key': randomUUID() })

    const cart = await PUT('/v1/cart/items/{sku}', {
      headers,
      params: { path: { sku: 'ROSE-12' } },
      body: { quantity: 2 },
    })
    assert.equal(cart.data?.line.quantity, 2)

    const opened = await POST('/v1/checkouts', {
      headers,
      params: { header: keyed() },
      body: { shipping_address: ADDRESS },
    })
    assert.ok(opened.data, JSON.stringify(opened.error))

    const { id, totals } = opened.data
    const paid = await POST('/v1/checkouts/{id}/pay', {
      headers,
      params: { header: keyed(), path: { id } },
      body: { payment_method: 'pm_card_visa', expected_total: totals.total },
    })
    assert.equal(paid.response.status, 201, JSON.stringify(paid.error))

    const orders = await GET('/v1/orders', { headers, params: { query: { limit: 5 } } })
    const [order] = orders.data?.data ?? []
    assert.deepEqual(order?.totals.total, { amount: 7_000, currency: 'USD' })
    assert.equal(order?.checkout_id, id)
    await house.auditIsClean()
  })

  client('a wrong field does not compile, and a no has its code', async () => {
    const { PUT } = createClient<Paths>({ baseUrl: house.url })
    const params = { path: { sku: 'ROSE-12' } }
    // @ts-expect-error a quantity is a number
    const inWords = await PUT('/v1/cart/items/{sku}', { params, body: { quantity: '2' } })
    assert.equal(inWords.error?.code, 'unauthenticated')
    // @ts-expect-error a cart line has a quantity, and no amount
    await PUT('/v1/cart/items/{sku}', { params, body: { amount: 2 } })
    // @ts-expect-error there is no such path
    const nowhere = await PUT('/v1/basket', { params, body: { quantity: 2 } })
    assert.equal(nowhere.response.status, 404)
  })
}

function committed(name: string): string {
  return readFileSync(new URL(`./${name}`, import.meta.url), 'utf8')
}

client.run()
