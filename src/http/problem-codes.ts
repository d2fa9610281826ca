// Every word a problem answer can carry in `code`, in one table: its status, its title, whether
// trying again can help, and whether the answer is kept under the request's Idempotency-Key.
// docs/ERRORS.md says the same for people, and a test compares the two.

import type { CheckoutRefusal } from '../../actors/domain/checkout-answer.ts'
import type { FailureCode } from '../../actors/domain/failures.ts'

/** What the edge itself says no to, before or without asking the shop. */
export const EDGE_CODES = [
  'invalid_request',
  'invalid_json',
  'idempotency_key_missing',
  'idempotency_key_invalid',
  'webhook_signature_invalid',
  'webhook_timestamp_stale',
  'webhook_timestamp_in_future',
  'unauthenticated',
  'token_invalid',
  'token_expired',
  'forbidden',
  'guest_sessions_off',
  'not_found',
  'order_not_found',
  'method_not_allowed',
  'idempotency_in_progress',
  'version_mismatch',
  'body_too_large',
  'unsupported_media_type',
  'idempotency_key_reused',
  'rate_limited',
  'request_timeout',
  'headers_too_large',
  'internal_error',
  'not_ready',
  'keys_unavailable',
] as const

export type ProblemCode = (typeof EDGE_CODES)[number] | CheckoutRefusal | FailureCode

/**
 * What a client can do: `no`: the same request gets the same answer; `same key`: send it again
 * unchanged after `Retry-After`; `new key`: try again as a new request, with what the detail asks.
 */
export type MayRetry = 'no' | 'same key' | 'new key'

/** `may be`: do not count on either; go on with a new key. */
export type Kept = 'yes' | 'no' | 'may be'

export interface ProblemRow {
  readonly status: number
  readonly title: string
  readonly retry: MayRetry
  readonly kept: Kept
}

export const PROBLEM_CODES = {
  invalid_request: row(400, 'The request is not valid', 'no', 'no'),
  invalid_json: row(400, 'The body is not JSON', 'no', 'no'),
  idempotency_key_missing: row(400, 'Idempotency-Key is missing', 'no', 'no'),
  idempotency_key_invalid: row(400, 'Idempotency-Key is malformed', 'no', 'no'),
  webhook_signature_invalid: row(400, 'The webhook is not signed by the gateway', 'no', 'no'),
  webhook_timestamp_stale: row(400, 'The webhook is too old', 'no', 'no'),
  webhook_timestamp_in_future: row(400, 'The webhook comes from the future', 'no', 'no'),
  unauthenticated: row(401, 'A token is needed', 'no', 'no'),
  token_invalid: row(401, 'The token is not valid', 'no', 'no'),
  token_expired: row(401, 'The token has expired', 'no', 'no'),
  forbidden: row(403, 'Not allowed', 'no', 'no'),
  guest_sessions_off: row(403, 'There are no guest sessions here', 'no', 'no'),
  not_found: row(404, 'There is nothing here', 'no', 'no'),
  order_not_found: row(404, 'No such order', 'no', 'no'),
  method_not_allowed: row(405, 'The method does not exist here', 'no', 'no'),
  idempotency_in_progress: row(409, 'The first request is still running', 'same key', 'no'),
  version_mismatch: row(412, 'The product has changed', 'no', 'no'),
  body_too_large: row(413, 'The body is too large', 'no', 'no'),
  unsupported_media_type: row(415, 'The content type is not supported', 'no', 'no'),
  idempotency_key_reused: row(422, 'The Idempotency-Key was used before', 'new key', 'no'),
  request_timeout: row(408, 'The request did not arrive in time', 'same key', 'no'),
  headers_too_large: row(431, 'The headers are too large', 'no', 'no'),
  rate_limited: row(429, 'Too many requests in a minute', 'same key', 'no'),
  internal_error: row(500, 'Something went wrong on our side', 'same key', 'no'),
  not_ready: row(503, 'Not ready', 'same key', 'no'),
  keys_unavailable: row(503, 'Tokens cannot be checked right now', 'same key', 'no'),

  checkout_not_found: row(404, 'No such checkout', 'no', 'may be'),
  checkout_expired: row(410, 'The checkout has expired', 'new key', 'yes'),
  already_paid: row(409, 'Already paid', 'no', 'may be'),
  payment_in_progress: row(409, 'A payment is running', 'new key', 'may be'),
  checkout_busy: row(409, 'The checkout is busy', 'new key', 'may be'),
  not_open: row(409, 'The checkout is not open', 'no', 'may be'),
  too_late_to_cancel: row(409, 'Too late to cancel', 'no', 'may be'),
  address_missing: row(409, 'A shipping address is missing', 'new key', 'may be'),
  total_changed: row(409, 'The total is another one', 'new key', 'yes'),
  too_many_attempts: row(409, 'Too many payment attempts', 'no', 'may be'),
  payment_method_unknown: row(422, 'No such payment method', 'new key', 'yes'),
  payment_declined: row(402, 'The payment was declined', 'new key', 'yes'),
  payment_replaced: row(409, 'Another payment took its place', 'no', 'yes'),
  fraud_rejected: row(402, 'The payment was rejected', 'no', 'may be'),
  cart_empty: row(409, 'The cart is empty', 'new key', 'may be'),
  too_many_lines: row(409, 'Too many lines', 'new key', 'may be'),
  unknown_sku: row(404, 'No such product', 'no', 'may be'),
  sku_not_for_sale: row(409, 'Not for sale', 'no', 'may be'),
  sign_in_required: row(403, 'Sign in to buy this', 'new key', 'may be'),
  purchase_limit: row(409, 'More than one buyer may have', 'new key', 'may be'),
  mixed_currency: row(409, 'More than one currency', 'new key', 'may be'),
  total_too_large: row(409, 'The total is too large', 'new key', 'may be'),
  checkout_exists: row(409, 'This cart is being bought already', 'no', 'may be'),
  out_of_stock: row(409, 'Out of stock', 'new key', 'yes'),
  stock_limit_reached: row(409, 'Too many units', 'new key', 'may be'),
  insufficient_stock: row(409, 'Not that many units are available', 'new key', 'may be'),

  overloaded: row(503, 'Too many requests', 'same key', 'no'),
  deadline_passed: row(503, 'It took too long', 'same key', 'no'),
  ledger_unavailable: row(503, 'Stock cannot be reached', 'same key', 'no'),
  ledger_conflict: row(503, 'Stock was changed by somebody else', 'same key', 'no'),
  sku_moved: row(503, 'The product has moved', 'same key', 'no'),
  journal_unavailable: row(503, 'Checkouts cannot be reached', 'same key', 'no'),
  cart_unavailable: row(503, 'Carts cannot be reached', 'same key', 'no'),
  gateway_unavailable: row(503, 'Payments cannot be reached', 'same key', 'no'),
  shutting_down: row(503, 'Shutting down', 'same key', 'no'),
} as const satisfies Record<ProblemCode, ProblemRow>

function row(status: number, title: string, retry: MayRetry, kept: Kept): ProblemRow {
  return { status, title, retry, kept }
}
