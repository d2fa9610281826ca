// A failed append says nothing about a command but "ask again": this wrapper does, a bounded number
// of times, telling the SKU that the reserve may be there already.

import { RetryLater } from './domain/failures.ts'
import type { Sku } from './domain/ids.ts'
import type { StockCommand, StockReply } from './domain/stock-command.ts'
import type { SkuRouter } from './ports/sku-router.ts'

const HEALS_BY_ASKING_AGAIN: ReadonlySet<string> = new Set(['ledger_conflict'])

export function skuRouterWithRetry(router: SkuRouter, attemptsMax: number): SkuRouter {
  async function ask(sku: Sku, command: StockCommand): Promise<StockReply> {
    let asking = command
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await router.ask(sku, asking)
      } catch (error) {
        const heals = error instanceof RetryLater && HEALS_BY_ASKING_AGAIN.has(error.code)
        if (!heals || attempt >= attemptsMax) throw error
        if (asking.kind === 'reserve') asking = { ...asking, repeat: true }
      }
    }
  }
  return { ...router, ask }
}
