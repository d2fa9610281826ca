// The order as the journal keeps it: always what the checkout says, never edited beside it.

import type { Checkout, PaymentStatus } from './checkout.ts'
import type { Step } from './checkout-step.ts'
import type { OrderId } from './ids.ts'
import { type OrderStatus, type SubOrder, subOrdersOf } from './order.ts'

export interface OrderRecord {
  readonly orderId: OrderId
  readonly status: OrderStatus
  readonly paymentStatus: PaymentStatus
  /** Minor units of the checkout's currency. */
  readonly authorisedAmount: number
  readonly capturedAmount: number
  readonly subOrders: readonly SubOrder[]
  /** True when the order is new, or its lines are others than before: they are written, too. */
  readonly withLines: boolean
}

/** null while the checkout has no order. */
export function orderRecordOf(
  { checkout, relined }: Pick<Step, 'checkout' | 'relined'>,
  before: Checkout | null,
): OrderRecord | null {
  const { orderId, payment, total } = checkout
  if (orderId === null || payment === null) return null
  const status = orderStatusOf(checkout)
  const held = payment.status === 'authorised' || payment.status === 'captured'
  return {
    orderId,
    status,
    paymentStatus: payment.status,
    authorisedAmount: held ? total.amount : 0,
    capturedAmount: payment.status === 'captured' ? total.amount : 0,
    subOrders: subOrdersOf(checkout.lines, status),
    withLines: relined || before === null || before.orderId === null,
  }
}

function orderStatusOf({ state }: Checkout): OrderStatus {
  switch (state) {
    case 'opening':
    case 'open':
    case 'revising':
    case 'paying':
    case 'reviewing':
    case 'committing':
    case 'releasing':
      return 'pending'
    case 'confirmed':
    case 'captured':
    case 'reversing':
      return 'confirmed'
    case 'cancelled':
    case 'expired':
    case 'fraud_rejected':
    case 'reversed':
      return 'cancelled'
  }
}
