// Whose token is believed, for how long, and what a caller may then see.

import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { suite } from 'uvu'
import type { Caller } from '../../src/auth/caller.ts'
import { issueToken } from '../../src/auth/issue-token.ts'
import { tokenCallers } from '../../src/auth/token-callers.ts'
import { verifiedTokenCache } from '../../src/auth/verified-token-cache.ts'
import { manualClock } from '../support/manual-clock.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { httpWorld, SECRET, tokenOf } from './http-world.ts'
import { ALICE, CHECKOUT_ID, NOW_MS, OPEN_CHECKOUT, ORDER, userOf } from './sample-shop.ts'

const callers = suite('callers')

const NOW_SECONDS = NOW_MS / 1_000

function signed(claims: Record<string, unknown>, secret: Uint8Array = SECRET): Promise<string> {
  const payload = {
    sub: 'alice',
    roles: ['buyer'],
    iss: 'holdfast',
    aud: 'holdfast',
    exp: NOW_SECONDS + 60,
    ...claims,
  }
  const given = Object.entries(payload).filter(([, value]) => value !== undefined)
  return new SignJWT(Object.fromEntries(given)).setProtectedHeader({ alg: 'HS256' }).sign(secret)
}

async function altered(): Promise<string> {
  const [header, , signature] = (await signed({})).split('.')
  const body = Buffer.from(JSON.stringify({ sub: 'bob', roles: ['ops'] })).toString('base64url')
  return `${header}.${body}.${signature}`
}

const UNSIGNED = new UnsecuredJWT({ sub: 'alice', roles: ['buyer'] })
  .setIssuer('holdfast')
  .setAudience('holdfast')
  .setExpirationTime(NOW_SECONDS + 60)
  .encode()

const REFUSED: readonly (readonly [string, () => Promise<string>, string])[] = [
  ['without a signature (alg none)', async () => UNSIGNED, 'token_invalid'],
  ['signed with another secret', () => signed({}, Buffer.alloc(32, 7)), 'token_invalid'],
  ['altered after signing', altered, 'token_invalid'],
  ['past its end', () => signed({ exp: NOW_SECONDS - 1 }), 'token_expired'],
  ['before its beginning', () => signed({ nbf: NOW_SECONDS + 30 }), 'token_invalid'],
  ['without an end', () => signed({ exp: undefined }), 'token_invalid'],
  ['for another audience', () => signed({ aud: 'another' }), 'token_invalid'],
  ['without an audience', () => signed({ aud: undefined }), 'token_invalid'],
  ['of another issuer', () => signed({ iss: 'another' }), 'token_invalid'],
  ['without a subject', () => signed({ sub: undefined }), 'token_invalid'],
  ['with a subject that is no user id', () => signed({ sub: 'a b' }), 'token_invalid'],
  ['with a number for a subject', () => signed({ sub: 7 }), 'token_invalid'],
  ['that is no JWT', async () => 'hello', 'token_invalid'],
  ['that is endless', async () => 'a'.repeat(10_000), 'token_invalid'],
]

for (const [what, make, code] of REFUSED) {
  callers(`a token ${what} is 401 ${code}`, async () => {
    const { send } = await httpWorld()
    const answer = await send('GET', '/v1/cart', { token: await make() })
    assert.equal(answer.status, 401)
    assert.equal(answer.json['code'], code)
    assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer .*error="invalid_token"/)
  })
}

callers('no token, or another scheme, is 401 with a challenge', async () => {
  const { send } = await httpWorld()
  for (const headers of [{}, { Authorization: 'Basic YTpi' }, { Authorization: 'Bearer' }]) {
    const answer = await send('GET', '/v1/cart', { token: null, headers })
    assert.equal(answer.status, 401)
    assert.equal(answer.json['code'], 'unauthenticated')
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer realm="holdfast"')
  }
})

callers('who asks is known before the key and the body are looked at', async () => {
  const { send } = await httpWorld()
  const answer = await send('POST', '/v1/checkouts', { token: null, key: null, raw: '{' })
  assert.equal(answer.status, 401)
})

const RECEIVE = { quantity: 1, reason: 'delivery' }

callers('each role opens its own doors and no other', async () => {
  const { send, tokens, checkouts } = await httpWorld()
  checkouts.script(() => ({ kind: 'in_progress' }))
  const product = {
    name: 'x',
    price: { amount: 1, currency: 'USD' },
    seller_id: 'seller-1',
  }
  const doors: readonly (readonly [string, string, object | undefined, string[]])[] = [
    ['GET', '/v1/cart', undefined, ['alice', 'bob']],
    ['GET', '/v1/orders', undefined, ['alice', 'bob']],
    ['PUT', '/v1/products/NEW-1', product, ['seller', 'ops']],
    ['POST', '/v1/products/ROSE-12/stock', RECEIVE, ['seller', 'ops']],
    ['GET', '/v1/ops/checkouts', undefined, ['ops']],
    ['GET', '/v1/ops/audit', undefined, ['ops']],
    ['GET', '/v1/ops/skus/ROSE-12/stock', undefined, ['ops']],
    ['GET', '/v1/ops/skus/ROSE-12/ledger', undefined, ['ops']],
  ]
  for (const [method, path, body, admitted] of doors) {
    for (const [who, token] of Object.entries(tokens)) {
      const { status } = await send(method, path, { token, body })
      assert.equal(status !== 403, admitted.includes(who), `${who} ${method} ${path}: ${status}`)
    }
  }
})

callers('a seller without a seller id is no seller', async () => {
  const { send } = await httpWorld()
  const token = await signed({ roles: ['seller'] })
  const answer = await send('POST', '/v1/products/ROSE-12/stock', { token, body: RECEIVE })
  assert.equal(answer.status, 403)
})

callers("another buyer's checkout and order are 404, as if there were none", async () => {
  const { send, tokens, reads } = await httpWorld()
  reads.checkouts.push(OPEN_CHECKOUT)
  reads.boughtOrders.push(ORDER)
  for (const path of [`/v1/checkouts/${CHECKOUT_ID}`, `/v1/orders/${ORDER.id}`]) {
    assert.equal((await send('GET', path)).status, 200)
    const others = await send('GET', path, { token: tokens.bob })
    const nobodys = await send('GET', path.replace(/.....$/, '00000'), { token: tokens.bob })
    assert.equal(others.status, 404)
    assert.equal(nobodys.json['detail'], others.json['detail'])
    assert.equal(nobodys.json['code'], others.json['code'])
  }
  const orders = await send('GET', '/v1/orders', { token: tokens.bob })
  assert.deepEqual(orders.json['data'], [])
})

callers('the shop is asked in the name of the token, with guests marked', async () => {
  const { send, tokens, checkouts } = await httpWorld()
  checkouts.script(() => ({ kind: 'in_progress' }))
  const session = await send('POST', '/v1/guest-sessions', { token: null, key: null })
  await send('POST', '/v1/checkouts', { token: tokens.bob })
  await send('POST', '/v1/checkouts', { token: String(session.json['token']) })
  const asked = checkouts.asked.map(({ request }) => [request.caller, request.guest])
  assert.deepEqual(asked, [
    ['bob', false],
    [session.json['user_id'], true],
  ])
})

callers('a guest session is a buyer of its own for 30 days', async () => {
  const { send, time } = await httpWorld()
  const first = await send('POST', '/v1/guest-sessions', { token: null, key: null })
  const second = await send('POST', '/v1/guest-sessions', { token: null, key: null })
  assert.equal(first.status, 201)
  assert.match(String(first.json['user_id']), /^guest_[0-9a-f]{32}$/)
  assert.notEqual(first.json['user_id'], second.json['user_id'])
  assert.equal(first.json['expires_at'], '2026-02-14T12:00:00.000Z')
  const token = String(first.json['token'])
  assert.equal((await send('GET', '/v1/cart', { token })).status, 200)
  assert.equal((await send('GET', '/v1/ops/checkouts', { token })).status, 403)
  time.advance(30 * 86_400_000 - 1_000)
  assert.equal((await send('GET', '/v1/cart', { token })).status, 200)
  time.advance(1_000)
  const late = await send('GET', '/v1/cart', { token })
  assert.equal(late.json['code'], 'token_expired')
})

callers(
  'a remembered token is forgotten after a minute, at its end, and when others push it out',
  () => {
    const time = manualClock(NOW_MS)
    const cache = verifiedTokenCache(time, 2)
    const caller: Caller = { userId: ALICE, roles: new Set(), sellerId: null, guest: false }
    cache.put('long', caller, NOW_MS + 3_600_000)
    cache.put('short', caller, NOW_MS + 10_000)
    time.advance(9_999)
    assert.equal(cache.get('short'), caller)
    time.advance(1)
    assert.equal(cache.get('short'), null)
    time.advance(49_999)
    assert.equal(cache.get('long'), caller)
    time.advance(1)
    assert.equal(cache.get('long'), null)
    for (const token of ['a', 'b', 'c']) cache.put(token, caller, NOW_MS + 3_600_000)
    assert.equal(cache.size(), 2)
    assert.equal(cache.get('a'), null)
    assert.equal(cache.get('c'), caller)
  },
)

callers('a secret shorter than its hash is refused', () => {
  const deps = { clock: manualClock(NOW_MS), randomness: seededRandom(1) }
  assert.throws(() => tokenCallers({ secret: Buffer.alloc(31), jwksUrl: null }, deps), /32 bytes/)
  assert.throws(() => tokenCallers({ secret: null, jwksUrl: null }, deps), /no key/)
})

callers('an issued token says who, for how long, and with which roles', async () => {
  const deps = { clock: manualClock(NOW_MS), randomness: seededRandom(1) }
  const known = tokenCallers({ secret: SECRET, jwksUrl: null }, deps)
  const identified = await known.identify(await tokenOf('sam', ['seller', 'ops'], 'seller-1'))
  assert.ok(identified.ok)
  assert.deepEqual([...identified.caller.roles].toSorted(), ['ops', 'seller'])
  assert.equal(identified.caller.sellerId, 'seller-1')
})

callers('a published key set is used, its outage is 503, and it signs for no secret', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }
  let up = false
  const provider = createServer((_request, response) => {
    response.statusCode = up ? 200 : 500
    response.end(JSON.stringify({ keys: [jwk] }))
  })
  provider.listen(0, '127.0.0.1')
  await once(provider, 'listening')
  try {
    const { port } = provider.address() as AddressInfo
    const jwksUrl = new URL(`http://127.0.0.1:${port}/keys`)
    const time = manualClock(NOW_MS)
    const deps = { clock: time, randomness: seededRandom(1) }
    const known = tokenCallers({ secret: null, jwksUrl }, deps)
    const { send } = await httpWorld(() => ({ callers: known }))
    const token = await new SignJWT({ roles: ['buyer'] })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setSubject('alice')
      .setIssuer('holdfast')
      .setAudience('holdfast')
      .setExpirationTime(NOW_SECONDS + 600)
      .sign(privateKey)

    const outage = await send('GET', '/v1/cart', { token })
    assert.equal(outage.status, 503)
    assert.equal(outage.json['code'], 'keys_unavailable')
    assert.equal(outage.headers.get('retry-after'), '2')
    up = true
    assert.equal((await send('GET', '/v1/cart', { token })).status, 200)

    const bySecret = await issueToken(
      createSecretKey(SECRET),
      { userId: userOf('alice'), roles: ['buyer'], sellerId: null, ttlSeconds: 60 },
      NOW_MS,
    )
    assert.equal((await send('GET', '/v1/cart', { token: bySecret })).status, 401)
    const noGuests = await send('POST', '/v1/guest-sessions', { token: null })
    assert.equal(noGuests.status, 403)
    assert.equal(noGuests.json['code'], 'guest_sessions_off')
  } finally {
    provider.closeAllConnections()
    provider.close()
  }
})

callers('roles nobody knows, or in no list, open nothing; other claims are ignored', async () => {
  const { send } = await httpWorld()
  const strange = [['admin', 'OPS', 'root'], 'ops', { ops: true }, [['ops']], null]
  for (const roles of strange) {
    const token = await signed({ roles })
    assert.equal((await send('GET', '/v1/ops/checkouts', { token })).status, 403)
    assert.equal((await send('GET', '/v1/cart', { token })).status, 403)
  }
  const buyer = await signed({ roles: ['admin', 'buyer'], role: 'ops', admin: true })
  assert.equal((await send('GET', '/v1/cart', { token: buyer })).status, 200)
  assert.equal((await send('GET', '/v1/ops/checkouts', { token: buyer })).status, 403)
})

callers('a key set: an unknown key, and a public key used as a secret, open nothing', async () => {
  const [known, other] = [await rsaKeys(), await rsaKeys()]
  const jwk = { ...(await exportJWK(known.publicKey)), kid: 'k1', alg: 'RS256' }
  const provider = createServer((_request, response) => {
    response.end(JSON.stringify({ keys: [jwk] }))
  })
  provider.listen(0, '127.0.0.1')
  await once(provider, 'listening')
  try {
    const { port } = provider.address() as AddressInfo
    const jwksUrl = new URL(`http://127.0.0.1:${port}/keys`)
    const deps = { clock: manualClock(NOW_MS), randomness: seededRandom(1) }
    const both = tokenCallers({ secret: SECRET, jwksUrl }, deps)
    const { send } = await httpWorld(() => ({ callers: both }))
    const by = (alg: string, kid: string) =>
      new SignJWT({ roles: ['buyer'] })
        .setProtectedHeader({ alg, kid })
        .setSubject('alice')
        .setIssuer('holdfast')
        .setAudience('holdfast')
        .setExpirationTime(NOW_SECONDS + 600)
    const pem = new TextEncoder().encode(await exportSPKI(known.publicKey))
    const modulus = Buffer.from(jwk.n ?? '', 'base64url')
    const refused = {
      'a key of nobody': await by('RS256', 'k1').sign(other.privateKey),
      'a kid that is not in the set': await by('RS256', 'k2').sign(known.privateKey),
      'the public key as a secret, in PEM': await by('HS256', 'k1').sign(pem),
      'the public key as a secret, its modulus': await by('HS256', 'k1').sign(modulus),
    }
    for (const [what, token] of Object.entries(refused)) {
      const answer = await send('GET', '/v1/cart', { token })
      assert.deepEqual([answer.status, answer.json['code']], [401, 'token_invalid'], what)
    }
    const good = await by('RS256', 'k1').sign(known.privateKey)
    assert.equal((await send('GET', '/v1/cart', { token: good })).status, 200)
  } finally {
    provider.closeAllConnections()
    provider.close()
  }
})

function rsaKeys() {
  return generateKeyPair('RS256', { extractable: true })
}

callers.run()
