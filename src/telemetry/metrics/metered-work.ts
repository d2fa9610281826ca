// Counts the runs of the saga's actions, and keeps in mind which payments nobody can explain yet:
// their number must go back to 0, or a buyer waits for an answer that does not come.

import type { CheckoutWork, Result } from '../../../actors/checkout-work.ts'
import type { Checkout } from '../../../actors/domain/checkout.ts'
import type { Action } from '../../../actors/domain/checkout-saga.ts'
import type { CheckoutId } from '../../../actors/domain/ids.ts'
import type { Meters } from './meters.ts'
import { secondsSince } from './seconds-since.ts'

// An unknown outcome is asked about again at least every 30 s. One that was not for longer was
// settled elsewhere, by another process or by a cancel.
const FORGOTTEN_AFTER_MS = 120_000

const ASKS_THE_GATEWAY: ReadonlySet<Action> = new Set([
  'start_payment',
  'confirm_payment',
  'capture',
  'release',
  'reverse',
])

export function meteredWork(work: CheckoutWork, meters: Meters): CheckoutWork {
  const unknownSinceMs = new Map<CheckoutId, number>()
  meters.gauge('checkout_payments_unknown', () => {
    const longAgoMs = performance.now() - FORGOTTEN_AFTER_MS
    for (const [id, atMs] of unknownSinceMs) if (atMs < longAgoMs) unknownSinceMs.delete(id)
    return [[{}, unknownSinceMs.size]]
  })

  function noteUnknown(action: Action, checkout: Checkout, result: Result): void {
    unknownSinceMs.delete(checkout.id)
    const unknown = result.kind === 'unresolved' || result.kind === 'key_burnt'
    // A buyer who authenticates takes the time they take; the gateway's answer is known.
    const authenticates = checkout.payment?.stage === 'authenticating' && action !== 'release'
    if (unknown && ASKS_THE_GATEWAY.has(action) && !authenticates) {
      unknownSinceMs.set(checkout.id, performance.now())
    }
  }

  return {
    async perform(action, checkout, doubt) {
      const startedMs = performance.now()
      let result: 'done' | 'unresolved' | 'failed' = 'failed'
      try {
        const outcome = await work.perform(action, checkout, doubt)
        noteUnknown(action, checkout, outcome)
        result = outcome.kind === 'unresolved' ? 'unresolved' : 'done'
        return outcome
      } finally {
        meters.count('checkout_actions_total', { action, result })
        meters.observe('checkout_action_duration_seconds', secondsSince(startedMs), { action })
      }
    },
  }
}
