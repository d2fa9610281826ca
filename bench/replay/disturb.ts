// Makes the service's life hard: empties its Redis, kills it, kills it again while it starts, and
// keeps a record of each for the report.

import { setTimeout as pause } from 'node:timers/promises'
import { duration } from '../report/progress-bar.ts'
import type { Stage } from '../stage/stage.ts'
import type { CartLosses } from './cart-losses.ts'
import type { Disturbance } from './disturbance-plan.ts'

export interface Disturbed {
  readonly afterInvoices: number
  readonly flushed: boolean
  readonly killedPids: readonly number[]
  /** From the first SIGKILL until the service was ready again. */
  readonly readyAfterMs: number
}

export interface Disturbing {
  readonly stage: Stage
  readonly losses: CartLosses
  say(line: string): void
}

/** Does it and answers what was done; null on a stage whose service is not ours to kill. */
export async function disturb(
  plan: Disturbance,
  { stage, losses, say }: Disturbing,
): Promise<Disturbed | null> {
  if (stage.killAndRestart === null) return null
  if (plan.flush && stage.flushRedis !== null) {
    await losses.whileFlushing(stage.flushRedis)
    say('flush    everything in Redis is gone')
  }
  if (plan.delayMs > 0) await pause(plan.delayMs)
  say('kill     SIGKILL to the service, and starting it again at once')
  const { killedPids, pid, readyAfterMs } = await stage.killAndRestart(plan.killAgainAfterMs)
  const gone = killedPids.join(' and ')
  say(`kill     ${gone} gone, ${pid} ready after ${duration(readyAfterMs / 1000)}`)
  const { afterInvoices, flush: flushed } = plan
  return { afterInvoices, flushed, killedPids, readyAfterMs }
}
