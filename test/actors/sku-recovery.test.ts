// Every condition of the snapshot times every condition of the checkpoint: whatever is found there,
// the SKU comes back as the fold of its whole ledger, from the newest state that can be believed,
// and sells what it has and no unit more.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { Sku } from '../../actors/domain/ids.ts'
import { nobodyListens, type StockListener } from '../../actors/ports/stock-listener.ts'
import type { StockStateStore } from '../../actors/ports/stock-state-store.ts'
import { stockRecovery } from '../../actors/stock-recovery.ts'
import { memoryLedger } from '../../persistence/memory/memory-ledger.ts'
import { memoryStockStateStore } from '../../persistence/memory/memory-stock-state-store.ts'
import { openPool } from '../../persistence/postgres/connect.ts'
import { postgresStockStateStore } from '../../persistence/postgres/postgres-stock-state-store.ts'
import { openRedis } from '../../persistence/redis/connect.ts'
import { redisStockStateStore } from '../../persistence/redis/redis-stock-state-store.ts'
import { skipTest } from '../runner/skipped.ts'
import { manualClock } from '../support/manual-clock.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { openTestRedis } from '../support/test-redis.ts'
import {
  type Condition,
  foldOf,
  inCondition,
  recoveryScene,
  TOLD,
  UNITS_LEFT,
} from './sku-recovery-world.ts'
import { ofHold, openSkuWorld, reserve, wordOf } from './sku-world.ts'

const SNAPSHOTS = [
  'missing',
  'fresh',
  'stale',
  'a corrupt byte',
  'an unknown version',
  'future',
  'a foreign history',
  'of another SKU',
  'mislabelled, an older text under a newer number',
  'an older write after a newer one',
  'down',
]
const CHECKPOINTS = ['missing', 'fresh', 'stale', 'a corrupt byte', 'future', 'a foreign history']

interface Stores {
  readonly snapshots: StockStateStore
  readonly checkpoints: StockStateStore
}

type Activated = Parameters<StockListener['onActivated']>[0]

/** Where recovery has to begin: at the newest state that can be believed. */
function expectedStart(snapshot: Condition, checkpoint: Condition) {
  const [ofSnapshot, ofCheckpoint] = [snapshot.usableSeq ?? 0, checkpoint.usableSeq ?? 0]
  if (ofCheckpoint > ofSnapshot) return { from: 'checkpoint', entries: TOLD - ofCheckpoint }
  if (ofSnapshot > 0) return { from: 'snapshot', entries: TOLD - ofSnapshot }
  return { from: 'ledger', entries: TOLD }
}

async function playCell(sku: Sku, stores: Stores, on: string, behind: string): Promise<void> {
  const clock = manualClock(1_763_836_100_000)
  const memory = memoryLedger(clock)
  const { entries, conditions } = await recoveryScene(sku, memory)
  const [snapshot, checkpoint] = [conditions[on], conditions[behind]]
  assert(snapshot && checkpoint)
  const snapshots = await inCondition(stores.snapshots, sku, snapshot)
  const checkpoints = await inCondition(stores.checkpoints, sku, checkpoint)

  const activated: Activated[] = []
  const thrown: string[] = []
  const listener: StockListener = {
    ...nobodyListens,
    onActivated: (loaded) => activated.push(loaded),
    onStateThrownAway: ({ kind, fault }) => thrown.push(`${kind} ${fault}`),
  }
  const deps = { ledger: memory.store, snapshots, checkpoints, clock, listener, loadsMax: 1 }
  const loaded = await stockRecovery(deps).load(sku, () => true)
  assert.deepEqual(loaded?.stock, foldOf(entries), 'the fold of the whole ledger')
  const { from, entries: folded } = activated[0] ?? {}
  assert.deepEqual({ from, entries: folded }, expectedStart(snapshot, checkpoint))

  // What was thrown away is not found a second time.
  const before = thrown.length
  await stockRecovery(deps).load(sku, () => true)
  assert.equal(thrown.length, before, `thrown away again: ${thrown}`)
  const unbelieved = snapshot.usableSeq === null && snapshot.writes.length > 0 && !snapshot.isDown
  assert.equal(thrown.filter((each) => each.startsWith('snapshot')).length, unbelieved ? 1 : 0)

  const world = await openSkuWorld({ snapshots, checkpoints, after: { memory, clock } })
  const ask = (command: Parameters<typeof world.directory.ask>[1]) =>
    wordOf(world.directory.ask(sku, command))
  assert.equal(
    await ask(reserve(world, 'TOO MANY', { quantity: UNITS_LEFT + 1 })),
    'insufficient_stock',
  )
  assert.equal(await ask(ofHold('commit', 'R1')), 'committed')
  assert.equal(await ask(ofHold('release', 'R0')), 'already_committed')
  assert.equal(await ask(reserve(world, 'ALL', { quantity: UNITS_LEFT })), 'held')
  assert.equal(await ask(reserve(world, 'ONE', { quantity: 1 })), 'insufficient_stock')
  const whole = foldOf(memory.historyOf(sku))
  assert.deepEqual([whole.available, whole.seq], [0, TOLD + 2])
  assert.deepEqual(world.bugs, [])
}

function exerciseMatrix(where: string, open: () => Promise<Stores & { close(): Promise<void> }>) {
  const matrix = suite<{ stores: Stores & { close(): Promise<void> } }>(`recovery, ${where}`)
  matrix.before(async (context) => {
    context.stores = await open()
  })
  matrix.after(({ stores }) => stores.close())
  let cell = 0
  for (const on of SNAPSHOTS) {
    for (const behind of CHECKPOINTS) {
      cell += 1
      const sku = `ROSE-${cell}` as Sku
      matrix(`snapshot ${on}, checkpoint ${behind}`, ({ stores }) =>
        playCell(sku, stores, on, behind),
      )
    }
  }
  matrix.run()
}

exerciseMatrix('stores in memory', async () => ({
  snapshots: memoryStockStateStore(),
  checkpoints: memoryStockStateStore(),
  close: async () => {},
}))

const server = await openTestRedis(import.meta.url)
const database = await openTestDatabase(import.meta.url)
if (server === null || database === null) {
  skipTest('recovery, Redis and Postgres', 'no Redis or no Postgres was found')
} else {
  exerciseMatrix('Redis and Postgres', async () => {
    const redis = await openRedis(server.url, { down: () => {}, up: () => {} })
    const options = { connectionsMax: 2, name: 'states', queryTimeoutMs: 10_000 }
    const pool = openPool(database.url, options, () => {})
    return {
      snapshots: redisStockStateStore(redis, { keyPrefix: server.keyPrefix, ttlMs: 60_000 }),
      checkpoints: postgresStockStateStore(pool),
      async close() {
        redis.close()
        await Promise.all([pool.end(), server.close()])
        await database.close(true)
      },
    }
  })
}
