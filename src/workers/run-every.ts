// One loop for every worker: a round, then a pause, until it is stopped. A round that found work is
// followed at once by the next. A round that fails is tried again after ever longer pauses, and of
// a row of failures only the first is reported: an outage is one event, not ten a second.

import type { Clock } from '../../actors/ports/clock.ts'

export interface Loop {
  /** Resolves when the round that runs, if any, is over. */
  stop(): Promise<void>
}

/** However long an outage lasts, its end is noticed this soon. */
const PAUSE_MAX_MS = 5_000

/** `round` answers whether there may be more to do right now. */
export function runEvery(
  clock: Clock,
  pauseMs: number,
  round: () => Promise<boolean>,
  onError: (error: unknown) => void,
): Loop {
  let stopped = false
  let cancelPause = () => {}
  let wake = () => {}

  const longestMs = Math.max(pauseMs, PAUSE_MAX_MS)

  async function loop(): Promise<void> {
    let failures = 0
    while (!stopped) {
      const more = await round().catch((error: unknown) => {
        if (failures === 0) onError(error)
        return null
      })
      failures = more === null ? failures + 1 : 0
      const growth = 2 ** Math.min(Math.max(failures - 1, 0), 10)
      if (!more && !stopped) await pause(Math.min(pauseMs * growth, longestMs))
    }
  }

  function pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve
      cancelPause = clock.after(delayMs, resolve)
    })
  }

  const ended = loop()
  return {
    async stop() {
      stopped = true
      cancelPause()
      wake()
      await ended
    },
  }
}
