// The catalogue in Postgres. Pages go by key, never by offset, so the last page of a large
// catalogue costs as much as the first.

import { Bug } from '../../actors/domain/failures.ts'
import type { SellerId, Sku } from '../../actors/domain/ids.ts'
import { money } from '../../actors/domain/money.ts'
import type { Product, ProductInput } from '../../actors/domain/product.ts'
import type { Catalogue } from '../../actors/ports/catalogue.ts'
import type { Pool } from './connect.ts'
import { loadSql } from './load-sql.ts'
import { runStatement } from './run-statement.ts'

interface ProductRow {
  sku: Sku
  name: string
  description: string
  price_amount: number
  currency: string
  seller_id: SellerId
  image_url: string | null
  attributes: Record<string, string>
  status: Product['status']
  purchase_limit: number | null
  version: number
  updated_at_ms: number
}

interface PutRow {
  version: number | null
  updated_at_ms: number | null
  seller_before: SellerId | null
}

// No SKU begins with anything else, and Postgres takes no NUL in a text.
const PREFIX_OF_A_SKU = /^[A-Za-z0-9 ._-]{0,64}$/

/** `pages`: connections that lists are read on, so that no sale waits for one. */
export function postgresCatalogue(pool: Pool, pages: Pool = pool): Catalogue {
  const productsBySkus = loadSql('products_by_skus')
  const listProducts = loadSql('list_products')
  const listProductsOfSeller = loadSql('list_products_of_seller')
  const putProduct = loadSql('put_product')
  const hasProducts = loadSql('has_products')

  return {
    async bySkus(skus) {
      const rows = await runStatement<ProductRow>(pool, productsBySkus, [skus])
      return new Map(rows.map((row) => [row.sku, productOfRow(row)]))
    },
    async page({ sellerId, skuPrefix, after, limit }) {
      const prefix = skuPrefix ?? ''
      if (!PREFIX_OF_A_SKU.test(prefix)) return { products: [], nextAfter: null }
      // One more than asked for tells whether there is another page.
      const range = [prefix, after ?? '', limit + 1]
      const rows = await (sellerId === null
        ? runStatement<ProductRow>(pages, listProducts, range)
        : runStatement<ProductRow>(pages, listProductsOfSeller, [...range, sellerId]))
      const products = rows.slice(0, limit).map(productOfRow)
      const last = products.at(-1)
      return { products, nextAfter: rows.length > limit && last ? last.sku : null }
    },
    async put(input, { ifVersion, onlySeller }) {
      if (onlySeller !== null && input.sellerId !== onlySeller) {
        return { ok: false, refusal: 'other_seller' }
      }
      const values = [...columnsOf(input), ifVersion, onlySeller]
      const [row] = await runStatement<PutRow>(pool, putProduct, values)
      if (row === undefined) throw new Bug('put_product answered no row')
      const { version, updated_at_ms: updatedAtMs, seller_before: sellerBefore } = row
      if (version !== null && updatedAtMs !== null) {
        const product = { ...input, version, updatedAtMs }
        return { ok: true, product, created: version === 1 }
      }
      const isAnothers = onlySeller !== null && sellerBefore !== null && sellerBefore !== onlySeller
      // Without a version to compare, only the seller can have been in the way.
      const refusal = isAnothers || ifVersion === null ? 'other_seller' : 'version_mismatch'
      return { ok: false, refusal }
    },
    async isEmpty() {
      const [row] = await runStatement<{ found: boolean }>(pool, hasProducts, [])
      return row?.found === false
    },
  }
}

function columnsOf(input: ProductInput): unknown[] {
  const { sku, name, description, price, sellerId } = input
  const { imageUrl, attributes, status, purchaseLimit } = input
  return [
    sku,
    name,
    description,
    price.amount,
    price.currency,
    sellerId,
    imageUrl,
    JSON.stringify(attributes),
    status,
    purchaseLimit,
  ]
}

function productOfRow(row: ProductRow): Product {
  return {
    sku: row.sku,
    name: row.name,
    description: row.description,
    price: money(row.price_amount, row.currency),
    sellerId: row.seller_id,
    imageUrl: row.image_url,
    attributes: row.attributes,
    status: row.status,
    purchaseLimit: row.purchase_limit,
    version: row.version,
    updatedAtMs: row.updated_at_ms,
  }
}
