// When each SKU has to be looked at for its next hold to end, whether it is in memory or not: an
// entry here costs a hundred bytes, an actor that waits for its holds a kilobyte and more. One
// timer serves all; times are the ledger's.

import type { Sku } from './domain/ids.ts'
import type { LedgerClock } from './ledger-clock.ts'
import type { Cancel, Clock } from './ports/clock.ts'

/** The ledger's clock may be put right meanwhile: a long wait is looked at again. */
const LOOK_AGAIN_MS = 60_000
const STALE_MAX = 1_024

export interface WakeUps {
  /** Replaces what was set before; null: never. */
  set(sku: Sku, atMs: number | null): void
  stop(): void
}

interface WakeUp {
  readonly sku: Sku
  readonly atMs: number
}

export function wakeUps(
  clock: Clock,
  ledgerClock: Pick<LedgerClock, 'nowMs'>,
  wake: (sku: Sku) => void,
): WakeUps {
  const times = new Map<Sku, number>()
  // A binary heap, the earliest first. What was replaced stays in it until it comes up.
  let heap: WakeUp[] = []
  let armedMs = Number.POSITIVE_INFINITY
  let cancel: Cancel = () => {}
  let stopped = false

  function arm(): void {
    const next = heap[0]
    if (next === undefined || next.atMs >= armedMs) return
    cancel()
    armedMs = next.atMs
    const delayMs = Math.max(1, next.atMs - ledgerClock.nowMs())
    cancel = clock.after(Math.min(delayMs, LOOK_AGAIN_MS), ring)
  }

  function ring(): void {
    armedMs = Number.POSITIVE_INFINITY
    const nowMs = ledgerClock.nowMs()
    const due: Sku[] = []
    for (let next = heap[0]; next !== undefined && next.atMs <= nowMs; next = heap[0]) {
      popEarliest(heap)
      if (times.get(next.sku) !== next.atMs) continue
      times.delete(next.sku)
      due.push(next.sku)
    }
    arm()
    for (const sku of due) wake(sku)
  }

  return {
    set(sku, atMs) {
      if (stopped || (times.get(sku) ?? null) === atMs) return
      if (atMs === null) return void times.delete(sku)
      times.set(sku, atMs)
      push(heap, { sku, atMs })
      if (heap.length > 2 * times.size + STALE_MAX) {
        heap = heap.filter((each) => times.get(each.sku) === each.atMs)
        heap.sort((left, right) => left.atMs - right.atMs)
      }
      arm()
    },
    stop() {
      stopped = true
      cancel()
      times.clear()
      heap = []
    },
  }
}

function push(heap: WakeUp[], added: WakeUp): void {
  let at = heap.length
  heap.push(added)
  while (at > 0) {
    const above = (at - 1) >> 1
    const parent = heap[above]
    if (parent === undefined || parent.atMs <= added.atMs) break
    heap[at] = parent
    at = above
  }
  heap[at] = added
}

function popEarliest(heap: WakeUp[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  let at = 0
  for (;;) {
    const left = 2 * at + 1
    const right = left + 1
    const smaller = (heap[right]?.atMs ?? Infinity) < (heap[left]?.atMs ?? Infinity) ? right : left
    const child = heap[smaller]
    if (child === undefined || child.atMs >= last.atMs) break
    heap[at] = child
    at = smaller
  }
  heap[at] = last
}
