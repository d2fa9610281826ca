// What imports wrote into the ledger of SKUs that a service may have in memory.

import type { Sku } from '../domain/ids.ts'

export interface ImportedSku {
  /** Grows; none with a smaller id comes later. */
  readonly id: number
  readonly sku: Sku
}

export interface ImportedStock {
  /** The newest id there is; 0 when nothing was ever imported. */
  newestId(): Promise<number>
  /** Those after `id`, ascending, at most `limit`. */
  after(id: number, limit: number): Promise<readonly ImportedSku[]>
}
