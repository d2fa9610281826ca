// The requests that wait for something to become of a checkout. Each is told once: a definite
// answer, an interim one when its budget is over, or a failure it can retry.

import type { KeyedReply, KeyedRequest } from './checkout-client.ts'
import type { Checkout, RequestKey } from './domain/checkout.ts'
import type { CheckoutAnswer, Interim } from './domain/checkout-answer.ts'
import type { RetryLater } from './domain/failures.ts'
import type { Cancel, Clock } from './ports/clock.ts'

export type Replier = (reply: KeyedReply | RetryLater) => void

interface Waiter {
  readonly request: KeyedRequest
  readonly reply: Replier
  readonly cancelBudget: Cancel
}

export interface CheckoutWaiters {
  /** `untilMs` is monotonic: when the request is told what is known by then. */
  add(request: KeyedRequest, reply: Replier, untilMs: number): void
  has(request: RequestKey): boolean
  none(): boolean
  wasToldInterim(request: RequestKey): boolean
  answer(request: RequestKey, answer: CheckoutAnswer): void
  /** Nothing more will come of itself: whoever still waits without an answer is shown it. */
  settled(checkout: Checkout): void
  interim(interim: Interim): void
  fail(failure: RetryLater): void
  /** False when it was told already. */
  drop(reply: Replier): boolean
}

export function checkoutWaiters(
  clock: Clock,
  onBudgetOver: (reply: Replier) => void,
): CheckoutWaiters {
  const waiting = new Map<string, Waiter>()
  const toldInterim = new Set<string>()
  const nameOf = ({ caller, key }: RequestKey) => `${caller}\n${key}`

  function take(name: string): Waiter | undefined {
    const waiter = waiting.get(name)
    waiting.delete(name)
    waiter?.cancelBudget()
    return waiter
  }

  return {
    add(request, reply, untilMs) {
      const leftMs = Math.max(0, untilMs - clock.monotonicMs())
      const cancelBudget = clock.after(leftMs, () => onBudgetOver(reply))
      waiting.set(nameOf(request), { request, reply, cancelBudget })
    },
    has: (request) => waiting.has(nameOf(request)),
    none: () => waiting.size === 0,
    wasToldInterim: (request) => toldInterim.has(nameOf(request)),
    answer(request, answer) {
      const waiter = take(nameOf(request))
      const { requestId } = waiter?.request ?? { requestId: '' }
      waiter?.reply({ kind: 'answer', answer, replayed: false, requestId })
    },
    settled(checkout) {
      for (const name of [...waiting.keys()]) {
        const waiter = take(name)
        const answer: CheckoutAnswer = { kind: 'checkout_opened', checkout }
        const requestId = waiter?.request.requestId ?? ''
        waiter?.reply({ kind: 'answer', answer, replayed: false, requestId })
      }
    },
    interim(interim) {
      for (const name of [...waiting.keys()]) {
        toldInterim.add(name)
        take(name)?.reply({ kind: 'interim', interim, replayed: false })
      }
    },
    fail(failure) {
      for (const name of [...waiting.keys()]) take(name)?.reply(failure)
    },
    drop(reply) {
      for (const [name, waiter] of waiting) {
        if (waiter.reply !== reply) continue
        toldInterim.add(name)
        take(name)
        return true
      }
      return false
    },
  }
}
