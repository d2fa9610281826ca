// A cache that is slow is worse than none: loading a SKU waits for it only so long, and after a
// failure it is left alone for a while, so that an outage costs a few loads their patience and not
// every one.

import { RetryLater } from '../actors/domain/failures.ts'
import type { Clock } from '../actors/ports/clock.ts'
import type { StockStateStore } from '../actors/ports/stock-state-store.ts'

export interface Patience {
  readonly clock: Clock
  /** How long a reader waits. */
  readonly patienceMs: number
  /** How long after a failure nobody asks. */
  readonly restMs: number
}

/** Fails as the store fails, only sooner: RetryLater `ledger_unavailable`. */
export function stockStatesWithPatience(
  inner: StockStateStore,
  { clock, patienceMs, restMs }: Patience,
): StockStateStore {
  let restUntilMs = Number.NEGATIVE_INFINITY

  async function unlessResting<Answer>(asked: () => Promise<Answer>): Promise<Answer> {
    if (clock.monotonicMs() < restUntilMs) {
      throw new RetryLater('ledger_unavailable', 'the cache failed a moment ago')
    }
    try {
      return await asked()
    } catch (error) {
      restUntilMs = clock.monotonicMs() + restMs
      throw error
    }
  }

  function inTime<Answer>(asked: Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const late = new RetryLater('ledger_unavailable', `no answer within ${patienceMs} ms`)
      const cancel = clock.after(patienceMs, () => reject(late))
      asked.then(resolve, reject).finally(cancel)
    })
  }

  return {
    newest: (...asked) => unlessResting(() => inTime(inner.newest(...asked))),
    saveIfNewer: (...asked) => unlessResting(() => inner.saveIfNewer(...asked)),
    discard: (...asked) => unlessResting(() => inTime(inner.discard(...asked))),
  }
}
