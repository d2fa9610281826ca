// Buys every invoice in file order, several at once but never two of one buyer, and on request
// makes the service's life hard in the middle of it.

import { build, type Histogram } from 'hdr-histogram-js'
import { onePerBuyer } from '../load/one-per-buyer.ts'
import { type PatientClient, ServiceUnreachable } from '../load/patient-client.ts'
import type { CallerTokens } from '../stage/caller-tokens.ts'
import type { CartLosses } from './cart-losses.ts'
import type { Disturbance } from './disturbance-plan.ts'
import type { ExpectedOrder } from './expected-books.ts'
import { purchase } from './purchase.ts'

/** More than this many invoices that cannot be bought say that going on shows nothing new. */
export const FAILURES_MAX = 20

export interface Replay {
  readonly client: PatientClient
  readonly tokens: CallerTokens
  readonly concurrency: number
  readonly losses: CartLosses
  /** In the order in which they are due; one begins when the one before it is over. */
  readonly disturbances: readonly Disturbance[]
  disturb(plan: Disturbance): Promise<void>
  onInvoice(finished: number, bought: number): void
}

export interface ReplayOutcome {
  /** Invoice number to the checkout that bought it. */
  readonly checkouts: ReadonlyMap<string, string>
  readonly failures: readonly { invoiceNo: string; message: string }[]
  readonly stoppedEarly: boolean
  /** Microseconds. */
  readonly payLatency: Histogram
  readonly refills: number
  readonly seconds: number
}

/** Throws ServiceUnreachable when the service stays away, and what `disturb` throws. */
export async function replayInvoices(
  orders: readonly ExpectedOrder[],
  replay: Replay,
): Promise<ReplayOutcome> {
  const checkouts = new Map<string, string>()
  const boughtCarts = new Map<string, string | null>()
  const failures: { invoiceNo: string; message: string }[] = []
  const payLatency = build({ lowestDiscernibleValue: 1, numberOfSignificantValueDigits: 3 })
  const startedAt = performance.now()
  let finished = 0
  let refills = 0
  const waiting = [...replay.disturbances]
  let disturbance: Promise<void> = Promise.resolve()

  const disturbWhenDue = (): void => {
    for (let due = waiting[0]; due && finished >= due.afterInvoices; due = waiting[0]) {
      const plan = due
      waiting.shift()
      disturbance = disturbance.then(() => replay.disturb(plan))
      // Its failure is met below, after the invoices; until then nobody else may be told of it.
      disturbance.catch(() => {})
    }
  }

  const buy = async (order: ExpectedOrder): Promise<void> => {
    if (failures.length > FAILURES_MAX) return
    try {
      const receipt = await purchase(order, {
        client: replay.client,
        token: await replay.tokens.tokenOf(order.buyer),
        boughtCartId: boughtCarts.get(order.buyer) ?? null,
        losses: replay.losses,
      })
      checkouts.set(order.invoiceNo, receipt.checkoutId)
      boughtCarts.set(order.buyer, receipt.cartId)
      refills += receipt.refills
      payLatency.recordValue(Math.max(1, Math.round(receipt.payMs * 1000)))
    } catch (error) {
      if (error instanceof ServiceUnreachable) throw error
      const message = error instanceof Error ? error.message : String(error)
      failures.push({ invoiceNo: order.invoiceNo, message })
    }
    finished += 1
    replay.onInvoice(finished, checkouts.size)
    disturbWhenDue()
  }

  disturbWhenDue()
  try {
    const { concurrency } = replay
    await onePerBuyer(orders, { concurrency, buyerOf: (order) => order.buyer, run: buy })
  } finally {
    // A service that could not be started again explains more than the connections it broke.
    await disturbance
  }
  const seconds = (performance.now() - startedAt) / 1000
  const stoppedEarly = finished < orders.length
  return { checkouts, failures, stoppedEarly, payLatency, refills, seconds }
}
