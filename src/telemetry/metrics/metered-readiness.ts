// Shows what /readyz says as numbers, asked at each scrape: an alert and a probe must not disagree.

import type { Meters } from './meters.ts'

/** The part of a readiness report that is shown. */
interface Report {
  readonly ready: boolean
  readonly parts: readonly { readonly name: string; readonly state: string }[]
}

export function meteredReadiness(ask: () => Promise<Report>, meters: Meters): void {
  // Both gauges of one scrape tell of one answer.
  let asked: Promise<Report> | null = null
  const askOnce = () => {
    asked ??= ask().finally(() => {
      asked = null
    })
    return asked
  }
  meters.gauge('checkout_ready', async () => [[{}, (await askOnce()).ready ? 1 : 0]])
  meters.gauge('checkout_degraded', async () => {
    const { parts } = await askOnce()
    return parts.map(({ name, state }) => [{ dependency: name }, state === 'ready' ? 0 : 1])
  })
}
