// The catalogue in this process: the twin of the one in Postgres, for tests and simulations.

import { compareBytes, type Sku } from '../../actors/domain/ids.ts'
import type { Product } from '../../actors/domain/product.ts'
import type { Catalogue, PutRefusal } from '../../actors/ports/catalogue.ts'
import type { Clock } from '../../actors/ports/clock.ts'

type Guard = Parameters<Catalogue['put']>[1]

export function memoryCatalogue(clock: Clock): Catalogue {
  const products = new Map<Sku, Product>()
  return {
    async bySkus(skus) {
      const found = skus.map((sku) => products.get(sku)).filter((product) => product !== undefined)
      return new Map(found.map((product) => [product.sku, product]))
    },
    async page({ sellerId, skuPrefix, after, limit }) {
      const wanted = [...products.values()]
        .filter((product) => sellerId === null || product.sellerId === sellerId)
        .filter(({ sku }) => sku.startsWith(skuPrefix ?? '') && sku > (after ?? ''))
        .sort((left, right) => compareBytes(left.sku, right.sku))
      const page = wanted.slice(0, limit)
      return { products: page, nextAfter: page.length < wanted.length ? lastSku(page) : null }
    },
    async put(input, guard) {
      const before = products.get(input.sku)
      const refusal = refusalOf(before, input.sellerId, guard)
      if (refusal !== null) return { ok: false, refusal }
      const version = (before?.version ?? 0) + 1
      const product = { ...structuredClone(input), version, updatedAtMs: clock.nowMs() }
      products.set(input.sku, product)
      return { ok: true, product, created: before === undefined }
    },
    async isEmpty() {
      return products.size === 0
    },
  }
}

function refusalOf(
  before: Product | undefined,
  sellerId: Product['sellerId'],
  { ifVersion, onlySeller }: Guard,
): PutRefusal | null {
  // A stranger is told so before anything is said about versions.
  const sellers = before === undefined ? [sellerId] : [sellerId, before.sellerId]
  if (onlySeller !== null && sellers.some((seller) => seller !== onlySeller)) return 'other_seller'
  return ifVersion === null || ifVersion === before?.version ? null : 'version_mismatch'
}

function lastSku(page: readonly Product[]): Sku | null {
  return page.at(-1)?.sku ?? null
}
