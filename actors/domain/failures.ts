// Three kinds of "no". A refusal is an answer and travels as a value. A failure is worth retrying
// and travels as RetryLater. A bug is neither: it crashes the actor it happened in, and is counted.

/** What may be tried again, unchanged, and can then succeed. */
export type FailureCode =
  | 'overloaded'
  | 'deadline_passed'
  | 'ledger_unavailable'
  | 'ledger_conflict'
  | 'sku_moved'
  | 'journal_unavailable'
  | 'cart_unavailable'
  | 'gateway_unavailable'
  | 'shutting_down'

/** A failure that a retry with the same ids can heal; never an answer about stock or money. */
export class RetryLater extends Error {
  readonly code: FailureCode
  readonly retryAfterMs: number

  constructor(code: FailureCode, message: string, options?: { cause?: unknown; afterMs?: number }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'RetryLater'
    this.code = code
    this.retryAfterMs = options?.afterMs ?? 1_000
  }
}

/**
 * What is there cannot be worked with, and no retry helps: a person has to change something first.
 * The message says what, and is all they need to read.
 */
export class NeedsOperator extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'NeedsOperator'
  }
}

/** A promise of the code to itself that did not hold. Never caught but by supervision. */
export class Bug extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'Bug'
  }
}

/** For the default branch of a switch over a closed union. */
export function unreachable(value: never, what: string): never {
  throw new Bug(`${what} is not one of the known ones: ${JSON.stringify(value)}`)
}
