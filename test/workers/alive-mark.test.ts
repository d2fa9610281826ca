// A sign of life, and what is made of its answer.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { RetryLater } from '../../actors/domain/failures.ts'
import type { Outage } from '../../actors/domain/outages.ts'
import type { Alive } from '../../actors/ports/ledger.ts'
import { aliveMark } from '../../src/workers/alive-mark.ts'
import { manualClock } from '../support/manual-clock.ts'

const test = suite('the sign of life')
const NOW_MS = 1_000_000

function openMark(answer: (asked: number) => Alive) {
  const clock = manualClock(NOW_MS)
  const heard: (readonly [outages: number, sentMs: number])[] = []
  const told: Outage[] = []
  let deposed = 0
  let asked = 0
  const round = aliveMark({
    shards: {
      async markAlive(owner) {
        assert.equal(owner, 'me')
        clock.advance(3)
        asked += 1
        return answer(asked)
      },
    },
    owner: 'me',
    clock,
    onAlive: ({ outages }, sentMs) => heard.push([outages.length, sentMs]),
    onDeposed: () => {
      deposed += 1
    },
    onOutage: (outage) => told.push(outage),
  })
  return { clock, round, heard, told, deposed: () => deposed }
}

function alive(outages: readonly Outage[], ledgerNowMs = NOW_MS): Alive {
  return { shards: 256, ledgerNowMs, outages }
}

const LONG_AGO = { beganAtMs: 1, endedAtMs: 100_000 }
const JUST_NOW = { beganAtMs: NOW_MS - 60_000, endedAtMs: NOW_MS }

test('the clock hears every answer, with the time the question was sent', async () => {
  const { clock, round, heard } = openMark((asked) => alive(asked === 1 ? [] : [JUST_NOW]))
  const sentMs = clock.monotonicMs()
  assert.equal(await round(), false)
  await round()
  assert.deepEqual(heard, [
    [0, sentMs],
    [1, sentMs + 3],
  ])
})

test('an outage that has just ended is told once, older ones are not', async () => {
  const answers = [alive([LONG_AGO]), alive([LONG_AGO, JUST_NOW]), alive([LONG_AGO, JUST_NOW])]
  const { round, told } = openMark((asked) => answers[asked - 1] ?? alive([]))
  for (const _ of answers) await round()
  assert.deepEqual(told, [JUST_NOW])
})

test('who was deposed says so, and the clock does not hear of it', async () => {
  const { round, heard, deposed } = openMark(() => ({ ...alive([]), shards: 0 }))
  await round()
  assert.equal(deposed(), 1)
  assert.deepEqual(heard, [])
})

test('a sign of life that is lost is a failure, and nothing was heard', async () => {
  const { round, heard } = openMark(() => {
    throw new RetryLater('ledger_unavailable', 'no')
  })
  await assert.rejects(round, RetryLater)
  assert.deepEqual(heard, [])
})

test.run()
