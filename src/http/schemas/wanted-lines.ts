// The lines a buyer names: SKUs and quantities. A price in them is a field that does not exist, so
// that nobody can believe a price of theirs was heard.

import { z } from '@hono/zod-openapi'
import type { Sku } from '../../../actors/domain/ids.ts'
import type { WantedLine } from '../../../actors/domain/pricing.ts'
import { SkuField } from './sku-field.ts'

export interface LineLimits {
  readonly cartLinesMax: number
  readonly quantityMax: number
}

export function quantityField(quantityMax: number) {
  return z.int().min(1).max(quantityMax).openapi({ description: 'Units.', example: 2 })
}

/** 1 to `cartLinesMax` lines; the lines of one SKU count together against `quantityMax`. */
export function wantedLinesField({ cartLinesMax, quantityMax }: LineLimits) {
  const line = z.strictObject({ sku: SkuField, quantity: quantityField(quantityMax) })
  return z
    .array(line)
    .min(1)
    .max(cartLinesMax)
    .superRefine((lines, context) => {
      const wanted = new Map<Sku, number>()
      for (const [index, { sku, quantity }] of lines.entries()) {
        const sum = (wanted.get(sku) ?? 0) + quantity
        wanted.set(sku, sum)
        if (sum <= quantityMax) continue
        const message = `must be at most ${quantityMax} over all lines of ${sku}`
        context.addIssue({ code: 'custom', path: [index, 'quantity'], message })
      }
    })
}

/** One line per SKU, in the order the SKUs were first named. */
export function mergedLines(
  lines: readonly { readonly sku: Sku; readonly quantity: number }[],
): WantedLine[] {
  const wanted = new Map<Sku, number>()
  for (const { sku, quantity } of lines) wanted.set(sku, (wanted.get(sku) ?? 0) + quantity)
  return [...wanted].map(([sku, quantity]) => ({ sku, quantity, priceSeen: null }))
}
