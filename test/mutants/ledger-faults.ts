// What is wrong with a history, judged from its entries and from what buyers were told.

import type { LedgerEntry } from '../../actors/domain/ledger-entry.ts'

export interface Acknowledged {
  readonly holdId: string
  readonly quantity: number
}

export type LedgerFault =
  | 'epochs_go_back' // I3: a deposed owner's entry was accepted
  | 'history_forks' // I3: two entries claim one place
  | 'oversold' // more units are promised than there are
  | 'acknowledged_hold_is_missing' // I5

/** `entries` in the order of their seq. Empty when all is well. */
export function faultsOf(
  entries: readonly LedgerEntry[],
  acknowledged: readonly Acknowledged[],
): LedgerFault[] {
  const faults = new Set<LedgerFault>()
  for (const [index, { seq, epoch }] of entries.entries()) {
    const before = entries[index - 1]
    if (before && epoch < before.epoch) faults.add('epochs_go_back')
    if (before && seq === before.seq) faults.add('history_forks')
  }
  const received = sum(entries.filter(({ kind }) => kind === 'receive'))
  if (sum(acknowledged) > received) faults.add('oversold')
  const taken = new Set(
    entries.filter(({ kind }) => kind === 'reserve').map(({ holdId }) => String(holdId)),
  )
  if (acknowledged.some(({ holdId }) => !taken.has(holdId))) {
    faults.add('acknowledged_hold_is_missing')
  }
  return [...faults]
}

function sum(counted: readonly { readonly quantity: number }[]): number {
  return counted.reduce((total, { quantity }) => total + quantity, 0)
}
