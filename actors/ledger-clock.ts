// The time stock is judged by: the clock of the ledger's database at the last append, carried on by
// the monotonic clock of this process. A step of the database's clock is reported and not believed,
// so that no slip of it can expire every hold at once. A step that lasts is the time after all: it
// was this machine that slept, or somebody put the clock right. Then it is followed.

import type { Clock } from './ports/clock.ts'

/** A larger difference between two readings of the ledger's clock is a step, not drift. */
export const CLOCK_STEP_MAX_MS = 5_000
/** A step is believed after so many readings in a row that agree on it … */
export const STEP_READINGS_MIN = 20
/** … over so long: a busy shop reads the clock a hundred times a second. */
export const STEP_LASTS_MIN_MS = 60_000

export interface LedgerClock {
  /** Unix milliseconds; never goes back: after a step back it stands still until it is reached. */
  nowMs(): number
  /** Takes a fresh reading of the ledger's clock. */
  observe(ledgerNowMs: number): void
}

interface Step {
  readonly differenceMs: number
  readonly sinceMonotonicMs: number
  readings: number
}

/** `onStep` hears of each step once, when it is seen first. */
export function ledgerClock(
  clock: Clock,
  firstReadingMs: number,
  onStep: (differenceMs: number) => void,
): LedgerClock {
  let base = firstReadingMs
  let baseMonotonicMs = clock.monotonicMs()
  let latest = firstReadingMs
  let step: Step | null = null
  const carriedOn = () => base + (clock.monotonicMs() - baseMonotonicMs)

  /** Counts a reading that is too far away; true once the step it belongs to has lasted. */
  function lasts(differenceMs: number): boolean {
    if (step === null || Math.abs(differenceMs - step.differenceMs) > CLOCK_STEP_MAX_MS) {
      step = { differenceMs, sinceMonotonicMs: clock.monotonicMs(), readings: 0 }
      onStep(differenceMs)
    }
    step.readings += 1
    const lastedMs = clock.monotonicMs() - step.sinceMonotonicMs
    return step.readings >= STEP_READINGS_MIN && lastedMs >= STEP_LASTS_MIN_MS
  }

  return {
    nowMs() {
      latest = Math.max(latest, Math.floor(carriedOn()))
      return latest
    },
    observe(ledgerNowMs) {
      const differenceMs = ledgerNowMs - carriedOn()
      if (Math.abs(differenceMs) > CLOCK_STEP_MAX_MS && !lasts(differenceMs)) return
      step = null
      base = ledgerNowMs
      baseMonotonicMs = clock.monotonicMs()
    },
  }
}
