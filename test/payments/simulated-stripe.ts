// The Stripe gateway and the simulator process it talks to, as one thing for tests.

import type { PaymentGateway } from '../../actors/ports/payment-gateway.ts'
import type { OrderBook } from '../../src/payments/simulator/order-book.ts'
import { stripePaymentGateway } from '../../src/payments/stripe-payment-gateway.ts'
import type { ChargedOrder } from '../conformance/exercise-payment-gateway.ts'
import { type SimulatorProcess, startSimulatorProcess } from './simulator-process.ts'

export interface SimulatedStripe {
  readonly gateway: PaymentGateway
  readonly simulator: SimulatorProcess
  bookOf(orderId: string): Promise<OrderBook | null>
  chargedOf(orderId: string): Promise<ChargedOrder>
  close(): Promise<void>
}

export async function startSimulatedStripe(options: readonly string[]): Promise<SimulatedStripe> {
  const simulator = await startSimulatorProcess(options)
  const gateway = gatewayTo(simulator)

  async function bookOf(orderId: string): Promise<OrderBook | null> {
    const { orders } = await simulator.ledger()
    return orders.find(({ order_id }) => order_id === orderId) ?? null
  }

  return {
    gateway,
    simulator,
    bookOf,
    async chargedOf(orderId) {
      const book = await bookOf(orderId)
      return {
        intents: book?.intents ?? 0,
        capturedIntents: book?.captured_intents ?? 0,
        captured: book?.captured ?? 0,
        openAuthorised: book?.open_authorised ?? 0,
      }
    },
    async close() {
      gateway.close()
      await simulator.stop('SIGTERM')
    },
  }
}

/** A gateway of its own to a simulator that runs already. */
export function gatewayTo({ url }: SimulatorProcess) {
  return stripePaymentGateway({
    secretKey: 'sk_test_holdfast',
    publishableKey: 'pk_test_holdfast',
    apiUrl: url,
    maxSockets: 64,
  })
}
