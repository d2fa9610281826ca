// Writes that share a flush share nothing else: not their failures, not their keys.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import { RetryLater } from '../../actors/domain/failures.ts'
import { batchWriter } from '../../persistence/batch-writer.ts'

interface Item {
  readonly name: string
  readonly keys: readonly string[]
}

interface Script {
  readonly flushes: string[][]
  readonly letThrough: () => void
  readonly add: (name: string, ...keys: string[]) => Promise<string>
}

/** A writer whose first flush waits; `flush` answers each item's name unless told otherwise. */
function scriptedWriter(
  batchMax: number,
  answer: (names: readonly string[]) => string[] = (names) => [...names],
): Script {
  const flushes: string[][] = []
  let letThrough = (): void => {}
  const gate = new Promise<void>((resolve) => (letThrough = resolve))
  const { add } = batchWriter<Item, string>({
    batchMax,
    exclusiveKeys: ({ keys }) => keys,
    async flush(batch) {
      const names = batch.map(({ name }) => name)
      flushes.push(names)
      await gate
      return answer(names)
    },
  })
  return { flushes, letThrough, add: (name, ...keys) => add({ name, keys }) }
}

test('what is added in one tick is one flush, what comes while it runs the next', async () => {
  const { flushes, letThrough, add } = scriptedWriter(10)
  const first = [add('a'), add('b')]
  await Promise.resolve()
  await Promise.resolve()
  const second = [add('c'), add('d')]
  letThrough()
  assert.deepEqual(await Promise.all([...first, ...second]), ['a', 'b', 'c', 'd'])
  assert.deepEqual(flushes, [
    ['a', 'b'],
    ['c', 'd'],
  ])
})

test('a flush is bounded, the rest follows in order', async () => {
  const { flushes, letThrough, add } = scriptedWriter(2)
  letThrough()
  await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => add(name)))
  assert.deepEqual(flushes, [['a', 'b'], ['c', 'd'], ['e']])
})

test('items of one key go one after the other, in their order', async () => {
  const { flushes, letThrough, add } = scriptedWriter(10)
  letThrough()
  await Promise.all([add('a1', 'a'), add('a2', 'a'), add('b', 'b'), add('a3', 'a')])
  assert.deepEqual(flushes, [['a1', 'b'], ['a2'], ['a3']])
})

test('an item waits behind an earlier one that itself has to wait for another key', async () => {
  const { flushes, letThrough, add } = scriptedWriter(10)
  letThrough()
  await Promise.all([add('x', 'a'), add('y', 'a', 'b'), add('z', 'b')])
  assert.deepEqual(flushes, [['x'], ['y'], ['z']])
})

test('an item at fault fails alone', async () => {
  const { letThrough, add } = scriptedWriter(10, (names) => {
    if (names.includes('bad')) throw new Error('a row that cannot be stored')
    return [...names]
  })
  letThrough()
  const outcomes = await Promise.allSettled(['a', 'b', 'bad', 'c'].map((name) => add(name)))
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
  )
})

test('a store that is away fails all of a flush once, and is asked again by the next', async () => {
  let away = true
  const { flushes, letThrough, add } = scriptedWriter(10, (names) => {
    if (away) throw new RetryLater('journal_unavailable', 'the line was lost')
    return [...names]
  })
  letThrough()
  for (const outcome of await Promise.allSettled([add('a'), add('b')])) {
    assert(outcome.status === 'rejected' && outcome.reason instanceof RetryLater)
  }
  assert.deepEqual(flushes, [['a', 'b']])
  away = false
  assert.equal(await add('c'), 'c')
})

test('an answer that is missing is a failure, never somebody else’s answer', async () => {
  const { letThrough, add } = scriptedWriter(10, (names) => names.slice(0, 1))
  letThrough()
  const [first, second] = await Promise.allSettled([add('a'), add('b')])
  assert(first.status === 'fulfilled' && first.value === 'a')
  assert(second.status === 'rejected' && second.reason instanceof RetryLater)
})

test.run()
