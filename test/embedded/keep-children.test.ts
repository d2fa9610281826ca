// Children that end are brought back; one that cannot be is the end of the service only when
// nothing works without it.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { type KeptChild, keepChildren } from '../../src/embedded/keep-children.ts'
import { until } from '../support/until.ts'

const test = suite('kept children')
const WAIT_MAX_MS = 10_000

function childThatEnds(
  needed: boolean,
  revive: () => Promise<void>,
): KeptChild & { live: boolean } {
  const child = {
    name: 'The child',
    needed,
    live: false,
    runs: () => child.live,
    revive,
  }
  return child
}

test('a child that ended is started again, once', async () => {
  let revived = 0
  const child = childThatEnds(true, async () => {
    revived += 1
    child.live = true
  })
  const said: string[] = []
  const keeper = keepChildren([child], (line) => said.push(line), assert.fail)
  await until('it is back', () => child.live, WAIT_MAX_MS)
  await keeper.stop()
  assert.equal(revived, 1)
  assert.deepEqual(said, ['The child ended by itself; it is started again.'])
})

test('a needed child that cannot come back is told once', async () => {
  const lost: string[] = []
  const child = childThatEnds(true, async () => {
    throw new Error('no room')
  })
  const keeper = keepChildren(
    [child],
    () => {},
    (reason) => lost.push(reason),
  )
  await until('it is told', () => lost.length > 0, WAIT_MAX_MS)
  await keeper.stop()
  assert.deepEqual(lost, ['The child ended and could not be started again: no room'])
})

test('one that is not needed is said, and selling goes on', async () => {
  const said: string[] = []
  const child = childThatEnds(false, async () => {
    throw new Error('no room')
  })
  const keeper = keepChildren([child], (line) => said.push(line), assert.fail)
  await until('it is said', () => said.length === 2, WAIT_MAX_MS)
  await keeper.stop()
  assert.match(said[1] ?? '', /no room\. Selling goes on without it/)
})

test('nothing is told of a child that fails while everything stops', async () => {
  let fail: (error: Error) => void = () => {}
  const child = childThatEnds(true, () => new Promise((_, reject) => (fail = reject)))
  let begun = false
  const keeper = keepChildren([child], () => (begun = true), assert.fail)
  await until('it is being started', () => begun, WAIT_MAX_MS)
  const stopped = keeper.stop()
  fail(new Error('it was stopped'))
  await stopped
})

test.run()
