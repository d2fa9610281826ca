// One Stripe account in test mode: the books, the journal under them, the clock and the ids. All
// changes go through `record`, which is where state and journal stay the same.

import { randomUUID } from 'node:crypto'
import { type Books, emptyBooks } from './books.ts'
import type { Fact, JournalLine } from './facts.ts'
import { openJournal } from './journal-file.ts'

export interface StripeAccount {
  readonly books: Books
  /** Unix milliseconds; never goes back, also not over a restart. */
  nowMs(): number
  nowSeconds(): number
  newId(prefix: string): string
  /** Applies facts at once; resolves when they are journalled and may be answered. */
  record(facts: readonly Fact[]): Promise<void>
  /** Resolves when all that can be read is journalled: a read must not tell what a crash undoes. */
  settled(): Promise<void>
  close(): void
}

/**
 * Opens the account, refolding `journalFile` (null: nothing is kept). A line that is not a whole
 * one by this code is an error: starting on half the books would hide a charge.
 */
export function openStripeAccount(
  journalFile: string | null,
  wallClockMs: () => number,
): StripeAccount {
  const books = emptyBooks()
  let lastMs = 0
  let linesRead = 0
  const journal = openJournal(journalFile, (text) => {
    linesRead += 1
    const line = parsed(text, linesRead, journalFile)
    lastMs = line.at
    books.apply(line)
  })
  const nowMs = () => {
    lastMs = Math.max(lastMs, wallClockMs())
    return lastMs
  }
  return {
    books,
    nowMs,
    nowSeconds: () => Math.floor(nowMs() / 1_000),
    newId: (prefix) => `${prefix}_${randomUUID().replaceAll('-', '')}`,
    record(facts) {
      const line: JournalLine = { at: nowMs(), facts }
      books.apply(line)
      return journal.append(JSON.stringify(line))
    },
    settled: () => journal.settled(),
    close: () => journal.close(),
  }
}

function parsed(text: string, lineNumber: number, file: string | null): JournalLine {
  try {
    const line = JSON.parse(text) as JournalLine
    if (typeof line.at === 'number' && Array.isArray(line.facts)) return line
  } catch {
    // Told below, with the place.
  }
  throw new Error(
    `line ${lineNumber} of ${file} is no line of a simulator journal. The books before it cannot` +
      ' be trusted without it: restore the file, or move it away to start with empty books.',
  )
}
