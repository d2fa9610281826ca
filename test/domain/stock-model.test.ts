// Any sequence of commands against the plain model, and the promises about the entries it leaves:
// I1, I2, I3, I4, I6, I8.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import { hashOfEntry } from '../../actors/domain/hash.ts'
import type { CheckoutId, HoldId, Sku, UserId } from '../../actors/domain/ids.ts'
import { GENESIS_HASH, type LedgerEntry } from '../../actors/domain/ledger-entry.ts'
import { NO_OUTAGES } from '../../actors/domain/outages.ts'
import {
  appendFact,
  balancesOf,
  countBuyers,
  emptyStock,
  replayEntry,
  type SkuStock,
} from '../../actors/domain/sku-stock.ts'
import type { StockCommand } from '../../actors/domain/stock-command.ts'
import {
  decide,
  decideExpiries,
  needsLookUp,
  nextExpiryMs,
} from '../../actors/domain/stock-decisions.ts'
import { addUnits } from '../../actors/domain/units-by-buyer.ts'
import { askPaper, expirePaper, paperBalances, paperStock, paperUnitsOf } from './stock-model.ts'

const SKU = 'ROSE' as Sku
const EPOCH = 3
const RUNS = { numRuns: 400 }

type Step =
  | { readonly kind: 'command'; readonly command: StockCommand }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'expire' }

// Few names and small numbers, so that repeats, conflicts and shortages are the rule.
const holdId = fc.constantFrom(...(['R1', 'R2', 'R3', 'R4'] as HoldId[]))
const commandId = fc.constantFrom('C1', 'C2', 'C3', 'C4', 'C5', 'C6')
const quantity = fc.integer({ min: 1, max: 6 })
const purchaseLimit = fc.constantFrom(null, 3, 8)
const reserveOf = fc.record({
  kind: fc.constant('reserve' as const),
  holdId,
  checkoutId: fc.constantFrom('K1' as CheckoutId, 'K1' as CheckoutId, 'K2' as CheckoutId),
  buyer: fc.constantFrom('anna' as UserId, 'anna' as UserId, 'ben' as UserId),
  quantity,
  expiresAtMs: fc.integer({ min: 1, max: 60 }),
  purchaseLimit,
  repeat: fc.boolean(),
})
const anyCommand: fc.Arbitrary<StockCommand> = fc.oneof(
  reserveOf,
  reserveOf,
  fc.record({ kind: fc.constantFrom('pin', 'unpin', 'commit', 'release'), holdId }),
  fc.record({ kind: fc.constantFrom('pin', 'commit'), holdId }),
  fc.record({ kind: fc.constant('resize' as const), holdId, commandId, quantity, purchaseLimit }),
  fc.record({ kind: fc.constant('return' as const), holdId, commandId, quantity }),
  fc.record({ kind: fc.constant('receive' as const), commandId, quantity }),
  fc.record({
    kind: fc.constant('adjust' as const),
    commandId,
    quantity: fc.constantFrom(-3, -1, 2, 1_000_000_000),
  }),
)
const anySteps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({ kind: fc.constant('command' as const), command: anyCommand }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(12) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const) }) },
  ),
  { maxLength: 60, size: 'max' },
)

const SOME_OUTAGES = [
  { beganAtMs: 5, endedAtMs: 40 },
  { beganAtMs: 44, endedAtMs: 900 },
]

function at(nowMs: number) {
  return { nowMs, outages: NO_OUTAGES }
}

interface Played {
  readonly stock: SkuStock
  readonly entries: readonly LedgerEntry[]
  readonly words: readonly string[]
}

/** Plays the steps and hands every answer to `check`. */
function play(
  steps: readonly Step[],
  check: (step: Step, word: string, stock: SkuStock, nowMs: number) => void = () => {},
): Played {
  const stock = countedStock()
  const entries: LedgerEntry[] = []
  const words: string[] = []
  let nowMs = 0
  for (const step of steps) {
    let word = ''
    if (step.kind === 'wait') nowMs += step.ms
    else if (step.kind === 'expire') {
      const due = decideExpiries(stock, at(nowMs), 100)
      for (const fact of due) entries.push(appendFact(stock, fact, EPOCH))
    } else {
      const decision = decide(stock, step.command, at(nowMs))
      word = decision.ok ? (decision.holdState ?? 'done') : decision.refusal
      if (decision.ok && decision.fact) entries.push(appendFact(stock, decision.fact, EPOCH))
    }
    words.push(word)
    check(step, word, stock, nowMs)
  }
  return { stock, entries, words }
}

/** Of a SKU whose buyers are counted from its first entry on. */
function countedStock(): SkuStock {
  const stock = emptyStock(SKU)
  countBuyers(stock, new Map())
  return stock
}

function fold(entries: readonly LedgerEntry[], onto: SkuStock = countedStock()): SkuStock {
  for (const entry of entries) replayEntry(onto, entry)
  return onto
}

test('every answer and every balance is that of the plain model', () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      const paper = paperStock()
      play(steps, (step, word, stock, nowMs) => {
        if (step.kind === 'command') assert.equal(word, askPaper(paper, step.command, nowMs))
        if (step.kind === 'expire') expirePaper(paper, nowMs)
        assert.deepEqual(balancesOf(stock), paperBalances(paper))
        for (const buyer of ['anna', 'ben'] as UserId[]) {
          assert.equal(stock.unitsByBuyer?.get(buyer) ?? 0, paperUnitsOf(paper, buyer))
        }
      })
    }),
    { ...RUNS, numRuns: 2_000 },
  )
})

test('no entry goes below nothing or loses a unit (I1, I2), the chain is whole (I3)', () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      let prevHash = GENESIS_HASH
      for (const [index, entry] of play(steps).entries.entries()) {
        const { received, available, held, sold } = entry
        assert(available >= 0 && held >= 0 && sold >= 0, 'I1')
        assert.equal(available + held + sold, received, 'I2')
        assert.equal(entry.seq, index + 1, 'I3')
        assert.equal(entry.prevHash, prevHash, 'I3')
        assert.equal(entry.hash, hashOfEntry(entry), 'I3')
        prevHash = entry.hash
      }
    }),
    RUNS,
  )
})

test('a hold is taken once and resolved at most once (I4), a command is one entry (I6)', () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      const { entries } = play(steps)
      const ends = entries.filter(({ kind }) => ['commit', 'release', 'expire'].includes(kind))
      const taken = entries.filter(({ kind }) => kind === 'reserve')
      assertUnique(taken.map(({ holdId: id }) => id))
      assertUnique(ends.map(({ holdId: id }) => id))
      assertUnique(entries.flatMap(({ commandId: id }) => id ?? []))
    }),
    RUNS,
  )
})

test('asking everything twice leaves the same ledger and gives the same answers (I6)', () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      const twice = steps.flatMap((step): Step[] => (step.kind === 'wait' ? [step] : [step, step]))
      const once = play(steps)
      const doubled = play(twice)
      assert.deepEqual(
        doubled.entries.map(({ hash }) => hash),
        once.entries.map(({ hash }) => hash),
      )
      assert.deepEqual(doubled.stock, once.stock)
      const answers = once.words.flatMap((word, index) =>
        steps[index]?.kind === 'wait' ? [word] : [word, word],
      )
      assert.deepEqual(doubled.words, answers)
    }),
    RUNS,
  )
})

test('the fold of all entries is the fold of any prefix and then the tail (I8)', () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      const { stock, entries } = play(steps)
      assert.deepEqual(fold(entries), stock)
      for (let k = 0; k <= entries.length; k += 1) {
        // What a snapshot is: the folded prefix, copied.
        const snapshot = structuredClone(fold(entries.slice(0, k)))
        assert.deepEqual(fold(entries.slice(k), snapshot), stock)
      }
    }),
    { numRuns: 100 },
  )
})

test('buyers counted late, from what was sold, are those counted all along', () => {
  fc.assert(
    fc.property(anySteps, fc.nat(), (steps, random) => {
      const { stock, entries } = play(steps)
      const k = random % (entries.length + 1)
      const late = fold(entries.slice(0, k), emptyStock(SKU))
      countBuyers(late, soldIn(entries.slice(0, k)))
      assert.deepEqual(fold(entries.slice(k), late), stock)
      // Returns of before they named their buyer leave nothing wrong behind.
      const old = entries.slice(k).map((each) => (each.kind === 'return' ? nameless(each) : each))
      const unsealed = fold(entries.slice(0, k))
      for (const entry of old) appendFact(unsealed, entry, EPOCH)
      assert.deepEqual(unsealed.unitsByBuyer, stock.unitsByBuyer)
    }),
    RUNS,
  )
})

test('an old return of a hold that is forgotten has the buyers counted anew', () => {
  const stock = countedStock()
  const fact = {
    kind: 'receive',
    holdId: null,
    checkoutId: null,
    buyer: null,
    commandId: 'D1',
  } as const
  appendFact(stock, { ...fact, quantity: 5, expiresAtMs: null, atMs: 1 }, EPOCH)
  const hold = { ...fact, holdId: 'R1' as HoldId, quantity: 2, expiresAtMs: 60, atMs: 2 }
  const ofAnna = { checkoutId: 'K1' as CheckoutId, buyer: 'anna' as UserId, commandId: null }
  for (const kind of ['reserve', 'pin', 'commit'] as const) {
    appendFact(stock, { ...hold, ...ofAnna, kind }, EPOCH)
  }
  assert.deepEqual([...(stock.unitsByBuyer ?? [])], [['anna', 2]])
  stock.ended.clear()
  appendFact(stock, { ...hold, kind: 'return', commandId: 'B1', expiresAtMs: null }, EPOCH)
  assert.equal(stock.unitsByBuyer, null)
})

function nameless(entry: LedgerEntry): LedgerEntry {
  return { ...entry, buyer: null }
}

function soldIn(entries: readonly LedgerEntry[]): Map<UserId, number> {
  const sold = new Map<UserId, number>()
  for (const { kind, buyer, quantity } of entries) {
    if (buyer && kind === 'commit') addUnits(sold, buyer, quantity)
    if (buyer && kind === 'return') addUnits(sold, buyer, -quantity)
  }
  return sold
}

test('the same steps give the same entries, hashes included', () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      assert.deepEqual(play(steps), play(structuredClone(steps)))
    }),
    { numRuns: 100 },
  )
})

test('deciding reads and changes nothing', () => {
  fc.assert(
    fc.property(
      anySteps,
      fc.array(anyCommand, { maxLength: 20 }),
      fc.nat(80),
      (steps, asked, nowMs) => {
        const { stock } = play(steps)
        const before = structuredClone(stock)
        for (const command of asked) {
          decide(stock, Object.freeze(command), at(nowMs))
          needsLookUp(stock, command)
        }
        decideExpiries(stock, at(nowMs), 3)
        nextExpiryMs(stock, NO_OUTAGES)
        assert.deepEqual(stock, before)
      },
    ),
    RUNS,
  )
})

test('the next expiry is when the next hold runs out, and not before', () => {
  fc.assert(
    fc.property(anySteps, fc.constantFrom(NO_OUTAGES, SOME_OUTAGES), (steps, outages) => {
      const { stock } = play(steps)
      const next = nextExpiryMs(stock, outages)
      const dueAt = (nowMs: number) => decideExpiries(stock, { nowMs, outages }, 100)
      if (next === null) return assert.deepEqual(dueAt(10_000), [])
      assert.deepEqual(dueAt(next - 1), [])
      assert(dueAt(next).length > 0)
    }),
    RUNS,
  )
})

test('an entry that was changed, left out or put elsewhere stops the replay', () => {
  fc.assert(
    fc.property(anySteps, fc.nat(), (steps, random) => {
      const { entries } = play(steps)
      fc.pre(entries.length >= 2)
      const at = random % (entries.length - 1)
      const [entry, next] = [entries[at], entries[at + 1]]
      assert(entry && next)
      const otherHash = { ...entry, hash: 'f'.repeat(64) }
      const wrong = { ...entry, available: entry.available + 1 }
      assert.throws(() => fold(entries.toSpliced(at, 1)), /I3/)
      assert.throws(() => fold(entries.toSpliced(at, 2, next, entry)), /I3/)
      assert.throws(() => fold(entries.toSpliced(at, 1, otherHash)), /I3/)
      assert.throws(() => fold(entries.toSpliced(at, 1, wrong)), /I8/)
      assert.throws(() => fold(entries.toSpliced(at, 1, { ...entry, sku: 'TULIP' as Sku })), /I3/)
    }),
    RUNS,
  )
})

test('every field of an entry is under its hash', () => {
  const [entry] = play([
    { kind: 'command', command: { kind: 'receive', commandId: 'C1', quantity: 5 } },
  ]).entries
  assert(entry)
  const { hash, ...fields } = entry
  for (const name of Object.keys(fields)) {
    assert.notEqual(hashOfEntry({ ...entry, [name]: 77 }), hash, name)
  }
})

function assertUnique(values: readonly unknown[]): void {
  assert.equal(new Set(values).size, values.length, JSON.stringify(values))
}

test.run()
