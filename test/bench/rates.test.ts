// The rates' command line, their table, and the place they are written to.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import { newLatency } from '../../bench/rates/measurement.ts'
import { processorMs } from '../../bench/rates/processor-time.ts'
import { runRates } from '../../bench/rates/rates.ts'
import { parseRatesOptions } from '../../bench/rates/rates-options.ts'
import { rateRow, ratesTable, withTable } from '../../bench/rates/rates-report.ts'

test('everything has a default, and a quick look is small', () => {
  const usual = parseRatesOptions([])
  assert.ok(usual !== 'help')
  assert.deepEqual(usual, {
    connections: 64,
    seconds: 3,
    rounds: 5,
    spreadSkus: 1_000,
    json: undefined,
    readme: undefined,
  })
  const quick = parseRatesOptions(['--quick', '--connections', '4'])
  assert.ok(quick !== 'help')
  assert.deepEqual([quick.connections, quick.spreadSkus], [4, 20])
})

test('wrong usage is told before anything starts', async () => {
  for (const line of ['--connections 0', '--seconds x', '--rounds 21', '--speed 1', 'more']) {
    const said: string[] = []
    const words = (text: string): void => void said.push(text)
    const world = { environment: {}, say: words, complain: words }
    assert.equal(await runRates(line.split(' '), world), 2)
    assert.match(said.join('\n'), /rates --help/)
  }
})

function rowOf(rates: readonly number[], processor: number | null) {
  const latency = newLatency()
  for (const microseconds of [1_000, 2_000, 3_000]) latency.recordValue(microseconds)
  const rounds = rates.map((operations) => ({ operations, seconds: 1, processorMs: processor }))
  return rateRow('hold', 1, rounds, latency)
}

test('a row has the median of the rounds, their range, and the cost of one operation', () => {
  const row = rowOf([100, 300, 200], 60)
  assert.deepEqual(row.perSecond, { median: 200, lowest: 100, highest: 300 })
  assert.deepEqual(rowOf([100, 200], 60).perSecond.median, 150)
  assert.equal(row.processorMicrosPerOperation, 300)
  assert.equal(row.operations, 600)
  assert.equal(rowOf([100], null).processorMicrosPerOperation, null)
})

test('the table goes between its marks, and nowhere else', () => {
  const table = ratesTable([rowOf([1_234], 60)], 'a machine')
  assert.match(table, /^\| hold \| 1 \| 1,234 \| 1,234 to 1,234 \| 2\.0 \| 3\.0 \| 49 µs \|$/m)
  assert.match(table, /\n\na machine$/)
  const text = 'before\n<!-- rates: begin -->\nold\n<!-- rates: end -->\nafter\n'
  const written = withTable(text, 'new')
  assert.equal(written, text.replace('old', 'new'))
  assert.throws(() => withTable('no marks', 'new'), /no marks/)
})

test('processor time grows while a process works, where the system tells', () => {
  const before = processorMs(process.pid)
  if (before === null) return assert.notEqual(process.platform, 'linux')
  while ((processorMs(process.pid) ?? 0) - before < 20);
  assert.equal(processorMs(2 ** 30), null)
})

test.run()
