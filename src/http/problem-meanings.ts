// What each problem code means, in the words of docs/ERRORS.md: a test compares the two. The API's
// own document and pages say them too.

import { PAYMENT_ATTEMPTS_MAX } from '../../actors/domain/checkout-saga.ts'
import type { ProblemCode } from './problem-codes.ts'

export const PROBLEM_MEANINGS = {
  invalid_request:
    'A field is missing, unknown, of the wrong type or out of bounds; `errors` names each by ' +
    'path. A price sent by a client is an unknown field. Nothing was done.',
  invalid_json:
    'The body is not JSON in UTF-8, or is empty although a `Content-Type` announces one.',
  idempotency_key_missing: 'The route needs an `Idempotency-Key` and there is none.',
  idempotency_key_invalid:
    'The key is not 1 to 255 printable ASCII characters, bare or in double quotes.',
  idempotency_in_progress: 'The first request with this key is still running.',
  idempotency_key_reused:
    'The key belongs to another request of the same caller (another method, path or body), of ' +
    'which nothing is shown.',
  not_found: 'There is no such path.',
  method_not_allowed: 'The path exists, the method does not; `Allow` lists those that do.',
  body_too_large: 'The body is over 256 KiB.',
  headers_too_large: 'The headers are over 16 KiB. The connection is closed.',
  request_timeout:
    'The request did not arrive whole in time: headers within 10 seconds, the whole within 30. ' +
    'The connection is closed.',
  unsupported_media_type: 'The body is not `application/json` in UTF-8.',
  unauthenticated: 'There is no bearer token.',
  token_invalid: 'The token is forged, unsigned, malformed, or made for another service.',
  token_expired: 'The token was good once.',
  forbidden: "The token is good, but lacks the role, or the product is another seller's.",
  rate_limited:
    'The caller, or the address of one who is not signed in, made more requests in a minute than ' +
    'the shop takes; `RateLimit` says what is left. The request was not begun.',
  guest_sessions_off: 'The service has no secret to sign guest tokens with.',
  keys_unavailable: "The identity provider's keys cannot be fetched, so no token can be checked.",
  unknown_sku: 'There is no product with this SKU; `skus` names them.',
  sku_not_for_sale: 'The product is archived; `skus` names them.',
  version_mismatch: 'The product is not at the version that `If-Match` names.',
  stock_limit_reached: 'The SKU would hold more units than can be counted.',
  insufficient_stock:
    'A write-off of more than is available; held and sold units cannot be written off.',
  cart_empty: 'There is nothing in the cart to check out.',
  too_many_lines: 'More lines than one cart or checkout may have.',
  sign_in_required:
    'A product that is sold in limited numbers per buyer is not sold to guests; `skus` names ' +
    'them. Nothing was held.',
  purchase_limit:
    'A buyer may have only so many of a product, held and bought together; `lines` says the ' +
    '`limit` and how many units `remaining` the line can have. Nothing is held.',
  mixed_currency: 'The lines are priced in more than one currency.',
  total_too_large: 'The total is more than one payment can be.',
  checkout_exists: 'This cart is being bought already, in `checkout_id`.',
  out_of_stock:
    'Not every line can be had, so nothing is taken, and a checkout that was to be changed is as ' +
    'it was; `lines` says what each could have. Not kept when stock was seen to be gone before ' +
    'anything was written.',
  checkout_not_found: 'There is no such checkout of this buyer.',
  checkout_expired: 'The time to pay ran out; the stock was given back, nothing was charged.',
  checkout_busy:
    'Another request is changing the checkout, or a payment of it is running or waits for the ' +
    'buyer to authenticate; `detail` says which.',
  not_open: 'The checkout has ended.',
  too_late_to_cancel: 'The sale is done or past recall.',
  order_not_found: 'There is no such order of this buyer.',
  payment_method_unknown:
    'The gateway does not know the payment method, or does not take it; `errors` names the ' +
    'field. Nothing was charged, and the stock stays held. It counts as an attempt.',
  payment_declined:
    "Nothing was charged; `decline_code` is the issuer's word, when it gave one. The stock " +
    `stays held until the checkout expires: another card, another key, ${PAYMENT_ATTEMPTS_MAX} ` +
    'attempts in all.',
  payment_replaced:
    'The payment waited for the buyer to authenticate when another one took its place; nothing ' +
    'was charged by this one. The checkout shows what became of the other.',
  fraud_rejected:
    'The payment was not accepted after a check; nothing was charged, the stock was given ' +
    'back.',
  total_changed:
    '`expected_total` is not the total: `expected`, `actual` and `price_changes` show it. ' +
    'Nothing was charged.',
  address_missing: 'The checkout has no shipping address, and paying needs one.',
  already_paid: 'The checkout is paid; it was not charged again.',
  payment_in_progress: 'Another payment of the checkout is running; this one was not begun.',
  too_many_attempts:
    `The checkout had its ${PAYMENT_ATTEMPTS_MAX} attempts to be paid, and \`next\` says ` +
    '`pay: false`. Nothing was charged by this request. Cancel it, and open a new one.',
  webhook_signature_invalid: 'No configured secret signed these bytes. Nothing was stored.',
  webhook_timestamp_stale: 'The signature is older than five minutes, and could be a replay.',
  webhook_timestamp_in_future: 'The signature is from the future: one of the clocks is wrong.',
  overloaded: 'Refused before any work, because too much is being served already.',
  deadline_passed: 'The request waited too long for its turn and was dropped undecided.',
  ledger_unavailable: 'The stock records cannot be reached.',
  ledger_conflict: 'The stock changed while the request was being decided.',
  sku_moved: 'The stock of the product is being handed to another process.',
  journal_unavailable: 'The records of checkouts and orders cannot be reached.',
  cart_unavailable: 'Carts cannot be reached; open checkouts are not affected.',
  gateway_unavailable: 'The payment gateway cannot be reached.',
  shutting_down: 'The process is stopping.',
  not_ready: '`/readyz` only: `parts` names what is down.',
  internal_error:
    'A bug. It is recorded under `request_id`; what was asked may or may not be done, and a ' +
    'repeat with the same key finds out.',
} as const satisfies Record<ProblemCode, string>
