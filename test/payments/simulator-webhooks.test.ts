// Webhooks of the simulator: signed so that the SDK's own verification accepts them, delivered at
// least once, and owed over restarts.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Stripe from 'stripe'
import { suite } from 'uvu'
import type { PaymentGateway } from '../../actors/ports/payment-gateway.ts'
import { until } from '../support/until.ts'
import { gatewayTo } from './simulated-stripe.ts'
import { journalFolder, type SimulatorProcess, startSimulatorProcess } from './simulator-process.ts'

const test = suite('simulator: webhooks')
const SECRET = 'whsec_test'
const TOTAL = { amount: 900, currency: 'USD' }
const PATIENCE_MS = 10_000

interface Receiver {
  readonly url: string
  /** Verified events, in the order they came. */
  readonly events: readonly Stripe.Event[]
  readonly attempts: () => number
  /** What deliveries are answered from now on. */
  answerWith(status: number): void
  close(): Promise<void>
}

/** An endpoint that verifies with the SDK; what does not verify is answered 400 and not kept. */
async function startReceiver(port = 0, status = 200): Promise<Receiver> {
  const events: Stripe.Event[] = []
  let answer = status
  let attempts = 0
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    attempts += 1
    const header = request.headers['stripe-signature'] ?? ''
    const event = Stripe.webhooks.constructEvent(Buffer.concat(chunks), header, SECRET)
    if (answer < 300) events.push(event)
    response.writeHead(answer).end()
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/stripe`,
    events,
    attempts: () => attempts,
    answerWith(next) {
      answer = next
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function call(idempotencyKey: string) {
  return { idempotencyKey, timeoutMs: 5_000 }
}

async function setEndpoint(simulator: SimulatorProcess, endpoint: object): Promise<number> {
  const body = JSON.stringify(endpoint)
  const url = `${simulator.url}/_sim/webhook_endpoint`
  return (await fetch(url, { method: 'POST', body })).status
}

async function authorisedIntent(gateway: PaymentGateway, order: string): Promise<string> {
  const metadata = { order_id: order, attempt: '1' }
  const created = await gateway.create({ amount: TOTAL, metadata }, call(`${order}:create`))
  assert(created.kind === 'ok')
  await gateway.confirm(created.intent.intentId, 'pm_card_visa', call(`${order}:confirm`))
  return created.intent.intentId
}

async function undelivered(simulator: SimulatorProcess): Promise<number> {
  const health = await (await fetch(`${simulator.url}/_sim/health`)).json()
  return (health as { undelivered_events: number }).undelivered_events
}

test('each transition is one signed event that shows the intent as it was then', async () => {
  const receiver = await startReceiver()
  const simulator = await startSimulatorProcess([])
  const gateway = gatewayTo(simulator)
  assert.equal(await setEndpoint(simulator, { url: receiver.url, secret: SECRET }), 200)

  const paid = await authorisedIntent(gateway, 'ord_1')
  await gateway.capture(paid, TOTAL, call('capture'))
  const voided = await authorisedIntent(gateway, 'ord_2')
  await gateway.void(voided, call('void'))
  await until('six events', () => receiver.events.length >= 6, PATIENCE_MS)

  const seen = receiver.events.map((event) => {
    const intent = event.data.object as Stripe.PaymentIntent
    return `${intent.metadata.order_id} ${event.type} ${intent.status}`
  })
  assert.deepEqual(seen.toSorted(), [
    'ord_1 payment_intent.amount_capturable_updated requires_capture',
    'ord_1 payment_intent.created requires_payment_method',
    'ord_1 payment_intent.succeeded succeeded',
    'ord_2 payment_intent.amount_capturable_updated requires_capture',
    'ord_2 payment_intent.canceled canceled',
    'ord_2 payment_intent.created requires_payment_method',
  ])
  gateway.close()
  await simulator.stop('SIGTERM')
  await receiver.close()
})

test('only the wanted types are delivered', async () => {
  const receiver = await startReceiver()
  const simulator = await startSimulatorProcess([])
  const gateway = gatewayTo(simulator)
  const enabled_events = ['payment_intent.amount_capturable_updated']
  await setEndpoint(simulator, { url: receiver.url, secret: SECRET, enabled_events })
  await authorisedIntent(gateway, 'ord_1')
  await until('nothing owed', async () => (await undelivered(simulator)) === 0, PATIENCE_MS)
  assert.deepEqual(
    receiver.events.map(({ type }) => type),
    enabled_events,
  )
  gateway.close()
  await simulator.stop('SIGTERM')
  await receiver.close()
})

test('an endpoint that fails gets the event again, newly signed, until it takes it', async () => {
  const receiver = await startReceiver(0, 500)
  const endpoint = ['--webhook-url', receiver.url, '--webhook-secret', SECRET]
  const simulator = await startSimulatorProcess([...endpoint, '--webhook-retry-ms', '20'])
  const gateway = gatewayTo(simulator)
  await authorisedIntent(gateway, 'ord_1')
  await until('two rounds of failures', () => receiver.attempts() >= 4, PATIENCE_MS)
  assert.equal(receiver.events.length, 0)
  receiver.answerWith(204)
  await until('nothing owed', async () => (await undelivered(simulator)) === 0, PATIENCE_MS)
  assert.equal(new Set(receiver.events.map(({ id }) => id)).size, 2)
  gateway.close()
  await simulator.stop('SIGTERM')
  await receiver.close()
})

test('events that were owed at a SIGKILL are delivered after the restart', async () => {
  const { journal, remove } = journalFolder()
  const absent = await startReceiver()
  await absent.close()
  const first = await startSimulatorProcess(['--journal', journal])
  const gateway = gatewayTo(first)
  await setEndpoint(first, { url: absent.url, secret: SECRET })
  await authorisedIntent(gateway, 'ord_1')
  gateway.close()
  assert.equal(await undelivered(first), 2)
  await first.stop('SIGKILL')

  const receiver = await startReceiver(Number(new URL(absent.url).port))
  const second = await startSimulatorProcess(['--journal', journal, '--webhook-retry-ms', '20'])
  await until('both events', () => receiver.events.length === 2, PATIENCE_MS)
  await until('nothing owed', async () => (await undelivered(second)) === 0, PATIENCE_MS)
  await second.stop('SIGKILL')

  const third = await startSimulatorProcess(['--journal', journal])
  assert.equal(await undelivered(third), 0, 'what was delivered stays delivered')
  await third.stop('SIGTERM')
  await receiver.close()
  remove()
})

test('an endpoint needs an address and a secret', async () => {
  const simulator = await startSimulatorProcess([])
  assert.equal(await setEndpoint(simulator, { url: 'nowhere', secret: SECRET }), 400)
  assert.equal(await setEndpoint(simulator, { url: 'http://127.0.0.1:1/', secret: '' }), 400)
  assert.equal(await setEndpoint(simulator, []), 400)
  await simulator.stop('SIGTERM')
})

test.run()
