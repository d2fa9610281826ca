// Remembers what was read: for a moment, so that a thousand looks at one product are one read; and
// for longer, to go on showing it while storage is away. Nothing that is sold or charged is decided
// on what is remembered here.

import { RetryLater } from '../../actors/domain/failures.ts'
import type { Clock } from '../../actors/ports/clock.ts'

export interface RememberedReadsOptions<Value> {
  readonly clock: Clock
  /** Within this nothing is read again. */
  readonly freshMs: number
  /** Within this a value is shown when it cannot be read again, or not soon. */
  readonly staleMs: number
  /** How long who could be shown a stale value waits for a fresh one. */
  readonly patienceMs: number
  /** The sum of all weights is kept below this; what was used longest ago goes first. */
  readonly weightMax: number
  readonly weightOf: (value: Value) => number
  /** What is not there is left out, and not remembered. Throws RetryLater. */
  readonly read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>
}

export interface Remembered<Value> {
  readonly value: Value
  /** When it was read, Unix milliseconds. */
  readonly asOfMs: number
}

export interface RememberedReads<Value> {
  /** What is not there is left out. Throws RetryLater when a key can be neither read nor shown. */
  get(keys: readonly string[]): Promise<ReadonlyMap<string, Remembered<Value>>>
  /** Remembers what is known to be true now. */
  keep(key: string, value: Value): void
  /** It has changed: nobody is shown what was, nor what is being read at this moment. */
  forget(key: string): void
  forgetAll(): void
}

interface Entry<Value> extends Remembered<Value> {
  readonly weight: number
  readonly readAtMs: number
  readonly retryAtMs: number
}

type Reading<Value> = Promise<Remembered<Value> | undefined>

export function rememberedReads<Value>(
  options: RememberedReadsOptions<Value>,
): RememberedReads<Value> {
  const { clock, freshMs, staleMs, patienceMs, weightMax, weightOf, read } = options
  // By last use, the oldest first.
  const entries = new Map<string, Entry<Value>>()
  const underWay = new Map<string, Reading<Value>>()
  let weightSum = 0

  function drop(key: string): void {
    weightSum -= entries.get(key)?.weight ?? 0
    entries.delete(key)
  }

  function keep(key: string, value: Value): Remembered<Value> {
    drop(key)
    const readAtMs = clock.monotonicMs()
    const asOfMs = clock.nowMs()
    const weight = weightOf(value)
    entries.set(key, { value, asOfMs, weight, readAtMs, retryAtMs: readAtMs + freshMs })
    weightSum += weight
    for (const oldest of entries.keys()) {
      if (weightSum <= weightMax) break
      drop(oldest)
    }
    return { value, asOfMs }
  }

  function usable(key: string): Entry<Value> | null {
    const entry = entries.get(key)
    if (entry === undefined) return null
    if (clock.monotonicMs() - entry.readAtMs >= staleMs) {
      drop(key)
      return null
    }
    entries.delete(key)
    entries.set(key, entry)
    return entry
  }

  /** One read for all that are not being read already. */
  function startReading(keys: readonly string[]): void {
    const missing = keys.filter((key) => !underWay.has(key))
    if (missing.length === 0) return
    const all = read(missing)
    for (const key of missing) {
      const reading: Reading<Value> = all.then(
        (values) => {
          const value = values.get(key)
          // Forgotten meanwhile: good enough for who waits, and for nobody later.
          if (underWay.get(key) !== reading) {
            return value === undefined ? undefined : { value, asOfMs: clock.nowMs() }
          }
          underWay.delete(key)
          if (value !== undefined) return keep(key, value)
          drop(key)
          return undefined
        },
        (error: unknown) => {
          if (underWay.get(key) === reading) underWay.delete(key)
          const entry = entries.get(key)
          if (entry) entries.set(key, { ...entry, retryAtMs: clock.monotonicMs() + freshMs })
          throw error
        },
      )
      // Who is shown a stale value does not wait for it; who waits hears of the failure.
      reading.catch(() => {})
      underWay.set(key, reading)
    }
  }

  async function one(
    key: string,
    entry: Entry<Value> | null,
  ): Promise<Remembered<Value> | undefined> {
    const reading = underWay.get(key)
    if (entry === null) return reading
    const known = { value: entry.value, asOfMs: entry.asOfMs }
    if (reading === undefined) return known
    try {
      return await soonOr(clock, patienceMs, reading, known)
    } catch (error) {
      if (error instanceof RetryLater) return known
      throw error
    }
  }

  return {
    async get(keys) {
      const nowMs = clock.monotonicMs()
      // Looked at once: what turned stale between two looks would be neither read nor shown.
      const looks = keys.map((key) => [key, usable(key)] as const)
      const due = looks.filter(([, entry]) => nowMs >= (entry?.retryAtMs ?? nowMs))
      startReading(due.map(([key]) => key))
      const found = await Promise.all(
        looks.map(async ([key, entry]) => [key, await one(key, entry)] as const),
      )
      const known = found.filter((each): each is [string, Remembered<Value>] => Boolean(each[1]))
      return new Map(known)
    },
    keep: (key, value) => void keep(key, value),
    forget(key) {
      drop(key)
      underWay.delete(key)
    },
    forgetAll() {
      entries.clear()
      underWay.clear()
      weightSum = 0
    },
  }
}

function soonOr<T, Other>(
  clock: Clock,
  withinMs: number,
  coming: Promise<T>,
  otherwise: Other,
): Promise<T | Other> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(withinMs, () => resolve(otherwise))
    coming.then(resolve, reject).finally(cancel)
  })
}
