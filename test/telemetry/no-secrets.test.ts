// A whole busy purchase on the served process, at the loudest log level, with everything that can
// go wrong on the way: what it writes names requests, checkouts, orders and traces, and holds no
// secret of the buyer, of the operator or of the gateway.

import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import pg from 'pg'
import { suite } from 'uvu'
import { parseUserId } from '../../actors/domain/ids.ts'
import { issueToken } from '../../src/auth/issue-token.ts'
import { tellSimulator } from '../../src/commands/simulator-endpoint.ts'
import { startSimulatorProcess } from '../payments/simulator-process.ts'
import { skipTest } from '../runner/skipped.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { until } from '../support/until.ts'
import { ADDRESS, type GuestBuyer, guestBuyer, type Told } from './guest-buyer.ts'
import { openCollector } from './otlp-collector.ts'
import { type ServedProcess, serveProcess } from './served-process.ts'

const SKU = 'QUIET-ROSE'
const word = () => randomBytes(12).toString('hex')
const KEYS = {
  jwt: `jwt-${word()}-${word()}`,
  stripe: `sk_test_${word()}`,
  webhook: `whsec_${word()}`,
  databasePassword: `pw${word()}`,
  forgedToken: `forged.${word()}.${word()}`,
  wrongSignature: `t=1,v1=${word()}`,
  inBrokenJson: `broken-${word()}`,
  inUnknownField: `field-${word()}`,
}

const secrecy = suite('what the service writes')
const database = await openTestDatabase(import.meta.url)

if (database === null) skipTest('what the service writes', 'no Postgres was found')
else {
  const collector = await openCollector()
  let served: ServedProcess
  let secrets: readonly string[]
  let paid: Told

  secrecy.before(async () => {
    const simulator = await startSimulatorProcess([])
    served = await serveProcess({
      LOG_LEVEL: 'trace',
      ACCESS_LOG: 'notable',
      DATABASE_URL: withPassword(database.url),
      REDIS_URL: '',
      JWT_SECRET: KEYS.jwt,
      STRIPE_SECRET_KEY: KEYS.stripe,
      STRIPE_WEBHOOK_SECRET: KEYS.webhook,
      STRIPE_API_URL: simulator.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    })
    const webhooks = { url: `${served.url}/webhooks/stripe`, secret: KEYS.webhook }
    await tellSimulator(simulator.url, webhooks)
    const buyer = await guestBuyer(served.url)
    const opsToken = await stockUp(buyer)
    paid = await buyBusily(buyer)
    const clientSecret = await authenticationAsked(buyer)
    await goWrong(buyer)
    await loseConnections(database.url, served.url)
    secrets = [buyer.token, opsToken, clientSecret, ...Object.values(KEYS)]
    assert.equal(await served.end(), 0)
    await simulator.stop('SIGTERM')
    await collector.close()
  })
  secrecy.after(() => database.close(true))

  secrecy('no token, key, password, card, client secret or address is in it', () => {
    const output = served.output()
    assert.ok(output.length > 10_000, 'it wrote a lot')
    const cards = ['pm_card_visa', 'pm_card_chargeDeclined', 'pm_card_authenticationRequired']
    const address = [ADDRESS.name, ADDRESS.line1, ADDRESS.postal_code]
    for (const secret of [...secrets, ...cards, ...address, '_secret_', 'Bearer']) {
      const at = output.indexOf(secret)
      assert.equal(at, -1, `${secret}: ${output.slice(Math.max(0, at - 300), at + 100)}`)
    }
  })

  secrecy('nor in what went to the trace collector', () => {
    assert.ok(collector.bodies.length > 0)
    for (const secret of [...secrets, 'pm_card', ADDRESS.line1, '_secret_']) {
      assert.ok(!collector.bodies.some((body) => body.includes(secret)), secret)
    }
  })

  secrecy('every request has one line, with who asked and what it was about', () => {
    const lines = served.logged().filter(({ msg }) => msg === 'a request')
    const ids = lines.map(({ requestId }) => requestId)
    assert.equal(new Set(ids).size, ids.length)
    const { at, durationMs, traceId, ...line } =
      lines.find(({ requestId }) => requestId === paid.requestId) ?? assert.fail('no line')
    assert.deepEqual(line, {
      level: 20,
      method: 'POST',
      route: '/v1/checkouts/{id}/pay',
      status: 201,
      requestId: paid.requestId,
      code: null,
      caller: 'guest',
      checkoutId: paid.body['checkout_id'],
      orderId: paid.body['id'],
      msg: 'a request',
    })
    assert.ok(Number(durationMs) > 0 && Date.parse(String(at)) > 0)
    assert.match(String(traceId), /^[0-9a-f]{32}$/)
  })

  secrecy('every step of a checkout has a line with its order and its trace', () => {
    const steps = served
      .logged()
      .filter((line) => line['msg'] === 'a step' && line['checkoutId'] === paid.body['checkout_id'])
    const states = steps.map(({ state }) => state)
    assert.deepEqual(states.slice(0, 2), ['opening', 'open'])
    assert.deepEqual(states.slice(-3), ['committing', 'confirmed', 'captured'])
    const traceIds = new Set(steps.slice(-3).map(({ traceId }) => traceId))
    assert.equal(traceIds.size, 1)
    assert.match(String([...traceIds][0]), /^[0-9a-f]{32}$/)
    assert.ok(steps.slice(-3).every(({ orderId }) => orderId === paid.body['id']))
  })

  secrecy('a request that is refused has its code in its line', () => {
    const lines = served.logged().filter(({ msg, level }) => msg === 'a request' && level === 20)
    const codes = new Set(lines.map(({ code }) => code))
    for (const code of ['payment_declined', 'invalid_json', 'token_invalid', 'out_of_stock']) {
      assert.ok(codes.has(code), code)
    }
  })

  secrecy.run()
}

async function stockUp(buyer: GuestBuyer): Promise<string> {
  const secret = createSecretKey(new TextEncoder().encode(KEYS.jwt))
  const userId = parseUserId('olga') ?? assert.fail()
  const claims = { userId, roles: ['ops'], sellerId: null, ttlSeconds: 600 } as const
  const token = await issueToken(secret, claims, Date.now())
  const headers = { authorization: `Bearer ${token}` }
  const price = { amount: 700, currency: 'GBP' }
  const product = { name: 'A rose', price, seller_id: 'seller-1' }
  const put = await buyer.send('PUT', `/v1/products/${SKU}`, product, headers)
  assert.ok(put.status < 300, JSON.stringify(put.body))
  const units = { quantity: 10, reason: 'delivery' }
  const received = await buyer.send('POST', `/v1/products/${SKU}/stock`, units, headers)
  assert.equal(received.status, 200)
  return token
}

/** A cart, a declined card, another card; resolves with the order once it is captured. */
async function buyBusily(buyer: GuestBuyer): Promise<Told> {
  await buyer.send('PUT', `/v1/cart/items/${SKU}`, { quantity: 1 })
  const opened = await buyer.send('POST', '/v1/checkouts', { shipping_address: ADDRESS })
  assert.equal(opened.status, 201, JSON.stringify(opened.body))
  const { total } = opened.body['totals'] as { total: unknown }
  const checkout = { id: String(opened.body['id']), total }
  assert.equal((await buyer.pay(checkout, 'pm_card_chargeDeclined')).status, 402)
  const order = await buyer.pay(checkout, 'pm_card_visa')
  assert.equal(order.status, 201)
  await until(
    'the order is captured',
    async () => {
      const { body } = await buyer.send('GET', `/v1/orders/${String(order.body['id'])}`)
      return (body['payment'] as { status: string }).status === 'captured'
    },
    10_000,
  )
  return order
}

/** Answers the client secret that the buyer was given to authenticate with. */
async function authenticationAsked(buyer: GuestBuyer): Promise<string> {
  const asked = await buyer.pay(await buyer.open(SKU), 'pm_card_authenticationRequired')
  assert.equal(asked.status, 200, JSON.stringify(asked.body))
  const next = asked.body['next'] as { authenticate: { client_secret: string } }
  return next.authenticate.client_secret
}

async function goWrong(buyer: GuestBuyer): Promise<void> {
  const forged = { authorization: `Bearer ${KEYS.forgedToken}` }
  assert.equal((await buyer.send('GET', '/v1/cart', undefined, forged)).status, 401)
  const unsigned = { 'stripe-signature': KEYS.wrongSignature }
  const webhook = await buyer.send('POST', '/webhooks/stripe', { id: 'evt_1' }, unsigned)
  assert.equal(webhook.status, 400)
  const unknown = { lines: [], [KEYS.inUnknownField]: KEYS.inUnknownField }
  assert.equal((await buyer.send('POST', '/v1/checkouts', unknown)).status, 400)
  assert.equal((await buyer.send('POST', '/v1/checkouts', `{"${KEYS.inBrokenJson}`)).status, 400)
  const many = { lines: [{ sku: SKU, quantity: 99 }], shipping_address: ADDRESS }
  assert.equal((await buyer.send('POST', '/v1/checkouts', many)).status, 409)
  assert.equal((await buyer.send('GET', '/v1/metrics.php')).status, 404)
}

/** As an administrator of the database would by restarting it; the service opens others. */
async function loseConnections(url: string, servedUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name like 'holdfast-%'`,
  )
  await client.end()
  await until(
    'the service reads again',
    async () => {
      const answer = await fetch(`${servedUrl}/readyz`)
      return answer.status === 200
    },
    10_000,
  )
}

/** The server may let everybody in; the address holds a password all the same. */
function withPassword(url: string): string {
  const given = new URL(url)
  if (given.password === '') given.password = KEYS.databasePassword
  return given.href
}
