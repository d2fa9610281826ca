// The payment gateway on Stripe. One PaymentIntent an order: created unconfirmed, confirmed, then
// captured by hand, so that every unknown outcome ends with one consistent read of a known id.
// The SDK's timeout is the idle time of a socket, not a limit of the call; ours is a wall clock.

import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import Stripe from 'stripe'
import type { GatewayOutcome, PaymentGateway } from '../../actors/ports/payment-gateway.ts'
import { watchedHttpClient } from './stripe-http-client.ts'
import { intentOf, outcomeOfAnswer, outcomeOfError } from './stripe-outcome.ts'

export interface StripePaymentGatewayOptions {
  readonly secretKey: string
  readonly publishableKey: string | null
  /** Where Stripe is; null is Stripe itself, an address is the simulator. */
  readonly apiUrl: string | null
  /** Connections kept open at most; calls beyond wait for one inside their own time limit. */
  readonly maxSockets: number
}

export interface StripePaymentGateway extends PaymentGateway {
  /** Closes all connections; for when no call runs any more. */
  close(): void
}

/** A late answer keeps its connection this long: silent before it, and from its headers on. */
const LATE_ANSWER_MS = 30_000

/** Builds the gateway; no call is made until it is used. */
export function stripePaymentGateway(options: StripePaymentGatewayOptions): StripePaymentGateway {
  const { stripe, agent, wasReset } = connect(options)
  const intents = stripe.paymentIntents

  async function call(
    timeoutMs: number,
    idempotencyKey: string | null,
    send: () => Promise<Stripe.PaymentIntent>,
  ): Promise<GatewayOutcome> {
    const settled = send()
      .then(outcomeOfAnswer, outcomeOfError)
      .then((outcome) => {
        // `throttled` promises that nothing was executed. After a reset the SDK has sent the call
        // twice, and the limiter spoke about the second one only.
        const sentTwice = idempotencyKey !== null && wasReset(idempotencyKey)
        return outcome.kind === 'throttled' && sentTwice ? RESET : outcome
      })
    return withinMs(timeoutMs, settled)
  }

  return {
    name: 'stripe',
    publishableKey: options.publishableKey,
    create: ({ amount, metadata }, { idempotencyKey, timeoutMs }) =>
      call(timeoutMs, idempotencyKey, () =>
        intents.create(
          {
            amount: amount.amount,
            currency: amount.currency.toLowerCase(),
            capture_method: 'manual',
            allowed_payment_method_types: ['card'],
            metadata: { ...metadata },
          },
          { idempotencyKey },
        ),
      ),
    confirm: (intentId, paymentMethod, { idempotencyKey, timeoutMs }) =>
      call(timeoutMs, idempotencyKey, () =>
        intents.confirm(intentId, { payment_method: paymentMethod }, { idempotencyKey }),
      ),
    capture: (intentId, amount, { idempotencyKey, timeoutMs }) =>
      call(timeoutMs, idempotencyKey, () =>
        intents.capture(intentId, { amount_to_capture: amount.amount }, { idempotencyKey }),
      ),
    void: (intentId, { idempotencyKey, timeoutMs }) =>
      call(timeoutMs, idempotencyKey, () => cancel(intents, intentId, idempotencyKey)),
    find: (intentId, { timeoutMs }) => call(timeoutMs, null, () => intents.retrieve(intentId)),
    close: () => agent.destroy(),
  }
}

const TIMEOUT: GatewayOutcome = { kind: 'unknown', cause: 'timeout', storedFailure: false }
const RESET: GatewayOutcome = { kind: 'unknown', cause: 'reset', storedFailure: false }

function connect(options: StripePaymentGatewayOptions) {
  const { apiUrl, maxSockets } = options
  const url = apiUrl === null ? null : new URL(apiUrl)
  const protocol = url?.protocol === 'http:' ? 'http' : 'https'
  const agentOptions = { keepAlive: true, maxSockets }
  const agent = protocol === 'http' ? new HttpAgent(agentOptions) : new HttpsAgent(agentOptions)
  const sdkClient = Stripe.createNodeHttpClient(agent)
  const { httpClient, wasReset } = watchedHttpClient(sdkClient, LATE_ANSWER_MS)
  const stripe = new Stripe(options.secretKey, {
    // A URL writes IPv6 addresses in brackets; whoever dials them wants them without.
    ...(url && {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port || (protocol === 'http' ? 80 : 443),
    }),
    protocol,
    httpClient,
    timeout: LATE_ANSWER_MS,
    // The checkout retries, with its persisted key and after a read; a second retry loop below it
    // would outlive its deadlines.
    maxNetworkRetries: 0,
    telemetry: false,
  })
  return { stripe, agent, wasReset }
}

/** Cancels; an intent that is already cancelled is what the caller wanted. */
async function cancel(
  intents: Stripe['paymentIntents'],
  intentId: string,
  idempotencyKey: string,
): Promise<Stripe.PaymentIntent> {
  try {
    return await intents.cancel(intentId, {}, { idempotencyKey })
  } catch (error) {
    if (outcomeOfError(error).kind !== 'conflict') throw error
    const standing = await intents.retrieve(intentId).catch(() => null)
    if (standing !== null && intentOf(standing).status === 'voided') return standing
    throw error
  }
}

/** The outcome, or `unknown` at the deadline; what comes later is discarded, not aborted. */
function withinMs(timeoutMs: number, settled: Promise<GatewayOutcome>): Promise<GatewayOutcome> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, timeoutMs, TIMEOUT)
    settled.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
