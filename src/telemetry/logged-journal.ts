// One line for each step of a checkout that became true. Ordinary steps are of level debug; where a
// sale is set aside or taken back, a person may ask, and the line is of level info.

import type { Checkout, CheckoutState } from '../../actors/domain/checkout.ts'
import type { CheckoutId } from '../../actors/domain/ids.ts'
import type { CheckoutJournal } from '../../actors/ports/checkout-journal.ts'
import type { Log } from './log.ts'

const TOLD: ReadonlySet<CheckoutState> = new Set([
  'reviewing',
  'fraud_rejected',
  'reversing',
  'reversed',
])

/** `traceIdOf` answers null for a checkout that is not traced. */
export function loggedJournal(
  journal: CheckoutJournal,
  log: Log,
  traceIdOf: (id: CheckoutId) => string | null,
): CheckoutJournal {
  function logStep(checkout: Checkout, traceId: string | null): void {
    const level = TOLD.has(checkout.state) ? 'info' : 'debug'
    if (!log.isLevelEnabled(level)) return
    const { id: checkoutId, orderId, state, version, payment } = checkout
    const attempt = payment?.attempt ?? null
    const stage = payment?.stage ?? null
    log[level]({ checkoutId, orderId, state, version, attempt, stage, traceId }, 'a step')
  }

  return {
    ...journal,
    async open(checkout, claim) {
      const outcome = await journal.open(checkout, claim)
      if (outcome.kind === 'opened') logStep(checkout, traceIdOf(checkout.id))
      return outcome
    },
    async write(write) {
      // Looked up before: with its last step a checkout leaves its trace.
      const traceId = traceIdOf(write.checkout.id)
      const outcome = await journal.write(write)
      if (outcome === 'written') logStep(write.checkout, traceId)
      return outcome
    },
  }
}
