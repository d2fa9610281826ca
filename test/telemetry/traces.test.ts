// A purchase is one connected trace, from the caller's own through actors, gateway and ledger; and
// a collector in trouble is nobody's trouble but its own. It is a real one, over HTTP.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { TelemetrySettings } from '../../src/telemetry/telemetry.ts'
import { skipTest } from '../runner/skipped.ts'
import { openSellingHouse } from '../service/selling-house.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { until } from '../support/until.ts'
import { ADDRESS, type GuestBuyer, guestBuyer } from './guest-buyer.ts'
import { type CollectedSpan, openCollector } from './otlp-collector.ts'
import { readSamples, sumOf } from './prometheus-text.ts'

const SERVER = 2
const CLIENT = 3
const CALLERS_TRACE = 'a1b2c3d4e5f60718293a4b5c6d7e8f90'
const CALLERS_SPAN = '00f067aa0ba902b7'
const SAMPLED = { traceparent: `00-${CALLERS_TRACE}-${CALLERS_SPAN}-01` }

const traces = suite('traces')
const database = await openTestDatabase(import.meta.url)

if (database === null) skipTest('traces', 'no Postgres was found')
else {
  const { url } = database
  traces.after(() => database.close(true))

  traces('a purchase is one connected trace, down to the gateway and the ledger', async () => {
    const { spans, bodies, services, checkout, buyer } = await tracedPurchase(url)
    assert.deepEqual([...services], ['the-shop'])
    const ours = spans.filter(({ traceId }) => traceId === CALLERS_TRACE)
    const byId = new Map(ours.map((span) => [span.spanId, span]))
    const chainOf = (span: CollectedSpan | undefined): string[] =>
      span === undefined ? [] : [span.name, ...chainOf(byId.get(span.parentSpanId))]
    const request = one(ours, 'POST /v1/checkouts/{id}/pay')
    assert.equal(request.parentSpanId, CALLERS_SPAN)
    assert.equal(request.kind, SERVER)
    assert.deepEqual(request.attributes['http.response.status_code'], 201)
    assert.equal(request.attributes['checkout.id'], checkout.id)
    const root = ['checkout.pay', 'POST /v1/checkouts/{id}/pay']
    for (const [name, action] of Object.entries({
      'gateway.create': 'checkout.start_payment',
      'gateway.confirm': 'checkout.confirm_payment',
      'gateway.capture': 'checkout.capture',
    })) {
      const call = one(ours, name)
      assert.equal(call.kind, CLIENT)
      assert.equal(call.attributes['gateway.result'], 'ok')
      assert.deepEqual(chainOf(call), [name, action, ...root])
    }
    const appends = ours.filter(({ name }) => name === 'ledger.append').map(chainOf)
    assert.deepEqual(appends, [
      ['ledger.append', 'checkout.start_payment', ...root],
      ['ledger.append', 'checkout.commit_holds', ...root],
    ])
    const writes = ours.filter(({ name }) => name === 'journal.write')
    const states = writes.map(({ attributes }) => attributes['checkout.state'])
    assert.deepEqual(states, ['paying', 'paying', 'committing', 'confirmed', 'captured'])
    for (const span of ours) {
      const last = chainOf(span).at(-1)
      assert.equal(last, 'POST /v1/checkouts/{id}/pay', `${span.name} hangs together with the rest`)
    }
    const secrets = [buyer.token, 'pm_card', '_secret_', ADDRESS.name, ADDRESS.line1, 'Bearer']
    for (const secret of secrets) {
      assert.ok(!bodies.some((body) => body.includes(secret)), `${secret} is in a trace`)
    }
  })

  traces('an append and the statement that served it are linked both ways', async () => {
    const { spans } = await tracedPurchase(url)
    const flushes = new Map(
      spans.filter(({ name }) => name === 'ledger.flush').map((span) => [span.spanId, span]),
    )
    const appends = spans.filter(({ name }) => name === 'ledger.append')
    assert.ok(appends.length >= 3)
    for (const append of appends) {
      const flush = append.links.map(({ spanId }) => flushes.get(spanId)).find(Boolean)
      assert.ok(flush, 'the append names its statement')
      assert.ok(flush.links.some(({ spanId }) => spanId === append.spanId))
      assert.notEqual(flush.traceId, append.traceId)
    }
  })

  traces('one statement serves many traces', async () => {
    const { spans } = await whileSelling(url, async (buyer) => {
      await Promise.all(Array.from({ length: 20 }, () => buyer.open('TRACED')))
    })
    const served = spans
      .filter(({ name }) => name === 'ledger.flush')
      .map(({ links }) => new Set(links.map(({ traceId }) => traceId)).size)
    assert.ok(Math.max(...served) > 1, `traces in one statement: ${served}`)
  })

  traces(
    'a caller who does not want a trace gets none, and without one the ratio decides',
    async () => {
      const unsampled = { traceparent: `00-${CALLERS_TRACE}-${CALLERS_SPAN}-00` }
      const refused = await whileSelling(url, async (buyer) => {
        const checkout = await buyer.open('TRACED', unsampled)
        await buyer.pay(checkout, 'pm_card_visa', unsampled)
      })
      const theirs = refused.spans.filter(({ name }) => /pay|capture|append|flush/.test(name))
      assert.deepEqual(theirs, [])
      const none = await whileSelling(
        url,
        async (buyer) => {
          await buyer.pay(await buyer.open('TRACED', SAMPLED), 'pm_card_visa')
        },
        { sampleRatio: 0 },
      )
      const names = new Set(none.spans.map(({ name }) => name))
      assert.ok(names.has('POST /v1/checkouts') && names.has('ledger.flush'))
      assert.ok(!names.has('POST /v1/checkouts/{id}/pay'))
    },
  )

  traces('a failure is told by its kind and not by its words', async () => {
    const { spans } = await whileSelling(url, async (buyer) => {
      const { id } = await buyer.open('TRACED')
      const declined = await buyer.pay(
        { id, total: await totalOf(buyer, id) },
        'pm_card_chargeDeclined',
      )
      assert.equal(declined.status, 402)
    })
    const confirm = one(spans, 'gateway.confirm')
    assert.equal(confirm.attributes['gateway.result'], 'declined')
    assert.equal(one(spans, 'checkout.pay').attributes['checkout.refusal'], 'payment_declined')
  })

  for (const trouble of ['refuses', 'never'] as const) {
    traces(`a collector that ${trouble} answers is counted, and sales go on`, async () => {
      const collector = await openCollector(trouble)
      const house = await houseOn(url, collector.url, 1)
      await house.sell('TRACED', 500, 100)
      const buyer = await guestBuyer(house.url)
      const paid = await buyer.pay(await buyer.open('TRACED'), 'pm_card_visa')
      assert.equal(paid.status, 201)
      await until('the loss is counted', async () => (await lostOf(house)) > 0, 10_000)
      const startedMs = performance.now()
      await house.close()
      assert.ok(performance.now() - startedMs < 4_000, 'the end does not wait for the collector')
      await collector.close()
    })
  }

  traces('a collector that is not there is counted, and sales go on', async () => {
    const house = await houseOn(url, 'http://127.0.0.1:1', 1)
    await house.sell('TRACED', 500, 100)
    const buyer = await guestBuyer(house.url)
    assert.equal((await buyer.pay(await buyer.open('TRACED'), 'pm_card_visa')).status, 201)
    await until('the loss is counted', async () => (await lostOf(house)) > 0, 10_000)
    await house.close()
  })

  traces.run()
}

type House = Awaited<ReturnType<typeof openSellingHouse>>

function houseOn(databaseUrl: string, endpoint: string, sampleRatio: number): Promise<House> {
  const telemetry: TelemetrySettings = {
    otlp: { endpoint, serviceName: 'the-shop', sampleRatio },
    accessLog: { all: false, slowMs: 60_000 },
  }
  return openSellingHouse(databaseUrl, null, 900_000, { telemetry })
}

/** All spans of what `buy` does, once the house is closed and has sent what was left. */
async function whileSelling(
  databaseUrl: string,
  buy: (buyer: GuestBuyer) => Promise<void>,
  { sampleRatio = 1 } = {},
) {
  const collector = await openCollector()
  const house = await houseOn(databaseUrl, collector.url, sampleRatio)
  try {
    await house.sell('TRACED', 500, 100)
    const buyer = await guestBuyer(house.url)
    await buy(buyer)
    await house.quiet()
  } finally {
    await house.close()
    await collector.close()
  }
  const { spans, bodies, services } = collector
  return { spans, bodies, services }
}

async function tracedPurchase(databaseUrl: string) {
  let checkout = { id: '', total: null as unknown }
  let buyer: GuestBuyer | null = null
  const collected = await whileSelling(databaseUrl, async (who) => {
    buyer = who
    checkout = await who.open('TRACED')
    assert.equal((await who.pay(checkout, 'pm_card_visa', SAMPLED)).status, 201)
  })
  return { ...collected, checkout, buyer: buyer as unknown as GuestBuyer }
}

async function totalOf(buyer: GuestBuyer, id: string): Promise<unknown> {
  const { body } = await buyer.send('GET', `/v1/checkouts/${id}`)
  return (body['totals'] as { total: unknown }).total
}

async function lostOf(house: House): Promise<number> {
  const samples = readSamples(String((await house.ops.get('/metrics')).body))
  return sumOf(samples, 'checkout_trace_spans_total', { result: 'lost' })
}

function one(spans: readonly CollectedSpan[], wanted: string): CollectedSpan {
  const [found, ...others] = spans.filter(({ name }) => name === wanted)
  assert.ok(found, `there is a span ${wanted}`)
  assert.equal(others.length, 0, `one span ${wanted}`)
  return found
}
