// When the service is killed in a replay, and what comes with it: drawn from a seed before the run,
// so that the same command draws the same moments again.

import { seededFractions } from '../load/seeded-random.ts'

export interface Disturbance {
  /** It is due once this many invoices are finished. */
  readonly afterInvoices: number
  /** How much later it happens: an invoice that has just ended says nothing about the others. */
  readonly delayMs: number
  /** Whether Redis is emptied when it is due, before the delay. */
  readonly flush: boolean
  /** How long after its start the new process is killed as well; null lets it live. */
  readonly killAgainAfterMs: number | null
}

export interface DisturbanceWishes {
  readonly invoices: number
  readonly kills: number
  /** How many of the kills come with a flush. */
  readonly flushes: number
  readonly seed: number
}

const DELAY_MAX_MS = 60
/** A start takes about a second: this hits it before, while and after it takes the stock over. */
const KILL_AGAIN_WITHIN_MS = 2_000
const KILLED_AGAIN_SHARE = 0.25

/** In the order in which they are due. */
export function planDisturbances(wishes: DisturbanceWishes): readonly Disturbance[] {
  const { invoices, kills, flushes, seed } = wishes
  const fraction = seededFractions(seed)
  const moments = Array.from({ length: kills }, () => Math.floor(fraction() * invoices))
  const flushed = drawn(kills, flushes, fraction)
  return moments
    .toSorted((a, b) => a - b)
    .map((afterInvoices, at) => ({
      afterInvoices,
      delayMs: Math.floor(fraction() * DELAY_MAX_MS),
      flush: flushed.has(at),
      killAgainAfterMs:
        fraction() < KILLED_AGAIN_SHARE ? Math.floor(fraction() * KILL_AGAIN_WITHIN_MS) : null,
    }))
}

/** One kill where the share of the invoices is done, and nothing else. */
export function killOnceAt(share: number, invoices: number): readonly Disturbance[] {
  const afterInvoices = Math.ceil(share * invoices)
  return [{ afterInvoices, delayMs: 0, flush: false, killAgainAfterMs: null }]
}

/** `count` different numbers from 0 to below `of`. */
function drawn(of: number, count: number, fraction: () => number): ReadonlySet<number> {
  const left = Array.from({ length: of }, (_, at) => at)
  const chosen = new Set<number>()
  while (chosen.size < count && left.length > 0) {
    for (const at of left.splice(Math.floor(fraction() * left.length), 1)) chosen.add(at)
  }
  return chosen
}
