// Acts on stored webhooks. An event is a hint, not a fact: the checkout it names is woken and reads
// the gateway itself, so that late, doubled or reordered events can do no harm (P7).

import type { CheckoutClient } from '../../actors/checkout-client.ts'
import { parseCheckoutId } from '../../actors/domain/ids.ts'
import type { StoredWebhook, WebhookQueue } from '../../actors/ports/webhook-inbox.ts'

const ROUND_MAX = 200
const PUT_OFF_FIRST_MS = 1_000
const PUT_OFF_MAX_MS = 3_600_000

export function webhookWorker(
  queue: WebhookQueue,
  checkouts: CheckoutClient,
  onError: (event: StoredWebhook, error: unknown) => void,
): () => Promise<boolean> {
  async function act(event: StoredWebhook): Promise<void> {
    try {
      const id = parseCheckoutId(event.metadata['checkout_id'] ?? '')
      if (id !== null) await checkouts.nudge(id)
      await queue.markProcessed(event.eventId)
    } catch (error) {
      onError(event, error)
      await queue.putOff(event.eventId, pauseAfter(event.attempts), String(error))
    }
  }

  return async function actOnOneBatch(): Promise<boolean> {
    const events = await queue.claim(ROUND_MAX)
    await Promise.all(events.map(act))
    return events.length === ROUND_MAX
  }
}

function pauseAfter(attempts: number): number {
  return Math.min(PUT_OFF_FIRST_MS * 2 ** Math.min(attempts, 12), PUT_OFF_MAX_MS)
}
