// What a check finds: where, which rule, and how to mend it. A message that only says "no" sends
// its reader to look for the rule; these carry it.

import assert from 'node:assert/strict'

export interface Violation {
  /** Path from the root of the project. */
  readonly path: string
  /** From 1; the whole file when it is 1. */
  readonly line: number
  /** What was found there. */
  readonly found: string
  /** The rule, and what to do instead. */
  readonly mend: string
}

/** Fails with one violation a line pair, in the order of the files, when there is any. */
export function assertNone(violations: readonly Violation[]): void {
  if (violations.length === 0) return
  const texts = violations
    .toSorted((left, right) => (left.path < right.path ? -1 : left.path > right.path ? 1 : 0))
    .map(({ path, line, found, mend }) => `${path}:${line}  ${found}\n    ${mend}`)
  assert.fail(`${violations.length} found\n${texts.join('\n')}\n`)
}
