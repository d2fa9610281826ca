// What operators see of checkouts under way and of open holds.

import { z } from '@hono/zod-openapi'
import {
  CHECKOUT_TRANSITIONS,
  type CheckoutState,
  isAtRest,
  PAYMENT_STATUSES,
} from '../../../actors/domain/checkout.ts'
import { outlookOf } from '../../../actors/domain/checkout-outlook.ts'
import { parseCheckoutId } from '../../../actors/domain/ids.ts'
import type {
  CheckoutUnderWay,
  OpenHold,
  UnderWayKey,
} from '../../../actors/ports/operator-reads.ts'
import { TimeSchema, timeBody } from './time.ts'

export const STATES = Object.keys(CHECKOUT_TRANSITIONS) as CheckoutState[]

/** The states in which something is left to do. */
export const STATES_UNDER_WAY = STATES.filter((state) => !isAtRest(state))

export const CheckoutUnderWaySchema = z
  .strictObject({
    id: z.string(),
    user_id: z.string(),
    state: z.enum(STATES),
    since: TimeSchema.openapi({ description: 'When it came there, or last moved there.' }),
    why: z.string().openapi({ description: 'Why it is there and what happens next.' }),
    next_action: z.string().nullable().openapi({
      description: 'What the shop does next by itself; null: it waits for its buyer or its time.',
    }),
    next_run_at: TimeSchema.openapi({ description: 'When a worker looks at it.' }),
    expires_at: TimeSchema,
    owner: z.string().nullable().openapi({ description: 'The process that worked on it last.' }),
    order_id: z.string().nullable(),
    payment: z
      .strictObject({
        attempt: z.int(),
        stage: z.string(),
        status: z.enum(PAYMENT_STATUSES),
        intent_id: z.string().nullable(),
      })
      .nullable(),
  })
  .openapi('CheckoutUnderWay')

export function checkoutUnderWayBody(
  seen: CheckoutUnderWay,
): z.infer<typeof CheckoutUnderWaySchema> {
  const { checkout, nextRunAtMs, owner } = seen
  const { action, why } = outlookOf(checkout)
  const { payment } = checkout
  return {
    id: checkout.id,
    user_id: checkout.userId,
    state: checkout.state,
    since: timeBody(checkout.updatedAtMs),
    why,
    next_action: action,
    next_run_at: timeBody(nextRunAtMs),
    expires_at: timeBody(checkout.expiresAtMs),
    owner,
    order_id: checkout.orderId,
    payment: payment && {
      attempt: payment.attempt,
      stage: payment.stage,
      status: payment.status,
      intent_id: payment.intentId,
    },
  }
}

export function underWayCursor(key: UnderWayKey | null): string | null {
  return key === null ? null : `${key.nextRunAtUs} ${key.id}`
}

export function parseUnderWayKey(text: string): UnderWayKey | null {
  const [, nextRunAtUs, idText = ''] = /^([1-9]\d{0,17}) (\S+)$/.exec(text) ?? []
  const id = parseCheckoutId(idText)
  return nextRunAtUs === undefined || id === null ? null : { nextRunAtUs, id }
}

export const OpenHoldSchema = z
  .strictObject({
    hold_id: z.string(),
    checkout_id: z.string().nullable(),
    buyer: z.string().nullable(),
    quantity: z.int(),
    taken_at: TimeSchema,
    expires_at: TimeSchema.nullable().openapi({
      description: 'As it was promised; an outage puts it off.',
    }),
    pinned: z.boolean().openapi({ description: 'A payment runs: it does not expire.' }),
  })
  .openapi('OpenHold')

export function openHoldBody(hold: OpenHold): z.infer<typeof OpenHoldSchema> {
  return {
    hold_id: hold.holdId,
    checkout_id: hold.checkoutId,
    buyer: hold.buyer,
    quantity: hold.quantity,
    taken_at: timeBody(hold.takenAtMs),
    expires_at: hold.expiresAtMs === null ? null : timeBody(hold.expiresAtMs),
    pinned: hold.pinned,
  }
}
