// What /metrics says of a service that sells: the numbers of what was done, for operators alone,
// and no label that a buyer, a seller or a stranger could fill with values of their own.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { PROBLEM_CODES } from '../../src/http/problem-codes.ts'
import { METRICS, type MetricRow } from '../../src/telemetry/metrics/metric-table.ts'
import { skipTest } from '../runner/skipped.ts'
import { openSellingHouse, type SellingHouse } from '../service/selling-house.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { readSamples, type Sample, sumOf } from './prometheus-text.ts'

const ADDRESS = {
  name: 'Ada',
  line1: '1 Rose Lane',
  city: 'Bath',
  postal_code: 'BA1 1AA',
  country: 'GB',
}

const route = suite('the metrics of a service that sells')
const database = await openTestDatabase(import.meta.url)

if (database === null) skipTest('the metrics of a service that sells', 'no Postgres was found')
else {
  let house: SellingHouse
  const used: string[] = []
  route.before(async () => {
    house = await openSellingHouse(database.url, null)
    used.push(...(await busyRun(house)))
  })
  route.after(async () => {
    await house.close()
    await database.close(true)
  })

  route('only operators may read them', async () => {
    const refused = await house.as('ada').get('/metrics')
    assert.deepEqual([refused.status, refused.body.code], [403, 'forbidden'])
    const answer = await house.ops.get('/metrics')
    assert.equal(answer.status, 200)
    assert.match(String(answer.headers['content-type']), /^text\/plain; version=0\.0\.4/)
  })

  route('they are the numbers of what was done', async () => {
    const samples = await scrape(house)
    const read = (name: string, labels = {}) => sumOf(samples, name, labels)
    assert.equal(read('checkout_reserve_requests_total', { outcome: 'reserved' }), 4)
    assert.equal(read('checkout_transitions_total', { state: 'confirmed' }), 2)
    assert.equal(read('checkout_hold_time_to_pay_seconds_count'), 2)
    assert.equal(read('checkout_units_sold_total'), 3)
    assert.equal(read('checkout_ledger_entries_total', { kind: 'release' }), 1)
    assert.equal(read('checkout_gateway_requests_total', { op: 'confirm', result: 'ok' }), 2)
    assert.equal(read('checkout_gateway_requests_total', { op: 'confirm', result: 'declined' }), 1)
    assert.equal(read('checkout_actions_total', { action: 'capture', result: 'done' }), 2)
    assert.equal(read('checkout_http_refusals_total', { code: 'out_of_stock' }), 1)
    assert.equal(read('checkout_http_refusals_total', { code: 'payment_declined' }), 1)
    assert.equal(read('checkout_payments_unknown'), 0)
    assert.equal(read('checkout_invariant_violations_total'), 0)
    assert.equal(read('checkout_actor_activations_total', { from: 'ledger' }), 1)
    assert.equal(read('checkout_actor_replay_seconds_count'), 1)
    assert.equal(read('checkout_shard_owned'), 256)
    assert.equal(read('checkout_shard_epoch'), 1)
    assert.equal(read('checkout_actor_active', { kind: 'sku' }), 1)
    assert.ok(read('checkout_admission_limit') > 0)
    assert.ok(read('checkout_ledger_flush_duration_seconds_count') > 0)
    assert.ok(read('checkout_journal_write_duration_seconds_count') > 0)
    assert.ok(read('db_client_connection_count') > 0)
    assert.ok(read('db_client_connection_use_time_seconds_count', { pool: 'journal' }) > 0)
    // The request that reads them is one.
    assert.equal(read('http_server_active_requests'), 1)
  })

  route('requests are counted by template, method and status', async () => {
    const samples = await scrape(house)
    const count = (method: string, template: string, status: number) =>
      sumOf(samples, 'http_server_request_duration_seconds_count', {
        http_request_method: method,
        http_route: template,
        http_response_status_code: String(status),
      })
    assert.equal(count('POST', '/v1/checkouts', 201), 4)
    assert.equal(count('POST', '/v1/checkouts', 409), 1)
    assert.equal(count('POST', '/v1/checkouts/{id}/pay', 201), 2)
    assert.equal(count('POST', '/v1/checkouts/{id}/pay', 402), 1)
    assert.equal(count('GET', '/v1/products/{sku}', 404), 1)
    assert.equal(count('GET', 'none', 404), 1)
  })

  route('the degraded parts are those of /readyz', async () => {
    const ready = await house.ops.get('/readyz')
    const { parts } = ready.body as unknown as { parts: { name: string; state: string }[] }
    const samples = (await scrape(house)).filter(({ name }) => name === 'checkout_degraded')
    assert.deepEqual(
      samples.map(({ labels, value }) => [labels['dependency'], value]),
      parts.map(({ name, state }) => [name, state === 'ready' ? 0 : 1]),
    )
    // Without Redis, carts are: so one of them is 1 and the others are 0.
    assert.deepEqual(samples.map(({ value }) => value).toSorted(), [0, 0, 1])
  })

  route('every label has a value of a closed list, whatever strangers ask for', async () => {
    const samples = await scrape(house)
    const routes = new Set(['none', ...(await house.routes())])
    for (const sample of samples) assertClosed(sample, routes)
  })

  route('no SKU, user, checkout or order is in them', async () => {
    const text = String((await house.ops.get('/metrics')).body)
    assert.ok(used.length > 10)
    for (const id of used) assert.ok(!text.includes(id), id)
  })

  route.run()
}

/** Buys, is declined, cancels, finds nothing left, and asks for nonsense; answers all ids used. */
async function busyRun(house: SellingHouse): Promise<string[]> {
  await house.sell('METERED-ROSE', 500, 5)
  const used = ['METERED-ROSE', 'METERED-NO', 'metered-ada', 'metered-bob', 'metered-cyd']
  const ada = house.as('metered-ada')
  const open = async (user: string, quantity: number) => {
    const lines = [{ sku: 'METERED-ROSE', quantity }]
    const asked = { lines, shipping_address: ADDRESS }
    const { body } = await house.as(user).post('/v1/checkouts', asked)
    used.push(body.id)
    return body
  }
  const pay = (
    user: string,
    { id, totals }: { id: string; totals: { total: object } },
    card: string,
  ) =>
    house.as(user).post(`/v1/checkouts/${id}/pay`, {
      payment_method: card,
      expected_total: totals.total,
    })
  const one = await open('metered-ada', 2)
  used.push((await pay('metered-ada', one, 'pm_card_visa')).body.id)
  const two = await open('metered-bob', 1)
  await pay('metered-bob', two, 'pm_card_chargeDeclined')
  used.push((await pay('metered-bob', two, 'pm_card_visa')).body.id)
  const three = await open('metered-cyd', 1)
  await house.as('metered-cyd').post(`/v1/checkouts/${three.id}/cancel`, {})
  used.push((await open('metered-cyd', 2)).id)
  const none = [{ sku: 'METERED-ROSE', quantity: 5 }]
  await ada.post('/v1/checkouts', { lines: none, shipping_address: ADDRESS })
  await ada.get('/v1/products/METERED-NO')
  await ada.get('/metered-wp-admin.php?id=METERED-NO')
  await house.quiet()
  return used.filter((id) => id !== undefined)
}

async function scrape(house: SellingHouse): Promise<Sample[]> {
  return readSamples(String((await house.ops.get('/metrics')).body))
}

const CONTRACT: Readonly<Record<string, (value: string) => boolean>> = {
  http_request_method: (value) => /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|_OTHER)$/.test(value),
  http_response_status_code: (value) => /^[1-5]\d\d$/.test(value),
  code: (value) => Object.hasOwn(PROBLEM_CODES, value),
}

const ROWS: Readonly<Record<string, MetricRow>> = METRICS

function assertClosed({ name, labels }: Sample, routes: ReadonlySet<string>): void {
  const row = ROWS[name] ?? ROWS[name.replace(/_(bucket|sum|count)$/, '')]
  for (const [label, value] of Object.entries(labels)) {
    const what = `${name}{${label}="${value}"}`
    if (label === 'le') assert.match(value, /^(\d+(\.\d+)?|\+Inf)$/, what)
    else if (row === undefined) assert.match(name, /^(nodejs|process)_/, what)
    else if (label === 'http_route') assert.ok(routes.has(value), what)
    else {
      const values = row.labels?.[label]
      assert.ok(values === null ? CONTRACT[label]?.(value) : values?.includes(value), what)
    }
  }
}
