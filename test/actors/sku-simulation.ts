// A sale in a simulated world: the real actors, directories and group commit on virtual time. The
// way to the ledger and back takes a random while, an answer is sometimes lost, and now and then
// another process takes all shards over while the one before goes on, not knowing. The SKU is sent
// out of memory at any moment and comes back from caches that are late, fail, and are emptied.
// Everything comes from the seed, so a run can be repeated.

import assert from 'node:assert/strict'
import { RetryLater } from '../../actors/domain/failures.ts'
import type { Balances, LedgerEntry } from '../../actors/domain/ledger-entry.ts'
import type { StockCommand, StockReply } from '../../actors/domain/stock-command.ts'
import { ledgerClock } from '../../actors/ledger-clock.ts'
import type { Clock } from '../../actors/ports/clock.ts'
import { nobodyListens } from '../../actors/ports/stock-listener.ts'
import type { StockStateStore } from '../../actors/ports/stock-state-store.ts'
import { type ActorSystem, startActorSystem } from '../../actors/serial-actor.ts'
import { type SkuDirectory, skuDirectory } from '../../actors/sku-directory.ts'
import {
  type LedgerStore,
  ledgerWithGroupCommit,
} from '../../persistence/ledger-with-group-commit.ts'
import type { MemoryLedger } from '../../persistence/memory/memory-ledger.ts'
import {
  type MemoryStockStateStore,
  memoryStockStateStore,
} from '../../persistence/memory/memory-stock-state-store.ts'
import { LIMITS } from '../../src/limits.ts'
import type { Acknowledged } from '../mutants/ledger-faults.ts'
import { type ManualClock, manualClock } from '../support/manual-clock.ts'
import { type SeededRandom, seededRandom } from '../support/seeded-random.ts'
import { ofHold, ROSE, reserve } from './sku-world.ts'

const UNITS = 6
const BUYERS = 14
const TAKEOVERS_MAX = 3
const SALE_MS = 120
const LEDGER_WAY_MAX_MS = 15
const ANSWERS_LOST = 0.05
const CACHE_WAY_MAX_MS = 40
const CACHE_FAILURES = 0.1
const EVICTIONS_MAX = 5
const FLUSHES_MAX = 3
// Written as often as can be, so that few entries show every case.
const OFTEN = { entriesMin: 2, entriesBeforeEvictionMin: 1, pauseMs: 0, charactersMax: 1e6 }
const ATTEMPTS_MAX = 40
const HOLD_MS = 15 * 60_000
// Endings whose answer was lost are read and written again within a second, some more than once.
const QUIET_AFTER_MS = 20_000
// nact begins a message one turn after it was sent and the next one a turn later.
const TURNS_TO_SETTLE = 4

/** A refusal for want of stock, and what was in the ledger while its buyer waited. */
export interface SoldOut {
  readonly quantity: number
  /** The available units, from just before the question until the answer. */
  readonly availableMeanwhile: readonly number[]
  /** False when the process that answered had been deposed by then. */
  readonly fromOwner: boolean
}

export interface Sale {
  readonly entries: readonly LedgerEntry[]
  /** Holds that buyers were told they have, and have not given back. */
  readonly acknowledged: readonly Acknowledged[]
  readonly soldOut: readonly SoldOut[]
  /** What the last owner has in memory; null when it cannot even read the ledger. */
  readonly balances: Balances | null
  /** Where each load of the SKU began. */
  readonly loadedFrom: readonly string[]
  /** What crashed, and buyers who never got an answer. */
  readonly bugs: readonly unknown[]
}

interface World {
  readonly clock: ManualClock
  readonly random: SeededRandom
  readonly memory: MemoryLedger
  readonly system: ActorSystem
  /** Every process that ever owned the shards, the owner last. */
  readonly nodes: SkuDirectory[]
  readonly acknowledged: Map<string, Acknowledged>
  readonly soldOut: SoldOut[]
  readonly bugs: unknown[]
  readonly snapshots: MemoryStockStateStore
  readonly checkpoints: MemoryStockStateStore
  readonly loadedFrom: string[]
}

/** Plays one sale to its end, and on until every hold that can run out has. */
export async function simulateSale(
  seed: number,
  open: (clock: Clock) => MemoryLedger,
): Promise<Sale> {
  const clock = manualClock(1_763_836_000_000)
  const bugs: unknown[] = []
  const world: World = {
    clock,
    random: seededRandom(seed),
    memory: open(clock),
    system: startActorSystem((_actor, error) => bugs.push(error)),
    nodes: [],
    acknowledged: new Map(),
    soldOut: [],
    bugs,
    snapshots: memoryStockStateStore(),
    checkpoints: memoryStockStateStore(),
    loadedFrom: [],
  }
  await takeOver(world)
  const supply = { kind: 'receive', commandId: 'D1', quantity: UNITS } as const
  await runUntilDone(world, [askPatiently(world, supply)])
  const takeovers = Array.from({ length: 1 + world.random.below(TAKEOVERS_MAX) }, () =>
    later(world, SALE_MS).then(() => takeOver(world)),
  )
  const buyers = Array.from({ length: BUYERS }, (_, index) =>
    buy(world, `R${index}`).catch((error: unknown) => bugs.push(error)),
  )
  await runUntilDone(world, [...takeovers, ...buyers, ...troubles(world)])
  const quiet = letHoldsRunOut(world).catch((error: unknown) => {
    bugs.push(error)
    return null
  })
  await runUntilDone(world, [quiet])
  world.system.stop()
  return {
    entries: world.memory.historyOf(ROSE),
    acknowledged: [...world.acknowledged.values()],
    soldOut: world.soldOut,
    balances: await quiet,
    loadedFrom: world.loadedFrom,
    bugs,
  }
}

/** The SKU is sent out of memory and a cache is emptied, each a few times. */
function troubles(world: World): Promise<void>[] {
  const { random, nodes, snapshots, checkpoints } = world
  const times = (most: number, what: () => unknown) =>
    Array.from({ length: random.below(most + 1) }, () => later(world, 2 * SALE_MS).then(what))
  const evictions = times(EVICTIONS_MAX, () => random.pick(nodes).evict(ROSE))
  const flushes = times(FLUSHES_MAX, () => random.pick([snapshots, checkpoints]).kept.clear())
  return [...evictions, ...flushes].map((each) => each.then(() => {}))
}

async function takeOver(world: World): Promise<void> {
  const { clock, memory, system, nodes, bugs, loadedFrom } = world
  const epochs = await memory.shards.takeAll(`node ${nodes.length}`)
  const ledger = ledgerWithGroupCommit(distantStore(world), 100)
  const limits = {
    ...{ ...LIMITS, skuInboxMax: 100, nodeInboxMax: 100, commandTimeoutMs: 1_000 },
    ...{ snapshotRule: OFTEN, checkpointRule: { ...OFTEN, entriesMin: 6 } },
  }
  const onBug = (_actor: string, error: unknown) => bugs.push(error)
  const time = ledgerClock(clock, clock.nowMs(), () => {})
  const deps = {
    ...{ system, ledger, clock, ledgerClock: time, batchMax: 8, onFenced: () => {}, onBug },
    snapshots: distantCache(world, world.snapshots),
    checkpoints: distantCache(world, world.checkpoints),
    listener: {
      ...nobodyListens,
      onActivated: ({ from }: { readonly from: string }) => void loadedFrom.push(from),
    },
  }
  nodes.push(skuDirectory(deps, limits, epochs))
}

/** A cache at the other end of a slow line: writes overtake each other, some calls fail. */
function distantCache(world: World, inner: StockStateStore): StockStateStore {
  async function travel<Result>(there: () => Promise<Result>): Promise<Result> {
    await later(world, CACHE_WAY_MAX_MS)
    if (world.random.fraction() < CACHE_FAILURES) {
      throw new RetryLater('ledger_unavailable', 'the cache is away')
    }
    return there()
  }
  return {
    newest: (...asked) => travel(() => inner.newest(...asked)),
    saveIfNewer: (...asked) => travel(() => inner.saveIfNewer(...asked)),
    discard: (...asked) => travel(() => inner.discard(...asked)),
  }
}

/** The ledger at the other end of a line: each way takes a while, an answer may be lost. */
function distantStore(world: World): LedgerStore {
  const { store } = world.memory
  async function travel<Result>(there: () => Promise<Result>): Promise<Result> {
    await later(world, LEDGER_WAY_MAX_MS)
    const result = await there()
    await later(world, LEDGER_WAY_MAX_MS)
    return result
  }
  return {
    async appendMany(appends) {
      const outcomes = await travel(() => store.appendMany(appends))
      if (world.random.fraction() >= ANSWERS_LOST) return outcomes
      throw new RetryLater('ledger_unavailable', 'the answer was lost')
    },
    entriesAfter: (...asked) => travel(() => store.entriesAfter(...asked)),
    lookUp: (...asked) => travel(() => store.lookUp(...asked)),
    unitsSold: (...asked) => travel(() => store.unitsSold(...asked)),
    nowMs: () => store.nowMs(),
  }
}

/** A buyer takes a unit or two, then pays, changes their mind, or forgets about it. */
async function buy(world: World, hold: string): Promise<void> {
  const { random, acknowledged, soldOut, clock } = world
  await later(world, SALE_MS)
  const quantity = 1 + random.below(2)
  const asked = world.memory.historyOf(ROSE).length
  const wanted = reserve({ clock }, hold, { quantity, expiresAtMs: clock.nowMs() + HOLD_MS })
  const { reply, fromOwner } = await askPatiently(world, wanted)
  if (!reply.ok) {
    const meanwhile = world.memory.historyOf(ROSE).slice(Math.max(0, asked - 1))
    const availableMeanwhile = meanwhile.map(({ available }) => available)
    soldOut.push({ quantity, availableMeanwhile, fromOwner })
    return
  }
  acknowledged.set(hold, { holdId: hold, quantity })
  await later(world, SALE_MS)
  const next = random.pick(['pay', 'pay', 'give back', 'forget'])
  if (next === 'pay') {
    await askPatiently(world, ofHold('pin', hold))
    await askPatiently(world, ofHold('commit', hold))
  } else if (next === 'give back') {
    acknowledged.delete(hold)
    await askPatiently(world, ofHold('release', hold))
  }
}

/** Asks any process that ever served, the newest more often, until one answers. */
async function askPatiently(
  world: World,
  command: StockCommand,
): Promise<{ readonly reply: StockReply; readonly fromOwner: boolean }> {
  const { random, nodes } = world
  let asking = command
  for (let attempt = 1; ; attempt += 1) {
    const node = random.fraction() < 0.5 ? nodes.at(-1) : random.pick(nodes)
    assert(node, 'a process that serves')
    try {
      const reply = await node.ask(ROSE, asking)
      return { reply, fromOwner: node === nodes.at(-1) }
    } catch (error) {
      if (!(error instanceof RetryLater) || attempt >= ATTEMPTS_MAX) throw error
      if (asking.kind === 'reserve') asking = { ...asking, repeat: true }
      await later(world, LEDGER_WAY_MAX_MS)
    }
  }
}

/** The balances the last owner has in memory once all is quiet. */
async function letHoldsRunOut(world: World): Promise<Balances> {
  await lookPatiently(world)
  await new Promise<void>((resolve) => world.clock.after(HOLD_MS + QUIET_AFTER_MS, resolve))
  return lookPatiently(world)
}

async function lookPatiently(world: World): Promise<Balances> {
  const owner = world.nodes.at(-1)
  assert(owner, 'a process that serves')
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await owner.look(ROSE)
    } catch (error) {
      if (!(error instanceof RetryLater) || attempt >= ATTEMPTS_MAX) throw error
      await later(world, LEDGER_WAY_MAX_MS)
    }
  }
}

function later({ clock, random }: World, atMostMs: number): Promise<void> {
  return new Promise((resolve) => clock.after(1 + random.below(atMostMs), resolve))
}

/** Moves the clock from timer to timer until all is done. */
async function runUntilDone(world: World, work: readonly Promise<unknown>[]): Promise<void> {
  let done = false
  const all = Promise.all(work).finally(() => (done = true))
  all.catch(() => {})
  for (;;) {
    for (let turn = 0; turn < TURNS_TO_SETTLE; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    const next = world.clock.untilNextTimerMs()
    if (done || next === null) break
    world.clock.advance(next)
  }
  assert(done, 'the simulated world stands still with work left to do')
  await all
}
