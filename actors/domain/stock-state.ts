// The state of a SKU as text: what a snapshot and a checkpoint hold. It is a cache of the first
// `seq` entries of the ledger and never the truth: a text that is damaged, of another version, of
// another SKU or of another history is thrown away, and whoever has none folds the ledger.
//
//   {"version":1,"sku":"ROSE-12","seq":812,"hash":"…", balances, …}     the head
//   ["open",[hold],[hold],…]                                            rows, 500 a line
//   ["ended",…]  ["commands",…]  ["unitsByBuyer",…]                     the last when counted
//   "…"                                                                 SHA-256 of all lines above
//
// A state of 100,000 holds is megabytes of text. Taking one (`freeze`) copies references only;
// writing and reading it go line by line, so that whoever does it can let sales pass in between.

import { runningSha256 } from './hash.ts'
import { ENTRY_KINDS, type LedgerEntry } from './ledger-entry.ts'
import type { AppliedCommand, EndedHold, OpenHold, SkuStock } from './sku-stock.ts'

const VERSION = 1
const ROWS_A_LINE = 500

/** In order of precedence; the first that applies is why a stored state is thrown away. */
export const STATE_FAULTS = [
  'corrupt', // it is not what was written
  'unknown_version', // another version of Holdfast wrote it
  'other_sku', // it lies in the wrong place
  'unsound', // what it says cannot be: units are missing, a hold is there twice
  'future', // the ledger ends before it: the database was restored to an earlier moment
  'foreign_history', // the ledger has another entry in its place: restored, and sold on since
  'other_balances', // its entry is the right one, and carries other balances
  'other_fold', // the entries after it do not continue from it: its holds are not those
] as const

export type StateFault = (typeof STATE_FAULTS)[number]

/** A moment of a SKU. What the SKU does afterwards does not change it. */
export interface FrozenStock {
  readonly head: Head
  readonly open: readonly OpenHold[]
  readonly ended: readonly EndedHold[]
  readonly commands: readonly (readonly [id: string, command: AppliedCommand])[]
  readonly unitsByBuyer: readonly (readonly [buyer: string, units: number])[] | null
}

type Rows = 'open' | 'ended' | 'commands' | 'unitsByBuyer'
type Head = Readonly<Omit<SkuStock, Rows>>

/** The fields of something and what each must be: a field that is forgotten does not compile. */
type Fields<Thing> = {
  readonly [Name in keyof Thing]-?: (value: unknown) => value is Thing[Name]
}

const HEAD: Fields<Head> = {
  sku: isText,
  seq: isCount,
  hash: isHash,
  received: isCount,
  available: isCount,
  held: isCount,
  sold: isCount,
  forgetful: isFlag,
}

const OPEN = rowsOf<OpenHold>({
  holdId: isText,
  checkoutId: isText,
  buyer: isText,
  quantity: isCount,
  reservedQuantity: isCount,
  takenAtMs: isWhole,
  expiresAtMs: isWhole,
  pinned: isFlag,
})

const ENDED = rowsOf<EndedHold>({
  holdId: isText,
  checkoutId: isTextOrNull,
  buyer: isTextOrNull,
  quantity: isCount,
  reservedQuantity: isCount,
  end: isEnd,
  returned: isCount,
})

const COMMANDS = rowsOf<AppliedCommand>({ kind: isKind, holdId: isTextOrNull, quantity: isWhole })

export function freeze(stock: SkuStock): FrozenStock {
  const { open, ended, commands, unitsByBuyer, ...head } = stock
  return {
    head,
    open: [...open.values()],
    ended: [...ended.values()],
    commands: [...commands],
    unitsByBuyer: unitsByBuyer === null ? null : [...unitsByBuyer],
  }
}

/** How much there is to write: what the cost of a state is judged by before it is taken. */
export function rowsIn({ open, ended, commands, unitsByBuyer }: SkuStock): number {
  return open.size + ended.size + commands.size + (unitsByBuyer?.size ?? 0)
}

/** The text, a line at a time; joined by line breaks they are what `readState` takes. */
export function* writeState(frozen: FrozenStock): Generator<string, void> {
  const seal = runningSha256()
  const lines = function* (): Generator<string, void> {
    yield JSON.stringify({ version: VERSION, ...frozen.head })
    yield* linesOf('open', frozen.open, OPEN.write)
    yield* linesOf('ended', frozen.ended, ENDED.write)
    yield* linesOf('commands', frozen.commands, ([id, command]) => [id, ...COMMANDS.write(command)])
    if (frozen.unitsByBuyer === null) return
    // A line without rows: nobody has any, and that was counted.
    yield JSON.stringify(['unitsByBuyer'])
    yield* linesOf('unitsByBuyer', frozen.unitsByBuyer, (row) => row)
  }
  for (const line of lines()) {
    seal.add(`${line}\n`)
    yield line
  }
  yield JSON.stringify(seal.hex())
}

function* linesOf<Row>(
  rows: Rows,
  all: readonly Row[],
  write: (row: Row) => readonly unknown[],
): Generator<string, void> {
  for (let at = 0; at < all.length; at += ROWS_A_LINE) {
    yield JSON.stringify([rows, ...all.slice(at, at + ROWS_A_LINE).map(write)])
  }
}

export type ReadState =
  | { readonly ok: true; readonly stock: SkuStock }
  | { readonly ok: false; readonly fault: StateFault }

/** Reads a text that says it is the state of `sku`; pauses after each line. Never throws. */
export function* readState(sku: string, text: string): Generator<void, ReadState> {
  const lines = text.split('\n')
  const seal = parsed(lines.pop() ?? '')
  const first = parsed(lines[0] ?? '')
  if (!isRecord(first)) return fault('corrupt')
  const { version, ...head } = first
  if (version !== VERSION) return fault(isWhole(version) ? 'unknown_version' : 'corrupt')
  const computed = runningSha256()
  for (const line of lines) {
    computed.add(`${line}\n`)
    yield
  }
  if (seal !== computed.hex()) return fault('corrupt')
  if (head['sku'] !== sku) return fault('other_sku')
  if (!fits(HEAD, head)) return fault('unsound')
  const empty = { open: new Map(), ended: new Map(), commands: new Map(), unitsByBuyer: null }
  const stock: SkuStock = { ...head, ...empty }
  for (const line of lines.slice(1)) {
    if (!takeLine(stock, parsed(line))) return fault('unsound')
    yield
  }
  return isSound(stock) ? { ok: true, stock } : fault('unsound')
}

/**
 * What is wrong with a state by the ledger; null when it is the fold of its prefix. `anchor` is the
 * ledger's entry at the state's seq, or the first after it; undefined when there is neither.
 */
export function faultByLedger(stock: SkuStock, anchor: LedgerEntry | undefined): StateFault | null {
  if (anchor === undefined) return 'future'
  if (anchor.seq !== stock.seq || anchor.hash !== stock.hash) return 'foreign_history'
  const same =
    anchor.received === stock.received &&
    anchor.available === stock.available &&
    anchor.held === stock.held &&
    anchor.sold === stock.sold
  return same ? null : 'other_balances'
}

/** Puts the rows of one line into the maps; false when one is no such row, or there already. */
function takeLine(stock: SkuStock, line: unknown): boolean {
  if (!Array.isArray(line)) return false
  const [rows, ...values] = line as unknown[]
  switch (rows) {
    case 'open':
      return values.every((value) => putRow(stock.open, OPEN.read(value)))
    case 'ended':
      return values.every((value) => putRow(stock.ended, ENDED.read(value)))
    case 'commands':
      return values.every((value) => putPair(stock.commands, value, COMMANDS.read))
    case 'unitsByBuyer': {
      stock.unitsByBuyer ??= new Map()
      const units = stock.unitsByBuyer
      return values.every((value) => putPair(units, value, ([count]) => unitsOf(count)))
    }
    default:
      return false
  }
}

function putRow<Id extends string, Row extends { readonly holdId: Id }>(
  rows: Map<Id, Row>,
  row: Row | null,
): boolean {
  if (row === null || rows.has(row.holdId)) return false
  rows.set(row.holdId, row)
  return true
}

function putPair<Key extends string, Value>(
  pairs: Map<Key, Value>,
  found: unknown,
  read: (fields: readonly unknown[]) => Value | null,
): boolean {
  if (!Array.isArray(found)) return false
  const [key, ...fields] = found as unknown[]
  const value = read(fields)
  if (!isText<Key>(key) || value === null || pairs.has(key)) return false
  pairs.set(key, value)
  return true
}

function unitsOf(count: unknown): number | null {
  return isCount(count) && count > 0 ? count : null
}

/** I2, and that the open holds are what is held: no forged text may invent a unit. */
function isSound(stock: SkuStock): boolean {
  let held = 0
  for (const hold of stock.open.values()) {
    if (stock.ended.has(hold.holdId)) return false
    held += hold.quantity
  }
  const placed = stock.available + stock.held + stock.sold
  if (held !== stock.held || placed !== stock.received) return false
  const { unitsByBuyer } = stock
  if (unitsByBuyer === null) return true
  let ofBuyers = 0
  for (const units of unitsByBuyer.values()) ofBuyers += units
  return ofBuyers === stock.held + stock.sold
}

interface RowFormat<Row> {
  readonly write: (row: Row) => readonly unknown[]
  readonly read: (value: unknown) => Row | null
}

/** A row is its values in the order of `fields`: names would be most of the text. */
function rowsOf<Row extends object>(fields: Fields<Row>): RowFormat<Row> {
  const names = Object.keys(fields) as (keyof Row & string)[]
  return {
    write: (row) => names.map((name) => row[name]),
    read(value) {
      if (!Array.isArray(value) || value.length !== names.length) return null
      const row = Object.fromEntries(names.map((name, at) => [name, value[at]]))
      return fits(fields, row) ? row : null
    },
  }
}

function fits<Thing>(
  fields: Fields<Thing>,
  found: Readonly<Record<string, unknown>>,
): found is Readonly<Record<string, unknown>> & Thing {
  const names = Object.keys(fields) as (keyof Thing & string)[]
  const noOther = Object.keys(found).length === names.length
  return noOther && names.every((name) => fields[name](found[name]))
}

function fault(which: StateFault): ReadState {
  return { ok: false, fault: which }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText<Text extends string>(value: unknown): value is Text {
  return typeof value === 'string' && value !== ''
}

function isTextOrNull<Text extends string>(value: unknown): value is Text | null {
  return value === null || isText(value)
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

function isCount(value: unknown): value is number {
  return isWhole(value) && value >= 0
}

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean'
}

function isKind(value: unknown): value is AppliedCommand['kind'] {
  return (ENTRY_KINDS as readonly unknown[]).includes(value)
}

function isEnd(value: unknown): value is EndedHold['end'] {
  return value === 'committed' || value === 'released' || value === 'expired'
}
