// Stock is judged by one clock. It follows the ledger's, drifts with it, refuses to jump, and
// believes a step only once it has lasted.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import { OUTAGE_MIN_MS } from '../../actors/domain/outages.ts'
import {
  CLOCK_STEP_MAX_MS,
  type LedgerClock,
  ledgerClock,
  STEP_LASTS_MIN_MS,
  STEP_READINGS_MIN,
} from '../../actors/ledger-clock.ts'
import { type ManualClock, manualClock } from '../support/manual-clock.ts'

interface Watched {
  readonly clock: ManualClock
  readonly steps: number[]
  readonly ledger: LedgerClock
  /** What the ledger's clock reads when it never stepped. */
  readonly trueMs: () => number
}

const START_MS = 1_000_000

function openClock(): Watched {
  const clock = manualClock(555)
  const steps: number[] = []
  const startedMs = clock.monotonicMs()
  const trueMs = () => START_MS + clock.monotonicMs() - startedMs
  return { clock, steps, trueMs, ledger: ledgerClock(clock, START_MS, (by) => steps.push(by)) }
}

test('between readings the monotonic clock carries the time on', () => {
  const { clock, ledger } = openClock()
  clock.advance(250)
  assert.equal(ledger.nowMs(), START_MS + 250)
})

test('the wall clock of this machine means nothing', () => {
  const { clock, ledger, steps } = openClock()
  clock.step(3_600_000)
  assert.equal(ledger.nowMs(), START_MS)
  assert.deepEqual(steps, [])
})

test('a small difference is drift and is followed', () => {
  const { clock, ledger, steps } = openClock()
  clock.advance(1_000)
  ledger.observe(START_MS + 1_000 + CLOCK_STEP_MAX_MS)
  assert.equal(ledger.nowMs(), START_MS + 1_000 + CLOCK_STEP_MAX_MS)
  assert.deepEqual(steps, [])
})

test('a larger difference is a step: refused, reported, in either direction', () => {
  const { clock, ledger, steps } = openClock()
  clock.advance(1_000)
  const refused = CLOCK_STEP_MAX_MS + 1
  ledger.observe(START_MS + 1_000 + refused)
  ledger.observe(START_MS + 1_000 - refused)
  assert.equal(ledger.nowMs(), START_MS + 1_000)
  assert.deepEqual(steps, [refused, -refused])
})

const HOUR_MS = 3_600_000

/** Reads the ledger's clock once a second, `aheadMs` away from where it was. */
function readFor(seconds: number, { clock, ledger, trueMs }: Watched, aheadMs: number): void {
  for (let second = 0; second < seconds; second += 1) {
    clock.advance(1_000)
    ledger.observe(trueMs() + aheadMs)
  }
}

test('a step that lasts is reported once and then followed', () => {
  const watched = openClock()
  const { ledger, steps, trueMs } = watched
  readFor(STEP_LASTS_MIN_MS / 1_000, watched, HOUR_MS)
  assert.equal(ledger.nowMs(), trueMs(), 'not before it has lasted')
  readFor(1, watched, HOUR_MS)
  assert.equal(ledger.nowMs(), trueMs() + HOUR_MS)
  readFor(86_400, watched, HOUR_MS)
  assert.equal(ledger.nowMs(), trueMs() + HOUR_MS)
  assert.deepEqual(steps, [HOUR_MS])
})

test('a slip of the clock is forgotten, however often it was read meanwhile', () => {
  const watched = openClock()
  const { ledger, steps, trueMs } = watched
  for (let reading = 0; reading < 50 * STEP_READINGS_MIN; reading += 1) {
    ledger.observe(START_MS + HOUR_MS)
  }
  readFor(STEP_LASTS_MIN_MS / 2_000, watched, HOUR_MS)
  readFor(1, watched, 0)
  readFor(STEP_LASTS_MIN_MS / 2_000 + 2, watched, HOUR_MS)
  assert.equal(ledger.nowMs(), trueMs())
  assert.deepEqual(steps, [HOUR_MS, HOUR_MS])
})

test('two readings far apart are no step that lasted', () => {
  const watched = openClock()
  const { clock, ledger, trueMs } = watched
  readFor(1, watched, HOUR_MS)
  clock.advance(10 * STEP_LASTS_MIN_MS)
  readFor(STEP_READINGS_MIN - 2, watched, HOUR_MS)
  assert.equal(ledger.nowMs(), trueMs())
  readFor(1, watched, HOUR_MS)
  assert.equal(ledger.nowMs(), trueMs() + HOUR_MS)
})

test('a step back that lasts holds the time still until it is reached', () => {
  const watched = openClock()
  const { ledger, trueMs } = watched
  readFor(STEP_LASTS_MIN_MS / 1_000, watched, -HOUR_MS)
  const before = ledger.nowMs()
  readFor(1, watched, -HOUR_MS)
  readFor(3_500, watched, -HOUR_MS)
  assert.equal(ledger.nowMs(), before)
  readFor(3_600, watched, -HOUR_MS)
  assert.equal(ledger.nowMs(), trueMs() - HOUR_MS)
})

test('a reading behind us holds the time still, it never goes back', () => {
  const { clock, ledger } = openClock()
  clock.advance(1_000)
  assert.equal(ledger.nowMs(), START_MS + 1_000)
  ledger.observe(START_MS + 400)
  assert.equal(ledger.nowMs(), START_MS + 1_000)
  clock.advance(500)
  assert.equal(ledger.nowMs(), START_MS + 1_000)
  clock.advance(500)
  assert.equal(ledger.nowMs(), START_MS + 1_400)
})

test('its milliseconds are whole, whatever the ledger answers', () => {
  const { clock, ledger } = openClock()
  ledger.observe(START_MS + 10.75)
  clock.advance(0.5)
  assert.equal(ledger.nowMs(), START_MS + 11)
})

const OUTAGE = { beganAtMs: START_MS - 90_000, endedAtMs: START_MS - 10_000 }

test('a silence that has not ended is an outage since the last sign of life was sent', () => {
  const { clock, ledger } = openClock()
  clock.advance(1_000_000)
  assert.deepEqual(ledger.outages(), [], 'nobody records any where nobody says that they live')
  const sentMs = clock.monotonicMs()
  const beganAtMs = ledger.nowMs()
  clock.advance(1_000)
  ledger.hearAlive({ ledgerNowMs: START_MS + 1_001_000, outages: [OUTAGE] }, sentMs)
  assert.deepEqual(ledger.outages(), [OUTAGE])
  clock.advance(OUTAGE_MIN_MS - 1_000)
  assert.deepEqual(ledger.outages(), [OUTAGE], 'only late')
  clock.advance(1)
  const endedAtMs = beganAtMs + OUTAGE_MIN_MS + 1
  assert.deepEqual(ledger.outages(), [OUTAGE, { beganAtMs, endedAtMs }])
  clock.advance(HOUR_MS)
  const growing = { beganAtMs, endedAtMs: endedAtMs + HOUR_MS }
  assert.deepEqual(ledger.outages(), [OUTAGE, growing])
  ledger.hearAlive({ ledgerNowMs: ledger.nowMs(), outages: [OUTAGE] }, clock.monotonicMs())
  assert.deepEqual(ledger.outages(), [OUTAGE])
})

test('an outage that has just ended is known at once, to the millisecond', () => {
  const { clock, ledger } = openClock()
  clock.advance(60_000)
  const endedAtMs = START_MS + 60_003
  const outages = [{ beganAtMs: START_MS, endedAtMs }]
  ledger.hearAlive({ ledgerNowMs: endedAtMs + 0.4, outages }, clock.monotonicMs())
  assert.deepEqual(ledger.outages(), outages)
})

test('a step that is followed becomes time and outage in one moment', () => {
  const watched = openClock()
  const { clock, ledger, trueMs } = watched
  const outages = [{ beganAtMs: START_MS, endedAtMs: START_MS + HOUR_MS }]
  for (let second = 1; ledger.nowMs() < START_MS + HOUR_MS; second += 1) {
    assert.deepEqual(ledger.outages(), [], 'what ended in a time to come has not happened')
    clock.advance(1_000)
    ledger.hearAlive({ ledgerNowMs: trueMs() + HOUR_MS, outages }, clock.monotonicMs())
    assert(second < 100, 'the step is never believed')
  }
  assert.deepEqual(ledger.outages(), outages)
})

test.run()
