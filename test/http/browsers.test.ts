// What answers tell browsers: what may be run and framed, which origins may call, what may be kept.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { httpWorld } from './http-world.ts'

const browsers = suite('browsers')

const SHOP = 'https://shop.example'

browsers('answers are data: not to be sniffed, run, framed or embedded', async () => {
  const { send } = await httpWorld()
  for (const path of ['/livez', '/v1/products/ROSE-12', '/v1/cart', '/nowhere']) {
    const { headers } = await send('GET', path)
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.equal(
      headers.get('content-security-policy'),
      "default-src 'none'; frame-ancestors 'none'",
    )
    assert.equal(headers.get('referrer-policy'), 'no-referrer')
    assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin')
    assert.equal(headers.get('strict-transport-security'), null)
  }
})

browsers('private answers are kept by nobody', async () => {
  const { send, tokens } = await httpWorld()
  const paths = ['/v1/cart', '/v1/orders', '/v1/products/NOPE', '/livez', '/v1/ops/checkouts']
  for (const path of paths) {
    const { headers } = await send('GET', path, { token: tokens.ops })
    assert.equal(headers.get('cache-control'), 'no-store', path)
  }
})

browsers('without listed origins there is no word of any, and no preflight', async () => {
  const { send } = await httpWorld()
  const headers = { Origin: SHOP, 'Access-Control-Request-Method': 'POST' }
  const asked = await send('GET', '/v1/products/ROSE-12', { headers })
  assert.equal(asked.headers.get('access-control-allow-origin'), null)
  assert.equal(asked.headers.get('vary'), null)
  assert.equal((await send('OPTIONS', '/v1/checkouts', { headers })).status, 405)
})

browsers('a listed origin may ask beforehand, and read what it needs to', async () => {
  const { app, send } = await httpWorld(() => ({ corsOrigins: [SHOP] }))
  const headers = { Origin: SHOP, 'Access-Control-Request-Method': 'POST' }
  const preflight = await app.request('/v1/checkouts', { method: 'OPTIONS', headers })
  assert.equal(preflight.status, 204)
  assert.equal(preflight.headers.get('access-control-allow-origin'), SHOP)
  assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /Idempotency-Key/)
  assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /PATCH/)
  assert.equal(preflight.headers.get('access-control-allow-credentials'), null)
  for (const path of ['/v1/products/ROSE-12', '/v1/products/NOPE', '/v1/cart', '/nowhere']) {
    const answer = await send('GET', path, { headers: { Origin: SHOP } })
    assert.equal(answer.headers.get('access-control-allow-origin'), SHOP)
    assert.match(answer.headers.get('access-control-expose-headers') ?? '', /ETag.*X-Request-Id/)
    assert.equal(answer.headers.get('vary'), 'Origin')
    assert.equal(answer.headers.get('cross-origin-resource-policy'), 'cross-origin')
  }
})

browsers('another origin, also one that looks alike, is told nothing', async () => {
  const { send } = await httpWorld(() => ({ corsOrigins: [SHOP] }))
  const others = ['https://evil.example', `${SHOP}.evil.example`, 'http://shop.example', 'null']
  for (const Origin of others) {
    const headers = { Origin, 'Access-Control-Request-Method': 'POST' }
    const asked = await send('GET', '/v1/products/ROSE-12', { headers })
    assert.equal(asked.headers.get('access-control-allow-origin'), null)
    assert.equal(asked.headers.get('vary'), 'Origin', 'or a cache shows it to the shop')
    assert.equal((await send('OPTIONS', '/v1/checkouts', { headers })).status, 405)
  }
})

browsers.run()
