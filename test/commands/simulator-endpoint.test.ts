// The simulator is told an address at which this very service answers, whatever HOST is.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { webhookUrl } from '../../src/commands/simulator-endpoint.ts'

const endpoint = suite('webhook endpoint of the simulator')

const HOSTS = [
  ['127.0.0.1', 'http://127.0.0.1:8080/webhooks/stripe'],
  ['127.0.0.2', 'http://127.0.0.2:8080/webhooks/stripe'],
  ['localhost', 'http://localhost:8080/webhooks/stripe'],
  ['0.0.0.0', 'http://127.0.0.1:8080/webhooks/stripe'],
  ['::1', 'http://[::1]:8080/webhooks/stripe'],
  ['::', 'http://[::1]:8080/webhooks/stripe'],
] as const

for (const [host, url] of HOSTS) {
  endpoint(`a service on ${host} takes webhooks at ${url}`, () => {
    assert.equal(webhookUrl(host, 8_080), url)
  })
}

endpoint.run()
