// `GET /_sim/ledger`: the independent books of all orders, written piece by piece because a sale
// leaves hundreds of thousands of them. Each order is consistent; totals are of the rows written.

import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { OrderBook } from './order-book.ts'

const ORDERS_A_PIECE = 500

/** What `/_sim/ledger` answers; amounts in minor units, totals by currency. */
export interface SimulatorLedger {
  readonly orders: readonly OrderBook[]
  readonly totals: LedgerTotals
}

export interface LedgerTotals {
  orders: number
  intents: number
  by_currency: Record<
    string,
    { authorised: number; captured: number; refunded: number; open_authorised: number }
  >
}

/** One JSON answer at the pace of its reader; ends quietly when that one leaves. */
export async function streamLedger(
  orders: Iterable<OrderBook>,
  response: ServerResponse,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' })
  try {
    await pipeline(Readable.from(pieces(orders), { objectMode: false }), response)
  } catch (error) {
    if (!response.destroyed) throw error
  }
}

function* pieces(orders: Iterable<OrderBook>): Generator<string> {
  const totals: LedgerTotals = { orders: 0, intents: 0, by_currency: {} }
  let piece = ['{"orders":[']
  for (const book of orders) {
    piece.push((totals.orders === 0 ? '' : ',') + JSON.stringify(book))
    addTo(totals, book)
    if (piece.length < ORDERS_A_PIECE) continue
    yield piece.join('')
    piece = []
  }
  yield `${piece.join('')}],"totals":${JSON.stringify(totals)}}`
}

function addTo(totals: LedgerTotals, book: OrderBook): void {
  totals.orders += 1
  totals.intents += book.intents
  totals.by_currency[book.currency] ??= {
    authorised: 0,
    captured: 0,
    refunded: 0,
    open_authorised: 0,
  }
  const sums = totals.by_currency[book.currency]
  if (sums === undefined) return
  sums.authorised += book.authorised
  sums.captured += book.captured
  sums.refunded += book.refunded
  sums.open_authorised += book.open_authorised
}
