// Puts the file's products and their stock into the service, as an operator would: over HTTP.

import type { HttpRequest } from '../load/http-connection.ts'
import { onePerBuyer } from '../load/one-per-buyer.ts'
import type { PatientClient } from '../load/patient-client.ts'
import { expectStatus } from '../load/unexpected-answer.ts'
import { type CatalogueEntry, CURRENCY } from './expected-books.ts'

export interface Seeding {
  readonly client: PatientClient
  readonly opsToken: string
  readonly concurrency: number
  readonly runId: string
  onSeeded(count: number): void
}

/** Throws UnexpectedAnswer at the first product or stock that is refused. */
export async function seedCatalogue(
  catalogue: ReadonlyMap<string, CatalogueEntry>,
  seeding: Seeding,
): Promise<void> {
  let seeded = 0
  await onePerBuyer([...catalogue.values()], {
    concurrency: seeding.concurrency,
    buyerOf: (entry) => entry.sku,
    run: async (entry) => {
      for (const asked of [productOf(entry), stockOf(entry, seeding.runId)]) {
        const request = { ...asked, token: seeding.opsToken }
        expectStatus(request, await seeding.client.call(request), [200, 201])
      }
      seeded += 1
      seeding.onSeeded(seeded)
    },
  })
}

function productOf(entry: CatalogueEntry): HttpRequest {
  return {
    method: 'PUT',
    path: `/v1/products/${encodeURIComponent(entry.sku)}`,
    body: {
      name: entry.name,
      price: { amount: entry.unitPricePence, currency: CURRENCY },
      seller_id: entry.sellerId,
    },
  }
}

function stockOf(entry: CatalogueEntry, runId: string): HttpRequest {
  const sku = encodeURIComponent(entry.sku)
  return {
    method: 'POST',
    path: `/v1/products/${sku}/stock`,
    key: `replay-${runId}-stock-${sku}`,
    body: { quantity: entry.units, reason: 'replay' },
  }
}
