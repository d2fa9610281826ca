// How a checkout reaches the stock of a SKU. Where the SKU lives is not the caller's business.

import type { Sku } from '../domain/ids.ts'
import type { Balances } from '../domain/ledger-entry.ts'
import type { StockCommand, StockReply } from '../domain/stock-command.ts'

export interface SkuRouter {
  /**
   * Answers once the decision is durable. Throws RetryLater `overloaded`, `deadline_passed`,
   * `ledger_unavailable`, `ledger_conflict`, `sku_moved` or `shutting_down`; the same command may
   * be asked again (a reserve then with `repeat`).
   */
  ask(sku: Sku, command: StockCommand): Promise<StockReply>
  /** The balances of a committed state not older than this call's start, or of the last commit. */
  look(sku: Sku): Promise<Balances>
  /** Balances of the last commit when they are in memory; null when nobody has asked yet. */
  committedBalances(sku: Sku): Balances | null
}
