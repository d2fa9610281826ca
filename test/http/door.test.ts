// What holds for every request, whatever it asks: its name, the bound on how many are served at
// once, probes and webhooks.

import assert from 'node:assert/strict'
import { connect } from 'node:net'
import Stripe from 'stripe'
import { suite } from 'uvu'
import { RetryLater } from '../../actors/domain/failures.ts'
import { listen } from '../../src/http/listen.ts'
import { stripeWebhookVerifier } from '../../src/payments/stripe-webhook-verifier.ts'
import { httpWorld, LIMITS } from './http-world.ts'
import { NOW_MS } from './sample-shop.ts'

const door = suite('door')

door('a request keeps the name it came with, if that is fit to be written down', async () => {
  const { send } = await httpWorld()
  const named = await send('GET', '/livez', { headers: { 'X-Request-Id': 'trace:a.B-1_2' } })
  assert.equal(named.headers.get('x-request-id'), 'trace:a.B-1_2')
  for (const odd of ['a b', '<script>', 'x'.repeat(129), '']) {
    const answer = await send('GET', '/livez', { headers: { 'X-Request-Id': odd } })
    assert.match(answer.headers.get('x-request-id') ?? '', /^req_[0-9a-f]{24}$/)
  }
})

door('one request more than are served at once is 503 before any work; probes pass', async () => {
  const limits = { ...LIMITS, requestsInFlightMax: 2 }
  const { send, checkouts, tokens } = await httpWorld(() => ({ limits }))
  let letGo = () => {}
  const held = new Promise<void>((resolve) => {
    letGo = resolve
  })
  let arrived = 0
  const twoArrived = new Promise<void>((resolve) => {
    checkouts.script(async () => {
      arrived += 1
      if (arrived === 2) resolve()
      await held
      return { kind: 'in_progress' }
    })
  })
  const running = [send('POST', '/v1/checkouts'), send('POST', '/v1/checkouts')]
  await twoArrived
  const shed = await send('GET', '/v1/cart', { token: tokens.alice })
  assert.equal(shed.status, 503)
  assert.equal(shed.json['code'], 'overloaded')
  assert.equal(shed.headers.get('retry-after'), '1')
  assert.equal((await send('GET', '/livez')).status, 200)
  letGo()
  for (const answer of await Promise.all(running)) assert.equal(answer.status, 409)
  assert.equal((await send('GET', '/v1/cart')).status, 200)
  assert.equal(arrived, 2)
})

door('readiness names the parts: ready, degraded, or down with 503', async () => {
  const { send, state } = await httpWorld()
  assert.deepEqual((await send('GET', '/readyz')).json, { status: 'ready', parts: [] })
  const redis = { name: 'redis', state: 'degraded', detail: 'slow' } as const
  state.readiness = { ready: true, parts: [redis] }
  const degraded = await send('GET', '/readyz', { token: null })
  assert.deepEqual(degraded.json, { status: 'degraded', parts: [redis] })
  const postgres = { name: 'postgres', state: 'down', detail: null } as const
  state.readiness = { ready: false, parts: [redis, postgres] }
  const down = await send('GET', '/readyz', { token: null })
  assert.equal(down.status, 503)
  assert.equal(down.json['code'], 'not_ready')
  assert.deepEqual(down.json['parts'], [redis, postgres])
  assert.match(String(down.json['detail']), /redis, postgres/)
})

door(
  'a webhook is verified by its very bytes, stored once, and answered 200 each time',
  async () => {
    const { send, stored } = await httpWorld()
    const raw = ' {"id" : "evt_1"}\n'
    for (let round = 0; round < 2; round += 1) {
      const answer = await send('POST', '/webhooks/stripe', { raw, token: null, key: null })
      assert.equal(answer.status, 200)
      assert.deepEqual(answer.json, { received: true })
    }
    assert.deepEqual(
      stored.map(({ eventId }) => eventId),
      [raw],
    )
  },
)

door(
  'the real signature check accepts bytes as sent, and not the same JSON rewritten',
  async () => {
    const verifier = stripeWebhookVerifier(['whsec_test'])
    const { send, stored } = await httpWorld(({ webhooks }) => {
      return { webhooks: { ...webhooks, verifier } }
    })
    const event = { id: 'evt_1', type: 'payment_intent.succeeded', data: { object: { n: 'Zoë' } } }
    const raw = JSON.stringify(event, null, 2)
    const header = Stripe.webhooks.generateTestHeaderString({
      payload: raw,
      secret: 'whsec_test',
      timestamp: NOW_MS / 1_000,
    })
    const sent = { token: null, key: null, headers: { 'Stripe-Signature': header } }
    assert.equal((await send('POST', '/webhooks/stripe', { ...sent, raw })).status, 200)
    assert.equal(stored[0]?.eventId, 'evt_1')
    const rewritten = await send('POST', '/webhooks/stripe', { ...sent, body: event })
    assert.equal(rewritten.json['code'], 'webhook_signature_invalid')
    assert.equal(stored.length, 1)
  },
)

const WEBHOOK_REFUSALS = ['signature_invalid', 'timestamp_stale', 'timestamp_in_future'] as const

for (const refusal of WEBHOOK_REFUSALS) {
  door(`a webhook with ${refusal} is 400 and not stored`, async () => {
    const { send, stored, state } = await httpWorld()
    state.webhookRefusal = refusal
    const answer = await send('POST', '/webhooks/stripe', { raw: '{}', token: null })
    assert.equal(answer.status, 400)
    assert.equal(answer.json['code'], `webhook_${refusal}`)
    assert.equal(stored.length, 0)
  })
}

door('a webhook that cannot be stored is 503, so that it is sent again', async () => {
  const { send, state } = await httpWorld()
  state.inboxFailure = new RetryLater('journal_unavailable', 'down')
  const answer = await send('POST', '/webhooks/stripe', { raw: '{}', token: null })
  assert.equal(answer.status, 503)
  assert.equal(answer.headers.get('retry-after'), '1')
})

for (const header of ['Content-Length: 1000', 'Transfer-Encoding: chunked']) {
  door(`a webhook that breaks off inside its body (${header}) is 400 and no bug`, async () => {
    const { app, stored, logged } = await httpWorld()
    let hear = (_: Response) => {}
    const answered = new Promise<Response>((resolve) => {
      hear = resolve
    })
    let arrive = () => {}
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve
    })
    const served = {
      async fetch(request: Request) {
        arrive()
        const answer = await app.fetch(request)
        hear(answer.clone())
        return answer
      },
    }
    const server = await listen(served, { host: '127.0.0.1', port: 0 })
    const socket = connect(server.port, '127.0.0.1')
    socket.write(`POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n5\r\n{"id"\r\n`)
    await arrived
    socket.destroy()
    const answer = await answered
    assert.equal(answer.status, 400)
    assert.match(await answer.text(), /"code":"invalid_request"/)
    assert.deepEqual([stored, logged], [[], []])
    await server.stop(1_000)
  })
}

door('what lay behind a failure is logged as an error', async () => {
  const { send, state, logged } = await httpWorld()
  const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
  state.inboxFailure = new RetryLater('journal_unavailable', 'no Postgres', { cause })
  await send('POST', '/webhooks/stripe', { raw: '{}', token: null })
  const [line, ...others] = logged
  assert.equal(others.length, 0)
  assert.deepEqual([line?.level, line?.message], ['warn', 'no Postgres'])
  assert.equal(line?.fields['code'], 'journal_unavailable')
  assert.equal(line?.fields['err'], cause)
})

door(
  'an outage is a hundred lines a second; how many were left out is said, bugs apart',
  async () => {
    const { send, state, logged, time } = await httpWorld()
    const webhook = () => send('POST', '/webhooks/stripe', { raw: '{}', token: null })
    const floodOf = async (failure: Error) => {
      state.inboxFailure = failure
      for (let sent = 0; sent < 150; sent += 1) await webhook()
    }
    const countOf = (level: string) => logged.filter((line) => line.level === level).length
    await floodOf(new RetryLater('journal_unavailable', 'down'))
    await floodOf(new Error('a bug of the inbox'))
    assert.deepEqual([countOf('warn'), countOf('error')], [100, 100])
    time.advance(1_000)
    await webhook()
    const told = logged.slice(200).map(({ level, fields }) => [level, fields['leftOut']])
    assert.deepEqual(told, [
      ['error', 50],
      ['error', undefined],
    ])
  },
)

door('HEAD is GET without a body', async () => {
  const { app } = await httpWorld()
  const answer = await app.request('/v1/products/ROSE-12', { method: 'HEAD' })
  assert.equal(answer.status, 200)
  assert.equal(await answer.text(), '')
  assert.equal(answer.headers.get('etag'), '"1"')
})

door.run()
