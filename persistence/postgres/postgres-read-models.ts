// What pages read, on connections of their own: a slow list never waits for a sale, nor a sale for
// it.

import type { Checkout, CheckoutState, PaymentStatus } from '../../actors/domain/checkout.ts'
import { CHECKOUT_TRANSITIONS } from '../../actors/domain/checkout.ts'
import type { CheckoutId, HoldId, OrderId, SellerId, Sku, UserId } from '../../actors/domain/ids.ts'
import type { Balances } from '../../actors/domain/ledger-entry.ts'
import { money } from '../../actors/domain/money.ts'
import type { Order, OrderStatus } from '../../actors/domain/order.ts'
import type { ReadModels } from '../../actors/ports/read-models.ts'
import { type CheckoutRow, checkoutOfRow } from './checkout-row.ts'
import type { Pool } from './connect.ts'
import { loadSql } from './load-sql.ts'
import { type EntryRow, entryOfRow } from './postgres-ledger.ts'
import { runStatement } from './run-statement.ts'

interface OrderRow {
  id: OrderId
  user_id: UserId
  checkout_id: CheckoutId
  status: OrderStatus
  payment_status: PaymentStatus
  payment_method: string | null
  currency: string
  total_amount: string
  authorised_amount: string
  captured_amount: string
  refunded_amount: string
  shipping_address: Order['shippingAddress']
  created_at: Date
  updated_at: Date
  lines: {
    line: number
    sku: Sku
    name: string
    sellerId: SellerId
    quantity: number
    unitAmount: number
    holdId: HoldId
  }[]
  sub_orders: { sellerId: SellerId; status: OrderStatus; totalAmount: number }[]
  events: { type: string; at: string; data: Record<string, unknown> }[]
}

export function postgresReadModels(pool: Pool): ReadModels {
  const loadCheckout = loadSql('load_checkout')
  const readOrder = loadSql('read_order')
  const listOrders = loadSql('list_orders')
  const stockOfSkus = loadSql('stock_of_skus')
  const countCheckouts = loadSql('count_checkouts')
  const ledgerTail = loadSql('ledger_tail')

  async function ordersOf(user: UserId, ids: readonly OrderId[]): Promise<Order[]> {
    const rows = await runStatement<OrderRow>(pool, readOrder, [user, ids])
    return rows.map(orderOfRow)
  }

  return {
    async checkout(id, user) {
      const [row] = await runStatement<CheckoutRow>(pool, loadCheckout, [id])
      const found: Checkout | null = row ? checkoutOfRow(row) : null
      return found?.userId === user ? found : null
    },
    async order(id, user) {
      return (await ordersOf(user, [id]))[0] ?? null
    },
    async orders(user, { after, limit }) {
      const values = [user, after, limit + 1]
      const ids = (await runStatement<{ id: OrderId }>(pool, listOrders, values)).map(
        ({ id }) => id,
      )
      const shown = ids.slice(0, limit)
      const orders = await ordersOf(user, shown)
      orders.sort((a, b) => (a.id < b.id ? 1 : -1))
      return { orders, nextAfter: ids.length > limit ? (shown.at(-1) ?? null) : null }
    },
    async stockOf(skus) {
      const rows = await runStatement<Balances & { sku: Sku }>(pool, stockOfSkus, [skus])
      return new Map(rows.map(({ sku, ...balances }) => [sku, balances]))
    },
    async checkoutsByState() {
      const counts = Object.fromEntries(
        Object.keys(CHECKOUT_TRANSITIONS).map((state) => [state, 0]),
      ) as Record<CheckoutState, number>
      const rows = await runStatement<{ state: CheckoutState; checkouts: number }>(
        pool,
        countCheckouts,
        [],
      )
      for (const { state, checkouts } of rows) counts[state] = checkouts
      return counts
    },
    async ledgerTail(sku, limit, beforeSeq) {
      return (await runStatement<EntryRow>(pool, ledgerTail, [sku, limit, beforeSeq ?? null])).map(
        entryOfRow,
      )
    },
  }
}

function orderOfRow(row: OrderRow): Order {
  const inCurrency = (amount: string | number) => money(Number(amount), row.currency)
  return {
    id: row.id,
    userId: row.user_id,
    checkoutId: row.checkout_id,
    status: row.status,
    lines: row.lines.map(({ unitAmount, ...line }) => ({
      ...line,
      unitPrice: inCurrency(unitAmount),
    })),
    total: inCurrency(row.total_amount),
    shippingAddress: row.shipping_address,
    payment: {
      status: row.payment_status,
      method: row.payment_method,
      authorised: inCurrency(row.authorised_amount),
      captured: inCurrency(row.captured_amount),
      refunded: inCurrency(row.refunded_amount),
    },
    subOrders: row.sub_orders.map(({ sellerId, status, totalAmount }) => ({
      sellerId,
      status,
      lines: row.lines.filter((line) => line.sellerId === sellerId).map(({ line }) => line),
      total: inCurrency(totalAmount),
    })),
    events: row.events.map(({ type, at, data }) => ({ type, atMs: Date.parse(at), data })),
    createdAtMs: row.created_at.getTime(),
    updatedAtMs: row.updated_at.getTime(),
  }
}
