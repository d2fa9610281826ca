// Idempotency keys and the answers kept under them, by Stripe's rules: the first answer of an
// endpoint that began to execute is kept, whatever its status, for 24 hours.
// Source: docs.stripe.com/api/idempotent_requests.

import type { IntentRecord } from './payment-intent-record.ts'
import { queue } from './queue.ts'
import type { StripeErrorBody } from './stripe-refusal.ts'

const KEY_TTL_MS = 24 * 3_600_000

/** Enough to say the same bytes again: records never change, and drawing them is deterministic. */
export interface StoredAnswer {
  readonly atMs: number
  readonly fingerprint: string
  readonly request: string
  readonly status: number
  readonly error: StripeErrorBody | null
  readonly intent: IntentRecord | null
  readonly expandsCharge: boolean
}

export interface KeyShelf {
  find(key: string, nowMs: number): StoredAnswer | null
  keep(key: string, answer: StoredAnswer): void
  readonly size: number
}

export function keyShelf(): KeyShelf {
  const answers = new Map<string, StoredAnswer>()
  // In order of age, because the clock of the simulator never goes back.
  const ages = queue<{ readonly key: string; readonly atMs: number }>()

  function prune(nowMs: number): void {
    for (;;) {
      const oldest = ages.peek()
      if (oldest === undefined || nowMs - oldest.atMs < KEY_TTL_MS) return
      ages.shift()
      answers.delete(oldest.key)
    }
  }

  return {
    find(key, nowMs) {
      prune(nowMs)
      return answers.get(key) ?? null
    },
    keep(key, answer) {
      prune(answer.atMs)
      answers.set(key, answer)
      ages.push({ key, atMs: answer.atMs })
    },
    get size() {
      return answers.size
    },
  }
}
