// The Stripe SDK sends a call once more after a closed connection, even with retries off, and does
// not say so. This watches its HTTP client, so that the gateway knows which keys went out twice.

import type Stripe from 'stripe'

/** Keys remembered at most: a late retry whose caller has gone never asks for its own again. */
const KEYS_MAX = 10_000

/**
 * Wraps an SDK HTTP client. `wasReset(key)` says once whether a request with this idempotency key
 * met a closed connection since it was last asked.
 */
export function resetWatch(inner: Stripe.HttpClient): {
  readonly httpClient: Stripe.HttpClient
  readonly wasReset: (idempotencyKey: string) => boolean
} {
  const keys = new Set<string>()
  const httpClient: Stripe.HttpClient = {
    getClientName: () => inner.getClientName(),
    makeRequest: async (host, port, path, method, headers, ...rest) => {
      try {
        return await inner.makeRequest(host, port, path, method, headers, ...rest)
      } catch (error) {
        const key = (headers as Readonly<Record<string, unknown>>)['Idempotency-Key']
        if (typeof key === 'string') remember(key)
        throw error
      }
    },
  }

  function remember(key: string): void {
    const oldest = keys.values().next()
    if (keys.size >= KEYS_MAX && !oldest.done) keys.delete(oldest.value)
    keys.add(key)
  }

  return { httpClient, wasReset: (idempotencyKey) => keys.delete(idempotencyKey) }
}
