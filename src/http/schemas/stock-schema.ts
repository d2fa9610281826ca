// Stock as it travels: the balances of a SKU, and what a buyer needs to know of them.

import { z } from '@hono/zod-openapi'
import type { Balances } from '../../../actors/domain/ledger-entry.ts'
import { TimeSchema, timeBody } from './time.ts'

export const StockSchema = z
  .strictObject({
    sku: z.string(),
    received: z.int(),
    available: z.int(),
    held: z.int(),
    sold: z.int(),
  })
  .openapi('Stock')

export type StockBody = z.infer<typeof StockSchema>

export function stockBody(sku: string, balances: Balances): StockBody {
  const { received, available, held, sold } = balances
  return { sku, received, available, held, sold }
}

export const AVAILABILITY_STATES = ['in_stock', 'all_held', 'sold_out'] as const

export type AvailabilityState = (typeof AVAILABILITY_STATES)[number]

export const AvailabilitySchema = z
  .strictObject({
    state: z.enum(AVAILABILITY_STATES),
    available: z.int(),
    as_of: TimeSchema,
  })
  .openapi('Availability')

/** `all_held`: nothing can be had now, but a checkout that ends unpaid gives some back. */
export function availabilityOf({ available, held }: Balances): AvailabilityState {
  if (available > 0) return 'in_stock'
  return held > 0 ? 'all_held' : 'sold_out'
}

export function availabilityBody(
  balances: Balances,
  nowMs: number,
): z.infer<typeof AvailabilitySchema> {
  return {
    state: availabilityOf(balances),
    available: balances.available,
    as_of: timeBody(nowMs),
  }
}
