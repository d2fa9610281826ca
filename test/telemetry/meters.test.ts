// Metrics are counted under the names of the table and read when somebody scrapes.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { openMeters } from '../../src/telemetry/metrics/meters.ts'
import { METRICS, type MetricRow } from '../../src/telemetry/metrics/metric-table.ts'
import { readSamples, sumOf } from './prometheus-text.ts'

const meters = suite('meters')

meters('every metric of the table is told with its help and type', async () => {
  const { text } = await openMeters().scrape()
  for (const [name, { help, kind }] of Object.entries<MetricRow>(METRICS)) {
    assert.ok(text.includes(`# HELP ${name} ${help}\n`), name)
    assert.ok(text.includes(`# TYPE ${name} ${kind}\n`), name)
  }
})

meters('names are in base units: seconds, counters end in _total, gauges and others do not', () => {
  for (const [name, { kind }] of Object.entries<MetricRow>(METRICS)) {
    assert.match(name, /^(checkout|http_server|db_client)_[a-z_]+$/)
    assert.equal(name.endsWith('_total'), kind === 'counter', name)
    assert.doesNotMatch(name, /_(ms|millis|minutes|kb|mb)$/)
    if (kind === 'histogram') assert.match(name, /_(seconds|rows)$/)
  }
})

meters('a counter with a closed list of values starts at 0 for each of them', async () => {
  const samples = readSamples((await openMeters().scrape()).text)
  const reserves = samples.filter(({ name }) => name === 'checkout_reserve_requests_total')
  assert.deepEqual(
    reserves.map(({ labels, value }) => [labels['outcome'], value]),
    ['reserved', 'soldout', 'duplicate', 'limit', 'shed', 'error'].map((word) => [word, 0]),
  )
})

meters('a gauge is read at each scrape', async () => {
  const registry = openMeters()
  let depth = 3
  registry.gauge('checkout_actor_mailbox_depth', () => [[{}, depth]])
  const read = async () =>
    sumOf(readSamples((await registry.scrape()).text), 'checkout_actor_mailbox_depth')
  assert.equal(await read(), 3)
  depth = 0
  assert.equal(await read(), 0)
})

meters('a gauge that cannot be read says nothing, and spoils no other metric', async () => {
  const registry = openMeters()
  let broken = false
  registry.gauge('checkout_ready', async () => {
    if (broken) throw new Error('no answer')
    return [[{}, 1]]
  })
  registry.count('checkout_fenced_writes_total')
  assert.equal(sumOf(readSamples((await registry.scrape()).text), 'checkout_ready'), 1)
  broken = true
  const samples = readSamples((await registry.scrape()).text)
  assert.ok(!samples.some(({ name }) => name === 'checkout_ready'))
  assert.equal(sumOf(samples, 'checkout_fenced_writes_total'), 1)
})

meters('what is counted under a name of another kind is a mistake that shows', () => {
  assert.throws(() => openMeters().count('checkout_ready'), /checkout_ready is no metric/)
})

meters.run()
