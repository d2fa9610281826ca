// The ledger in memory without the fence, and, if told so, without looking at the head: what stock
// would be if one process at a time were only a hope. Composed by tests alone.

import type { Sku } from '../../actors/domain/ids.ts'
import type { LedgerEntry } from '../../actors/domain/ledger-entry.ts'
import type { Clock } from '../../actors/ports/clock.ts'
import { type MemoryLedger, memoryLedger } from '../../persistence/memory/memory-ledger.ts'

export function unfencedMemoryLedger(
  clock: Clock,
  { looksAtHead }: { readonly looksAtHead: boolean },
): MemoryLedger {
  const sound = memoryLedger(clock)
  const histories = new Map<Sku, LedgerEntry[]>()
  const historyOf = (sku: Sku) => histories.get(sku) ?? []
  return {
    shards: sound.shards,
    historyOf,
    store: {
      ...sound.store,
      async appendMany(appends) {
        return appends.map(({ sku, headSeq, entries }) => {
          if (looksAtHead && (historyOf(sku).at(-1)?.seq ?? 0) !== headSeq) {
            return { kind: 'refused', refusal: 'stale_head', detail: 'written after this head' }
          }
          const all = [...historyOf(sku), ...entries]
          histories.set(
            sku,
            all.toSorted((a, b) => a.seq - b.seq),
          )
          return { kind: 'committed', ledgerNowMs: clock.nowMs() }
        })
      },
      entriesAfter: async (sku, afterSeq, limit) =>
        historyOf(sku)
          .filter(({ seq }) => seq > afterSeq)
          .slice(0, limit),
    },
  }
}
