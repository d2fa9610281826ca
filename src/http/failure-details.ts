// What each failure worth retrying says to a person. None of them is about stock or money: what
// was asked was either not done, or is found done by the same request with the same key.

import type { FailureCode, RetryLater } from '../../actors/domain/failures.ts'
import type { Problem } from './problem.ts'

const AGAIN =
  'Send the same request again after Retry-After, with its Idempotency-Key if it had one.'

const HAPPENED = {
  overloaded: 'More requests came than can be served well, so this one was not begun.',
  deadline_passed: 'The request waited too long for its turn and was dropped undecided.',
  ledger_unavailable: 'The stock records cannot be reached, so nothing can be promised now.',
  ledger_conflict: 'The stock changed while the request was being decided.',
  sku_moved: 'The stock of this product is just being handed to another process.',
  journal_unavailable:
    'The records of checkouts cannot be reached, so nothing can be promised now.',
  cart_unavailable: 'Carts cannot be reached right now; checkouts that are open are not affected.',
  gateway_unavailable: 'The payment gateway cannot be reached; a payment is never taken twice.',
  shutting_down: 'This process is stopping and takes no new requests.',
} as const satisfies Record<FailureCode, string>

export function problemOfFailure(code: FailureCode): Problem {
  return { code, detail: `${HAPPENED[code]} ${AGAIN}` }
}

/** Whole seconds, at least one, for `Retry-After`. */
export function retryAfterOf(failure: RetryLater): string {
  return String(Math.max(1, Math.ceil(failure.retryAfterMs / 1_000)))
}
