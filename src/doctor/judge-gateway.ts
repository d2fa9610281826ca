// Judges the payment gateway: which money it moves, whether it answers, whether its webhooks come,
// and whether it can take the payments of a sale before the holds run out.

import { type Finding, finding, mend, note } from './finding.ts'

/** What the gateway answered, as far as the key may ask. */
export interface GatewayFacts {
  /** The status of reading the account; null: it did not answer. */
  readonly accountStatus: number | null
  /** Enabled endpoints and their events; null: they could not be read. */
  readonly endpoints: readonly { readonly url: string; readonly events: readonly string[] }[] | null
}

export interface Pacing {
  readonly units: number
  /** Calls a second the account may make. */
  readonly callsPerSecond: number
  readonly holdTtlMs: number
}

/** While its holds last, a payment has to be created and confirmed; its capture may come later. */
const CALLS_BEFORE_THE_END = 2
export const DEFAULT_CALLS_PER_SECOND = 25

const EVENTS = [
  'payment_intent.amount_capturable_updated',
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
]

export function judgeKey(secretKey: string | null): Finding {
  if (secretKey === null) {
    return note('gateway', 'the simulator', 'No money moves. Set STRIPE_SECRET_KEY to sell.')
  }
  if (/^(sk|rk)_live_/.test(secretKey)) {
    return finding('gateway', true, 'a live key', { state: 'note', advice: '' })
  }
  return note('gateway', 'a test key', 'No money moves. Set the live key to sell.')
}

export function judgeGateway({ accountStatus, endpoints }: GatewayFacts): Finding[] {
  if (accountStatus === null) {
    const advice = 'Nothing can be paid: check the network to it, and STRIPE_API_URL if set.'
    return [mend('gateway', 'it does not answer', advice)]
  }
  if (accountStatus === 401) {
    return [mend('gateway', 'the key is refused', 'Nothing can be paid: set a valid secret key.')]
  }
  const answers = finding('gateway', accountStatus < 300, `it answers (${accountStatus})`, {
    state: 'note',
    advice: 'The account could not be read with this key; payments may work all the same.',
  })
  return [answers, judgeEndpoints(endpoints)]
}

function judgeEndpoints(endpoints: GatewayFacts['endpoints']): Finding {
  if (endpoints === null) {
    const advice = `See that one leads to /webhooks/stripe and sends ${EVENTS.join(', ')}.`
    return note('gateway', 'webhook endpoints cannot be read with this key', advice)
  }
  const ours = endpoints.filter(({ url }) => url.endsWith('/webhooks/stripe'))
  if (ours.length === 0) {
    const advice = 'Payments that finish late are found only by asking: add /webhooks/stripe there.'
    return mend('gateway', 'no webhook endpoint leads to /webhooks/stripe', advice)
  }
  const sent = new Set(ours.flatMap(({ events }) => events))
  const missing = sent.has('*') ? [] : EVENTS.filter((event) => !sent.has(event))
  return finding('gateway', missing.length === 0, 'a webhook endpoint leads to /webhooks/stripe', {
    state: 'mend',
    advice: `It does not send ${missing.join(', ')}: add them.`,
  })
}

export function judgeWebhookSecret(count: number, isSimulator: boolean): Finding {
  if (count > 0) {
    return finding('gateway', true, `${count} webhook secrets`, { state: 'note', advice: '' })
  }
  if (isSimulator) {
    return note(
      'gateway',
      'no webhook secret',
      'The development secret is used with the simulator.',
    )
  }
  const advice =
    'No webhook is believed, so late payments are never seen: set STRIPE_WEBHOOK_SECRET.'
  return mend('gateway', 'no webhook secret', advice)
}

/** Whether the gateway can take the payments of so many units while they are held. */
export function judgePacing({ units, callsPerSecond, holdTtlMs }: Pacing): Finding {
  const neededMs = ((units * CALLS_BEFORE_THE_END) / callsPerSecond) * 1_000
  const most = Math.floor((callsPerSecond * holdTtlMs) / 1_000 / CALLS_BEFORE_THE_END)
  const seconds = (ms: number) => `${Math.ceil(ms / 1_000)} s`
  const seen =
    `${units} units at ${callsPerSecond} calls/s take the gateway ${seconds(neededMs)}; ` +
    `a hold lasts ${seconds(holdTtlMs)}`
  return finding('gateway', neededMs <= holdTtlMs, seen, {
    state: 'mend',
    advice:
      'Holds would run out while buyers wait to pay. Ask the gateway for a higher limit (then ' +
      `--rate), raise HOLD_TTL_SECONDS, or sell ${most} units at a time.`,
  })
}
