// One loop for every worker: a round, then a pause, until it is stopped. A round that found work is
// followed at once by the next. A round that fails is reported and tried again after the pause.

import type { Clock } from '../../actors/ports/clock.ts'

export interface Loop {
  /** Resolves when the round that runs, if any, is over. */
  stop(): Promise<void>
}

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

  async function loop(): Promise<void> {
    while (!stopped) {
      const more = await round().catch((error: unknown) => {
        onError(error)
        return false
      })
      if (!more && !stopped) await pause()
    }
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve
      cancelPause = clock.after(pauseMs, resolve)
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
