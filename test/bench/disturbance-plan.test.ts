// The moments at which a replay is disturbed: the same seed draws the same ones, as many as were
// asked for, in the order in which they come.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import { killOnceAt, planDisturbances } from '../../bench/replay/disturbance-plan.ts'

const WISHES = { invoices: 1_400, kills: 20, flushes: 5, seed: 7 }

test('the same seed draws the same moments, another one others', () => {
  assert.deepEqual(planDisturbances(WISHES), planDisturbances(WISHES))
  assert.notDeepEqual(planDisturbances(WISHES), planDisturbances({ ...WISHES, seed: 8 }))
})

test('for every seed: as many kills and flushes as asked for, in order, within the replay', () => {
  for (let seed = 0; seed < 200; seed += 1) {
    const plan = planDisturbances({ ...WISHES, seed })
    const moments = plan.map(({ afterInvoices }) => afterInvoices)
    assert.equal(plan.length, 20)
    assert.equal(plan.filter(({ flush }) => flush).length, 5)
    assert.deepEqual(
      moments,
      moments.toSorted((a, b) => a - b),
    )
    assert.ok(moments.every((moment) => moment >= 0 && moment < 1_400))
  }
})

test('over many seeds some new processes are killed again, and most are not', () => {
  const seeds = Array.from({ length: 100 }, (_, seed) => seed)
  const plans = seeds.flatMap((seed) => planDisturbances({ ...WISHES, seed }))
  const again = plans.filter(({ killAgainAfterMs }) => killAgainAfterMs !== null).length
  assert.ok(again > plans.length * 0.2 && again < plans.length * 0.3, `${again}`)
})

test('one kill at a share comes alone', () => {
  const plain = { delayMs: 0, flush: false, killAgainAfterMs: null }
  assert.deepEqual(killOnceAt(0.5, 9), [{ ...plain, afterInvoices: 5 }])
})

test.run()
