// Reads what the service says it sold: the stock of each SKU as an operator sees it, the orders as
// each buyer sees them.

import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { HttpRequest } from '../load/http-connection.ts'
import { onePerBuyer } from '../load/one-per-buyer.ts'
import type { PatientClient } from '../load/patient-client.ts'
import { expectStatus } from '../load/unexpected-answer.ts'
import type { CallerTokens } from '../stage/caller-tokens.ts'
import type { StatedOrder, StatedStock } from './compare-books.ts'

const CAPTURED_WITHIN_MS = 60_000
const CAPTURE_POLL_MS = 200
const PAGE_SIZE = 100

const Money = z.object({ amount: z.number().int(), currency: z.string() })
const Stock = z.object({
  received: z.number().int(),
  available: z.number().int(),
  held: z.number().int(),
  sold: z.number().int(),
})
const Order = z.object({
  id: z.string(),
  checkout_id: z.string(),
  user_id: z.string(),
  status: z.string(),
  lines: z.array(z.object({ sku: z.string(), quantity: z.number().int(), total: Money })),
  totals: z.object({ total: Money }),
  sub_orders: z.array(z.object({ seller_id: z.string(), total: Money })),
  payment: z.object({ status: z.string(), captured: Money }).nullable(),
})
const OrderPage = z.object({ data: z.array(Order), next_cursor: z.string().nullish() })

export interface BookReader {
  readonly client: PatientClient
  readonly tokens: CallerTokens
  readonly concurrency: number
  onRead(count: number): void
}

/** A SKU that the service does not know has nothing of anything. */
export async function readStock(
  skus: readonly string[],
  reader: BookReader,
): Promise<Map<string, StatedStock>> {
  const stock = new Map<string, StatedStock>()
  const token = await reader.tokens.opsToken()
  await eachOf(skus, reader, async (sku) => {
    const path = `/v1/ops/skus/${encodeURIComponent(sku)}/stock`
    const asked: HttpRequest = { method: 'GET', path, token }
    const answer = expectStatus(asked, await reader.client.call(asked), [200, 404])
    const nothing = { received: 0, available: 0, held: 0, sold: 0 }
    stock.set(sku, answer.status === 404 ? nothing : Stock.parse(answer.body))
  })
  return stock
}

/**
 * Every order of these buyers. A capture follows its confirmation at once but is not waited for by
 * `pay`, so an order whose payment is still on its way is asked for again, for a minute.
 */
export async function readOrders(
  buyers: readonly string[],
  reader: BookReader,
): Promise<StatedOrder[]> {
  const orders: StatedOrder[] = []
  const deadline = performance.now() + CAPTURED_WITHIN_MS
  await eachOf(buyers, reader, async (buyer) => {
    const token = await reader.tokens.tokenOf(buyer)
    let found = await ordersOf(token, reader.client)
    while (found.some(isOnItsWay) && performance.now() < deadline) {
      await pause(CAPTURE_POLL_MS)
      found = await ordersOf(token, reader.client)
    }
    orders.push(...found)
  })
  return orders
}

async function ordersOf(token: string, client: PatientClient): Promise<StatedOrder[]> {
  const orders: StatedOrder[] = []
  let cursor: string | null = null
  do {
    const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const path = `/v1/orders?limit=${PAGE_SIZE}${after}`
    const asked: HttpRequest = { method: 'GET', path, token }
    const answer = expectStatus(asked, await client.call(asked), [200])
    const page = OrderPage.parse(answer.body)
    orders.push(...page.data.map(statedOrder))
    cursor = page.next_cursor ?? null
  } while (cursor !== null)
  return orders
}

function statedOrder(order: z.infer<typeof Order>): StatedOrder {
  return {
    orderId: order.id,
    checkoutId: order.checkout_id,
    userId: order.user_id,
    status: order.status,
    lines: order.lines.map(({ sku, quantity, total }) => {
      return { sku, quantity, totalPence: total.amount }
    }),
    subOrders: order.sub_orders.map(({ seller_id: sellerId, total }) => {
      return { sellerId, totalPence: total.amount }
    }),
    currency: order.totals.total.currency,
    totalPence: order.totals.total.amount,
    paymentStatus: order.payment?.status ?? 'none',
    capturedPence: order.payment?.captured.amount ?? 0,
  }
}

function isOnItsWay(order: StatedOrder): boolean {
  return order.paymentStatus !== 'captured'
}

async function eachOf(
  names: readonly string[],
  reader: BookReader,
  read: (name: string) => Promise<void>,
): Promise<void> {
  let count = 0
  await onePerBuyer(names, {
    concurrency: reader.concurrency,
    buyerOf: (name) => name,
    run: async (name) => {
      await read(name)
      count += 1
      reader.onRead(count)
    },
  })
}
