// Redis loses everything, again and again, in the middle of a sale, while the SKU comes and goes
// and its line to Redis breaks: the sale goes on as if nothing had happened (faults 22).

import assert from 'node:assert/strict'
import { test } from 'uvu'
import { memoryStockStateStore } from '../../persistence/memory/memory-stock-state-store.ts'
import { openRedis } from '../../persistence/redis/connect.ts'
import { redisStockStateStore } from '../../persistence/redis/redis-stock-state-store.ts'
import { stockStatesWithPatience } from '../../persistence/stock-states-with-patience.ts'
import { faultsOf } from '../mutants/ledger-faults.ts'
import { openGate } from '../persistence/gate.ts'
import { skipTest } from '../runner/skipped.ts'
import { manualClock } from '../support/manual-clock.ts'
import { openTestRedis, type TestRedis } from '../support/test-redis.ts'
import { foldOf } from './sku-recovery-world.ts'
import { ask, openSkuWorld, ROSE, reserve } from './sku-world.ts'

const OFTEN = { entriesMin: 2, entriesBeforeEvictionMin: 1, pauseMs: 0, charactersMax: 1e6 }
const ROUNDS = 30
const BUYERS_A_ROUND = 20
const UNITS = 400

function testFlushes({ url, keyPrefix, close }: TestRedis): void {
  test('flushes and broken lines during a sale lose no hold and sell no unit twice', async () => {
    const gate = await openGate(url)
    const quiet = { down: () => {}, up: () => {} }
    const redis = await openRedis(`redis://127.0.0.1:${gate.port}`, quiet)
    const direct = await openRedis(url, quiet)
    const patience = { clock: manualClock(0), patienceMs: 200, restMs: 0 }
    const store = redisStockStateStore(redis, { keyPrefix, ttlMs: 60_000 })
    const from: string[] = []
    const world = await openSkuWorld({
      roses: UNITS,
      snapshots: stockStatesWithPatience(store, patience),
      checkpoints: memoryStockStateStore(),
      ...{ snapshotRule: OFTEN, checkpointRule: { ...OFTEN, entriesMin: 50 } },
      listener: { onActivated: (loaded) => from.push(loaded.from) },
    })
    const told: string[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const buyers = Array.from({ length: BUYERS_A_ROUND }, async (_, index) => {
        const hold = `R${round}-${index}`
        if ((await ask(world, reserve(world, hold))) === 'held') told.push(hold)
      })
      if (round % 3 === 0) await direct.client.unlink(`${keyPrefix}stock:${ROSE}`)
      if (round % 7 === 3) await gate.shut()
      if (round % 7 === 5) await gate.open()
      if (round % 2 === 0) await world.directory.evict(ROSE)
      await Promise.all(buyers)
    }
    const entries = world.memory.historyOf(ROSE)
    const acknowledged = told.map((holdId) => ({ holdId, quantity: 1 }))
    assert.deepEqual(faultsOf(entries, acknowledged), [])
    assert.equal(told.length, UNITS)
    const { available, held } = foldOf(entries)
    assert.deepEqual([available, held], [0, UNITS])
    assert.deepEqual(world.bugs, [])
    assert(from.length > ROUNDS / 3, `loaded only ${from.length} times`)
    for (const each of [redis, direct]) each.close()
    await Promise.all([gate.close(), close()])
  })
}

const server = await openTestRedis(import.meta.url)
if (server === null) skipTest('Redis flushed during a sale', 'no Redis was found')
else testFlushes(server)

test.run()
