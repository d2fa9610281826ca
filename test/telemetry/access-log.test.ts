// Which requests get a line, and that a flood of them does not become a flood of lines.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { RequestFacts } from '../../src/http/request-observer.ts'
import { type AccessLogSettings, accessLog } from '../../src/telemetry/access-log.ts'
import { openLog } from '../../src/telemetry/log.ts'
import { manualClock } from '../support/manual-clock.ts'

const lines = suite('access log')

const SOLD_OUT: RequestFacts = {
  method: 'POST',
  route: '/v1/checkouts',
  status: 409,
  durationMs: 2,
  requestId: 'req_1',
  code: 'out_of_stock',
  caller: 'guest',
  checkoutId: null,
  orderId: null,
  traceId: null,
}

function world(level: string, settings: Partial<AccessLogSettings> = {}) {
  const written: Record<string, unknown>[] = []
  const log = openLog(level, { write: (line) => written.push(JSON.parse(line)) })
  const clock = manualClock(0)
  const logRequest = accessLog(log, { all: false, slowMs: 1_000, ...settings }, clock.monotonicMs)
  return { logRequest, written, clock }
}

lines('an ordinary answer is a line of level debug, with all that is known', () => {
  const { logRequest, written } = world('debug')
  const facts = { ...SOLD_OUT, checkoutId: 'chk_1', orderId: 'ord_1', traceId: 't' }
  logRequest(facts)
  const [{ level, at, msg, ...fields } = {}] = written
  assert.deepEqual(fields, facts)
  assert.deepEqual([level, msg], [20, 'a request'])
  assert.ok(at)
})

lines('ten thousand sold-out answers are no line at level info', () => {
  const { logRequest, written } = world('info')
  for (let sent = 0; sent < 10_000; sent += 1) logRequest(SOLD_OUT)
  assert.deepEqual(written, [])
})

lines('our own failures are warnings, slow answers are told, shed ones are not', () => {
  const { logRequest, written } = world('info')
  logRequest({ ...SOLD_OUT, status: 500, code: 'internal_error' })
  logRequest({ ...SOLD_OUT, status: 503, code: 'ledger_unavailable' })
  logRequest({ ...SOLD_OUT, durationMs: 1_000 })
  logRequest({ ...SOLD_OUT, durationMs: 999.9 })
  logRequest({ ...SOLD_OUT, status: 503, code: 'overloaded' })
  assert.deepEqual(
    written.map(({ level, status }) => [level, status]),
    [
      [40, 500],
      [40, 503],
      [30, 409],
    ],
  )
})

lines('of a flood of failures a hundred a second are lines, and the rest is counted', () => {
  const { logRequest, written, clock } = world('info')
  const failed = { ...SOLD_OUT, status: 503, code: 'ledger_unavailable' }
  for (let sent = 0; sent < 1_000; sent += 1) logRequest(failed)
  assert.equal(written.length, 100)
  clock.advance(1_000)
  logRequest(failed)
  assert.deepEqual(
    written.slice(100).map(({ leftOut, status }) => [leftOut, status]),
    [
      [900, undefined],
      [undefined, 503],
    ],
  )
})

lines('ACCESS_LOG=all makes every request a line of level info, and leaves none out', () => {
  const { logRequest, written } = world('info', { all: true })
  for (let sent = 0; sent < 150; sent += 1) {
    logRequest(SOLD_OUT)
    logRequest({ ...SOLD_OUT, status: 500, code: 'internal_error' })
  }
  assert.equal(written.length, 300)
})

lines.run()
