// The append statement with one of its checks cut out. Composed by tests alone, which must
// catch what they do. Each is made from the real text and cannot outlive a change of it unseen.

import assert from 'node:assert/strict'
import type { Statement } from '../../persistence/postgres/load-sql.ts'
import { APPEND_ENTRIES } from '../../persistence/postgres/postgres-ledger.ts'

/** Takes appends of any epoch: a deposed owner goes on writing. */
export const APPEND_WITHOUT_FENCE = mutated('append_without_fence', [
  'coalesce(fence.epoch = head.epoch, false) as owned',
  'true as owned',
])

/** Takes appends to any head. `DROP_SEQUENCE_RULES` takes away the table's own word on it. */
export const APPEND_WITHOUT_SEQUENCE_CHECK = mutated('append_without_sequence_check', [
  `coalesce(last.seq, 0) = head.seq
           and (head.seq = 0 or last.hash = decode(head.hash, 'hex')) as continued`,
  'true as continued',
])

/** Reads the epoch without a lock: a takeover does not wait for the append in flight. */
export const APPEND_WITHOUT_LOCK = mutated('append_without_lock', [
  'order by id for share',
  'order by id',
])

export const DROP_SEQUENCE_RULES = `
  alter table ledger_entry drop constraint sku_has_one_history;
  drop index hold_is_taken_once, hold_is_resolved_once, command_is_applied_once`

function mutated(name: string, [from, to]: readonly [from: string, to: string]): Statement {
  const text = APPEND_ENTRIES.text.replace(from, to)
  assert.notEqual(text, APPEND_ENTRIES.text, `${name}: the statement has no "${from}" any more`)
  return { name, text }
}
