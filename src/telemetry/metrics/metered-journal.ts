// Counts the steps of checkouts where they become true: in the journal.

import type { Checkout } from '../../../actors/domain/checkout.ts'
import type { CheckoutJournal } from '../../../actors/ports/checkout-journal.ts'
import type { Meters } from './meters.ts'
import { secondsSince } from './seconds-since.ts'

export function meteredJournal(journal: CheckoutJournal, meters: Meters): CheckoutJournal {
  async function timed<Outcome>(write: () => Promise<Outcome>): Promise<Outcome> {
    const startedMs = performance.now()
    try {
      return await write()
    } finally {
      meters.observe('checkout_journal_write_duration_seconds', secondsSince(startedMs))
    }
  }

  function countStep({ state, createdAtMs, confirmedAtMs }: Checkout): void {
    meters.count('checkout_transitions_total', { state })
    if (state !== 'confirmed' || confirmedAtMs === null) return
    const seconds = Math.max(0, confirmedAtMs - createdAtMs) / 1_000
    meters.observe('checkout_hold_time_to_pay_seconds', seconds)
  }

  return {
    ...journal,
    async open(checkout, claim) {
      const outcome = await timed(() => journal.open(checkout, claim))
      if (outcome.kind === 'opened') countStep(checkout)
      return outcome
    },
    async write(write) {
      const outcome = await timed(() => journal.write(write))
      if (outcome === 'written') countStep(write.checkout)
      return outcome
    },
  }
}
