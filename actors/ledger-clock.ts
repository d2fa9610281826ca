// The time stock is judged by: the clock of the ledger's database at the last append, carried on by
// the monotonic clock of this process. A step of the database's clock is refused and reported, so
// that no step can expire every hold at once.

import type { Clock } from './ports/clock.ts'

/** A larger difference between two readings of the ledger's clock is a step, not drift. */
export const CLOCK_STEP_MAX_MS = 5_000

export interface LedgerClock {
  /** Unix milliseconds; never goes back. */
  nowMs(): number
  /** Takes a fresh reading of the ledger's clock. */
  observe(ledgerNowMs: number): void
}

export function ledgerClock(
  clock: Clock,
  firstReadingMs: number,
  onStep: (differenceMs: number) => void,
): LedgerClock {
  let base = firstReadingMs
  let baseMonotonicMs = clock.monotonicMs()
  let latest = firstReadingMs
  const carriedOn = () => base + (clock.monotonicMs() - baseMonotonicMs)
  return {
    nowMs() {
      latest = Math.max(latest, Math.floor(carriedOn()))
      return latest
    },
    observe(ledgerNowMs) {
      const differenceMs = ledgerNowMs - carriedOn()
      if (Math.abs(differenceMs) > CLOCK_STEP_MAX_MS) {
        onStep(differenceMs)
        return
      }
      base = ledgerNowMs
      baseMonotonicMs = clock.monotonicMs()
    },
  }
}
