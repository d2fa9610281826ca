// Appends of many SKUs share a statement, and nothing else: not their failures, not their order of
// locks, and never more than one statement at a time.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import { RetryLater } from '../../actors/domain/failures.ts'
import type { Sku } from '../../actors/domain/ids.ts'
import { skuShardOf } from '../../actors/domain/shard.ts'
import type { AppendOutcome, SkuAppend } from '../../actors/ports/ledger.ts'
import {
  BatchConflict,
  type LedgerStore,
  ledgerWithGroupCommit,
} from '../../persistence/ledger-with-group-commit.ts'
import { chainOf, received } from '../conformance/ledger-chain.ts'

const COMMITTED: AppendOutcome = { kind: 'committed', ledgerNowMs: 1 }

interface Script {
  /** SKUs of each statement, in the order they were sent. */
  readonly statements: string[][]
  /** Lets the first statement through; those after it do not wait. */
  readonly letThrough: () => void
  readonly store: LedgerStore
}

/** A store whose first statement waits; `judge` may throw for a statement, or answer it. */
function scriptedStore(
  judge: (appends: readonly SkuAppend[]) => AppendOutcome[] = (appends) =>
    appends.map(() => COMMITTED),
): Script {
  const statements: string[][] = []
  let letThrough = (): void => {}
  const gate = new Promise<void>((resolve) => (letThrough = resolve))
  let running = 0
  return {
    statements,
    letThrough,
    store: {
      async appendMany(appends) {
        running += 1
        assert.equal(running, 1, 'one statement at a time')
        statements.push(appends.map(({ sku }) => sku))
        await gate
        running -= 1
        return judge(appends)
      },
      entriesAfter: async () => [],
      lookUp: async () => [],
      unitsSold: async () => new Map(),
      nowMs: async () => 0,
    },
  }
}

function appendOf(name: string, entries = 1): SkuAppend {
  const facts = Array.from({ length: entries }, (_, index) => received(`D${index}`, 1))
  return chainOf(name as Sku, 1).next(...facts)
}

test('what waits while a statement runs is one next statement', async () => {
  const { store, statements, letThrough } = scriptedStore()
  const ledger = ledgerWithGroupCommit(store, 100)
  const first = ledger.append(appendOf('a'))
  await new Promise((resolve) => setImmediate(resolve))
  const asked = [first, ...['b', 'c', 'd'].map((sku) => ledger.append(appendOf(sku)))]
  letThrough()
  assert.deepEqual(await Promise.all(asked), Array(4).fill(COMMITTED))
  assert.deepEqual(
    statements.map((skus) => skus.toSorted()),
    [['a'], ['b', 'c', 'd']],
  )
})

test('SKUs of one statement stand in order of shard and SKU: no two writers deadlock', async () => {
  const { store, statements, letThrough } = scriptedStore()
  const ledger = ledgerWithGroupCommit(store, 1_000)
  const names = Array.from({ length: 60 }, (_, index) => `sku ${(index * 37) % 60}`)
  const asked = names.map((sku) => ledger.append(appendOf(sku)))
  letThrough()
  await Promise.all(asked)
  const [sent = []] = statements
  const expected = sent.toSorted((a, b) => {
    const byShard = skuShardOf(a as Sku) - skuShardOf(b as Sku)
    return byShard === 0 ? (a < b ? -1 : 1) : byShard
  })
  assert.equal(sent.length, 60)
  assert.deepEqual(sent, expected)
})

test('a statement is bounded by its entries, and one that is too large goes alone', async () => {
  const { store, statements, letThrough } = scriptedStore()
  const ledger = ledgerWithGroupCommit(store, 10)
  const sizes = [1, 4, 6, 1, 50, 1]
  const asked = sizes.map((size, index) => ledger.append(appendOf(`s${index}`, size)))
  letThrough()
  await Promise.all(asked)
  assert.deepEqual(
    statements.map((skus) => skus.length),
    [2, 2, 1, 1],
  )
})

test('whichever SKUs are at fault, they fail and no stranger does', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `s${index}`)
  await fc.assert(
    fc.asyncProperty(fc.subarray(names), async (faulty) => {
      const { store, letThrough } = scriptedStore((appends) => {
        const culprit = appends.find(({ sku }) => faulty.includes(sku))
        if (culprit) throw new BatchConflict('hold_is_taken_once', null)
        return appends.map(() => COMMITTED)
      })
      const ledger = ledgerWithGroupCommit(store, 100)
      const asked = names.map((name) => ledger.append(appendOf(name)))
      letThrough()
      for (const [index, outcome] of (await Promise.all(asked)).entries()) {
        const expected = faulty.includes(names[index] ?? '') ? 'refused' : 'committed'
        assert.equal(outcome.kind, expected, names[index])
      }
    }),
    { numRuns: 60 },
  )
})

test('an error that nobody foresaw stays with the SKU that causes it', async () => {
  const { store, letThrough } = scriptedStore((appends) => {
    if (appends.some(({ sku }) => sku === 'bad')) throw new Error('a number out of range')
    return appends.map(() => COMMITTED)
  })
  const ledger = ledgerWithGroupCommit(store, 100)
  const asked = ['a', 'b', 'bad', 'c', 'd'].map((sku) => ledger.append(appendOf(sku)))
  letThrough()
  const outcomes = await Promise.allSettled(asked)
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
  )
})

test('a lost line is told to all, and nothing is sent a second time', async () => {
  const { store, statements, letThrough } = scriptedStore(() => {
    throw new RetryLater('ledger_unavailable', 'the line was lost')
  })
  const ledger = ledgerWithGroupCommit(store, 100)
  const asked = ['a', 'b', 'c'].map((sku) => ledger.append(appendOf(sku)))
  letThrough()
  for (const outcome of await Promise.allSettled(asked)) {
    assert(outcome.status === 'rejected' && outcome.reason instanceof RetryLater)
  }
  assert.deepEqual(statements.flat().toSorted(), ['a', 'b', 'c'])
})

test('a lost line is no end: the next append is sent', async () => {
  let lines = 0
  const { store, letThrough } = scriptedStore((appends) => {
    lines += 1
    if (lines === 1) throw new RetryLater('ledger_unavailable', 'the line was lost')
    return appends.map(() => COMMITTED)
  })
  letThrough()
  const ledger = ledgerWithGroupCommit(store, 100)
  await assert.rejects(ledger.append(appendOf('a')), RetryLater)
  assert.deepEqual(await ledger.append(appendOf('a')), COMMITTED)
})

test('a second history is a stale head, any other broken rule a conflict', async () => {
  for (const [constraint, refusal] of [
    ['sku_has_one_history', 'stale_head'],
    ['hold_is_resolved_once', 'constraint_violated'],
  ] as const) {
    const { store, letThrough } = scriptedStore(() => {
      throw new BatchConflict(constraint, null)
    })
    letThrough()
    const outcome = await ledgerWithGroupCommit(store, 100).append(appendOf('a'))
    assert.deepEqual(outcome, { kind: 'refused', refusal, detail: constraint })
  }
})

test('a ledger that answers too little answers nobody wrongly', async () => {
  const { store, letThrough } = scriptedStore(() => [])
  letThrough()
  await assert.rejects(ledgerWithGroupCommit(store, 100).append(appendOf('a')), RetryLater)
})

test.run()
