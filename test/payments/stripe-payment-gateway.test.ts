// The Stripe gateway, through the real SDK, against the real simulator process.

import { exercisePaymentGateway } from '../conformance/exercise-payment-gateway.ts'
import { startSimulatedStripe } from './simulated-stripe.ts'

exercisePaymentGateway('Stripe SDK on the simulator process', () => {
  return startSimulatedStripe(['--secret-key', 'sk_test_holdfast'])
})
