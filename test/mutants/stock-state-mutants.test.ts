// Would the tests notice a cache that is believed too easily, or written too carelessly? Each
// mistake is composed into the real parts and plays the scene that the sound code passes.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import type { Sku } from '../../actors/domain/ids.ts'
import { faultByLedger } from '../../actors/domain/stock-state.ts'
import { nobodyListens } from '../../actors/ports/stock-listener.ts'
import type { StockStateStore } from '../../actors/ports/stock-state-store.ts'
import { stockRecovery } from '../../actors/stock-recovery.ts'
import { memoryLedger } from '../../persistence/memory/memory-ledger.ts'
import { memoryStockStateStore } from '../../persistence/memory/memory-stock-state-store.ts'
import { openRedis, type RedisConnection } from '../../persistence/redis/connect.ts'
import { redisStockStateStore } from '../../persistence/redis/redis-stock-state-store.ts'
import { foldOf, recoveryScene, savedOf } from '../actors/sku-recovery-world.ts'
import { skipTest } from '../runner/skipped.ts'
import { manualClock } from '../support/manual-clock.ts'
import { openTestRedis, type TestRedis } from '../support/test-redis.ts'

const SKU = 'ROSE-12' as Sku
type Judge = typeof faultByLedger

/** Loads a SKU whose snapshot is of another history; true when the ledger's fold comes out. */
async function comesOutRight(judge: Judge, condition: string): Promise<boolean> {
  const clock = manualClock(1_763_836_100_000)
  const memory = memoryLedger(clock)
  const { entries, conditions } = await recoveryScene(SKU, memory)
  const snapshots = memoryStockStateStore()
  for (const state of conditions[condition]?.writes ?? []) await snapshots.saveIfNewer(SKU, state)
  const deps = { ledger: memory.store, snapshots, checkpoints: null, clock }
  const recovery = stockRecovery({ ...deps, listener: nobodyListens, loadsMax: 1 }, judge)
  const loaded = await recovery.load(SKU, () => true)
  const fold = foldOf(entries)
  return loaded?.stock.hash === fold.hash && loaded.stock.available === fold.available
}

// What is left of the judgement when only the entry's number is compared.
const withoutHash: Judge = (stock, anchor) =>
  anchor === undefined ? 'future' : anchor.seq === stock.seq ? null : 'foreign_history'
const withoutLedger: Judge = () => null

test('sound judge: a foreign or future snapshot changes nothing', async () => {
  for (const condition of ['a foreign history', 'future', 'stale']) {
    assert.equal(await comesOutRight(faultByLedger, condition), true, condition)
  }
})

test('mutant trusts a snapshot without the hash check: caught by another history', async () => {
  assert.equal(await comesOutRight(withoutHash, 'a foreign history'), false)
})

test('mutant asks the ledger nothing: caught because the future is believed', async () => {
  assert.equal(await comesOutRight(withoutLedger, 'future'), false)
})

/** A newer state is written, and then the late write of an older one arrives. */
async function seqAfterLateWrite(store: StockStateStore): Promise<number | undefined> {
  const memory = memoryLedger(manualClock(0))
  const { entries } = await recoveryScene(SKU, memory)
  await store.saveIfNewer(SKU, savedOf(foldOf(entries)))
  await store.saveIfNewer(SKU, savedOf(foldOf(entries.slice(0, 10))))
  return (await store.newest(SKU, 0))?.seq
}

function withoutCompare(redis: RedisConnection, keyPrefix: string): StockStateStore {
  const file = new URL('../../persistence/redis/scripts/save_stock_state.lua', import.meta.url)
  const sound = readFileSync(file, 'utf8')
  const lua = sound.replace('if seq and', 'if false and')
  assert.notEqual(lua, sound, 'the script has no such comparison any more')
  return {
    ...redisStockStateStore(redis, { keyPrefix, ttlMs: 60_000 }),
    async saveIfNewer(sku, { seq, hash, text }) {
      const key = `${keyPrefix}stock:${sku}`
      return (await redis.client.eval(lua, 1, key, 60_000, seq, hash, text)) === 1
    },
  }
}

function testRedisMutants({ url, keyPrefix }: TestRedis): void {
  test('sound write: a late one of an older state changes nothing', async () => {
    const redis = await openRedis(url, { down: () => {}, up: () => {} })
    const options = { keyPrefix: `${keyPrefix}sound:`, ttlMs: 60_000 }
    assert.equal(await seqAfterLateWrite(redisStockStateStore(redis, options)), 30)
    redis.close()
  })

  test('mutant writes without compare: caught because the older state wins', async () => {
    const redis = await openRedis(url, { down: () => {}, up: () => {} })
    assert.equal(await seqAfterLateWrite(withoutCompare(redis, `${keyPrefix}mutant:`)), 10)
    redis.close()
  })
}

const server = await openTestRedis(import.meta.url)
if (server === null) skipTest('mutants of the snapshot script', 'no Redis was found')
else testRedisMutants(server)

test.run()
