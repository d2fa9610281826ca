// The one bounded wait that tests of whole processes may use: another process gives no signal that
// could be awaited. Everything inside one process is tested with signals or a manual clock.

import { setTimeout as pause } from 'node:timers/promises'

const LOOK_EVERY_MS = 20

/** Looks until `check` answers true; after `limitMs` throws an error that says what never came. */
export async function until(
  what: string,
  check: () => boolean | Promise<boolean>,
  limitMs: number,
): Promise<void> {
  const endMs = performance.now() + limitMs
  while (!(await check())) {
    if (performance.now() >= endMs) throw new Error(`Not within ${limitMs} ms: ${what}.`)
    await pause(LOOK_EVERY_MS)
  }
}
