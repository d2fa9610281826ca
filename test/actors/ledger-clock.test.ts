// Stock is judged by one clock. It follows the ledger's, drifts with it, and refuses to jump.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import { CLOCK_STEP_MAX_MS, type LedgerClock, ledgerClock } from '../../actors/ledger-clock.ts'
import { type ManualClock, manualClock } from '../support/manual-clock.ts'

interface Watched {
  readonly clock: ManualClock
  readonly steps: number[]
  readonly ledger: LedgerClock
}

const START_MS = 1_000_000

function openClock(): Watched {
  const clock = manualClock(555)
  const steps: number[] = []
  return { clock, steps, ledger: ledgerClock(clock, START_MS, (by) => steps.push(by)) }
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

test.run()
