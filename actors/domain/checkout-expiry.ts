// When the time of a checkout is over. What is journalled never changes; outages put it off, as
// they put off the ends of its holds (outages.ts).

import type { Checkout } from './checkout.ts'
import { effectiveExpiryMs, type Outage } from './outages.ts'

/** How long after the end of its holds a payment may stay undecided before it is voided. */
const PAYMENT_DEADLINE_AFTER_HOLD_MS = 10 * 60_000

/** The checkout as it is judged now: `expiresAtMs` is when its time is over, outages counted in. */
export function asPutOff(checkout: Checkout, outages: readonly Outage[]): Checkout {
  const expiresAtMs = endsAtMs(checkout, checkout.expiresAtMs, outages)
  return expiresAtMs === checkout.expiresAtMs ? checkout : { ...checkout, expiresAtMs }
}

/** After this instant an undecided payment is given up: voided, and its stock released. */
export function paymentDeadlineMs(checkout: Checkout, outages: readonly Outage[]): number {
  return endsAtMs(checkout, checkout.expiresAtMs + PAYMENT_DEADLINE_AFTER_HOLD_MS, outages)
}

function endsAtMs(
  { createdAtMs: takenAtMs }: Checkout,
  expiresAtMs: number,
  outages: readonly Outage[],
): number {
  return effectiveExpiryMs({ takenAtMs, expiresAtMs }, outages)
}
