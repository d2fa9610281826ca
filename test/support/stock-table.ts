// Stock rules as a table that a shopkeeper could read: one row, one thing that happens at the
// counter, and behind the arrow what the shop says. Every row also checks that deciding changed
// nothing, that no unit was lost (I1, I2), and the whole table that its ledger replays (I8).
//
//   clock 10                        it is ten minutes past the start
//   outage 5 65                     nobody served from minute 5 to minute 65
//   supply A1 10                    units arrive               [as COMMAND]
//   adjust A1 -2                    a correction, a write-off  [as COMMAND]
//   reserve A1 R1 4 -> held         a hold, for 15 minutes     [by CHECKOUT] [until MINUTE]
//                                   [for BUYER] [limit UNITS]
//   resize A1 R1 5 -> held          [as COMMAND] [limit UNITS]
//   pin | unpin | commit | release A1 R1 -> …
//   return A1 R1 1 -> committed     [as COMMAND]
//   expire A1 -> R1 R2              the holds that run out now [at most N]
//   restart A1                      memory is lost, the ledger is read again
//   balances A1 available=6 held=4 sold=0
//   buyers A1 anna=4                what each has, where it is counted
//
// An answer is the state of the hold (`done` where there is none) or a refusal. With `still` before
// it the row was a repeat: nothing was written. `purchase_limit` says how many are left as well.

import assert from 'node:assert/strict'
import type { CheckoutId, HoldId, Sku, UserId } from '../../actors/domain/ids.ts'
import type { LedgerEntry } from '../../actors/domain/ledger-entry.ts'
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
  needsCount,
  type StockTime,
} from '../../actors/domain/stock-decisions.ts'
import { addUnits } from '../../actors/domain/units-by-buyer.ts'

const MINUTE_MS = 60_000
const HOLD_MINUTES = 15
const EPOCH = 7

interface Shelf {
  stock: SkuStock
  readonly ledger: LedgerEntry[]
}

interface Row {
  readonly text: string
  readonly verb: string
  readonly sku: Sku
  /** Plain words, in order, without those that a preposition introduces. */
  readonly words: readonly string[]
  readonly option: (preposition: string) => string | undefined
  readonly expected: string | null
}

/** Plays the table from the top; an assertion names the row that went otherwise. */
export function checkStock(table: string): void {
  const shelves = new Map<Sku, Shelf>()
  let time: StockTime = { nowMs: 0, outages: NO_OUTAGES }
  let number = 0
  for (const text of table.split('\n').map((line) => line.trim())) {
    if (text === '') continue
    number += 1
    const row = parseRow(text)
    if (row.verb === 'clock') {
      time = { ...time, nowMs: Number(row.sku) * MINUTE_MS }
      continue
    }
    if (row.verb === 'outage') {
      const beganAtMs = Number(row.sku) * MINUTE_MS
      const endedAtMs = Number(row.words[0]) * MINUTE_MS
      time = { nowMs: endedAtMs, outages: [...time.outages, { beganAtMs, endedAtMs }] }
      continue
    }
    const shelf = shelves.get(row.sku) ?? { stock: emptyStock(row.sku), ledger: [] }
    shelves.set(row.sku, shelf)
    const said = play(shelf, row, time, `C${number}`)
    if (row.expected !== null) assert.equal(said, row.expected, `row ${number}: ${text}`)
  }
  for (const shelf of shelves.values()) {
    assert.deepEqual(replayed(shelf), shelf.stock)
    shelf.stock.unitsByBuyer = null
    assert.deepEqual(replayed(shelf), shelf.stock)
  }
}

const PREPOSITIONS = new Set(['as', 'by', 'until', 'most', 'for', 'limit'])

function parseRow(text: string): Row {
  const [left = '', expected] = text.split('->').map((part) => part.trim())
  const [verb = '', sku = '', ...rest] = left.split(/\s+/).filter((word) => word !== 'at')
  const options = new Map<string, string>()
  const words: string[] = []
  for (let index = 0; index < rest.length; index += 1) {
    const word = rest[index] ?? ''
    if (PREPOSITIONS.has(word)) {
      index += 1
      options.set(word, rest[index] ?? '')
    } else words.push(word)
  }
  const option = (preposition: string) => options.get(preposition)
  return { text, verb, sku: sku as Sku, words, option, expected: expected ?? null }
}

function play(shelf: Shelf, row: Row, time: StockTime, commandId: string): string {
  switch (row.verb) {
    case 'balances': {
      const { available, held, sold } = shelf.stock
      assert.equal(
        `available=${available} held=${held} sold=${sold}`,
        row.words.join(' '),
        row.text,
      )
      return ''
    }
    case 'buyers':
      assert.equal(boughtBy(shelf.stock), row.words.join(' '), row.text)
      return ''
    case 'restart':
      shelf.stock = replayed(shelf)
      return ''
    case 'expire': {
      const due = decideExpiries(shelf.stock, time, Number(row.option('most') ?? 100))
      for (const fact of due) shelf.ledger.push(appendFact(shelf.stock, fact, EPOCH))
      return due.map(({ holdId }) => holdId).join(' ')
    }
    default:
      return answer(shelf, commandOf(row, time.nowMs, commandId), time)
  }
}

function boughtBy({ unitsByBuyer }: SkuStock): string {
  const each = [...(unitsByBuyer ?? [])].map(([buyer, units]) => `${buyer}=${units}`)
  return each.length === 0 ? 'nobody' : each.join(' ')
}

function answer({ stock, ledger }: Shelf, command: StockCommand, time: StockTime): string {
  if (needsCount(stock, command)) countBuyers(stock, soldIn(ledger))
  const before = structuredClone(stock)
  const decision = decide(stock, command, time)
  assert.deepEqual(stock, before, 'deciding changes nothing')
  if (!decision.ok) {
    const { refusal, remaining } = decision
    return remaining === null ? refusal : `${refusal}, ${remaining} left`
  }
  if (decision.fact !== null) ledger.push(appendFact(stock, decision.fact, EPOCH))
  const { received, available, held, sold } = balancesOf(stock)
  assert.equal(available + held + sold, received, 'I2')
  assert(available >= 0 && held >= 0 && sold >= 0, 'I1')
  return `${decision.fact === null ? 'still ' : ''}${decision.holdState ?? 'done'}`
}

function commandOf(row: Row, nowMs: number, fallbackId: string): StockCommand {
  const [first = '', second = ''] = row.words
  const holdId = first as HoldId
  const commandId = row.option('as') ?? fallbackId
  switch (row.verb) {
    case 'supply':
      return { kind: 'receive', commandId, quantity: Number(first) }
    case 'adjust':
      return { kind: 'adjust', commandId, quantity: Number(first) }
    case 'reserve':
      return {
        kind: 'reserve',
        holdId,
        checkoutId: (row.option('by') ?? 'K1') as CheckoutId,
        buyer: (row.option('for') ?? 'anna') as UserId,
        quantity: Number(second),
        expiresAtMs: expiryOf(row, nowMs),
        purchaseLimit: limitOf(row),
        repeat: false,
      }
    case 'resize': {
      const purchaseLimit = limitOf(row)
      return { kind: 'resize', holdId, commandId, quantity: Number(second), purchaseLimit }
    }
    case 'return':
      return { kind: 'return', holdId, commandId, quantity: Number(second) }
    case 'pin':
    case 'unpin':
    case 'commit':
    case 'release':
      return { kind: row.verb, holdId }
    default:
      throw new Error(`The table has a row that means nothing: ${row.text}`)
  }
}

function expiryOf(row: Row, nowMs: number): number {
  const until = row.option('until')
  return until === undefined ? nowMs + HOLD_MINUTES * MINUTE_MS : Number(until) * MINUTE_MS
}

function limitOf(row: Row): number | null {
  const limit = row.option('limit')
  return limit === undefined ? null : Number(limit)
}

/** What a process has in memory that reads the ledger; it counts if the one before had counted. */
function replayed({ stock: before, ledger }: Shelf): SkuStock {
  const stock = emptyStock(before.sku)
  for (const entry of ledger) replayEntry(stock, entry)
  if (before.unitsByBuyer !== null) countBuyers(stock, soldIn(ledger))
  return stock
}

/** Units sold and not returned, per buyer, told by the ledger alone. */
function soldIn(ledger: readonly LedgerEntry[]): Map<UserId, number> {
  const sold = new Map<UserId, number>()
  for (const { kind, holdId, quantity } of ledger) {
    if (kind !== 'commit' && kind !== 'return') continue
    const taken = ledger.find((entry) => entry.kind === 'reserve' && entry.holdId === holdId)
    assert(taken?.buyer, 'whoever took the hold bought it')
    addUnits(sold, taken.buyer, kind === 'commit' ? quantity : -quantity)
  }
  return sold
}
