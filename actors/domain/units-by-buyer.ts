// How many units of one SKU each buyer has: held, or sold and not returned. It is counted only for
// a SKU that is sold with a purchase limit, so that every other SKU pays nothing for it.

import type { UserId } from './ids.ts'

/** Buyers who have none are not in it. */
export type UnitsByBuyer = Map<UserId, number>

/** Changes the count of one buyer; who is left with none is forgotten. */
export function addUnits(units: UnitsByBuyer, buyer: UserId, change: number): void {
  const now = (units.get(buyer) ?? 0) + change
  if (now === 0) units.delete(buyer)
  else units.set(buyer, now)
}

/**
 * The units `buyer` may still take under the limit, at least 0: a limit that was lowered takes
 * nothing away from those who have more. Infinity without a limit.
 */
export function unitsLeftFor(
  units: ReadonlyMap<UserId, number> | null,
  buyer: UserId,
  purchaseLimit: number | null,
): number {
  if (purchaseLimit === null) return Number.POSITIVE_INFINITY
  return Math.max(0, purchaseLimit - (units?.get(buyer) ?? 0))
}
