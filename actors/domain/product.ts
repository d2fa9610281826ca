// A product is the catalogue's entry of a SKU: what it is called, what it costs, who sells it.

import type { SellerId, Sku } from './ids.ts'
import type { Money } from './money.ts'

/** Lengths are UTF-16 units. The same hold for every way a product comes in. */
export const NAME_MAX = 300
export const DESCRIPTION_MAX = 10_000

export interface Product {
  readonly sku: Sku
  readonly name: string
  readonly description: string
  readonly price: Money
  readonly sellerId: SellerId
  readonly imageUrl: string | null
  readonly attributes: Readonly<Record<string, string>>
  readonly status: 'active' | 'archived'
  readonly purchaseLimit: number | null
  readonly version: number
  readonly updatedAtMs: number
}

export type ProductInput = Omit<Product, 'version' | 'updatedAtMs'>
