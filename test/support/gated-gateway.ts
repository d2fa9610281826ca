// A gateway whose calls can be made to hang: a test waits until one has arrived, does something
// else meanwhile, and lets it go on.

import type { GatewayOutcome, PaymentGateway } from '../../actors/ports/payment-gateway.ts'
import type { GatewayOperation } from '../../src/payments/scripted-payment-gateway.ts'

export interface Hang {
  /** Resolves when the call has arrived. */
  readonly arrived: Promise<void>
  letGo(): void
}

export interface GatedGateway extends PaymentGateway {
  /**
   * The next call of `operation` hangs: `before` it takes effect, or `after`, so that only its
   * answer is late.
   */
  hang(operation: GatewayOperation, when: 'before' | 'after'): Hang
}

interface Gate {
  readonly operation: GatewayOperation
  readonly when: 'before' | 'after'
  readonly pass: Promise<void>
  readonly arrive: () => void
}

export function gatedGateway(inner: PaymentGateway): GatedGateway {
  const gates: Gate[] = []

  async function through(
    operation: GatewayOperation,
    call: () => Promise<GatewayOutcome>,
  ): Promise<GatewayOutcome> {
    const at = gates.findIndex((gate) => gate.operation === operation)
    const gate = at === -1 ? undefined : gates.splice(at, 1)[0]
    if (gate === undefined) return call()
    const early = gate.when === 'after' ? await call() : null
    gate.arrive()
    await gate.pass
    return early ?? call()
  }

  return {
    ...inner,
    create: (input, options) => through('create', () => inner.create(input, options)),
    confirm: (id, method, options) => through('confirm', () => inner.confirm(id, method, options)),
    capture: (id, amount, options) => through('capture', () => inner.capture(id, amount, options)),
    void: (id, options) => through('void', () => inner.void(id, options)),
    find: (id, options) => through('find', () => inner.find(id, options)),
    hang(operation, when) {
      let letGo = () => {}
      let arrive = () => {}
      const pass = new Promise<void>((resolve) => {
        letGo = resolve
      })
      const arrived = new Promise<void>((resolve) => {
        arrive = resolve
      })
      gates.push({ operation, when, pass, arrive })
      return { arrived, letGo: () => letGo() }
    },
  }
}
