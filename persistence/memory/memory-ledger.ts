// The ledger in memory: the same promises as the one in Postgres, for models and simulations that
// need thousands of runs a second. It forgets everything with the process.

import type { Sku, UserId } from '../../actors/domain/ids.ts'
import { GENESIS_HASH, type LedgerEntry } from '../../actors/domain/ledger-entry.ts'
import { OUTAGE_MIN_MS, type Outage } from '../../actors/domain/outages.ts'
import { SKU_SHARDS } from '../../actors/domain/shard.ts'
import { addUnits } from '../../actors/domain/units-by-buyer.ts'
import type { Clock } from '../../actors/ports/clock.ts'
import {
  type AppendOutcome,
  OUTAGES_TOLD_MAX,
  type ShardTable,
  type SkuAppend,
} from '../../actors/ports/ledger.ts'
import { BatchConflict, type LedgerStore } from '../ledger-with-group-commit.ts'

export interface MemoryLedger {
  readonly store: LedgerStore
  readonly shards: ShardTable
  /** Every entry of a SKU, for a test to look at. */
  historyOf(sku: Sku): readonly LedgerEntry[]
}

export function memoryLedger(clock: Clock): MemoryLedger {
  const histories = new Map<Sku, LedgerEntry[]>()
  const epochs = new Map<number, number>()
  const outages: Outage[] = []
  let shardOwner: string | null = null
  let aliveAtMs: number | null = null
  const historyOf = (sku: Sku) => histories.get(sku) ?? []

  /** Everybody who says that they live ends a silence, and one that was long is recorded. */
  function endSilence(): void {
    const endedAtMs = Math.floor(clock.nowMs())
    const beganAtMs = aliveAtMs ?? endedAtMs
    if (endedAtMs - beganAtMs > OUTAGE_MIN_MS) outages.push({ beganAtMs, endedAtMs })
    aliveAtMs = endedAtMs
  }

  function judge(append: SkuAppend): AppendOutcome {
    if (epochs.get(append.shard) !== append.epoch) {
      return { kind: 'refused', refusal: 'stale_epoch', detail: 'the shard has another owner' }
    }
    const last = historyOf(append.sku).at(-1)
    const continued =
      (last?.seq ?? 0) === append.headSeq && (last?.hash ?? GENESIS_HASH) === append.headHash
    if (!continued) {
      return { kind: 'refused', refusal: 'stale_head', detail: 'somebody wrote after this head' }
    }
    return { kind: 'committed', ledgerNowMs: clock.nowMs() }
  }

  return {
    historyOf,
    store: {
      async appendMany(appends) {
        const outcomes = appends.map(judge)
        const writing = appends.filter((_, index) => outcomes[index]?.kind === 'committed')
        const written = new Map<Sku, LedgerEntry[]>()
        for (const { sku, entries } of writing) {
          const history = [...(written.get(sku) ?? historyOf(sku)), ...entries]
          assertConstraints(history)
          written.set(sku, history)
        }
        for (const [sku, history] of written) histories.set(sku, history)
        return outcomes
      },
      async entriesAfter(sku, afterSeq, limit) {
        return historyOf(sku).slice(afterSeq, afterSeq + limit)
      },
      async lookUp(sku, { holdIds, commandIds }) {
        return historyOf(sku).filter(
          (entry) =>
            ((isEnd(entry) || entry.kind === 'return' || entry.kind === 'reserve') &&
              entry.holdId !== null &&
              holdIds.includes(entry.holdId)) ||
            (entry.commandId !== null && commandIds.includes(entry.commandId)),
        )
      },
      async unitsSold(sku, throughSeq) {
        return soldPerBuyer(historyOf(sku).slice(0, throughSeq))
      },
      nowMs: async () => clock.nowMs(),
    },
    shards: {
      async takeAll(owner) {
        endSilence()
        shardOwner = owner
        for (let shard = 0; shard < SKU_SHARDS; shard += 1) {
          epochs.set(shard, (epochs.get(shard) ?? 0) + 1)
        }
        return new Map(epochs)
      },
      async markAlive(owner) {
        const owns = owner === shardOwner
        if (owns) endSilence()
        const shards = owns ? SKU_SHARDS : 0
        return { shards, ledgerNowMs: clock.nowMs(), outages: outages.slice(-OUTAGES_TOLD_MAX) }
      },
    },
  }
}

function soldPerBuyer(entries: readonly LedgerEntry[]): Map<UserId, number> {
  const sold = new Map<UserId, number>()
  const buyerOf = new Map(
    entries.flatMap(({ kind, holdId, buyer }) => (kind === 'commit' ? [[holdId, buyer]] : [])),
  )
  for (const { kind, holdId, quantity } of entries) {
    const buyer = buyerOf.get(holdId)
    if (buyer && kind === 'commit') addUnits(sold, buyer, quantity)
    if (buyer && kind === 'return') addUnits(sold, buyer, -quantity)
  }
  return sold
}

function isEnd({ kind }: LedgerEntry): boolean {
  return kind === 'commit' || kind === 'release' || kind === 'expire'
}

function assertConstraints(all: readonly LedgerEntry[]): void {
  assertOnce(
    'sku_has_one_history',
    all.map(({ seq }) => seq),
  )
  assertOnce(
    'hold_is_taken_once',
    all.filter(({ kind }) => kind === 'reserve').map(({ holdId }) => holdId),
  )
  assertOnce(
    'hold_is_resolved_once',
    all.filter(isEnd).map(({ holdId }) => holdId),
  )
  assertOnce(
    'command_is_applied_once',
    all.flatMap(({ commandId }) => commandId ?? []),
  )
  for (const { available, held, sold, received } of all) {
    if (available < 0) throw new BatchConflict('available_never_negative', null)
    if (held < 0) throw new BatchConflict('held_never_negative', null)
    if (sold < 0) throw new BatchConflict('sold_never_negative', null)
    if (available + held + sold !== received) throw new BatchConflict('no_unit_is_lost', null)
  }
}

function assertOnce(constraint: string, values: readonly unknown[]): void {
  if (new Set(values).size !== values.length) throw new BatchConflict(constraint, null)
}
