// What a caller that may not give up does when connections break: the same request again, under
// the same key, for a bounded time. A real server on loopback breaks the connections.

import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'uvu'
import { openHttp } from '../../bench/load/http-connection.ts'
import { patientClient } from '../../bench/load/patient-client.ts'

type Turn = (response: ServerResponse, request: IncomingMessage) => void

const BREAK: Turn = (response) => response.destroy()
const CUT: Turn = (response) => {
  response.writeHead(200, { 'content-length': '100' })
  response.write('{"half":', () => response.destroy())
}
const answer =
  (status: number, body: unknown, headers: Record<string, string> = {}): Turn =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }

/** A server that takes one turn per request, and a client whose clock moves only by waiting. */
async function scene(turns: readonly Turn[]) {
  const seen: { method: string; url: string; key: string; body: string }[] = []
  const waits: number[] = []
  let clock = 0
  const left = [...turns]
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const key = String(request.headers['idempotency-key'])
    seen.push({ method: request.method ?? '', url: request.url ?? '', key, body })
    const turn = left.length > 1 ? left.shift() : left[0]
    turn?.(response, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const connection = openHttp(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const client = patientClient(connection, {
    rideOutMs: 60_000,
    now: () => clock,
    wait: async (ms) => {
      waits.push(ms)
      clock += Math.max(ms, 1)
    },
  })
  const stop = async () => {
    connection.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { client, seen, waits, stop }
}

const PAY = {
  method: 'POST',
  path: '/v1/checkouts/chk_1/pay',
  key: '536365-pay',
  body: { payment_method: 'pm_card_visa' },
} as const

test('a broken and a cut answer are asked again, same key, same body', async () => {
  const { client, seen, stop } = await scene([BREAK, CUT, answer(201, { id: 'ord_1' })])
  const done = await client.call(PAY)
  await stop()
  assert.deepEqual([done.status, done.body], [201, { id: 'ord_1' }])
  assert.equal(seen.length, 3)
  assert.deepEqual(new Set(seen.map((each) => JSON.stringify(each))).size, 1)
  assert.equal(seen[0]?.key, '536365-pay')
  assert.deepEqual([client.breaks(), client.retries()], [2, 2])
})

test('"try again" and "still running" are asked again, after the time they name', async () => {
  const running = answer(409, { code: 'idempotency_in_progress' }, { 'retry-after': '1' })
  const { client, seen, waits, stop } = await scene([
    answer(503, { code: 'overloaded' }, { 'retry-after': '2' }),
    running,
    answer(500, { code: 'internal_error' }, { 'retry-after': '1' }),
    answer(201, {}),
  ])
  assert.equal((await client.call(PAY)).status, 201)
  await stop()
  assert.deepEqual(waits, [2000, 1000, 1000])
  assert.deepEqual(new Set(seen.map(({ key }) => key)), new Set(['536365-pay']))
  assert.equal(client.breaks(), 0)
})

const FINAL = [
  [409, 'out_of_stock'],
  [402, 'payment_declined'],
  [422, 'idempotency_key_reused'],
  [500, 'internal_error'],
] as const

for (const [status, code] of FINAL) {
  test(`${status} ${code} is final and asked for once`, async () => {
    const { client, seen, stop } = await scene([answer(status, { code })])
    assert.equal((await client.call(PAY)).status, status)
    await stop()
    assert.equal(seen.length, 1)
  })
}

test('a service that stays away is given up after a minute and named', async () => {
  const { client, waits, stop } = await scene([BREAK])
  await assert.rejects(client.call(PAY), /POST .*\/pay: no connection for 60 s \(ECONNRESET\)/)
  await stop()
  const waited = waits.reduce((sum, ms) => sum + ms)
  assert.ok(waited > 58_000 && waited <= 60_000, `waited ${waited} ms`)
})

test('a refused connection is a broken one', async () => {
  const { client, stop } = await scene([BREAK])
  await stop()
  await assert.rejects(client.call(PAY), /ECONNREFUSED/)
})

test('a service that keeps saying "try again" is believed for a minute', async () => {
  const { client, waits, stop } = await scene([answer(503, {}, { 'retry-after': '5' })])
  assert.equal((await client.call(PAY)).status, 503)
  await stop()
  assert.equal(waits.length, 12)
})

test.run()
