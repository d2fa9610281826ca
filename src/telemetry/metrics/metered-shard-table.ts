// Shows which shards this process took, and how many are left to it.

import type { ShardTable } from '../../../actors/ports/ledger.ts'
import type { Meters } from './meters.ts'

export function meteredShardTable(shards: ShardTable, meters: Meters): ShardTable {
  let owned = 0
  let epoch = 0
  meters.gauge('checkout_shard_owned', () => [[{}, owned]])
  meters.gauge('checkout_shard_epoch', () => [[{}, epoch]])
  return {
    async takeAll(owner) {
      const epochs = await shards.takeAll(owner)
      owned = epochs.size
      epoch = Math.max(0, ...epochs.values())
      return epochs
    },
    async markAlive(owner) {
      const alive = await shards.markAlive(owner)
      owned = alive.shards
      return alive
    },
  }
}
