// The runs of one checkout's actions, and the pauses between them. A run goes on in the world after
// its result stopped to matter: the buyer cancelled, or the journal could not be reached and memory
// was thrown away. Its late steps could then undo what a newer run did, so a new run waits until
// the old one is back. Only giving everything back may start beside it: nothing is taken after it.
//
//   none -> running -> none            its result counts
//   running -> disowned -> none        its result does not, and nothing else starts meanwhile
//   none -> paused -> none             the result was unknown; the same action runs again later

import type { Result } from './checkout-work.ts'
import type { Cancel, Clock, Randomness } from './ports/clock.ts'

// Pauses between tries of one action whose result is unknown, with jitter on top. The end of a
// fault must be noticed well within a minute (L1), so they do not grow beyond the last.
const PAUSES_MS = [1_000, 3_000, 9_000, 30_000] as const

export interface CheckoutRunsDeps {
  readonly clock: Clock
  readonly randomness: Randomness
  readonly onReturn: (run: number, result: Result | Error) => void
  readonly onPauseOver: () => void
}

export interface CheckoutRuns {
  /** False while a run counts, an older one is still out, or a pause is not over. */
  mayStart(besideAnOlderOne: boolean): boolean
  start(perform: () => Promise<Result>): void
  /** A run is back; true when its result counts. */
  isBack(run: number): boolean
  /** Whatever is running does not count any more. */
  disown(): void
  /** Nothing counts and no pause is pending. */
  waiting(): boolean
  /** Waits before the next try, longer from try to try, and at least `atLeastMs`. */
  pause(atLeastMs: number): void
  paused(): boolean
  endPause(): void
  /** The tries so far led to something: the next pause is a short one again. */
  startOver(): void
  idle(): boolean
}

export function checkoutRuns(deps: CheckoutRunsDeps): CheckoutRuns {
  let last = 0
  let counting: number | null = null
  let out = 0
  let tried = 0
  let cancelPause: Cancel | null = null

  function endPause(): void {
    cancelPause?.()
    cancelPause = null
  }

  return {
    mayStart: (besideAnOlderOne) =>
      counting === null && cancelPause === null && (out === 0 || besideAnOlderOne),
    start(perform) {
      last += 1
      out += 1
      counting = last
      const run = last
      perform().then(
        (result) => deps.onReturn(run, result),
        (error: unknown) => deps.onReturn(run, asError(error)),
      )
    },
    isBack(run) {
      out -= 1
      const counts = run === counting
      if (counts) counting = null
      return counts
    },
    disown() {
      counting = null
    },
    waiting: () => counting === null,
    pause(atLeastMs) {
      const base = PAUSES_MS[Math.min(tried, PAUSES_MS.length - 1)] ?? PAUSES_MS[0]
      tried += 1
      const delayMs = Math.max(atLeastMs, base * (0.75 + deps.randomness.fraction() / 2))
      endPause()
      cancelPause = deps.clock.after(delayMs, deps.onPauseOver)
    },
    paused: () => cancelPause !== null,
    endPause,
    startOver() {
      tried = 0
    },
    idle: () => out === 0 && cancelPause === null,
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
