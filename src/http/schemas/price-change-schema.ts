// A price that is not the one the buyer saw in the cart.

import { z } from '@hono/zod-openapi'
import type { PriceChange } from '../../../actors/domain/checkout.ts'
import { MoneySchema, moneyBody } from './money-schema.ts'

export const PriceChangeSchema = z
  .strictObject({ sku: z.string(), was: MoneySchema, now: MoneySchema })
  .openapi('PriceChange')

export function priceChangeBody(change: PriceChange): z.infer<typeof PriceChangeSchema> {
  return { sku: change.sku, was: moneyBody(change.was), now: moneyBody(change.now) }
}
