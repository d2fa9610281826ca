// Products, their availability and their stock at the edge.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { RetryLater } from '../../actors/domain/failures.ts'
import type { LedgerEntry } from '../../actors/domain/ledger-entry.ts'
import { versionWanted } from '../../src/http/routers/product-etag.ts'
import { httpWorld } from './http-world.ts'
import { NOW_MS, OPEN_CHECKOUT, ROSE_PRODUCT, ROSES, skuOf } from './sample-shop.ts'

const catalogue = suite('catalogue')

const ANYONE = { token: null, key: null }
const PRODUCT = {
  name: 'Tulips',
  price: { amount: 900, currency: 'EUR' },
  seller_id: 'seller-1',
}

catalogue(
  'a product is public, cacheable for seconds, and carries its version as ETag',
  async () => {
    const { send } = await httpWorld()
    const answer = await send('GET', '/v1/products/ROSE-12', ANYONE)
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('etag'), '"1"')
    assert.match(answer.headers.get('cache-control') ?? '', /^public, max-age=5/)
    assert.deepEqual(answer.json, {
      sku: 'ROSE-12',
      name: 'A dozen roses',
      description: 'Red ones',
      price: { amount: 3_500, currency: 'USD' },
      seller_id: 'seller-1',
      image_url: null,
      attributes: { colour: 'red' },
      status: 'active',
      purchase_limit: null,
      version: 1,
      updated_at: '2026-01-15T12:00:00.000Z',
    })
  },
)

catalogue('a product that is not there is 404 and not cached', async () => {
  const { send } = await httpWorld()
  const answer = await send('GET', '/v1/products/NOPE', ANYONE)
  assert.equal(answer.status, 404)
  assert.equal(answer.json['code'], 'unknown_sku')
  assert.equal(answer.headers.get('cache-control'), 'no-store')
})

catalogue('a SKU with spaces is found by its percent-encoded path', async () => {
  const { send, tokens } = await httpWorld()
  const path = '/v1/products/RED%20ROSE'
  const put = await send('PUT', path, { body: PRODUCT, token: tokens.seller })
  assert.equal(put.status, 201)
  assert.equal(put.json['sku'], 'RED ROSE')
  assert.equal((await send('GET', path, ANYONE)).status, 200)
})

catalogue('a product may say how many of it one buyer may have', async () => {
  const { send, tokens } = await httpWorld()
  const path = '/v1/products/FEW'
  const body = { ...PRODUCT, purchase_limit: 2 }
  const put = await send('PUT', path, { body, token: tokens.seller })
  assert.deepEqual([put.status, put.json['purchase_limit']], [201, 2])
  assert.equal((await send('GET', path, ANYONE)).json['purchase_limit'], 2)
  const lifted = await send('PUT', path, { body: PRODUCT, token: tokens.seller })
  assert.equal(lifted.json['purchase_limit'], null)
})

catalogue('products page by cursor, by seller and by the beginning of the SKU', async () => {
  const { send, catalogue: shop } = await httpWorld()
  for (const name of ['ROSE-01', 'ROSE-02', 'TULIP']) {
    shop.products.set(skuOf(name), { ...ROSE_PRODUCT, sku: skuOf(name) })
  }
  const first = await send('GET', '/v1/products?sku_prefix=ROSE&limit=2', ANYONE)
  const cursor = String(first.json['next_cursor'])
  const rest = await send('GET', `/v1/products?sku_prefix=ROSE&limit=2&cursor=${cursor}`, ANYONE)
  const seen = [first, rest].flatMap(({ json }) => json['data'] as { sku: string }[])
  assert.deepEqual(
    seen.map(({ sku }) => sku),
    ['ROSE-01', 'ROSE-02', 'ROSE-12'],
  )
  assert.equal(rest.json['next_cursor'], null)
  const none = await send('GET', '/v1/products?seller_id=seller-9', ANYONE)
  assert.deepEqual(none.json, { data: [], next_cursor: null })
})

catalogue('a page that has not changed is 304, and 200 once a product on it has', async () => {
  const { send, tokens } = await httpWorld()
  const path = '/v1/products?limit=1'
  const first = await send('GET', path, ANYONE)
  const headers = { 'If-None-Match': `"other", W/${first.headers.get('etag')}` }
  const same = await send('GET', path, { ...ANYONE, headers })
  assert.deepEqual([same.status, same.text], [304, ''])
  assert.equal(same.headers.get('etag'), first.headers.get('etag'))
  assert.match(same.headers.get('cache-control') ?? '', /^public, max-age=5/)
  await send('PUT', '/v1/products/ROSE-12', { body: PRODUCT, token: tokens.seller })
  assert.equal((await send('GET', path, { ...ANYONE, headers })).status, 200)
})

for (const sku of ['.', '..']) {
  catalogue(
    `no product is called ${sku}, which no path can reach: it is 400 and named`,
    async () => {
      const { send, checkouts } = await httpWorld()
      const lines = [{ sku, quantity: 1 }]
      const answer = await send('POST', '/v1/checkouts', { body: { lines } })
      assert.equal(answer.status, 400)
      assert.equal((answer.json['errors'] as { path: string }[])[0]?.path, 'lines.0.sku')
      assert.deepEqual(checkouts.asked, [])
    },
  )
}

const AVAILABILITIES = [
  [{ received: 5, available: 1, held: 4, sold: 0 }, 'in_stock'],
  [{ received: 5, available: 0, held: 1, sold: 4 }, 'all_held'],
  [{ received: 5, available: 0, held: 0, sold: 5 }, 'sold_out'],
  [{ received: 0, available: 0, held: 0, sold: 0 }, 'sold_out'],
] as const

for (const [balances, state] of AVAILABILITIES) {
  const { available, held, sold } = balances
  catalogue(`available ${available}, held ${held}, sold ${sold} is ${state}`, async () => {
    const { send, checkouts } = await httpWorld()
    checkouts.stock(() => balances)
    const answer = await send('GET', '/v1/products/ROSE-12/availability', ANYONE)
    assert.deepEqual(answer.json, { state, available, as_of: '2026-01-15T12:00:00.000Z' })
    assert.equal(answer.headers.get('cache-control'), 'public, max-age=1')
  })
}

catalogue('availability stays when the catalogue cannot be read', async () => {
  const { send, checkouts, catalogue: shop } = await httpWorld()
  checkouts.stock(() => ({ received: 5, available: 5, held: 0, sold: 0 }))
  shop.failure = new RetryLater('journal_unavailable', 'down')
  const answer = await send('GET', '/v1/products/ROSE-12/availability', ANYONE)
  assert.equal(answer.status, 200)
  assert.equal((await send('GET', '/v1/products/ROSE-12', ANYONE)).status, 503)
})

catalogue('the availability of nothing wakes nobody', async () => {
  const { send, checkouts } = await httpWorld()
  checkouts.stock(() => {
    throw new Error('was asked')
  })
  const answer = await send('GET', '/v1/products/NOPE/availability', ANYONE)
  assert.equal(answer.status, 404)
})

catalogue('a product is put whole: what is left out is as for a new one', async () => {
  const { send, tokens } = await httpWorld()
  const put = await send('PUT', '/v1/products/ROSE-12', { body: PRODUCT, token: tokens.seller })
  assert.equal(put.status, 200)
  assert.equal(put.headers.get('etag'), '"2"')
  assert.equal(put.json['description'], '')
  assert.deepEqual(put.json['attributes'], {})
})

const IF_MATCH = [
  ['"1"', 200],
  ['*', 200],
  ['"2"', 412],
  ['W/"1"', 412],
  ['1', 412],
  ['"1", "2"', 412],
] as const

for (const [ifMatch, status] of IF_MATCH) {
  catalogue(`putting version 1 with If-Match: ${ifMatch} is ${status}`, async () => {
    const { send, tokens, catalogue: shop } = await httpWorld()
    const headers = { 'If-Match': ifMatch }
    const sent = { body: PRODUCT, token: tokens.ops, headers }
    const put = await send('PUT', '/v1/products/ROSE-12', sent)
    assert.equal(put.status, status)
    assert.equal(shop.products.get(ROSES)?.version, status === 200 ? 2 : 1)
  })
}

catalogue('a tag past the versions that can be stored is none of ours', () => {
  const last = { kind: 'version', version: 2_147_483_647 }
  assert.deepEqual(versionWanted('"2147483647"'), last)
  for (const tag of ['"2147483648"', '"999999999999999"']) {
    assert.deepEqual(versionWanted(tag), { kind: 'none_of_ours' })
  }
})

const IF_NONE_MATCH = [
  ['"1"', 304],
  ['W/"1"', 304],
  ['"7", W/"1"', 304],
  ['*', 304],
  ['"2"', 200],
  ['"11"', 200],
  ['1', 200],
] as const

for (const [ifNoneMatch, status] of IF_NONE_MATCH) {
  catalogue(`getting version 1 with If-None-Match: ${ifNoneMatch} is ${status}`, async () => {
    const { send } = await httpWorld()
    const headers = { 'If-None-Match': ifNoneMatch }
    const answer = await send('GET', '/v1/products/ROSE-12', { ...ANYONE, headers })
    assert.equal(answer.status, status)
    assert.equal(answer.text === '', status === 304)
    assert.equal(answer.headers.get('etag'), '"1"')
    assert.match(answer.headers.get('cache-control') ?? '', /^public, max-age=5/)
  })
}

catalogue('If-Match: * on a product that is not there is 412', async () => {
  const { send, tokens } = await httpWorld()
  const sent = { body: PRODUCT, token: tokens.ops, headers: { 'If-Match': '*' } }
  const put = await send('PUT', '/v1/products/NEW', sent)
  assert.equal(put.json['code'], 'version_mismatch')
})

catalogue(
  "another seller's product and stock are 403, and an operator's are anybody's",
  async () => {
    const { send, tokens, checkouts } = await httpWorld()
    checkouts.script(() => ({ kind: 'in_progress' }))
    const theirs = { ...PRODUCT, seller_id: 'seller-2' }
    const path = '/v1/products/ROSE-12'
    const asOther = { token: tokens.otherSeller }
    assert.equal((await send('PUT', path, { body: theirs, ...asOther })).status, 403)
    assert.equal((await send('PUT', path, { body: PRODUCT, ...asOther })).status, 403)
    const stock = { body: { quantity: 5, reason: 'delivery' } }
    assert.equal((await send('POST', `${path}/stock`, { ...stock, ...asOther })).status, 403)
    assert.equal(checkouts.asked.length, 0)
    assert.equal((await send('PUT', path, { body: theirs, token: tokens.ops })).status, 200)
    assert.equal((await send('POST', `${path}/stock`, { ...stock, token: tokens.ops })).status, 409)
    assert.equal(checkouts.asked.length, 1)
  },
)

catalogue('stock of a product that is not there is 404', async () => {
  const { send, tokens, checkouts } = await httpWorld()
  const sent = { body: { quantity: 1, reason: 'delivery' }, token: tokens.ops }
  const answer = await send('POST', '/v1/products/NOPE/stock', sent)
  assert.equal(answer.status, 404)
  assert.equal(checkouts.asked.length, 0)
})

catalogue('an operator sees balances, ledger, checkouts by state and the audit', async () => {
  const { send, tokens, checkouts, reads } = await httpWorld()
  const token = tokens.ops
  const balances = { received: 10, available: 7, held: 2, sold: 1 }
  checkouts.stock(() => balances)
  const stock = await send('GET', '/v1/ops/skus/ROSE-12/stock', { token })
  assert.deepEqual(stock.json, { sku: 'ROSE-12', ...balances })

  const entry: LedgerEntry = {
    sku: ROSES,
    seq: 1,
    epoch: 3,
    kind: 'receive',
    holdId: null,
    checkoutId: null,
    buyer: null,
    commandId: 'c1',
    quantity: 10,
    expiresAtMs: null,
    atMs: NOW_MS,
    prevHash: '0',
    hash: '1',
    ...balances,
  }
  reads.entries.push({ ...entry, seq: 2 }, entry)
  const ledger = await send('GET', '/v1/ops/skus/ROSE-12/ledger?limit=1', { token })
  const [last, ...others] = ledger.json['data'] as Record<string, unknown>[]
  assert.equal(others.length, 0)
  assert.deepEqual([last?.['seq'], last?.['kind'], last?.['command_id']], [2, 'receive', 'c1'])

  reads.checkouts.push(OPEN_CHECKOUT)
  const counts = await send('GET', '/v1/ops/checkouts', { token })
  const byState = counts.json['by_state'] as Record<string, number>
  assert.equal(byState['open'], 1)
  assert.equal(byState['captured'], 0)
  assert.deepEqual((await send('GET', '/v1/ops/audit', { token })).json, { differences: 0 })
})

catalogue('one audit at a time: a second one is told when to come back', async () => {
  let finish = () => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  let begin = () => {}
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  let audits = 0
  const audit = async () => {
    audits += 1
    begin()
    if (audits === 1) await finished
    return { differences: 0 }
  }
  const { send, tokens } = await httpWorld(() => ({ audit }))
  const ask = () => send('GET', '/v1/ops/audit', { token: tokens.ops })
  const first = ask()
  await begun
  const second = await ask()
  assert.equal(second.status, 503)
  assert.equal(second.json['code'], 'overloaded')
  assert.equal(second.headers.get('retry-after'), '5')
  finish()
  assert.equal((await first).status, 200)
  assert.equal((await ask()).status, 200)
})

catalogue(
  'an audit without the books of the gateway is 503, and the next one may run',
  async () => {
    let audits = 0
    const audit = async () => {
      audits += 1
      throw new RetryLater('gateway_unavailable', 'no books')
    }
    const { send, tokens } = await httpWorld(() => ({ audit }))
    for (let time = 1; time <= 2; time += 1) {
      const answer = await send('GET', '/v1/ops/audit', { token: tokens.ops })
      assert.equal(answer.status, 503)
      assert.equal(answer.json['code'], 'gateway_unavailable')
      assert.equal(audits, time)
    }
  },
)

catalogue('a service without an audit has no such path', async () => {
  const { send, tokens } = await httpWorld(() => ({ audit: null }))
  assert.equal((await send('GET', '/v1/ops/audit', { token: tokens.ops })).status, 404)
})

catalogue.run()
