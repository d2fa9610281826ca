// The audit's own fold against the shop's: they agree on every history that the shop's decisions
// can make, and no single change to a stored history goes unseen.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import type { CheckoutId, HoldId, Sku, UserId } from '../../actors/domain/ids.ts'
import type { LedgerEntry } from '../../actors/domain/ledger-entry.ts'
import { NO_OUTAGES } from '../../actors/domain/outages.ts'
import { skuShardOf } from '../../actors/domain/shard.ts'
import { appendFact, emptyStock } from '../../actors/domain/sku-stock.ts'
import type { StockCommand } from '../../actors/domain/stock-command.ts'
import { decide, decideExpiries } from '../../actors/domain/stock-decisions.ts'
import type { CheckId } from '../../src/audit/checks.ts'
import { emptyFold, foldEntry } from '../../src/audit/ledger-fold.ts'
import { emptyTally } from '../../src/audit/tally.ts'

const SKU = 'ROSE-12' as Sku
const EPOCH = 3

const hold = fc.integer({ min: 0, max: 4 }).map((number) => `hold_${number}` as HoldId)
const quantity = fc.integer({ min: 1, max: 6 })
const commandId = fc.integer({ min: 0, max: 1_000 }).map(String)
const command: fc.Arbitrary<StockCommand | 'let_expire'> = fc.oneof(
  fc.constant('let_expire' as const),
  fc.record({ kind: fc.constant('receive' as const), commandId, quantity }),
  fc.record({ kind: fc.constant('adjust' as const), commandId, quantity: quantity.map((n) => -n) }),
  fc.record({
    kind: fc.constantFrom('pin' as const, 'unpin' as const, 'commit' as const, 'release' as const),
    holdId: hold,
  }),
  fc.record({
    kind: fc.constant('resize' as const),
    holdId: hold,
    commandId,
    quantity,
    purchaseLimit: fc.constant(null),
  }),
  fc.record({ kind: fc.constant('return' as const), holdId: hold, commandId, quantity }),
  fc.record({
    kind: fc.constant('reserve' as const),
    holdId: hold,
    checkoutId: fc.constant('chk_1' as CheckoutId),
    buyer: fc.constant('buyer-1' as UserId),
    quantity,
    expiresAtMs: fc.integer({ min: 100, max: 400 }),
    purchaseLimit: fc.constant(null),
    repeat: fc.constant(false),
  }),
)

/** What the shop makes of the commands, refusals left out. */
function historyOf(commands: readonly (StockCommand | 'let_expire')[]): LedgerEntry[] {
  const stock = emptyStock(SKU)
  const supply = { kind: 'receive', commandId: 'first', quantity: 10 } as const
  return [supply, ...commands].flatMap((each, index) => {
    const time = { nowMs: index * 5, outages: NO_OUTAGES }
    if (each === 'let_expire') {
      return decideExpiries(stock, time, 10).map((fact) => appendFact(stock, fact, EPOCH))
    }
    const decision = decide(stock, each, time)
    return decision.ok && decision.fact ? [appendFact(stock, decision.fact, EPOCH)] : []
  })
}

const history = fc.array(command, { minLength: 1, maxLength: 60 }).map(historyOf)

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
