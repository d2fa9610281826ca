// Gathers what is waiting into one flush, one flush at a time. While it runs, the next batch
// gathers: a busy moment costs few commits, a quiet one no waiting. A batch that fails for a reason
// other than the store being away is halved until the culprit stands alone.

import { RetryLater } from '../actors/domain/failures.ts'

export interface BatchWriterOptions<Item, Result> {
  /** How much one flush takes: items, or whatever `weightOf` counts. One item always fits. */
  readonly batchMax: number
  readonly weightOf?: (item: Item) => number
  /** No two items of one flush share such a key; the later one waits for the next flush. */
  readonly exclusiveKeys: (item: Item) => readonly string[]
  /** One result per item, in order. */
  readonly flush: (batch: readonly Item[]) => Promise<readonly Result[]>
}

interface Waiting<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

export interface BatchWriter<Item, Result> {
  readonly add: (item: Item) => Promise<Result>
}

export function batchWriter<Item, Result>(
  options: BatchWriterOptions<Item, Result>,
): BatchWriter<Item, Result> {
  const { batchMax, exclusiveKeys, weightOf = () => 1, flush } = options
  let waiting: Waiting<Item, Result>[] = []
  let running = false

  async function pump(): Promise<void> {
    running = true
    // What arrives in this tick belongs together.
    await Promise.resolve()
    while (waiting.length > 0) await flushTogether(takeBatch())
    running = false
  }

  function takeBatch(): Waiting<Item, Result>[] {
    const taken: Waiting<Item, Result>[] = []
    const left: Waiting<Item, Result>[] = []
    const used = new Set<string>()
    let weight = 0
    for (const each of waiting) {
      const keys = exclusiveKeys(each.item)
      weight += weightOf(each.item)
      const fits = weight <= batchMax || taken.length === 0
      const free = fits && !keys.some((key) => used.has(key))
      // A key stays reserved for whoever came first, so that order per key is kept.
      for (const key of keys) used.add(key)
      if (free) taken.push(each)
      else left.push(each)
    }
    waiting = left
    return taken
  }

  async function flushTogether(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await flush(batch.map(({ item }) => item))
      batch.forEach(({ resolve, reject }, index) => {
        const result = results[index]
        if (result === undefined) reject(new RetryLater('journal_unavailable', 'no answer'))
        else resolve(result)
      })
    } catch (error) {
      if (error instanceof RetryLater || batch.length === 1) {
        for (const { reject } of batch) reject(error)
        return
      }
      const middle = batch.length >> 1
      await flushTogether(batch.slice(0, middle))
      await flushTogether(batch.slice(middle))
    }
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        if (!running) void pump()
      }),
  }
}
