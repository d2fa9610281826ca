// A second opinion on the ledger: folds the entries of one SKU by rules written down here once
// more, and shares nothing with the code that wrote them but the shape of an entry. It never stops:
// what an entry says wrongly is reported, and the fold goes on from what is stored, so that one bad
// entry is one finding and not one for each entry after it.

import { createHash } from 'node:crypto'
import type { CheckoutId, HoldId, Sku } from '../../actors/domain/ids.ts'
import { GENESIS_HASH, textOfEntry } from '../../actors/domain/ledger-entry.ts'
import type { AuditedEntry, AuditedShard } from '../../actors/ports/audit-source.ts'
import type { Tally } from './tally.ts'

export interface FoldedHold {
  readonly holdId: HoldId
  readonly checkoutId: CheckoutId | null
  readonly quantity: number
  readonly takenAtMs: number
  readonly expiresAtMs: number | null
  readonly pinned: boolean
}

export interface LedgerFold {
  readonly sku: Sku
  seq: number
  hash: string
  epoch: number
  received: number
  available: number
  held: number
  sold: number
  /** Units ever committed; returns do not lower it. */
  committed: number
  readonly open: Map<HoldId, FoldedHold>
  readonly returned: Map<HoldId, number>
  /** True once entries are missing: holds from inside the gap cannot be judged. */
  gapped: boolean
}

export function emptyFold(sku: Sku): LedgerFold {
  return {
    sku,
    seq: 0,
    hash: GENESIS_HASH,
    epoch: 0,
    received: 0,
    available: 0,
    held: 0,
    sold: 0,
    committed: 0,
    open: new Map(),
    returned: new Map(),
    gapped: false,
  }
}

/** Folds one entry in and reports to I1, I2, I3, I4, I6 and I8. */
export function foldEntry(
  fold: LedgerFold,
  entry: AuditedEntry,
  shard: AuditedShard | undefined,
  tally: Tally,
): void {
  const at = `${entry.sku} entry ${entry.seq} (${entry.kind})`
  for (const check of ['I1', 'I2', 'I3', 'I8'] as const) tally.looked(check)
  if (entry.commandId !== null) tally.looked('I6')

  const { received, available, held, sold } = entry
  const balances = `available ${available}, held ${held}, sold ${sold}`
  if (Math.min(available, held, sold) < 0) tally.violated('I1', `${at}: ${balances}`)
  if (received !== available + held + sold) {
    tally.violated('I2', `${at}: received ${received}, but ${balances}`)
  }

  const gap = entry.seq !== fold.seq + 1
  if (gap) fold.gapped = true
  const broken = breaksOf(fold, entry, shard)
  if (broken.length > 0) tally.violated('I3', `${at}: ${broken.join('; ')}`)

  const change = changeOf(fold, entry, (check, what) => tally.violated(check, `${at}: ${what}`))
  // Across a gap, or after an impossible step, nobody knows what the balances should be.
  if (!gap && change !== null) compareBalances(fold, entry, change, at, tally)

  fold.seq = entry.seq
  fold.hash = entry.hash
  fold.epoch = Math.max(fold.epoch, entry.epoch)
  Object.assign(fold, { received, available, held, sold })
}

function breaksOf(
  fold: LedgerFold,
  entry: AuditedEntry,
  shard: AuditedShard | undefined,
): string[] {
  const broken: string[] = []
  if (entry.seq !== fold.seq + 1) {
    broken.push(`follows entry ${fold.seq}; what was between is missing`)
  } else if (entry.prevHash !== fold.hash) {
    broken.push(`continues ${short(entry.prevHash)}, but entry ${fold.seq} is ${short(fold.hash)}`)
  }
  const hash = createHash('sha256').update(textOfEntry(entry), 'utf8').digest('hex')
  if (hash !== entry.hash) {
    broken.push(`is sealed as ${short(entry.hash)}, but its fields make ${short(hash)}`)
  }
  if (entry.epoch < fold.epoch) {
    broken.push(`epoch ${entry.epoch} after epoch ${fold.epoch}: a deposed owner wrote it`)
  }
  if (shard !== undefined && entry.epoch > shard.epoch) {
    broken.push(`epoch ${entry.epoch}, but its shard only ever reached ${shard.epoch}`)
  }
  const home = createHash('sha256').update(entry.sku, 'utf8').digest().readUInt32BE(0) % 256
  if (entry.shard !== home) broken.push(`filed under shard ${entry.shard}, belongs to ${home}`)
  return broken
}

interface Change {
  readonly received: number
  readonly available: number
  readonly held: number
  readonly sold: number
}

type Report = (check: 'I4' | 'I8', what: string) => void

/** What the entry does to the balances; null when that cannot be known. */
function changeOf(fold: LedgerFold, entry: AuditedEntry, report: Report): Change | null {
  const { kind, quantity, holdId } = entry
  if (kind === 'receive' || kind === 'adjust') return moves({ received: quantity })
  if (holdId === null) {
    report('I4', 'names no hold')
    return null
  }
  if (kind === 'return') {
    fold.returned.set(holdId, (fold.returned.get(holdId) ?? 0) + quantity)
    return moves({ available: quantity, sold: -quantity })
  }
  if (kind === 'reserve') {
    const { checkoutId, expiresAtMs, atMs: takenAtMs } = entry
    const taken = { holdId, checkoutId, quantity, takenAtMs, expiresAtMs }
    fold.open.set(holdId, { ...taken, pinned: false })
    return moves({ available: -quantity, held: quantity })
  }
  return changeOfHold(fold, entry, holdId, report)
}

function changeOfHold(
  fold: LedgerFold,
  entry: AuditedEntry,
  holdId: HoldId,
  report: Report,
): Change | null {
  const hold = fold.open.get(holdId)
  if (hold === undefined) {
    if (!fold.gapped) report('I4', `${holdId} is not open: it ended before, or was never taken`)
    else if (entry.kind === 'commit') fold.committed += entry.quantity
    return null
  }
  switch (entry.kind) {
    case 'pin':
    case 'unpin':
      fold.open.set(holdId, { ...hold, pinned: entry.kind === 'pin' })
      return moves({})
    case 'resize': {
      const more = entry.quantity - hold.quantity
      fold.open.set(holdId, { ...hold, quantity: entry.quantity })
      return moves({ available: -more, held: more })
    }
    default:
      return changeOfEnd(fold, entry, hold, report)
  }
}

function changeOfEnd(
  fold: LedgerFold,
  entry: AuditedEntry,
  hold: FoldedHold,
  report: Report,
): Change {
  const { kind } = entry
  const { holdId, quantity, pinned, expiresAtMs } = hold
  fold.open.delete(holdId)
  if (entry.quantity !== quantity) {
    report('I8', `says ${entry.quantity} units, but ${holdId} has ${quantity}`)
  }
  if (kind !== 'commit') {
    if (kind === 'expire' && pinned) report('I4', `${holdId} was pinned by a payment`)
    if (kind === 'expire' && expiresAtMs !== null && entry.atMs < expiresAtMs) {
      report('I4', `${holdId} had ${Math.ceil(expiresAtMs - entry.atMs)} ms left`)
    }
    return moves({ available: quantity, held: -quantity })
  }
  if (!pinned && !fold.gapped) report('I4', `${holdId} was sold without having been pinned`)
  fold.committed += quantity
  return moves({ held: -quantity, sold: quantity })
}

/** Units that arrive are available at once. */
function moves(change: Partial<Change>): Change {
  const { received = 0, available = received, held = 0, sold = 0 } = change
  return { received, available, held, sold }
}

function compareBalances(
  fold: LedgerFold,
  entry: AuditedEntry,
  change: Change,
  at: string,
  tally: Tally,
): void {
  const places = ['received', 'available', 'held', 'sold'] as const
  const wrong = places
    .filter((place) => fold[place] + change[place] !== entry[place])
    .map((place) => `${place} is ${entry[place]}, should be ${fold[place] + change[place]}`)
  if (wrong.length > 0) tally.violated('I8', `${at}: ${wrong.join(', ')}`)
}

function short(hash: string): string {
  return `${hash.slice(0, 8)}…`
}
