// The loop of every worker: round after round while there is work, a pause when there is none, and
// an end that waits for the round under way.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { runEvery } from '../../src/workers/run-every.ts'
import { manualClock } from '../support/manual-clock.ts'
import { settle } from '../support/sale.ts'

const test = suite('a worker loop')
const PAUSE_MS = 500

function loopOf(round: () => Promise<boolean>) {
  const clock = manualClock(0)
  const errors: unknown[] = []
  const loop = runEvery(clock, PAUSE_MS, round, (error) => errors.push(error))
  return { clock, errors, loop }
}

test('a round that found work is followed at once, one that found none by a pause', async () => {
  const found = [true, true, false, false]
  let rounds = 0
  const { clock, loop } = loopOf(async () => found[rounds++] ?? false)
  await settle()
  assert.equal(rounds, 3)
  clock.advance(PAUSE_MS - 1)
  await settle()
  assert.equal(rounds, 3)
  clock.advance(1)
  await settle()
  assert.equal(rounds, 4)
  await loop.stop()
  clock.advance(PAUSE_MS * 10)
  await settle()
  assert.equal(rounds, 4, 'a stopped loop went on')
})

test('a round that fails is reported, and tried again after the pause', async () => {
  let rounds = 0
  const { clock, errors, loop } = loopOf(async () => {
    rounds += 1
    if (rounds === 1) throw new Error('the database is away')
    return false
  })
  await settle()
  assert.deepEqual([rounds, errors.length], [1, 1])
  clock.advance(PAUSE_MS)
  await settle()
  assert.deepEqual([rounds, errors.length], [2, 1])
  await loop.stop()
})

test('an outage is reported once, and asked about ever more rarely', async () => {
  let rounds = 0
  let away = true
  const { clock, errors, loop } = loopOf(async () => {
    rounds += 1
    if (away) throw new Error('the database is away')
    return false
  })
  for (let second = 0; second < 60; second += 1) {
    await settle()
    clock.advance(1_000)
  }
  assert.equal(errors.length, 1)
  assert(rounds <= 17, `${rounds} rounds in a minute`)
  away = false
  clock.advance(5_000)
  await settle()
  away = true
  clock.advance(PAUSE_MS)
  await settle()
  assert.equal(errors.length, 2, 'the next outage is another event')
  await loop.stop()
})

test('stopping waits for the round under way, and begins no other', async () => {
  let rounds = 0
  let endRound = () => {}
  const { loop } = loopOf(() => {
    rounds += 1
    return new Promise((resolve) => {
      endRound = () => resolve(true)
    })
  })
  await settle()
  let stopped = false
  const stopping = loop.stop().then(() => {
    stopped = true
  })
  await settle()
  assert.equal(stopped, false, 'it did not wait for the round')
  endRound()
  await stopping
  assert.equal(rounds, 1)
})

test.run()
