// Money as it travels: whole minor units and an ISO 4217 currency.

import { z } from '@hono/zod-openapi'
import { isCurrency } from '../../../actors/domain/currency.ts'
import { AMOUNT_MAX, type Money } from '../../../actors/domain/money.ts'

export const MoneySchema = z
  .strictObject({
    amount: z.int().openapi({ description: 'In minor units: 3500 is 35.00 USD.' }),
    currency: z.string().openapi({ description: 'ISO 4217, in capitals.' }),
  })
  .openapi('Money')

export type MoneyBody = z.infer<typeof MoneySchema>

const CurrencyField = z
  .string()
  .refine(isCurrency, 'must be an ISO 4217 currency in capitals')
  .openapi({ description: 'ISO 4217, in capitals.', pattern: '^[A-Z]{3}$', example: 'USD' })

/** What a product may cost: nothing, or up to the largest amount the gateway takes. */
export const PriceField = z.strictObject({
  amount: z
    .int()
    .min(0)
    .max(AMOUNT_MAX)
    .openapi({ description: 'In minor units: 3500 is 35.00 USD.', example: 3_500 }),
  currency: CurrencyField,
})

/** A total the buyer says they saw: any sum may be said, and then be wrong. */
export const TotalField = z.strictObject({
  amount: z
    .int()
    .min(0)
    .openapi({ description: 'The `totals.total` the buyer was shown.', example: 7_000 }),
  currency: CurrencyField,
})

export function moneyBody(money: Money): MoneyBody {
  return { amount: money.amount, currency: money.currency }
}
