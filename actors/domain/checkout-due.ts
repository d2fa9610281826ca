// When the completer looks at a checkout: the rule every journal keeps.

import { type Checkout, isAtRest } from './checkout.ts'

/** How long a checkout that is being worked on is left alone by the completer. */
export const COMPLETER_PATIENCE_MS = 15_000

/** When the completer looks at a checkout, Unix milliseconds; null when it never has to. */
export function nextRunAtMs(checkout: Checkout): number | null {
  if (isAtRest(checkout.state)) return null
  if (checkout.state === 'open') return checkout.expiresAtMs
  return checkout.updatedAtMs + COMPLETER_PATIENCE_MS
}
