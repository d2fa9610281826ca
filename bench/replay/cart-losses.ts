// Whether a cart may have been lost: with a killed service when it kept carts in memory, with a
// flushed Redis always. Without a loss a cart that is not what was put into it is a fault.

import type { PatientClient } from '../load/patient-client.ts'

export interface CartLosses {
  /** Goes into `since` later. */
  mark(): number
  /** Whether carts may have been lost since the mark; waits for a flush that is under way. */
  since(mark: number): Promise<boolean>
  /** Runs a flush, and counts it. */
  whileFlushing(flush: () => Promise<void>): Promise<void>
}

export function cartLosses(client: Pick<PatientClient, 'breaks'>): CartLosses {
  let flushes = 0
  let flushing: Promise<void> = Promise.resolve()
  const mark = (): number => client.breaks() + flushes
  return {
    mark,
    async since(earlier) {
      await flushing
      return mark() > earlier
    },
    async whileFlushing(flush) {
      const done = flush().finally(() => {
        flushes += 1
      })
      // Whoever waits for it wants to know when it is over, not how.
      flushing = done.catch(() => {})
      await done
    },
  }
}
