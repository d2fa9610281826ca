// Money as it travels: whole minor units and an ISO 4217 currency.

import { z } from '@hono/zod-openapi'
import { AMOUNT_MAX, type Money } from '../../../actors/domain/money.ts'

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))

export const MoneySchema = z
  .strictObject({ amount: z.int(), currency: z.string() })
  .openapi('Money')

export type MoneyBody = z.infer<typeof MoneySchema>

const CurrencyField = z
  .string()
  .refine((value) => CURRENCIES.has(value), 'must be an ISO 4217 currency in capitals')
  .openapi({ example: 'USD' })

/** What a product may cost: nothing, or up to the largest amount the gateway takes. */
export const PriceField = z.strictObject({
  amount: z.int().min(0).max(AMOUNT_MAX),
  currency: CurrencyField,
})

/** A total the buyer says they saw: any sum may be said, and then be wrong. */
export const TotalField = z.strictObject({ amount: z.int().min(0), currency: CurrencyField })

export function moneyBody(money: Money): MoneyBody {
  return { amount: money.amount, currency: money.currency }
}
