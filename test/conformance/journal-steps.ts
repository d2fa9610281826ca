// What tests of a journal have in common: what there is to test, and the steps of a checkout as the
// saga writes them.

import assert from 'node:assert/strict'
import type { Test } from 'uvu'
import type { Checkout } from '../../actors/domain/checkout.ts'
import { stepAfter, stepToPaying } from '../../actors/domain/checkout-saga.ts'
import type { Step } from '../../actors/domain/checkout-step.ts'
import type { OrderId, UserId } from '../../actors/domain/ids.ts'
import { orderRecordOf } from '../../actors/domain/order-record.ts'
import type {
  CheckoutJournal,
  CheckoutWrite,
  KeyClaim,
} from '../../actors/ports/checkout-journal.ts'
import { SAMPLE_MS, sampleCheckout } from '../support/sample-checkout.ts'

/** An order as it is stored. */
export interface StoredOrder {
  readonly status: string
  readonly paymentStatus: string
  readonly totalAmount: number
  readonly authorisedAmount: number
  readonly capturedAmount: number
  /** SKU and quantity of each line, by line number. */
  readonly lines: readonly string[]
  /** Seller, status and total of each part, by seller. */
  readonly subOrders: readonly string[]
  /** The status of each attempt to pay, the first one first. */
  readonly attempts: readonly string[]
  /** Topics in the outbox. */
  readonly topics: readonly string[]
}

export interface JournalUnderTest {
  readonly journal: CheckoutJournal
  /** Another process takes the place of the one before, which is dead from now on. */
  succeed(): Promise<CheckoutJournal>
  storedOrder(id: OrderId): Promise<StoredOrder | null>
  /** Lets the time come that `checkout` waits for, and for others that waited less. */
  makeDue(checkout: Checkout): Promise<void>
  close(): Promise<void>
}

export interface JournalContext {
  under: JournalUnderTest
}

export type JournalTests = Test<JournalContext>

export function claimOf(key: string, change: Partial<KeyClaim> = {}): KeyClaim {
  return { caller: 'ada' as UserId, key, fingerprint: 'f', requestId: `request-${key}`, ...change }
}

/** The write that takes a step, as the checkout actor sends it. */
export function writeOf(
  step: Step,
  before: Checkout,
  claim: KeyClaim | null = null,
): CheckoutWrite {
  const order = orderRecordOf(step, before)
  return { ...step, claim, order }
}

export function paying(checkout: Checkout, key = 'pay'): Step {
  const request = { caller: checkout.userId, key }
  return stepToPaying(checkout, { method: 'pm_card_visa', request, fingerprint: 'f' }, SAMPLE_MS)
}

/** Opens a checkout and takes it to `open`. */
export async function openIn(journal: CheckoutJournal, change: Partial<Checkout> = {}) {
  const checkout = sampleCheckout(change)
  const outcome = await journal.open(checkout, claimOf(`open-${checkout.id}`))
  assert.deepEqual(outcome, { kind: 'opened' })
  return take(journal, checkout, { kind: 'holds_taken' })
}

/** Writes the step that `outcome` makes, and answers the checkout after it. */
export async function take(
  journal: CheckoutJournal,
  checkout: Checkout,
  outcome: Parameters<typeof stepAfter>[1],
): Promise<Checkout> {
  const step = stepAfter(checkout, outcome, SAMPLE_MS)
  assert.equal(await journal.write(writeOf(step, checkout)), 'written')
  return step.checkout
}
