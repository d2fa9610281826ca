// A ledger with a gate before it: a test sees an append arrive, keeps it waiting as long as it
// likes, and decides whether it is written and whether its answer comes back.

import { RetryLater } from '../../actors/domain/failures.ts'
import type { AppendOutcome, Ledger, SkuAppend } from '../../actors/ports/ledger.ts'

export interface GatedLedger extends Ledger {
  /** Every append that arrived, in order. */
  readonly arrivals: readonly SkuAppend[]
  readonly count: { reads: number; lookUps: number; counts: number }
  /** Resolves once that many appends have arrived since the start. */
  arrived(total: number): Promise<void>
  /** From now on appends wait before the gate. */
  shut(): void
  /** Lets everything through that waits, and what comes after it. */
  open(): void
  /** The next append that has not yet gone through is not written, and the line is lost. */
  loseNextRequest(): void
  /** The next append that has not yet gone through is written, but its answer is lost. */
  loseNextAnswer(): void
}

export function gatedLedger(inner: Ledger): GatedLedger {
  const arrivals: SkuAppend[] = []
  const count = { reads: 0, lookUps: 0, counts: 0 }
  let watchers: { readonly total: number; readonly resolve: () => void }[] = []
  let gate: Promise<void> | null = null
  let openGate: () => void = () => {}
  let losing: 'request' | 'answer' | null = null

  function arrive(append: SkuAppend): void {
    arrivals.push(append)
    for (const { total, resolve } of watchers) if (arrivals.length >= total) resolve()
    watchers = watchers.filter(({ total }) => arrivals.length < total)
  }

  async function append(one: SkuAppend): Promise<AppendOutcome> {
    arrive(one)
    await gate
    const lost = losing
    losing = null
    if (lost === 'request') throw lineLost()
    const outcome = await inner.append(one)
    if (lost === 'answer') throw lineLost()
    return outcome
  }

  return {
    arrivals,
    count,
    append,
    arrived: (total) =>
      new Promise((resolve) => {
        if (arrivals.length >= total) resolve()
        else watchers.push({ total, resolve })
      }),
    shut() {
      gate = new Promise((resolve) => (openGate = resolve))
    },
    open() {
      gate = null
      openGate()
    },
    loseNextRequest: () => (losing = 'request'),
    loseNextAnswer: () => (losing = 'answer'),
    entriesAfter(...asked) {
      count.reads += 1
      return inner.entriesAfter(...asked)
    },
    lookUp(...asked) {
      count.lookUps += 1
      return inner.lookUp(...asked)
    },
    unitsSold(...asked) {
      count.counts += 1
      return inner.unitsSold(...asked)
    },
    nowMs: () => inner.nowMs(),
  }
}

function lineLost(): RetryLater {
  return new RetryLater('ledger_unavailable', 'the line was lost')
}
