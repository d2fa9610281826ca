// Gives an empty shop something to sell, so that a first visitor can buy. A shop that has products
// of its own is left alone.

import { readFileSync } from 'node:fs'
import { Bug } from '../../actors/domain/failures.ts'
import type { Sku } from '../../actors/domain/ids.ts'
import type { Catalogue } from '../../actors/ports/catalogue.ts'
import type { StockedProduct } from './catalogue-row.ts'
import { catalogueReader } from './read-catalogue-csv.ts'

export interface SampleSeeding {
  readonly catalogue: Catalogue
  /** Receives units; repeating a command id changes nothing. */
  readonly receive: (sku: Sku, quantity: number, commandId: string) => Promise<void>
  /** Gets the line a person should see. */
  readonly say: (line: string) => void
}

/** The products of sample.csv. */
export function sampleProducts(): readonly StockedProduct[] {
  const text = readFileSync(new URL('./sample.csv', import.meta.url), 'utf8')
  const reader = catalogueReader()
  const rows = [...text.trimEnd().split('\n').flatMap(reader.push), ...reader.end()]
  return rows.map((row) => {
    if ('problem' in row) throw new Bug(`sample.csv, line ${row.line}: ${row.problem}`)
    return row.stocked
  })
}

/**
 * Puts the sample into an empty catalogue, or finishes a seeding that died half-way: a product is
 * put only after its stock was received, so what is missing is all that is left to do.
 */
export async function seedSampleCatalogue(seeding: SampleSeeding): Promise<void> {
  const { catalogue, receive, say } = seeding
  const missing = await missingProducts(catalogue)
  if (missing.length === 0) return
  await Promise.all(
    missing.map(({ product, stock }) => receive(product.sku, stock, `sample:${product.sku}`)),
  )
  for (const { product } of missing) {
    await catalogue.put(product, { ifVersion: null, onlySeller: null })
  }
  say(`The sample catalogue is in stock: ${missing.length} products.`)
}

/** All of the sample for an empty shop, its rest for a half-seeded one, nothing for any other. */
async function missingProducts(catalogue: Catalogue): Promise<readonly StockedProduct[]> {
  const sample = sampleProducts()
  const skus = new Set(sample.map(({ product }) => product.sku))
  // One more than the sample has: a larger shop shows itself without being read whole.
  const query = { sellerId: null, skuPrefix: null, after: null, limit: skus.size + 1 }
  const { products } = await catalogue.page(query)
  const there = new Set(products.map(({ sku }) => sku))
  if ([...there].some((sku) => !skus.has(sku))) return []
  return sample.filter(({ product }) => !there.has(product.sku))
}
