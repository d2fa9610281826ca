// STRIPE_API_URL may be any address of HTTP, an IPv6 one in its brackets among them.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { suite } from 'uvu'
import { stripePaymentGateway } from '../../src/payments/stripe-payment-gateway.ts'
import { skipTest } from '../runner/skipped.ts'

const addresses = suite('address of the gateway')
const known = Object.values(networkInterfaces()).flatMap((each) => each ?? [])

for (const [host, written] of [
  ['127.0.0.1', '127.0.0.1'],
  ['::1', '[::1]'],
] as const) {
  if (!known.some(({ address }) => address === host)) {
    skipTest(`a gateway at ${written}`, `this machine has no ${host}`)
    continue
  }
  addresses(`a gateway at ${written} is reached`, async () => {
    const paths: unknown[] = []
    const server = createServer((request, response) => {
      paths.push(request.url)
      response.writeHead(404, { 'content-type': 'application/json' })
      response.end('{"error":{"type":"invalid_request_error","code":"resource_missing"}}')
    })
    server.listen(0, host)
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const gateway = stripePaymentGateway({
      secretKey: 'sk_test_holdfast',
      publishableKey: null,
      apiUrl: `http://${written}:${port}`,
      maxSockets: 1,
    })
    await gateway.find('pi_1', { timeoutMs: 5_000 })
    assert.deepEqual(paths, ['/v1/payment_intents/pi_1'])
    gateway.close()
    server.close()
  })
}

addresses.run()
