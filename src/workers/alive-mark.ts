// Says again and again that the owner of the stock lives, and tells the clock that stock is judged
// by what came back: the outages, this process's own among them.

import { OUTAGE_MIN_MS, type Outage } from '../../actors/domain/outages.ts'
import type { Clock } from '../../actors/ports/clock.ts'
import type { Alive, ShardTable } from '../../actors/ports/ledger.ts'

export interface AliveMarkDeps {
  readonly shards: Pick<ShardTable, 'markAlive'>
  readonly owner: string
  readonly clock: Clock
  /** Hears each answer, and when the question was sent by the monotonic clock. */
  readonly onAlive: (alive: Alive, sentMonotonicMs: number) => void
  /** Another process has the stock: this one must not even say "sold out" any more (I7). */
  readonly onDeposed: () => void
  /** An outage has just ended, of this process or of its database. */
  readonly onOutage?: (outage: Outage) => void
}

/** One round; the first tells of the outage that a start ended, if it did. */
export function aliveMark(deps: AliveMarkDeps): () => Promise<boolean> {
  const { shards, owner, clock, onAlive, onDeposed, onOutage } = deps
  let toldUntilMs = Number.NEGATIVE_INFINITY

  function tell({ outages, ledgerNowMs }: Alive): void {
    const justEnded = ledgerNowMs - OUTAGE_MIN_MS
    const last = outages.at(-1)
    if (last && last.endedAtMs > Math.max(toldUntilMs, justEnded)) {
      toldUntilMs = last.endedAtMs
      onOutage?.(last)
    }
  }

  return async () => {
    // The time of the question, not of the answer: whatever happened after it is not in there.
    const sentMonotonicMs = clock.monotonicMs()
    const alive = await shards.markAlive(owner)
    if (alive.shards === 0) onDeposed()
    else {
      onAlive(alive, sentMonotonicMs)
      tell(alive)
    }
    return false
  }
}
