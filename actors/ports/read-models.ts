// What pages and GET routes read. Reads use connections of their own and never wait for a sale.

import type { Checkout, CheckoutState } from '../domain/checkout.ts'
import type { CheckoutId, OrderId, Sku, UserId } from '../domain/ids.ts'
import type { Balances, LedgerEntry } from '../domain/ledger-entry.ts'
import type { Order } from '../domain/order.ts'

export interface OrderPage {
  readonly orders: readonly Order[]
  readonly nextAfter: OrderId | null
}

export interface ReadModels {
  /** null when there is none, or it belongs to another user. */
  checkout(id: CheckoutId, user: UserId): Promise<Checkout | null>
  /** With its lines, sub-orders, payment and events; null as above. */
  order(id: OrderId, user: UserId): Promise<Order | null>
  /** Orders that were ever confirmed, newest first, of one user. */
  orders(user: UserId, page: { after: OrderId | null; limit: number }): Promise<OrderPage>
  /** Balances by the last entry of each SKU's ledger; a SKU without entries is left out. */
  stockOf(skus: readonly Sku[]): Promise<ReadonlyMap<Sku, Balances>>
  /** For operators: how many checkouts are in each state. */
  checkoutsByState(): Promise<Readonly<Record<CheckoutState, number>>>
  /** For operators: the last entries of a SKU's ledger, newest first; only those before a `seq`. */
  ledgerTail(sku: Sku, limit: number, beforeSeq?: number): Promise<LedgerEntry[]>
}
