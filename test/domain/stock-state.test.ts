// The state of a SKU as text: what is written comes back as it was, a state with the entries after
// it is the whole fold wherever it was taken, and nothing that was changed is taken for a state.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import type { HoldId, Sku, UserId } from '../../actors/domain/ids.ts'
import {
  countBuyers,
  emptyStock,
  forgetOldest,
  REMEMBERED_MAX,
  replayEntry,
  type SkuStock,
} from '../../actors/domain/sku-stock.ts'
import {
  faultByLedger,
  freeze,
  type ReadState,
  readState,
  rowsIn,
  writeState,
} from '../../actors/domain/stock-state.ts'
import { forged } from '../actors/sku-recovery-world.ts'
import { chainOf, ofHold, received, reserved } from '../conformance/ledger-chain.ts'
import { anyHistory } from './stock-history.ts'

const SKU = 'ROSE-12' as Sku

function textOf(stock: SkuStock): string {
  return [...writeState(freeze(stock))].join('\n')
}

function read(text: string, sku: string = SKU): ReadState {
  const reading = readState(sku, text)
  for (;;) {
    const step = reading.next()
    if (step.done) return step.value
  }
}

function stockIn(text: string): SkuStock {
  const outcome = read(text)
  assert(outcome.ok, JSON.stringify(outcome))
  return outcome.stock
}

function faultIn(text: string, sku: string = SKU): string | null {
  const outcome = read(text, sku)
  return outcome.ok ? null : outcome.fault
}

/** Maps as lists: the order of holds is the order in which they are looked at. */
function plain({ open, ended, commands, unitsByBuyer, ...head }: SkuStock) {
  const buyers = unitsByBuyer === null ? null : [...unitsByBuyer]
  return { ...head, open: [...open], ended: [...ended], commands: [...commands], buyers }
}

function sampleStock(): SkuStock {
  const { stock, next } = chainOf(SKU, 3)
  next(received('D1', 20), reserved('R1', 4), reserved('R2', 2), reserved('R3', 1))
  next(ofHold('pin', 'R1', 4), ofHold('commit', 'R1', 4), ofHold('release', 'R3', 1))
  next({ ...ofHold('return', 'R1', 1), commandId: 'B1' }, ofHold('pin', 'R2', 2))
  return stock
}

test('what was written is read as it was', () => {
  const stock = sampleStock()
  countBuyers(stock, new Map([['anna' as UserId, 3]]))
  assert.deepEqual(plain(stockIn(textOf(stock))), plain(stock))
  assert.equal(rowsIn(stock), 1 + 2 + 2 + 1)
})

test('an empty count of buyers is not the same as none', () => {
  const { stock, next } = chainOf(SKU, 1)
  next(received('D1', 1))
  assert.equal(stockIn(textOf(stock)).unitsByBuyer, null)
  countBuyers(stock, new Map())
  assert.deepEqual(stockIn(textOf(stock)).unitsByBuyer, new Map())
})

test('a state anywhere in a history and the entries after it are the whole fold', () => {
  fc.assert(
    fc.property(anyHistory(SKU), fc.boolean(), (entries, counted) => {
      const whole = emptyStock(SKU)
      if (counted) countBuyers(whole, new Map())
      const texts = entries.map((entry) => {
        replayEntry(whole, entry)
        return textOf(whole)
      })
      texts.forEach((text, at) => {
        const stock = stockIn(text)
        assert.equal(faultByLedger(stock, entries[at]), null)
        for (const entry of entries.slice(at + 1)) replayEntry(stock, entry)
        assert.deepEqual(plain(stock), plain(whole))
      })
    }),
    { numRuns: 150 },
  )
})

test('a state that has forgotten says so', () => {
  const { stock, next } = chainOf(SKU, 1)
  next(received('D1', REMEMBERED_MAX + 10))
  for (let index = 0; index < REMEMBERED_MAX + 5; index += 1) {
    next(reserved(`R${index}`, 1), ofHold('release', `R${index}`, 1))
  }
  forgetOldest(stock)
  const again = stockIn(textOf(stock))
  assert.equal(again.forgetful, true)
  assert.deepEqual(plain(again), plain(stock))
})

test('what a frozen state says does not change when its SKU does', () => {
  const { stock, next } = chainOf(SKU, 1)
  next(received('D1', 9), reserved('R1', 2))
  const frozen = freeze(stock)
  const before = [...writeState(frozen)]
  next(reserved('R2', 1), ofHold('release', 'R1', 2))
  assert.deepEqual([...writeState(frozen)], before)
})

test('no character of a text can be changed unseen', () => {
  const text = textOf(sampleStock())
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.string({ minLength: 0, maxLength: 2 }), (at, put) => {
      const damaged = text.slice(0, at) + put + text.slice(at + 1)
      assert.equal(faultIn(damaged) === null, damaged === text)
    }),
    { numRuns: 2_000 },
  )
})

test('a text that was cut, doubled or is none is corrupt', () => {
  const text = textOf(sampleStock())
  const lines = text.split('\n')
  const cut = [lines.slice(0, -1), lines.slice(1), [...lines, ...lines], lines.toReversed()]
  for (const each of cut) assert.equal(faultIn(each.join('\n')), 'corrupt')
  for (const none of ['', 'null', '[]', '"a"', '{"version":"1"}\n""']) {
    assert.equal(faultIn(none), 'corrupt')
  }
})

test('another version is named before anything else is looked at', () => {
  const text = textOf(sampleStock())
  assert.equal(faultIn(text.replace('"version":1', '"version":2')), 'unknown_version')
  assert.equal(faultIn('{"version":9}\nof a kind nobody here knows'), 'unknown_version')
})

test('the state of another SKU is not this one’s', () => {
  assert.equal(faultIn(textOf(sampleStock()), 'TULIP'), 'other_sku')
})

const FORGERIES: Readonly<Record<string, readonly [from: string | RegExp, to: string]>> = {
  'a unit from nowhere': ['"available":15', '"available":16'],
  'a unit that is neither held nor sold': ['"held":2', '"held":1'],
  'negative units': ['"available":15', '"available":-15'],
  'half a unit': ['"sold":3', '"sold":3.5'],
  'a hold of another size': [/\["R2",([^\]]*),2,2,/, '["R2",$1,1,2,'],
  'a hold without a buyer': ['"anna"', 'null'],
  'a hash that is none': [/"hash":"[0-9a-f]{64}"/, '"hash":"abc"'],
  'an end that is none': ['"committed"', '"lost"'],
  'a field that nobody knows': ['"forgetful":false', '"forgetful":false,"generous":true'],
  'rows that nobody knows': ['["open",', '["shut",'],
}

for (const [what, [from, to]] of Object.entries(FORGERIES)) {
  test(`a sealed text with ${what} is unsound`, () => {
    assert.equal(faultIn(forged(from, to)(textOf(sampleStock()))), 'unsound')
  })
}

test('a sealed text with a hold twice, or open and ended, is unsound', () => {
  const stock = sampleStock()
  const open = stock.open.get('R2' as HoldId)
  assert(open)
  stock.ended.set(open.holdId, { ...open, end: 'released', returned: 0 })
  assert.equal(faultIn(textOf(stock)), 'unsound')
  const twice = forged(/^(\["ended".*)$/, '$1\n$1')(textOf(sampleStock()))
  assert.equal(faultIn(twice), 'unsound')
})

test('a count of buyers that is not what is held and sold is unsound', () => {
  const stock = sampleStock()
  countBuyers(stock, new Map([['anna' as UserId, 2]]))
  assert.equal(faultIn(textOf(stock)), 'unsound')
})

test('the ledger has the last word: future, foreign history, other balances', () => {
  const { stock, next } = chainOf(SKU, 3)
  const { entries } = next(received('D1', 20), reserved('R1', 4))
  const [first, last] = entries
  assert(first && last)
  assert.equal(faultByLedger(stock, last), null)
  assert.equal(faultByLedger(stock, undefined), 'future')
  assert.equal(faultByLedger(stock, { ...last, hash: first.hash }), 'foreign_history')
  assert.equal(faultByLedger(stock, { ...last, seq: 3 }), 'foreign_history')
  const richer = { ...stock, received: 21, available: 17 }
  assert.equal(faultByLedger(richer, last), 'other_balances')
})

test.run()
