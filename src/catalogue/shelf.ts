// Products as pages show them: read at most once a second each, and still there while Postgres is
// not. Prices are charged from the catalogue itself, never from here.

import type { Sku } from '../../actors/domain/ids.ts'
import type { Product } from '../../actors/domain/product.ts'
import type { Catalogue, ProductPage, ProductQuery } from '../../actors/ports/catalogue.ts'
import type { Clock } from '../../actors/ports/clock.ts'
import { rememberedReads } from './remembered-reads.ts'

export interface Shelf {
  /** As `Catalogue.bySkus`. */
  bySkus(skus: readonly Sku[]): Promise<ReadonlyMap<Sku, Product>>
  /** As `Catalogue.page`. */
  page(query: ProductQuery): Promise<ProductPage>
  /** The product has changed; who changed it sees so at once. */
  forget(sku: Sku): void
}

export interface ShelfLimits {
  readonly shownFreshMs: number
  readonly shownStaleMs: number
  readonly shownPatienceMs: number
  /** Roughly, of single products and of pages each. */
  readonly shownProductBytesMax: number
}

const PRODUCT_BYTES = 500

export function shelf(catalogue: Catalogue, clock: Clock, limits: ShelfLimits): Shelf {
  const times = {
    clock,
    freshMs: limits.shownFreshMs,
    staleMs: limits.shownStaleMs,
    patienceMs: limits.shownPatienceMs,
    weightMax: limits.shownProductBytesMax,
  }
  const products = rememberedReads<Product>({
    ...times,
    weightOf: bytesOf,
    read: (skus) => catalogue.bySkus(skus as readonly Sku[]),
  })
  const pages = rememberedReads<ProductPage>({
    ...times,
    weightOf: (page) => page.products.reduce((sum, each) => sum + bytesOf(each), PRODUCT_BYTES),
    async read(keys) {
      const read = keys.map(async (key) => [key, await catalogue.page(JSON.parse(key))] as const)
      return new Map(await Promise.all(read))
    },
  })
  return {
    async bySkus(skus) {
      const found = await products.get(skus)
      return new Map([...found].map(([sku, { value }]) => [sku as Sku, value]))
    },
    async page({ sellerId, skuPrefix, after, limit }) {
      const key = JSON.stringify({ sellerId, skuPrefix, after, limit })
      const found = (await pages.get([key])).get(key)
      return found?.value ?? { products: [], nextAfter: null }
    },
    forget(sku) {
      products.forget(sku)
      // Which pages it is on, or will be, is not known.
      pages.forgetAll()
    },
  }
}

/** Roughly; texts are all of a product that can be large. */
function bytesOf({ description, attributes }: Product): number {
  let sum = PRODUCT_BYTES + description.length
  for (const [name, value] of Object.entries(attributes)) sum += name.length + value.length
  return sum
}
