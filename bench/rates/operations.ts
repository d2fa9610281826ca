// What is measured: one operation is what one buyer does from one answer to the next. Any answer
// that is not the expected one ends the run, since a rate of refusals would mean nothing.

import { setTimeout as pause } from 'node:timers/promises'
import type { HttpRequest } from '../load/http-connection.ts'
import type { RawAnswer, RawConnection } from '../load/raw-connection.ts'

export const OPERATIONS = ['sold out', 'hold', 'full checkout'] as const
export type Operation = (typeof OPERATIONS)[number]

export const PRICE_PENCE = 500
const CAPTURED_WITHIN_MS = 30_000
const LOOK_AGAIN_MS = 5

export interface Buyer {
  readonly connection: RawConnection
  readonly token: string
  /** A key that nobody has used. */
  nextKey(): string
}

/** Does one operation on a SKU; throws with the answer when it is another than it should be. */
export async function operate(operation: Operation, sku: string, buyer: Buyer): Promise<void> {
  const opened = await ask(buyer, {
    method: 'POST',
    path: '/v1/checkouts',
    key: buyer.nextKey(),
    body: { lines: [{ sku, quantity: 1 }], shipping_address: ADDRESS },
  })
  if (operation === 'sold out') {
    const code = (JSON.parse(opened.text) as { code?: string }).code
    if (opened.status !== 409 || code !== 'out_of_stock') throw unexpected('a hold', opened)
    return
  }
  if (opened.status !== 201) throw unexpected('a hold', opened)
  if (operation === 'hold') return
  const { id } = JSON.parse(opened.text) as { id: string }
  const paid = await ask(buyer, {
    method: 'POST',
    path: `/v1/checkouts/${id}/pay`,
    key: buyer.nextKey(),
    body: {
      payment_method: 'pm_card_visa',
      expected_total: { amount: PRICE_PENCE, currency: 'GBP' },
    },
  })
  // 202: the service could not say within its budget; the reads below will.
  if (paid.status !== 201 && paid.status !== 202) throw unexpected('a payment', paid)
  await untilCaptured(buyer, id)
}

async function untilCaptured(buyer: Buyer, id: string): Promise<void> {
  const deadlineMs = performance.now() + CAPTURED_WITHIN_MS
  for (;;) {
    const seen = await ask(buyer, { method: 'GET', path: `/v1/checkouts/${id}` })
    if (seen.status !== 200) throw unexpected('a look at a checkout', seen)
    const { state } = JSON.parse(seen.text) as { state: string }
    if (state === 'captured') return
    if (performance.now() > deadlineMs) throw unexpected('the wait for a capture', seen)
    await pause(LOOK_AGAIN_MS)
  }
}

function ask(buyer: Buyer, asked: HttpRequest): Promise<RawAnswer> {
  return buyer.connection.send({ ...asked, token: buyer.token })
}

function unexpected(what: string, { status, text }: RawAnswer): Error {
  return new Error(`${what} was answered with ${status}: ${text.slice(0, 400)}`)
}

const ADDRESS = {
  name: 'Ada',
  line1: '1 Market Street',
  city: 'London',
  postal_code: 'EC1A 1AA',
  country: 'GB',
}
