// Counts what an audit looked at and what it found. All violations are counted, a few are kept:
// the first counter-examples of each check are what a person can start from.

import { CHECKS, type CheckId } from './checks.ts'

/** Counter-examples kept of each check. */
export const EXAMPLES_MAX = 5

export interface CheckResult {
  readonly id: CheckId
  readonly title: string
  readonly checked: number
  readonly violations: number
  readonly examples: readonly string[]
  /** Why it was not looked at; absent when it was. */
  readonly skipped?: string
  /** What this audit could not see of it; absent when it saw everything. */
  readonly limits?: string
}

export interface Tally {
  looked(check: CheckId, count?: number): void
  violated(check: CheckId, example: string): void
  skip(check: CheckId, reason: string): void
  limit(check: CheckId, limits: string): void
  results(): CheckResult[]
}

interface Count {
  checked: number
  violations: number
  readonly examples: string[]
  skipped: string | null
  limits: string | null
}

export function emptyTally(): Tally {
  const ids = Object.keys(CHECKS) as CheckId[]
  const counts = new Map<CheckId, Count>()
  const of = (check: CheckId): Count => {
    const there = counts.get(check)
    if (there !== undefined) return there
    const fresh = { checked: 0, violations: 0, examples: [], skipped: null, limits: null }
    counts.set(check, fresh)
    return fresh
  }
  return {
    looked(check, count = 1) {
      of(check).checked += count
    },
    violated(check, example) {
      const count = of(check)
      count.violations += 1
      if (count.examples.length < EXAMPLES_MAX) count.examples.push(example)
    },
    skip(check, reason) {
      of(check).skipped = reason
    },
    limit(check, limits) {
      of(check).limits = limits
    },
    results: () =>
      ids.map((id) => {
        const { checked, violations, examples, skipped, limits } = of(id)
        return {
          id,
          title: CHECKS[id].title,
          checked,
          violations,
          examples,
          ...(skipped === null ? {} : { skipped }),
          ...(limits === null ? {} : { limits }),
        }
      }),
  }
}
