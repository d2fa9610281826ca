// What is read once for many, how long it is shown without being read, and what is kept at most.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { RetryLater } from '../../actors/domain/failures.ts'
import { rememberedReads } from '../../src/catalogue/remembered-reads.ts'
import { manualClock } from '../support/manual-clock.ts'

const test = suite('remembered reads')

const FRESH_MS = 1_000
const STALE_MS = 600_000
const PATIENCE_MS = 250

/** Reads from a map; each read can be held back, and storage can go away. */
function world(weightMax = 100) {
  const clock = manualClock(1_000_000)
  const stored = new Map<string, string>([
    ['a', 'A1'],
    ['b', 'B1'],
  ])
  const asked: string[][] = []
  const state = { failure: null as Error | null, gate: null as Promise<void> | null }
  const reads = rememberedReads<string>({
    clock,
    freshMs: FRESH_MS,
    staleMs: STALE_MS,
    patienceMs: PATIENCE_MS,
    weightMax,
    weightOf: (value) => value.length,
    async read(keys) {
      asked.push([...keys])
      // What a read finds is what was there when it began.
      const found = keys.flatMap((key) => {
        const value = stored.get(key)
        return value === undefined ? [] : [[key, value] as const]
      })
      await state.gate
      if (state.failure) throw state.failure
      return new Map(found)
    },
  })
  const shown = async (key: string) => (await reads.get([key])).get(key)?.value
  return { clock, stored, asked, state, reads, shown }
}

function gate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}

test('a hundred looks at once are one read, and so are those of the next second', async () => {
  const { clock, stored, asked, shown } = world()
  await Promise.all(Array.from({ length: 100 }, () => shown('a')))
  stored.set('a', 'A2')
  clock.advance(FRESH_MS - 1)
  assert.equal(await shown('a'), 'A1')
  assert.deepEqual(asked, [['a']])
  clock.advance(1)
  assert.equal(await shown('a'), 'A2')
  assert.deepEqual(asked, [['a'], ['a']])
})

test('of many only those that are not known are read, in one read', async () => {
  const { asked, reads } = world()
  await reads.get(['a'])
  const found = await reads.get(['a', 'b', 'nothing'])
  assert.deepEqual([...found.keys()], ['a', 'b'])
  assert.deepEqual(asked, [['a'], ['b', 'nothing']])
})

test('what is not there is asked for again: it may be there by then', async () => {
  const { stored, shown } = world()
  assert.equal(await shown('new'), undefined)
  stored.set('new', 'N')
  assert.equal(await shown('new'), 'N')
})

test('what has gone is not shown any more', async () => {
  const { clock, stored, shown } = world()
  await shown('a')
  stored.delete('a')
  clock.advance(FRESH_MS)
  assert.equal(await shown('a'), undefined)
})

test('while storage is away what was seen is shown, saying when it was true', async () => {
  const { clock, state, reads, shown } = world()
  const before = (await reads.get(['a'])).get('a')
  state.failure = new RetryLater('journal_unavailable', 'away')
  clock.advance(STALE_MS - 1)
  assert.deepEqual((await reads.get(['a'])).get('a'), before)
  await assert.rejects(shown('b'), { code: 'journal_unavailable' })
  await assert.rejects(reads.get(['a', 'b']), { code: 'journal_unavailable' })
  clock.advance(1)
  await assert.rejects(shown('a'), { code: 'journal_unavailable' })
  state.failure = null
  assert.equal(await shown('a'), 'A1')
})

test('what turns too old in the midst of a look is still shown by that look', async () => {
  let nowMs = 0
  let stepMs = 0
  const clock = { ...manualClock(1_000_000), monotonicMs: () => (nowMs += stepMs) }
  const reads = rememberedReads<string>({
    clock,
    ...{ freshMs: STALE_MS, staleMs: STALE_MS, patienceMs: PATIENCE_MS, weightMax: 100 },
    weightOf: () => 1,
    read: async () => new Map([['a', 'A1']]),
  })
  await reads.get(['a'])
  nowMs = STALE_MS - 3
  // The clock goes on with every look at it: the second is still in time, the third no more.
  stepMs = 1
  assert.equal((await reads.get(['a'])).get('a')?.value, 'A1')
})

test('storage that is away is asked once a second, not by every look', async () => {
  const { clock, asked, state, shown } = world()
  await shown('a')
  state.failure = new RetryLater('journal_unavailable', 'away')
  clock.advance(FRESH_MS)
  for (let look = 0; look < 5; look += 1) assert.equal(await shown('a'), 'A1')
  assert.equal(asked.length, 2)
  clock.advance(FRESH_MS)
  assert.equal(await shown('a'), 'A1')
  assert.equal(asked.length, 3)
})

test('storage that hangs keeps nobody waiting who can be shown something', async () => {
  const { clock, state, stored, shown } = world()
  await shown('a')
  const slow = gate()
  state.gate = slow.opened
  stored.set('a', 'A2')
  clock.advance(FRESH_MS)
  const look = shown('a')
  await Promise.resolve()
  clock.advance(PATIENCE_MS)
  assert.equal(await look, 'A1')
  slow.open()
  await slow.opened
  state.gate = null
  assert.equal(await shown('a'), 'A2')
})

test('a bug is no reason to show what was: it is told', async () => {
  const { clock, state, shown } = world()
  await shown('a')
  state.failure = new Error('a bug')
  clock.advance(FRESH_MS)
  await assert.rejects(shown('a'), /a bug/)
})

test('what is forgotten is read again, also when it was being read', async () => {
  const { reads, state, stored, shown } = world()
  const slow = gate()
  state.gate = slow.opened
  const early = shown('a')
  stored.set('a', 'A2')
  reads.forget('a')
  state.gate = null
  assert.equal(await shown('a'), 'A2')
  slow.open()
  assert.equal(await early, 'A1')
  assert.equal(await shown('a'), 'A2', 'a read that began before does not bring it back')
  stored.set('a', 'A3')
  reads.forgetAll()
  assert.equal(await shown('a'), 'A3')
})

test('what is known by other means needs no read', async () => {
  const { asked, reads, shown } = world()
  reads.keep('c', 'C')
  assert.equal(await shown('c'), 'C')
  assert.deepEqual(asked, [])
})

test('past the bound what was used longest ago goes', async () => {
  const { asked, stored, shown } = world(6)
  stored.set('c', 'C1')
  for (const key of ['a', 'b', 'a', 'c']) await shown(key)
  stored.set('d', 'D1')
  await shown('d')
  asked.length = 0
  for (const key of ['a', 'c', 'd']) await shown(key)
  assert.deepEqual(asked, [])
  await shown('b')
  assert.deepEqual(asked, [['b']])
})

test.run()
