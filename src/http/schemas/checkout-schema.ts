// A checkout as buyers see it. Bodies are built field by field: an answer may have been stored as
// JSON that forgot its order, and has to come out in the same bytes every time.

import { z } from '@hono/zod-openapi'
import {
  CHECKOUT_TRANSITIONS,
  type Checkout,
  type CheckoutState,
  type OrderLine,
  PAYMENT_STATUSES,
} from '../../../actors/domain/checkout.ts'
import { asPutOff } from '../../../actors/domain/checkout-expiry.ts'
import { hasNoAttemptLeft } from '../../../actors/domain/checkout-saga.ts'
import { type Money, money, times } from '../../../actors/domain/money.ts'
import type { Outage } from '../../../actors/domain/outages.ts'
import { AddressSchema, addressBody } from './address-schema.ts'
import { MoneySchema, moneyBody } from './money-schema.ts'
import { orNull } from './or-null.ts'
import { PriceChangeSchema, priceChangeBody } from './price-change-schema.ts'
import { TimeSchema, timeBody } from './time.ts'

/** How long a client that waits should wait before it looks again. */
export const LOOK_AGAIN_SECONDS = 2

const STATES = Object.keys(CHECKOUT_TRANSITIONS) as [CheckoutState, ...CheckoutState[]]

export const LineSchema = z
  .strictObject({
    line: z.int(),
    sku: z.string(),
    name: z.string(),
    seller_id: z.string(),
    quantity: z.int(),
    unit_price: MoneySchema,
    total: MoneySchema,
    hold_id: z.string(),
  })
  .openapi('Line')

export const TotalsSchema = z
  .strictObject({
    items: MoneySchema,
    shipping: MoneySchema,
    discount: MoneySchema,
    tax: MoneySchema,
    total: MoneySchema,
  })
  .openapi('Totals')

const NextSchema = z.union([
  z.strictObject({ pay: z.boolean() }),
  z.strictObject({ wait: z.int() }),
  z.strictObject({
    authenticate: z.strictObject({
      client_secret: z.string(),
      publishable_key: z.string().nullable(),
    }),
  }),
])

export const CheckoutSchema = z
  .strictObject({
    id: z.string(),
    state: z.enum(STATES),
    user_id: z.string(),
    expires_at: TimeSchema,
    shipping_address: orNull(AddressSchema),
    lines: z.array(LineSchema),
    totals: TotalsSchema,
    price_changes: z.array(PriceChangeSchema),
    order_id: z.string().nullable(),
    payment: z
      .strictObject({
        attempt: z.int(),
        status: z.enum(PAYMENT_STATUSES),
        method: z.string(),
        decline_code: z.string().nullable(),
      })
      .nullable(),
    next: NextSchema.nullable(),
  })
  .openapi('Checkout')

// Spelled out, not extended: an extension would be declared as a Checkout, which has no such field.
export const InterimCheckoutSchema = z
  .strictObject({ ...CheckoutSchema.shape, checkout_id: z.string() })
  .openapi('CheckoutOnItsWay')

export type CheckoutBody = z.infer<typeof CheckoutSchema>

/** `publishableKey` is the gateway's, for the buyer's own client. */
export function checkoutBody(checkout: Checkout, publishableKey: string | null): CheckoutBody {
  const { payment } = checkout
  return {
    id: checkout.id,
    state: checkout.state,
    user_id: checkout.userId,
    expires_at: timeBody(checkout.expiresAtMs),
    shipping_address:
      checkout.shippingAddress === null ? null : addressBody(checkout.shippingAddress),
    lines: checkout.lines.map(lineBody),
    totals: totalsBody(checkout.total),
    price_changes: checkout.priceChanges.map(priceChangeBody),
    order_id: checkout.orderId,
    payment:
      payment === null
        ? null
        : {
            attempt: payment.attempt,
            status: payment.status,
            method: payment.method,
            decline_code: payment.declineCode,
          },
    next: nextBody(checkout, publishableKey),
  }
}

/**
 * Its end is put off by outages. From then on its stock may be gone, whether or not anybody wrote
 * that down yet.
 */
export function asSeenAt(checkout: Checkout, nowMs: number, outages: readonly Outage[]): Checkout {
  const seen = asPutOff(checkout, outages)
  const ran = seen.state === 'open' && nowMs >= seen.expiresAtMs
  return ran ? { ...seen, state: 'expired' } : seen
}

export function lineBody(line: OrderLine): z.infer<typeof LineSchema> {
  return {
    line: line.line,
    sku: line.sku,
    name: line.name,
    seller_id: line.sellerId,
    quantity: line.quantity,
    unit_price: moneyBody(line.unitPrice),
    total: moneyBody(times(line.unitPrice, line.quantity)),
    hold_id: line.holdId,
  }
}

export function totalsBody(total: Money): z.infer<typeof TotalsSchema> {
  const nothing = moneyBody(money(0, total.currency))
  return {
    items: moneyBody(total),
    shipping: nothing,
    discount: nothing,
    tax: nothing,
    total: moneyBody(total),
  }
}

/** What each state leaves to its buyer. */
const NEXT = {
  opening: 'wait',
  open: 'pay',
  revising: 'wait',
  paying: 'wait',
  reviewing: 'wait',
  committing: 'wait',
  confirmed: null,
  captured: null,
  releasing: 'wait',
  cancelled: null,
  expired: null,
  fraud_rejected: null,
  reversing: null,
  reversed: null,
} as const satisfies Record<CheckoutState, 'pay' | 'wait' | null>

function nextBody(checkout: Checkout, publishableKey: string | null): CheckoutBody['next'] {
  const { payment, state } = checkout
  if (state === 'paying' && payment?.stage === 'authenticating' && payment.clientSecret !== null) {
    return {
      authenticate: { client_secret: payment.clientSecret, publishable_key: publishableKey },
    }
  }
  const next = NEXT[state]
  // False when no attempt is left: it can be changed or cancelled, and no card pays it.
  if (next === 'pay') return { pay: !hasNoAttemptLeft(checkout) }
  return next === 'wait' ? { wait: LOOK_AGAIN_SECONDS } : null
}
