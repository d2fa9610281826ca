// An outage must not eat the minutes of those who hold stock, nor give them more than they had.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { suite } from 'uvu'
import { effectiveExpiryMs, NO_OUTAGES, type Outage } from '../../actors/domain/outages.ts'

const test = suite('outages')

const hold = { takenAtMs: 100, expiresAtMs: 110 }

const ROWS: readonly (readonly [what: string, outages: [number, number][], endsAtMs: number])[] = [
  ['without an outage', [], 110],
  ['an outage before it was taken', [[10, 100]], 110],
  ['an outage after it ended', [[110, 200]], 110],
  ['five left when it begins, five left when it ends', [[105, 165]], 170],
  ['all left when it begins', [[100, 160]], 170],
  ['the sign of life before it is older than the hold', [[98, 160]], 170],
  [
    'a second outage eats nothing either',
    [
      [105, 165],
      [168, 200],
    ],
    202,
  ],
  [
    'a second one after it has ended',
    [
      [105, 165],
      [170, 200],
    ],
    170,
  ],
  [
    'it would have ended before the second one but for the first',
    [
      [101, 150],
      [120, 155],
    ],
    194,
  ],
  [
    'older ones are of no interest',
    [
      [1, 5],
      [20, 99],
      [105, 165],
    ],
    170,
  ],
]

for (const [what, outages, endsAtMs] of ROWS) {
  test(what, () => assert.equal(effectiveExpiryMs(hold, outages.map(outageOf)), endsAtMs))
}

// Spans of service and of silence after each other, the hold taken within a span of service.
const spans = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 99 })), {
  maxLength: 8,
})

test('a hold has its whole time in a shop that serves, and not a moment more', () => {
  fc.assert(
    fc.property(spans, fc.nat(30), fc.integer({ min: 1, max: 60 }), (all, start, ttl) => {
      const { outages, servedUntil } = lived(all)
      // Nobody takes a hold while nobody serves.
      const takenAtMs = outages.find(during(start))?.endedAtMs ?? start
      const endsAtMs = effectiveExpiryMs({ takenAtMs, expiresAtMs: takenAtMs + ttl }, outages)
      assert.equal(servedUntil(endsAtMs) - servedUntil(takenAtMs), ttl)
      const last = outages.findLast(({ endedAtMs }) => endedAtMs <= endsAtMs)
      const resumedMs = Math.max(takenAtMs, last?.endedAtMs ?? 0)
      assert(endsAtMs <= resumedMs + ttl, 'at most its whole time after the last outage')
    }),
    { numRuns: 1_000 },
  )
})

test('who took a hold later never has less of it left', () => {
  fc.assert(
    fc.property(spans, fc.nat(500), fc.nat(50), fc.nat(60), (all, takenAtMs, later, ttl) => {
      const { outages } = lived(all)
      const endOf = (at: number) =>
        effectiveExpiryMs({ takenAtMs: at, expiresAtMs: at + ttl }, outages)
      assert(endOf(takenAtMs) <= endOf(takenAtMs + later))
      assert(endOf(takenAtMs) >= takenAtMs + ttl)
    }),
    { numRuns: 1_000 },
  )
})

test('without outages nothing is added up', () => {
  assert.equal(effectiveExpiryMs(hold, NO_OUTAGES), hold.expiresAtMs)
})

function lived(spansOfLife: readonly (readonly [number, number])[]) {
  const outages: Outage[] = []
  let atMs = 0
  for (const [served, silent] of spansOfLife) {
    outages.push({ beganAtMs: atMs + served, endedAtMs: atMs + served + silent })
    atMs += served + silent
  }
  /** How long the shop had served by then, since 0. */
  const servedUntil = (ms: number) =>
    outages.reduce((sum, outage) => {
      return sum - Math.max(0, Math.min(ms, outage.endedAtMs) - Math.min(ms, outage.beganAtMs))
    }, ms)
  return { outages, servedUntil }
}

function during(ms: number): (outage: Outage) => boolean {
  return ({ beganAtMs, endedAtMs }) => beganAtMs <= ms && ms < endedAtMs
}

function outageOf([beganAtMs, endedAtMs]: [number, number]): Outage {
  return { beganAtMs, endedAtMs }
}

test.run()
