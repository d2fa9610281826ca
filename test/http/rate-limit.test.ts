// Who is counted as whom, what a refused request is told, and that it left no trace.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { memoryRateLimiter } from '../../persistence/memory/memory-rate-limiter.ts'
import { clientAddress, networkOf } from '../../src/http/client-address.ts'
import type { HttpContext } from '../../src/http/http-env.ts'
import { manualClock } from '../support/manual-clock.ts'
import { httpWorld, tokenOf } from './http-world.ts'

const limits = suite('rate limits')

/** A world that takes so many requests, and so many new guests, of one caller a minute. */
function limitedWorld(perMinute: number | null, guests: number | null, trustedProxies = 0) {
  const time = manualClock(0)
  const limiter = (rate: number | null) => (rate === null ? null : memoryRateLimiter(time, rate))
  const rates = { requests: limiter(perMinute), guestSessions: limiter(guests) }
  return httpWorld(() => ({ rates, trustedProxies }))
}

limits('a buyer past the limit is 429, with what is left of it in every answer', async () => {
  const { send, tokens } = await limitedWorld(2, null)
  const first = await send('GET', '/v1/cart')
  assert.equal(first.headers.get('ratelimit-policy'), '"caller";q=2;w=60')
  assert.equal(first.headers.get('ratelimit'), '"caller";r=1;t=60')
  assert.equal((await send('GET', '/v1/cart')).headers.get('ratelimit'), '"caller";r=0;t=60')
  const refused = await send('GET', '/v1/cart')
  assert.equal(refused.status, 429)
  assert.equal(refused.json['code'], 'rate_limited')
  assert.equal(refused.headers.get('retry-after'), '60')
  assert.equal(refused.headers.get('ratelimit'), '"caller";r=0;t=60')
  assert.equal((await send('GET', '/v1/cart', { token: tokens.bob })).status, 200)
})

limits('a refused request reaches nobody, and its key stays free', async () => {
  const { send, checkouts } = await limitedWorld(1, null)
  checkouts.script(() => ({ kind: 'in_progress' }))
  assert.equal((await send('GET', '/v1/cart')).status, 200)
  const refused = await send('POST', '/v1/checkouts', { key: 'k', raw: '{' })
  assert.equal(refused.status, 429)
  assert.deepEqual(checkouts.asked, [])
})

limits(
  'nobody in particular is counted by address, and so is a token that is not good',
  async () => {
    const { send, tokens } = await limitedWorld(2, null)
    const [home, elsewhere] = ['198.51.100.7', '198.51.100.8']
    const forged = `${tokens.alice.slice(0, -4)}AAAA`
    const anybody = { token: null, address: home }
    assert.equal((await send('GET', '/v1/orders', anybody)).status, 401)
    assert.equal((await send('GET', '/v1/cart', { token: forged, address: home })).status, 401)
    const refused = await send('GET', '/v1/products', anybody)
    assert.equal(refused.status, 429)
    assert.equal(refused.headers.get('ratelimit-policy'), '"address";q=2;w=60')
    assert.equal(
      (await send('GET', '/v1/products', { ...anybody, address: elsewhere })).status,
      200,
    )
    assert.equal((await send('GET', '/v1/cart', { address: home })).status, 200)
  },
)

limits('many tokens of one user are one caller', async () => {
  const { send } = await limitedWorld(1, null)
  const other = await tokenOf('alice', ['buyer'], null, 1_800)
  assert.equal((await send('GET', '/v1/cart')).status, 200)
  assert.equal((await send('GET', '/v1/cart', { token: other })).status, 429)
})

limits('new guests are counted by address, apart from all else', async () => {
  const { send } = await limitedWorld(1, 2)
  const open = (address: string) => {
    return send('POST', '/v1/guest-sessions', { token: null, key: null, address })
  }
  for (let n = 0; n < 2; n += 1) assert.equal((await open('198.51.100.7')).status, 201)
  const refused = await open('198.51.100.7')
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('ratelimit-policy'), '"guest-sessions";q=2;w=60')
  assert.equal((await open('198.51.100.8')).status, 201)
  const anybody = { token: null, address: '198.51.100.7' }
  assert.equal((await send('GET', '/v1/products', anybody)).status, 200)
})

limits('without a limit of their own, new guests are requests like any other', async () => {
  const { send } = await limitedWorld(1, null)
  const open = () => send('POST', '/v1/guest-sessions', { token: null, key: null })
  assert.equal((await open()).status, 201)
  assert.equal((await open()).status, 429)
})

limits('a guest who opens the next guest is still one address', async () => {
  const { send } = await limitedWorld(2, null)
  let token: string | null = null
  const statuses: number[] = []
  for (let n = 0; n < 3; n += 1) {
    const opened = await send('POST', '/v1/guest-sessions', { token, key: null })
    statuses.push(opened.status)
    token = String(opened.json['token'])
  }
  assert.deepEqual(statuses, [201, 201, 429])
})

limits('probes and webhooks are never refused', async () => {
  const { send } = await limitedWorld(1, 1)
  for (let n = 0; n < 3; n += 1) {
    for (const path of ['/livez', '/readyz']) {
      const answer = await send('GET', path, { token: null })
      assert.equal(answer.status, 200)
      assert.equal(answer.headers.get('ratelimit'), null)
    }
    assert.equal((await send('POST', '/webhooks/stripe', { raw: '{}' })).status, 200)
  }
})

limits('what a shared cache keeps says nothing of one caller', async () => {
  const { send } = await limitedWorld(9, null)
  assert.equal((await send('GET', '/v1/products/ROSE-12')).headers.get('ratelimit'), null)
})

limits('X-Forwarded-For is believed as far as the proxies of the operator wrote it', () => {
  const cases = [
    [0, '203.0.113.9', '192.0.2.1'],
    [1, '203.0.113.9', '203.0.113.9'],
    [1, '6.6.6.6, 203.0.113.9', '203.0.113.9'],
    [2, '6.6.6.6, 203.0.113.9, 10.0.0.2', '203.0.113.9'],
    [2, '203.0.113.9', '192.0.2.1'],
    [1, 'hello', '192.0.2.1'],
    [1, undefined, '192.0.2.1'],
  ] as const
  for (const [proxies, told, address] of cases) {
    const header = (name: string) => (name === 'x-forwarded-for' ? told : undefined)
    const env = { incoming: { socket: { remoteAddress: '192.0.2.1' } } }
    const context = { req: { header }, env } as unknown as HttpContext
    assert.equal(clientAddress(context, proxies), address, `${proxies} ${told}`)
  }
})

limits('an address is IPv4 as it is, or the /64 of IPv6, however it is written', () => {
  const cases = [
    ['203.0.113.9', '203.0.113.9'],
    ['203.0.113.9:8443', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::9]:443', '2001:db8:1:2::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['256.1.1.1', null],
    ['1.2.3', null],
    ['1.2.3.4.5', null],
    ['2001:db8', null],
    ['unknown', null],
    ['', null],
  ] as const
  for (const [text, network] of cases) assert.equal(networkOf(text), network, text)
})

limits.run()
