// A clock that only the test moves, so that "15 minutes later" costs nothing and nothing happens
// that the test did not ask for.

import type { Clock } from '../../actors/ports/clock.ts'

export interface ManualClock extends Clock {
  /** Moves both clocks and calls what has become due, earliest first. */
  advance(byMs: number): void
  /** Moves the wall clock alone, as an administrator's hand would. */
  step(byMs: number): void
  /** How long until the next timer fires; null when none is set. */
  untilNextTimerMs(): number | null
}

interface Timer {
  readonly dueMs: number
  readonly call: () => void
}

/** `startMs` is the wall clock's first reading; the monotonic clock starts elsewhere on purpose. */
export function manualClock(startMs: number): ManualClock {
  let wallMs = startMs
  let monotonicMs = 1_000
  const timers = new Set<Timer>()

  function earliest(): Timer | null {
    let first: Timer | null = null
    for (const timer of timers) if (first === null || timer.dueMs < first.dueMs) first = timer
    return first
  }

  function moveTo(targetMs: number): void {
    wallMs += targetMs - monotonicMs
    monotonicMs = targetMs
  }

  return {
    nowMs: () => wallMs,
    monotonicMs: () => monotonicMs,
    after(delayMs, call) {
      const timer = { dueMs: monotonicMs + delayMs, call }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    advance(byMs) {
      const endMs = monotonicMs + byMs
      for (let next = earliest(); next !== null && next.dueMs <= endMs; next = earliest()) {
        moveTo(Math.max(monotonicMs, next.dueMs))
        timers.delete(next)
        next.call()
      }
      moveTo(endMs)
    },
    step(byMs) {
      wallMs += byMs
    },
    untilNextTimerMs() {
      const next = earliest()
      return next === null ? null : Math.max(0, next.dueMs - monotonicMs)
    },
  }
}
