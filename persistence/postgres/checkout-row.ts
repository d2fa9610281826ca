// A checkout as a row of the journal and as JSON for the statement that writes it. What comes out
// of the database was put there by this code under the schema's constraints: it is taken as it is.

import type {
  Checkout,
  CheckoutLine,
  CheckoutState,
  OrderLine,
} from '../../actors/domain/checkout.ts'
import type { CheckoutAnswer } from '../../actors/domain/checkout-answer.ts'
import { nextRunAtMs } from '../../actors/domain/checkout-due.ts'
import { type UserId, userShardOfId } from '../../actors/domain/ids.ts'
import { money } from '../../actors/domain/money.ts'
import type { CheckoutWrite, KeyClaim } from '../../actors/ports/checkout-journal.ts'

type StoredLine = OrderLine & Partial<CheckoutLine>

export interface CheckoutRow {
  id: Checkout['id']
  user_id: UserId
  guest: boolean
  state: CheckoutState
  version: number
  cart_id: Checkout['cartId']
  /** Lines from before there were limits name none. */
  lines: readonly StoredLine[]
  currency: string
  total_amount: string
  price_changes: Checkout['priceChanges']
  shipping_address: Checkout['shippingAddress']
  order_id: Checkout['orderId']
  payment: Checkout['payment']
  ending: Checkout['ending']
  open_request: Checkout['openRequest']
  cancel_request: Checkout['cancelRequest']
  revision: Checkout['revision']
  revisions: number
  created_at: Date
  updated_at: Date
  expires_at: Date
  confirmed_at: Date | null
}

export interface KeyRow {
  number: number
  fingerprint: string
  request_id: string
  checkout_id: Checkout['id'] | null
  answer: CheckoutAnswer | null
}

export function checkoutOfRow(row: CheckoutRow): Checkout {
  return {
    id: row.id,
    version: row.version,
    state: row.state,
    userId: row.user_id,
    guest: row.guest,
    cartId: row.cart_id,
    lines: row.lines.map((line) => ({ ...line, purchaseLimit: line.purchaseLimit ?? null })),
    total: money(Number(row.total_amount), row.currency),
    priceChanges: row.price_changes,
    shippingAddress: row.shipping_address,
    createdAtMs: row.created_at.getTime(),
    expiresAtMs: row.expires_at.getTime(),
    updatedAtMs: row.updated_at.getTime(),
    orderId: row.order_id,
    payment: row.payment,
    ending: row.ending,
    openRequest: row.open_request,
    cancelRequest: row.cancel_request,
    revision: row.revision,
    revisions: row.revisions,
    confirmedAtMs: row.confirmed_at?.getTime() ?? null,
  }
}

/** The JSON of one write, as write_checkouts.sql reads it. `opening` inserts. */
export function documentOfWrite(write: CheckoutWrite, opening: boolean): object {
  const { checkout, order } = write
  return {
    id: checkout.id,
    expected_version: opening ? null : checkout.version - 1,
    claim: write.claim && documentOfClaim(write.claim),
    checkout: documentOfCheckout(checkout, opening || write.relined),
    answers: write.answers.map(({ request, answer }) => ({
      caller: request.caller,
      key: request.key,
      answer,
    })),
    order: order && {
      order_id: order.orderId,
      status: order.status,
      payment_status: order.paymentStatus,
      authorised_amount: order.authorisedAmount,
      captured_amount: order.capturedAmount,
      with_lines: order.withLines,
      sub_orders: order.subOrders.map(({ sellerId, status, total }) => ({
        seller_id: sellerId,
        status,
        total_amount: total.amount,
      })),
      attempt: checkout.payment?.attempt,
      method: checkout.payment?.method,
      intent_id: checkout.payment?.intentId,
      decline_code: checkout.payment?.declineCode,
      started_at: timestamp(checkout.payment?.startedAtMs ?? checkout.updatedAtMs),
    },
    lines: order?.withLines
      ? checkout.lines.map((line) => ({
          line: line.line,
          sku: line.sku,
          name: line.name,
          seller_id: line.sellerId,
          quantity: line.quantity,
          unit_amount: line.unitPrice.amount,
          hold_id: line.holdId,
        }))
      : [],
    events: write.events,
  }
}

function documentOfClaim(claim: KeyClaim): object {
  return {
    caller: claim.caller,
    key: claim.key,
    fingerprint: claim.fingerprint,
    request_id: claim.requestId,
  }
}

function documentOfCheckout(checkout: Checkout, withLines: boolean): object {
  return {
    id: checkout.id,
    user_shard: userShardOfId(checkout.id),
    user_id: checkout.userId,
    guest: checkout.guest,
    state: checkout.state,
    version: checkout.version,
    cart_id: checkout.cartId,
    // Lines rarely change once written, and a wide cart need not travel with every step.
    lines: withLines ? checkout.lines : null,
    currency: checkout.total.currency,
    total_amount: checkout.total.amount,
    price_changes: withLines ? checkout.priceChanges : null,
    shipping_address: checkout.shippingAddress,
    order_id: checkout.orderId,
    payment: checkout.payment,
    ending: checkout.ending,
    open_request: checkout.openRequest,
    cancel_request: checkout.cancelRequest,
    revision: checkout.revision,
    revisions: checkout.revisions,
    created_at: timestamp(checkout.createdAtMs),
    updated_at: timestamp(checkout.updatedAtMs),
    expires_at: timestamp(checkout.expiresAtMs),
    confirmed_at: timestampOrNull(checkout.confirmedAtMs),
    next_run_at: timestampOrNull(nextRunAtMs(checkout)),
  }
}

function timestampOrNull(ms: number | null): string | null {
  return ms === null ? null : timestamp(ms)
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString()
}
