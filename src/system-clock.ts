// The clock and the randomness of a real process.

import { randomBytes } from 'node:crypto'
import type { Clock, Randomness } from '../actors/ports/clock.ts'

// A longer delay would overflow the timer and fire at once.
const TIMER_MAX_MS = 2_147_483_647

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, call) {
    const timer = setTimeout(call, Math.min(delayMs, TIMER_MAX_MS))
    timer.unref()
    return () => clearTimeout(timer)
  },
}

export const systemRandomness: Randomness = {
  bytes: (count) => randomBytes(count),
  fraction: () => Math.random(),
}
