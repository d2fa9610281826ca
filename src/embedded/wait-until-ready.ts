// The one bounded wait of this folder: a child has no other way to tell that it can be used.

import { setTimeout as pause } from 'node:timers/promises'

export interface ReadyWait {
  /** Whether it is there; a throw ends the wait. */
  readonly check: () => boolean | Promise<boolean>
  readonly limitMs: number
  /** Between two looks; 25 unless told. */
  readonly everyMs?: number
}

/** Looks until `check` says yes; answers false when the limit passed without one. */
export async function waitUntilReady(wait: ReadyWait): Promise<boolean> {
  const endMs = performance.now() + wait.limitMs
  for (;;) {
    if (await wait.check()) return true
    if (performance.now() >= endMs) return false
    await pause(wait.everyMs ?? 25)
  }
}
