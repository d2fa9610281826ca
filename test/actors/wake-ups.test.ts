// One timer wakes every SKU for its next ending: in time, in order, once, and not for what was
// replaced or taken back meanwhile.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import type { Sku } from '../../actors/domain/ids.ts'
import { wakeUps } from '../../actors/wake-ups.ts'
import { manualClock } from '../support/manual-clock.ts'

const START_MS = 1_763_836_000_000

function openWakeUps() {
  const clock = manualClock(START_MS)
  const woken: string[] = []
  const wakes = wakeUps(clock, clock, (sku) => woken.push(`${sku} ${clock.nowMs() - START_MS}`))
  const set = (sku: string, atMs: number | null) =>
    wakes.set(sku as Sku, atMs === null ? null : START_MS + atMs)
  return { clock, woken, set, stop: wakes.stop }
}

test('each is woken at its time, whatever the order they were set in', () => {
  const { clock, woken, set } = openWakeUps()
  for (const [sku, atMs] of [
    ['C', 30],
    ['A', 10],
    ['B', 20],
  ] as const) {
    set(sku, atMs)
  }
  clock.advance(100)
  assert.deepEqual(woken, ['A 10', 'B 20', 'C 30'])
  assert.equal(clock.untilNextTimerMs(), null)
})

test('what was replaced or taken back wakes nobody', () => {
  const { clock, woken, set } = openWakeUps()
  set('A', 10)
  set('A', 50)
  set('B', 20)
  set('B', null)
  set('C', 60)
  set('C', 30)
  clock.advance(100)
  assert.deepEqual(woken, ['C 30', 'A 50'])
})

test('far away times outlast a clock that was put right meanwhile', () => {
  const { clock, woken, set } = openWakeUps()
  set('A', 300_000)
  clock.step(200_000)
  clock.advance(100_000)
  assert.equal(woken.length, 1)
})

test('any sets and any waits: as a list that is searched would have it', () => {
  const step = fc.record({
    sku: fc.constantFrom('A', 'B', 'C', 'D', 'E'),
    atMs: fc.option(fc.integer({ min: 1, max: 200 })),
    waitMs: fc.nat(20),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const { clock, woken, set } = openWakeUps()
      const plain = new Map<string, number>()
      const expected: string[] = []
      let nowMs = 0
      for (const { sku, atMs, waitMs } of steps) {
        set(sku, atMs)
        if (atMs === null) plain.delete(sku)
        else plain.set(sku, atMs)
        if (waitMs === 0) continue
        const due = [...plain].filter(([, at]) => at <= nowMs + waitMs)
        for (const [name] of due) plain.delete(name)
        // What is past when it is set is told a millisecond later.
        const since = nowMs
        expected.push(...due.map(([name, at]) => `${name} ${Math.max(at, since + 1)}`))
        nowMs += waitMs
        clock.advance(waitMs)
      }
      assert.deepEqual(woken.toSorted(), expected.toSorted())
    }),
    { numRuns: 500 },
  )
})

test('after the end nobody is woken', () => {
  const { clock, woken, set, stop } = openWakeUps()
  set('A', 10)
  stop()
  set('B', 10)
  clock.advance(100)
  assert.deepEqual(woken, [])
  assert.equal(clock.untilNextTimerMs(), null)
})

test.run()
