// An order as its buyer sees it; built field by field like a checkout, for the same reason.

import { z } from '@hono/zod-openapi'
import { PAYMENT_STATUSES } from '../../../actors/domain/checkout.ts'
import { canonicalJson } from '../../../actors/domain/hash.ts'
import {
  ORDER_STATUSES,
  type Order,
  type OrderEvent,
  type OrderPayment,
  type SubOrder,
} from '../../../actors/domain/order.ts'
import { AddressSchema, addressBody } from './address-schema.ts'
import { LineSchema, lineBody, TotalsSchema, totalsBody } from './checkout-schema.ts'
import { MoneySchema, moneyBody } from './money-schema.ts'
import { orNull } from './or-null.ts'
import { TimeSchema, timeBody } from './time.ts'

const OrderPaymentSchema = z.strictObject({
  status: z.enum(PAYMENT_STATUSES),
  method: z.string().nullable(),
  authorised: MoneySchema,
  captured: MoneySchema,
  refunded: MoneySchema,
})

const SubOrderSchema = z
  .strictObject({
    seller_id: z.string(),
    status: z.enum(ORDER_STATUSES),
    lines: z.array(z.int()).openapi({ description: "Numbers of the order's lines" }),
    total: MoneySchema,
  })
  .openapi('SubOrder')

const OrderEventSchema = z.strictObject({
  type: z.string(),
  at: TimeSchema,
  data: z.record(z.string(), z.unknown()),
})

export const OrderSchema = z
  .strictObject({
    id: z.string(),
    status: z.enum(ORDER_STATUSES),
    user_id: z.string(),
    checkout_id: z.string(),
    lines: z.array(LineSchema),
    totals: TotalsSchema,
    shipping_address: orNull(AddressSchema),
    payment: OrderPaymentSchema,
    sub_orders: z.array(SubOrderSchema),
    events: z.array(OrderEventSchema),
    created_at: TimeSchema,
    updated_at: TimeSchema,
  })
  .openapi('Order')

export type OrderBody = z.infer<typeof OrderSchema>

export function orderBody(order: Order): OrderBody {
  return {
    id: order.id,
    status: order.status,
    user_id: order.userId,
    checkout_id: order.checkoutId,
    lines: order.lines.map(lineBody),
    totals: totalsBody(order.total),
    shipping_address: order.shippingAddress === null ? null : addressBody(order.shippingAddress),
    payment: paymentBody(order.payment),
    sub_orders: order.subOrders.map(subOrderBody),
    events: order.events.map(eventBody),
    created_at: timeBody(order.createdAtMs),
    updated_at: timeBody(order.updatedAtMs),
  }
}

function paymentBody(payment: OrderPayment): z.infer<typeof OrderPaymentSchema> {
  return {
    status: payment.status,
    method: payment.method,
    authorised: moneyBody(payment.authorised),
    captured: moneyBody(payment.captured),
    refunded: moneyBody(payment.refunded),
  }
}

function subOrderBody(part: SubOrder): z.infer<typeof SubOrderSchema> {
  return {
    seller_id: part.sellerId,
    status: part.status,
    lines: [...part.lines],
    total: moneyBody(part.total),
  }
}

function eventBody(event: OrderEvent): z.infer<typeof OrderEventSchema> {
  // The data of an event has no fixed fields; its keys are sorted to have a fixed order too.
  const data: Record<string, unknown> = JSON.parse(canonicalJson(event.data))
  return { type: event.type, at: timeBody(event.atMs), data }
}
