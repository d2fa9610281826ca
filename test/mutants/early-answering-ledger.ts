// A ledger that says "committed" and only then begins to write: the mistake that loses sales which
// were already confirmed. Composed by tests alone, which must catch it.

import type { AppendOutcome, Ledger } from '../../actors/ports/ledger.ts'

export function earlyAnsweringLedger(inner: Ledger): Ledger {
  return {
    async append(append): Promise<AppendOutcome> {
      // What becomes of it, nobody is told: that is the mistake.
      inner.append(append).catch(() => {})
      return { kind: 'committed', ledgerNowMs: append.entries[0]?.atMs ?? 0 }
    },
    entriesAfter: (...asked) => inner.entriesAfter(...asked),
    lookUp: (...asked) => inner.lookUp(...asked),
    unitsSold: (...asked) => inner.unitsSold(...asked),
    nowMs: () => inner.nowMs(),
  }
}
