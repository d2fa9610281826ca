// Delivers owed events to the webhook endpoint: at least once, in no promised order, at most eight
// at a time. A failed delivery is tried again later with a new timestamp and signature. What is
// delivered is journalled, so what is owed survives a restart.

import { Agent } from 'node:http'
import type { EventRecord, WebhookEndpoint } from './event-record.ts'
import { queue } from './queue.ts'
import type { StripeAccount } from './stripe-account.ts'
import { drawEvent } from './stripe-objects.ts'
import { postSigned } from './webhook-post.ts'

export interface WebhookSender {
  /** Takes up what became owed. Cheap; called after every change. */
  wake(): void
  /** Starts no further delivery and breaks off the running ones; they stay owed. */
  close(): void
}

const CONCURRENT_MAX = 8
const RETRY_MAX_MS = 60_000
/** Stripe gives up after three days. */
const GIVE_UP_AFTER_SECONDS = 3 * 24 * 3_600

/** `retryBaseMs` is the pause after the first failure; each further one doubles it. */
export function webhookSender(account: StripeAccount, retryBaseMs: number): WebhookSender {
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENT_MAX })
  const { events } = account.books
  const waiting = queue<EventRecord>()
  const failures = new Map<string, number>()
  const timers = new Set<NodeJS.Timeout>()
  let running = 0
  let closed = false

  function wake(): void {
    for (const event of events.takeNewlyOwed()) waiting.push(event)
    while (!closed && running < CONCURRENT_MAX) {
      const event = waiting.shift()
      if (event === undefined) return
      running += 1
      void deliver(event).finally(() => {
        running -= 1
        wake()
      })
    }
  }

  async function deliver(event: EventRecord): Promise<void> {
    // An event must not be known outside before the change it tells of is journalled.
    await account.settled()
    const { endpoint } = events
    const delivered = endpoint !== null && (await post(endpoint, event))
    if (closed) return
    if (delivered) return settle(event, 'delivered')
    if (account.nowSeconds() - event.createdAt > GIVE_UP_AFTER_SECONDS) {
      return settle(event, 'abandoned')
    }
    retryLater(event)
  }

  async function settle(event: EventRecord, outcome: 'delivered' | 'abandoned'): Promise<void> {
    failures.delete(event.id)
    await account.record([{ kind: 'event_settled', event: event.id, outcome }])
  }

  function retryLater(event: EventRecord): void {
    const failed = failures.get(event.id) ?? 0
    failures.set(event.id, failed + 1)
    const pauseMs = Math.min(retryBaseMs * 2 ** failed, RETRY_MAX_MS)
    const timer = setTimeout(() => {
      timers.delete(timer)
      waiting.push(event)
      wake()
    }, pauseMs)
    timers.add(timer)
  }

  function post({ url, secret }: WebhookEndpoint, event: EventRecord): Promise<boolean> {
    const payload = JSON.stringify(drawEvent(event, 1))
    return postSigned({ agent, url, secret, payload, sentAt: account.nowSeconds() })
  }

  return {
    wake,
    close() {
      closed = true
      for (const timer of timers) clearTimeout(timer)
      agent.destroy()
    },
  }
}
