// A gateway that makes up a new idempotency key for every retry: the mistake that charges twice.
// Composed by tests alone, which must catch it.

import type { CallOptions, PaymentGateway } from '../../actors/ports/payment-gateway.ts'

export function freshKeyGateway(inner: PaymentGateway): PaymentGateway {
  let calls = 0
  const fresh = (options: CallOptions): CallOptions => {
    calls += 1
    return { ...options, idempotencyKey: `${options.idempotencyKey}:${calls}` }
  }
  return {
    name: inner.name,
    publishableKey: inner.publishableKey,
    create: (input, options) => inner.create(input, fresh(options)),
    confirm: (intentId, method, options) => inner.confirm(intentId, method, fresh(options)),
    capture: (intentId, amount, options) => inner.capture(intentId, amount, fresh(options)),
    void: (intentId, options) => inner.void(intentId, fresh(options)),
    find: (intentId, options) => inner.find(intentId, options),
  }
}
