// The stock of one SKU: three places a received unit can be, and the holds that are open.
//
//   received -> available <-> held -> sold -> (return) -> available
//
// A hold is in exactly one state and each is left at most once towards an end (I4):
//
//   held <-> pinned            a payment runs, or ran and was declined
//   held | pinned -> released  given back by its checkout
//   held -> expired            by the owner's clock; a pinned hold does not expire
//   pinned -> committed        sold
//
// `applyFact` never refuses: what may happen is decided before, in stock-decisions.ts. It changes
// the state in place because a hot SKU applies hundreds of facts per commit and the whole state is
// thrown away when that commit fails; nothing reads it meanwhile.

import assert from 'node:assert/strict'
import { unreachable } from './failures.ts'
import { hashOfEntry } from './hash.ts'
import type { CheckoutId, HoldId, Sku, UserId } from './ids.ts'
import { type Balances, GENESIS_HASH, type LedgerEntry, type StockFact } from './ledger-entry.ts'
import { addUnits, type UnitsByBuyer } from './units-by-buyer.ts'

/** How many ended holds and commands a SKU remembers; older ones are looked up in the ledger. */
export const REMEMBERED_MAX = 4_096

export interface OpenHold {
  readonly holdId: HoldId
  readonly checkoutId: CheckoutId
  readonly buyer: UserId
  readonly quantity: number
  /** What was asked for first: a repeat of the reserve is compared with it, whatever came since. */
  readonly reservedQuantity: number
  /** When the hold was taken, by the ledger's time. */
  readonly takenAtMs: number
  readonly expiresAtMs: number
  readonly pinned: boolean
}

export type HoldEnd = 'committed' | 'released' | 'expired'

export interface EndedHold {
  readonly holdId: HoldId
  readonly checkoutId: CheckoutId | null
  readonly buyer: UserId | null
  readonly quantity: number
  readonly reservedQuantity: number
  readonly end: HoldEnd
  /** Units that came back after they were sold. */
  readonly returned: number
}

/** What a repeat of a command is compared with. */
export type AppliedCommand = Pick<StockFact, 'kind' | 'holdId' | 'quantity'>

export interface SkuStock {
  readonly sku: Sku
  seq: number
  hash: string
  received: number
  available: number
  held: number
  sold: number
  readonly open: Map<HoldId, OpenHold>
  readonly ended: Map<HoldId, EndedHold>
  readonly commands: Map<string, AppliedCommand>
  /** null: not counted, because no command with a purchase limit has come yet. */
  unitsByBuyer: UnitsByBuyer | null
  /** True once an ended hold or a command was dropped: absence then proves nothing. */
  forgetful: boolean
}

export function emptyStock(sku: Sku): SkuStock {
  return {
    sku,
    seq: 0,
    hash: GENESIS_HASH,
    received: 0,
    available: 0,
    held: 0,
    sold: 0,
    open: new Map(),
    ended: new Map(),
    commands: new Map(),
    unitsByBuyer: null,
    forgetful: false,
  }
}

export function balancesOf(stock: SkuStock): Balances {
  const { received, available, held, sold } = stock
  return { received, available, held, sold }
}

/** Applies one decided fact and returns it sealed into the chain of this SKU. */
export function appendFact(stock: SkuStock, fact: StockFact, epoch: number): LedgerEntry {
  const prevHash = stock.hash
  applyFact(stock, fact)
  const unsealed = {
    ...fact,
    sku: stock.sku,
    seq: stock.seq + 1,
    epoch,
    prevHash,
    ...balancesOf(stock),
  }
  const entry = { ...unsealed, hash: hashOfEntry(unsealed) }
  stock.seq = entry.seq
  stock.hash = entry.hash
  return entry
}

/** Folds a stored entry into the state; throws when it does not continue the chain (I3, I8). */
export function replayEntry(stock: SkuStock, entry: LedgerEntry): void {
  assert.equal(entry.sku, stock.sku, 'I3: an entry of another SKU')
  assert.equal(entry.seq, stock.seq + 1, `I3: ${stock.sku} has a gap after ${stock.seq}`)
  assert.equal(
    entry.prevHash,
    stock.hash,
    `I3: the chain of ${stock.sku} is broken at ${entry.seq}`,
  )
  applyFact(stock, entry)
  stock.seq = entry.seq
  stock.hash = entry.hash
  for (const place of ['received', 'available', 'held', 'sold'] as const) {
    assert.equal(
      stock[place],
      entry[place],
      `I8: ${stock.sku} ${entry.seq}: ${place} is not the fold`,
    )
  }
}

/**
 * Begins to count per buyer; from here on every fact keeps the count. `sold` is what the ledger has
 * up to this state's `seq`: units sold and not returned; the open holds are known here.
 */
export function countBuyers(stock: SkuStock, sold: ReadonlyMap<UserId, number>): void {
  const units: UnitsByBuyer = new Map(sold)
  for (const { buyer, quantity } of stock.open.values()) addUnits(units, buyer, quantity)
  stock.unitsByBuyer = units
}

/**
 * Takes what was looked up in the ledger, so that a repeat can be told apart. `entries` are all
 * that the ledger has of each hold: how it was taken, its end, its returns; what memory has already
 * it knows better.
 */
export function rememberEntries(stock: SkuStock, entries: readonly LedgerEntry[]): void {
  const found = new Map<HoldId, EndedHold>()
  const taken = new Map<HoldId, number>()
  for (const { kind, holdId, quantity } of entries) {
    if (kind === 'reserve' && holdId !== null) taken.set(holdId, quantity)
  }
  for (const { kind, holdId, checkoutId, buyer, quantity } of entries) {
    const end = END_OF_KIND[kind]
    if (end === undefined || holdId === null || stock.ended.has(holdId)) continue
    const reservedQuantity = taken.get(holdId) ?? quantity
    found.set(holdId, {
      ...{ holdId, checkoutId, buyer, quantity, reservedQuantity, end },
      returned: 0,
    })
  }
  for (const entry of entries) {
    if (entry.kind === 'return') countReturn(found, entry)
    if (entry.commandId !== null) rememberCommand(stock, entry.commandId, entry)
  }
  for (const [holdId, ended] of found) stock.ended.set(holdId, ended)
}

/**
 * Drops the oldest ended holds and commands beyond `REMEMBERED_MAX`. To be called between batches:
 * what was found in memory or looked up for a batch must still be there when it is decided.
 */
export function forgetOldest(stock: SkuStock): void {
  const before = stock.ended.size + stock.commands.size
  dropOldest(stock.ended)
  dropOldest(stock.commands)
  if (stock.ended.size + stock.commands.size < before) stock.forgetful = true
}

function dropOldest<Key>(map: Map<Key, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= REMEMBERED_MAX) return
    map.delete(key)
  }
}

const END_OF_KIND: Readonly<Record<string, HoldEnd | undefined>> = {
  commit: 'committed',
  release: 'released',
  expire: 'expired',
}

function applyFact(stock: SkuStock, fact: StockFact): void {
  switch (fact.kind) {
    case 'receive':
    case 'adjust':
      stock.received += fact.quantity
      stock.available += fact.quantity
      break
    case 'reserve':
      applyReserve(stock, fact)
      break
    case 'resize':
      applyResize(stock, fact)
      break
    case 'pin':
    case 'unpin':
      replaceHold(stock, { ...holdOf(stock, fact), pinned: fact.kind === 'pin' })
      break
    case 'commit':
      endHold(stock, fact, 'committed')
      break
    case 'release':
      endHold(stock, fact, 'released')
      break
    case 'expire':
      endHold(stock, fact, 'expired')
      break
    case 'return':
      applyReturn(stock, fact)
      break
    default:
      // A newer version wrote it: what it means is not known here, and must not be passed over.
      unreachable(fact.kind, 'the kind of an entry')
  }
  if (fact.commandId !== null) rememberCommand(stock, fact.commandId, fact)
  assert(stock.available >= 0, 'I1: a SKU was oversold')
  assert(stock.held >= 0 && stock.sold >= 0, 'I1: held or sold fell below nothing')
  assert.equal(stock.available + stock.held + stock.sold, stock.received, 'I2: units were lost')
}

function applyReserve(stock: SkuStock, fact: StockFact): void {
  const { holdId, checkoutId, buyer, quantity, expiresAtMs, atMs: takenAtMs } = fact
  assert(holdId && checkoutId && buyer && expiresAtMs !== null, 'a reserve names hold and owner')
  assert(!stock.open.has(holdId), 'I4: a hold was taken twice')
  stock.open.set(holdId, {
    ...{ holdId, checkoutId, buyer, quantity, takenAtMs, expiresAtMs },
    reservedQuantity: quantity,
    pinned: false,
  })
  stock.available -= quantity
  stock.held += quantity
  countUnits(stock, buyer, quantity)
}

function applyResize(stock: SkuStock, fact: StockFact): void {
  const hold = holdOf(stock, fact)
  const more = fact.quantity - hold.quantity
  stock.available -= more
  stock.held += more
  replaceHold(stock, { ...hold, quantity: fact.quantity })
  countUnits(stock, hold.buyer, more)
}

function endHold(stock: SkuStock, fact: StockFact, end: HoldEnd): void {
  const { holdId, checkoutId, buyer, quantity, reservedQuantity } = holdOf(stock, fact)
  stock.open.delete(holdId)
  stock.held -= quantity
  if (end === 'committed') stock.sold += quantity
  else {
    stock.available += quantity
    countUnits(stock, buyer, -quantity)
  }
  stock.ended.set(holdId, {
    ...{ holdId, checkoutId, buyer, quantity, reservedQuantity, end },
    returned: 0,
  })
}

function applyReturn(stock: SkuStock, fact: StockFact): void {
  stock.sold -= fact.quantity
  stock.available += fact.quantity
  countReturn(stock.ended, fact)
  const { holdId } = fact
  const buyer = fact.buyer ?? (holdId === null ? null : stock.ended.get(holdId)?.buyer)
  if (buyer) countUnits(stock, buyer, -fact.quantity)
  // An old return names no buyer, and its hold is forgotten: the count is taken anew when needed.
  else stock.unitsByBuyer = null
}

function countUnits({ unitsByBuyer }: SkuStock, buyer: UserId, change: number): void {
  if (unitsByBuyer !== null) addUnits(unitsByBuyer, buyer, change)
}

function countReturn(ended: Map<HoldId, EndedHold>, { holdId, quantity }: StockFact): void {
  const hold = holdId === null ? undefined : ended.get(holdId)
  if (hold) ended.set(hold.holdId, { ...hold, returned: hold.returned + quantity })
}

function holdOf(stock: SkuStock, fact: StockFact): OpenHold {
  const hold = fact.holdId === null ? undefined : stock.open.get(fact.holdId)
  assert(hold, `I4: ${fact.kind} of a hold that is not open: ${fact.holdId}`)
  return hold
}

function replaceHold(stock: SkuStock, hold: OpenHold): void {
  stock.open.set(hold.holdId, hold)
}

function rememberCommand(stock: SkuStock, commandId: string, fact: StockFact): void {
  const { kind, holdId, quantity } = fact
  stock.commands.set(commandId, { kind, holdId, quantity })
}
