// Two things the Stripe SDK does not do for us, added around its own HTTP client. It sends a call
// once more after a closed connection, even with retries off, and does not say so: the keys that
// went out twice are remembered. And it reads a slow answer for ever: here it is broken off.

import type { IncomingMessage } from 'node:http'
import type Stripe from 'stripe'

export interface WatchedHttpClient {
  readonly httpClient: Stripe.HttpClient
  /** Says once whether a request with this idempotency key met a closed connection. */
  wasReset(idempotencyKey: string): boolean
}

/** Keys remembered at most: a late retry whose caller has gone never asks for its own again. */
const KEYS_MAX = 10_000

/** `bodyLimitMs` is the time an answer has from its headers to its end, however it trickles. */
export function watchedHttpClient(
  inner: Stripe.HttpClient,
  bodyLimitMs: number,
): WatchedHttpClient {
  const keys = new Set<string>()

  function remember(key: unknown): void {
    if (typeof key !== 'string') return
    const oldest = keys.values().next()
    if (keys.size >= KEYS_MAX && !oldest.done) keys.delete(oldest.value)
    keys.add(key)
  }

  const httpClient: Stripe.HttpClient = {
    getClientName: () => inner.getClientName(),
    makeRequest: async (host, port, path, method, headers, ...rest) => {
      try {
        const response = await inner.makeRequest(host, port, path, method, headers, ...rest)
        breakOffAfter(bodyLimitMs, response.getRawResponse() as IncomingMessage)
        return response
      } catch (error) {
        remember((headers as Readonly<Record<string, unknown>>)['Idempotency-Key'])
        throw error
      }
    },
  }
  return { httpClient, wasReset: (idempotencyKey) => keys.delete(idempotencyKey) }
}

/** Otherwise a few dozen trickling answers would hold every connection there is. */
function breakOffAfter(limitMs: number, answer: IncomingMessage): void {
  const timer = setTimeout(() => answer.destroy(), limitMs)
  timer.unref()
  answer.once('close', () => clearTimeout(timer))
}
