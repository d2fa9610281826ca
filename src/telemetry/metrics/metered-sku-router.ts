// Counts what reserve commands end in and how long they take, and watches what waits for SKUs.

import { RetryLater } from '../../../actors/domain/failures.ts'
import type { Sku } from '../../../actors/domain/ids.ts'
import type {
  StockCommand,
  StockRefusal,
  StockReply,
} from '../../../actors/domain/stock-command.ts'
import type { SkuRouter } from '../../../actors/ports/sku-router.ts'
import type { Meters } from './meters.ts'
import type { ReserveOutcome } from './metric-table.ts'
import { secondsSince } from './seconds-since.ts'

export function meteredSkuRouter<Router extends SkuRouter>(router: Router, meters: Meters): Router {
  // In the order they were asked: the first is the oldest.
  const waiting = new Map<object, number>()
  meters.gauge('checkout_actor_mailbox_depth', () => [[{}, waiting.size]])
  meters.gauge('checkout_actor_mailbox_oldest_seconds', () => {
    const [oldestMs] = waiting.values()
    return [[{}, oldestMs === undefined ? 0 : secondsSince(oldestMs)]]
  })

  async function ask(sku: Sku, command: StockCommand): Promise<StockReply> {
    const startedMs = performance.now()
    const ticket = {}
    waiting.set(ticket, startedMs)
    let outcome: ReserveOutcome = 'error'
    try {
      const reply = await router.ask(sku, command)
      outcome = outcomeOfReply(reply)
      return reply
    } catch (error) {
      outcome = outcomeOfError(error)
      throw error
    } finally {
      waiting.delete(ticket)
      if (command.kind === 'reserve') {
        meters.count('checkout_reserve_requests_total', { outcome })
        meters.observe('checkout_reserve_duration_seconds', secondsSince(startedMs), { outcome })
      }
    }
  }
  return { ...router, ask }
}

const OUTCOMES: Partial<Record<StockRefusal, ReserveOutcome>> = {
  insufficient_stock: 'soldout',
  hold_exists_with_other_fields: 'duplicate',
  already_committed: 'duplicate',
  already_released: 'duplicate',
  already_expired: 'duplicate',
  purchase_limit: 'limit',
}

function outcomeOfReply(reply: StockReply): ReserveOutcome {
  if (reply.ok) return 'reserved'
  return OUTCOMES[reply.refusal] ?? 'error'
}

const SHED: ReadonlySet<string> = new Set(['overloaded', 'deadline_passed', 'shutting_down'])

function outcomeOfError(error: unknown): ReserveOutcome {
  return error instanceof RetryLater && SHED.has(error.code) ? 'shed' : 'error'
}
