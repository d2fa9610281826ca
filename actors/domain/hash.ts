// SHA-256 in the two forms the shop needs: over a ledger entry, and over a request.

import { createHash } from 'node:crypto'
import { type LedgerEntry, textOfEntry } from './ledger-entry.ts'

/** 64 hex digits. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

/** The hash of a long text that is given piece by piece; `hex` ends it. */
export function runningSha256(): { add(piece: string): void; hex(): string } {
  const hash = createHash('sha256')
  return { add: (piece) => void hash.update(piece, 'utf8'), hex: () => hash.digest('hex') }
}

/** The hash that seals an entry to all entries before it. */
export function hashOfEntry(entry: Omit<LedgerEntry, 'hash'>): string {
  return sha256Hex(textOfEntry(entry))
}

/** JSON with sorted keys and no spaces: equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value !== null && typeof value === 'object') {
    const fields = Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`)
    return `{${fields.join(',')}}`
  }
  return JSON.stringify(value) ?? 'null'
}
