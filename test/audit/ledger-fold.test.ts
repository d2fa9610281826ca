// The audit's own fold against the shop's: they agree on every history that the shop's decisions
// can make, and no single change to a stored history goes unseen.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import type { CheckoutId, HoldId, Sku, UserId } from '../../actors/domain/ids.ts'
import type { LedgerEntry } from '../../actors/domain/ledger-entry.ts'
import { skuShardOf } from '../../actors/domain/shard.ts'
import type { CheckId } from '../../src/audit/checks.ts'
import { emptyFold, foldEntry } from '../../src/audit/ledger-fold.ts'
import { emptyTally } from '../../src/audit/tally.ts'
import { anyHistory } from '../domain/stock-history.ts'

const SKU = 'ROSE-12' as Sku
const EPOCH = 3

const history = anyHistory(SKU, EPOCH)

function violatedBy(entries: readonly LedgerEntry[]): CheckId[] {
  const tally = emptyTally()
  const fold = emptyFold(SKU)
  const shard = { epoch: EPOCH, aliveAtMs: null }
  for (const entry of entries) foldEntry(fold, { ...entry, shard: skuShardOf(SKU) }, shard, tally)
  return tally.results().flatMap(({ id, violations }) => (violations > 0 ? [id] : []))
}

test('both folds agree on every history that the shop can write', () => {
  fc.assert(
    fc.property(history, (entries) => assert.deepEqual(violatedBy(entries), [])),
    { numRuns: 300 },
  )
})

test('no stored field of any entry can be changed unseen', () => {
  const change = fc.constantFrom<(entry: LedgerEntry) => LedgerEntry>(
    (entry) => ({ ...entry, quantity: entry.quantity + 1 }),
    (entry) => ({ ...entry, available: entry.available + 1, held: entry.held - 1 }),
    (entry) => ({ ...entry, received: entry.received + 1, sold: entry.sold + 1 }),
    (entry) => ({ ...entry, holdId: 'hold_other' as HoldId }),
    (entry) => ({ ...entry, checkoutId: 'chk_other' as CheckoutId }),
    (entry) => ({ ...entry, buyer: 'buyer-2' as UserId }),
    (entry) => ({ ...entry, commandId: 'another' }),
    (entry) => ({ ...entry, atMs: entry.atMs + 1 }),
    (entry) => ({ ...entry, expiresAtMs: (entry.expiresAtMs ?? 0) + 1 }),
    (entry) => ({ ...entry, kind: entry.kind === 'receive' ? 'adjust' : 'receive' }),
    (entry) => ({ ...entry, hash: 'f'.repeat(64) }),
    (entry) => ({ ...entry, prevHash: 'f'.repeat(64) }),
  )
  fc.assert(
    fc.property(history, change, fc.nat(), (entries, tamper, position) => {
      const at = position % entries.length
      const tampered = entries.map((entry, index) => (index === at ? tamper(entry) : entry))
      assert.ok(violatedBy(tampered).includes('I3'))
    }),
    { numRuns: 500 },
  )
})

test('no entry but the last can be taken out or told twice unseen', () => {
  fc.assert(
    fc.property(history, fc.nat(), (entries, position) => {
      fc.pre(entries.length > 1)
      const at = position % (entries.length - 1)
      assert.ok(violatedBy(entries.toSpliced(at, 1)).includes('I3'))
      assert.ok(
        violatedBy(
          entries.flatMap((entry, index) => (index === at ? [entry, entry] : [entry])),
        ).includes('I3'),
      )
    }),
    { numRuns: 300 },
  )
})

test.run()
