// Snapshots in Redis: a hash a SKU, with the number and the hash of the entry it ends at, and the
// text. Comparing and writing is one script, so that of two owners' writes the older never wins.

import { RetryLater } from '../../actors/domain/failures.ts'
import type { Sku } from '../../actors/domain/ids.ts'
import type { KeptState, StockStateStore } from '../../actors/ports/stock-state-store.ts'
import { isOurMistake, type RedisConnection } from './connect.ts'
import { loadScript } from './load-script.ts'

export interface RedisStockStateStoreOptions {
  /** Begins every key: `holdfast:` unless several shops share one Redis. */
  readonly keyPrefix: string
  /** How long a state is kept after it was written. */
  readonly ttlMs: number
}

/** Throws RetryLater `ledger_unavailable` within about a second when Redis does not answer. */
export function redisStockStateStore(
  { client }: Pick<RedisConnection, 'client'>,
  { keyPrefix, ttlMs }: RedisStockStateStoreOptions,
): StockStateStore {
  const newest = loadScript(client, 'newest_stock_state')
  const save = loadScript(client, 'save_stock_state')
  const discard = loadScript(client, 'discard_stock_state')
  const keyOf = (sku: Sku) => `${keyPrefix}stock:${sku}`

  return {
    async newest(sku, afterSeq) {
      return stateOfReply(await answered(newest(keyOf(sku), afterSeq)))
    },
    async saveIfNewer(sku, { seq, hash, text }) {
      return (await answered(save(keyOf(sku), ttlMs, seq, hash, text))) === 1
    },
    async discard(sku, { seq, hash }) {
      await answered(discard(keyOf(sku), seq, hash))
    },
  }
}

async function answered(asked: Promise<unknown>): Promise<unknown> {
  try {
    return await asked
  } catch (error) {
    if (isOurMistake(error)) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new RetryLater('ledger_unavailable', `Redis did not answer: ${why}`, { cause: error })
  }
}

/** What is damaged comes out as a state that nobody can believe: the reader throws it away. */
function stateOfReply(reply: unknown): KeptState | null {
  if (!Array.isArray(reply)) return null
  const [seq, hash, text] = reply as unknown[]
  return { seq: Number(seq), hash: String(hash), text: text === null ? null : String(text) }
}
