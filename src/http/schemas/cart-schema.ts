// A cart as its buyer sees it: what they put in, at the price they saw, beside what is true now.

import { z } from '@hono/zod-openapi'
import { type CartLine, NOT_TAKEN_REASONS, type NotTaken } from '../../../actors/domain/cart.ts'
import { sameMoney } from '../../../actors/domain/money.ts'
import type { Product } from '../../../actors/domain/product.ts'
import { MoneySchema, moneyBody } from './money-schema.ts'
import { orNull } from './or-null.ts'
import { AVAILABILITY_STATES, type AvailabilityState } from './stock-schema.ts'
import { TimeSchema, timeBody } from './time.ts'

const CartLineSchema = z
  .strictObject({
    sku: z.string(),
    name: z.string().nullable(),
    quantity: z.int(),
    price_added: MoneySchema,
    price_now: orNull(MoneySchema),
    price_changed: z.boolean(),
    availability: z.enum([...AVAILABILITY_STATES, 'not_for_sale', 'unknown']),
    added_at: TimeSchema,
  })
  .openapi('CartLine')

export type CartLineBody = z.infer<typeof CartLineSchema>

export const CartSchema = z
  .strictObject({ cart_id: z.string(), lines: z.array(CartLineSchema) })
  .openapi('Cart')

export type CartBody = z.infer<typeof CartSchema>

const NotTakenSchema = z.strictObject({
  sku: z.string(),
  quantity: z.int().openapi({ description: 'Units that were not taken over' }),
  reason: z.enum(NOT_TAKEN_REASONS),
})

// Spelled out, not extended: an extension would be declared as a Cart, which has no such field.
export const MergedCartSchema = z
  .strictObject({ ...CartSchema.shape, not_taken: z.array(NotTakenSchema) })
  .openapi('MergedCart')

export function notTakenBody({ sku, quantity, reason }: NotTaken): z.infer<typeof NotTakenSchema> {
  return { sku, quantity, reason }
}

// Not the whole cart: filling one of hundreds of lines would otherwise cost the square of them.
export const CartChangeSchema = z
  .strictObject({ cart_id: z.string(), lines_count: z.int(), line: CartLineSchema })
  .openapi('CartChange')

/**
 * `product` is null when it is gone, and `availability` when stock could not be reached: a cart
 * can be looked at all the same.
 */
export function cartLineBody(
  line: CartLine,
  product: Product | null,
  availability: AvailabilityState | null,
): CartLineBody {
  const forSale = product?.status === 'active'
  return {
    sku: line.sku,
    name: product?.name ?? null,
    quantity: line.quantity,
    price_added: moneyBody(line.priceSeen),
    price_now: product === null ? null : moneyBody(product.price),
    price_changed: product === null || !sameMoney(product.price, line.priceSeen),
    availability: forSale ? (availability ?? 'unknown') : 'not_for_sale',
    added_at: timeBody(line.addedAtMs),
  }
}
