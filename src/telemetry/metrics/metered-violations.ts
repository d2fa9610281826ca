// Counts broken promises: bugs that were met, and the counter-examples an audit found.

import type { Meters } from './meters.ts'
import type { ViolationKind } from './metric-table.ts'

/** The part of an audit's report that is counted. */
interface Report {
  readonly checks: readonly { readonly id: string; readonly violations: number }[]
}

const KIND_OF_LETTER: Readonly<Record<string, ViolationKind>> = { I: 'stock', P: 'money' }

export function countBug(meters: Meters): void {
  meters.count('checkout_invariant_violations_total', { kind: 'bug' })
}

/** What is still wrong at the next audit is counted again: it is still wrong. */
export function countAudit({ checks }: Report, meters: Meters): void {
  for (const { id, violations } of checks) {
    const kind = KIND_OF_LETTER[id.charAt(0)] ?? 'orders'
    meters.count('checkout_invariant_violations_total', { kind }, violations)
  }
}
