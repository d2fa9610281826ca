// Products by SKU. The catalogue is the only place a price comes from.

import type { SellerId, Sku } from '../domain/ids.ts'
import type { Product, ProductInput } from '../domain/product.ts'

export interface ProductPage {
  readonly products: readonly Product[]
  /** The SKU to go on after; null on the last page. */
  readonly nextAfter: Sku | null
}

export interface ProductQuery {
  readonly sellerId: SellerId | null
  readonly skuPrefix: string | null
  readonly after: Sku | null
  readonly limit: number
}

export type PutRefusal = 'version_mismatch' | 'other_seller'

export interface Catalogue {
  /** The products of these SKUs; a SKU without one is left out. */
  bySkus(skus: readonly Sku[]): Promise<ReadonlyMap<Sku, Product>>
  page(query: ProductQuery): Promise<ProductPage>
  /**
   * Creates or replaces. `ifVersion` guards a replacement (`version_mismatch`); `onlySeller`
   * refuses to touch a product of somebody else (`other_seller`).
   */
  put(
    input: ProductInput,
    guard: { readonly ifVersion: number | null; readonly onlySeller: SellerId | null },
  ): Promise<
    | { readonly ok: true; readonly product: Product; readonly created: boolean }
    | { readonly ok: false; readonly refusal: PutRefusal }
  >
  /** True when no product was ever put. */
  isEmpty(): Promise<boolean>
}
