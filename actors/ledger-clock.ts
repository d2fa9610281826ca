// The time stock is judged by: the clock of the ledger's database at the last append, carried on by
// the monotonic clock of this process. A step of the database's clock is reported and not believed,
// so that no slip of it can expire every hold at once. A step that lasts is the time after all: it
// was this machine that slept, or somebody put the clock right. Then it is followed.
//
// It also knows the outages that put expiries off. After a pause the time is right at once, and
// every hold that ended meanwhile would be lost before anybody told of the outage: so a silence of
// the shard table that has not ended yet counts as an outage up to now.

import { OUTAGE_MIN_MS, type Outage } from './domain/outages.ts'
import type { Clock } from './ports/clock.ts'
import type { Alive } from './ports/ledger.ts'

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
  /** Takes what the shard table answered to a sign of life that was sent at `sentMonotonicMs`. */
  hearAlive(alive: Pick<Alive, 'ledgerNowMs' | 'outages'>, sentMonotonicMs: number): void
  /**
   * The outages up to now, in the order they ended. A clock that never heard of any sign of life
   * knows of none: nobody records them then.
   */
  outages(): readonly Outage[]
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
  let known: readonly Outage[] = []
  let heard: { readonly ms: number; readonly monotonicMs: number } | null = null
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

  function nowMs(): number {
    latest = Math.max(latest, Math.floor(carriedOn()))
    return latest
  }

  function observe(ledgerNowMs: number): void {
    const differenceMs = ledgerNowMs - carriedOn()
    if (Math.abs(differenceMs) > CLOCK_STEP_MAX_MS && !lasts(differenceMs)) return
    step = null
    base = ledgerNowMs
    baseMonotonicMs = clock.monotonicMs()
  }

  return {
    nowMs,
    observe,
    hearAlive({ ledgerNowMs, outages }, sentMonotonicMs) {
      // First the time: an outage that has just ended must not lie ahead of it.
      observe(ledgerNowMs)
      known = outages
      // When the question was sent: what happened after it is not in the answer.
      const ms = nowMs() - (clock.monotonicMs() - sentMonotonicMs)
      heard = { ms, monotonicMs: sentMonotonicMs }
    },
    outages() {
      // A step of the database's clock looks like an outage up to a time that is not believed yet.
      // It counts from the moment the step is followed: the time and the expiries move as one.
      const now = nowMs()
      const ended = (known.at(-1)?.endedAtMs ?? 0) <= now ? known : known.filter(endedBy(now))
      // A shorter silence would not be recorded either.
      if (heard === null || clock.monotonicMs() - heard.monotonicMs <= OUTAGE_MIN_MS) return ended
      return [...ended, { beganAtMs: heard.ms, endedAtMs: now }]
    },
  }
}

function endedBy(nowMs: number): (outage: Outage) => boolean {
  return ({ endedAtMs }) => endedAtMs <= nowMs
}
