// What was bought. An order is the checkout's lines as they were sold, its payment, and the part
// of it each seller fulfils. Its total is the sum of its lines and nothing else (O2).

import type { ShippingAddress } from './address.ts'
import type { Checkout, CheckoutLine, OrderLine, PaymentStatus } from './checkout.ts'
import type { CheckoutId, OrderId, SellerId, UserId } from './ids.ts'
import { type Money, money, sumOf, times } from './money.ts'

export const ORDER_STATUSES = [
  'pending',
  'confirmed',
  'partially_shipped',
  'shipped',
  'delivered',
  'cancelled',
] as const

export type OrderStatus = (typeof ORDER_STATUSES)[number]

export interface OrderPayment {
  readonly status: PaymentStatus
  readonly method: string | null
  readonly authorised: Money
  readonly captured: Money
  readonly refunded: Money
}

export interface SubOrder {
  readonly sellerId: SellerId
  readonly status: OrderStatus
  /** Numbers of the order's lines. */
  readonly lines: readonly number[]
  readonly total: Money
}

export interface OrderEvent {
  readonly type: string
  readonly atMs: number
  readonly data: Readonly<Record<string, unknown>>
}

export interface Order {
  readonly id: OrderId
  readonly userId: UserId
  readonly checkoutId: CheckoutId
  readonly status: OrderStatus
  readonly lines: readonly OrderLine[]
  readonly total: Money
  readonly shippingAddress: ShippingAddress | null
  readonly payment: OrderPayment
  readonly subOrders: readonly SubOrder[]
  readonly events: readonly OrderEvent[]
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

/** The lines of each seller, sellers in bytewise order; together all lines, each once (O2). */
export function subOrdersOf(lines: readonly OrderLine[], status: OrderStatus): SubOrder[] {
  const bySeller = new Map<SellerId, OrderLine[]>()
  for (const line of lines) {
    const own = bySeller.get(line.sellerId)
    if (own) own.push(line)
    else bySeller.set(line.sellerId, [line])
  }
  return [...bySeller.entries()]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([sellerId, own]) => ({
      sellerId,
      status,
      lines: own.map(({ line }) => line),
      total: totalOf(own),
    }))
}

/** What only the taking of stock needs stays with the checkout. */
function asSold({ purchaseLimit: _, ...line }: CheckoutLine): OrderLine {
  return line
}

/** The sum of the lines; an order has at least one. */
export function totalOf(lines: readonly Pick<OrderLine, 'unitPrice' | 'quantity'>[]): Money {
  return sumOf(
    lines.map(({ unitPrice, quantity }) => times(unitPrice, quantity)),
    // The ISO 4217 code for no currency; an order without lines would have none.
    'XXX',
  )
}

/** The order as it stands the moment it is confirmed: authorised, not yet captured. */
export function orderAtConfirmation(
  checkout: Checkout,
  orderId: OrderId,
  event: OrderEvent,
): Order {
  const { atMs } = event
  const { id, userId, lines, total, shippingAddress, payment } = checkout
  const nothing = money(0, total.currency)
  return {
    id: orderId,
    userId,
    checkoutId: id,
    status: 'confirmed',
    lines: lines.map(asSold),
    total,
    shippingAddress,
    payment: {
      status: total.amount === 0 ? 'captured' : 'authorised',
      method: payment?.method ?? null,
      authorised: total,
      captured: nothing,
      refunded: nothing,
    },
    subOrders: subOrdersOf(lines, 'confirmed'),
    events: [event],
    createdAtMs: payment?.startedAtMs ?? atMs,
    updatedAtMs: atMs,
  }
}
