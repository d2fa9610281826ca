// Every SKU actor of this node, found by SKU. The directory owns what an actor must not: the
// bounds, the deadlines, the fast "sold out", who is in memory and who is sent out of it. Nobody
// else makes an actor or ends one.
//
// A SKU comes into memory when it is first asked for, or when a hold of it is due, and leaves when
// nobody has asked for a while (`idle`) or when others need the room (`crowded`: longest unasked
// first). An actor with work is never sent out. A command that comes while one is leaving waits
// here and goes to the next incarnation, behind what the leaving one had not begun.

import { RetryLater } from './domain/failures.ts'
import type { Sku } from './domain/ids.ts'
import type { Balances } from './domain/ledger-entry.ts'
import { skuShardOf } from './domain/shard.ts'
import { assertSound, type StockCommand, type StockReply } from './domain/stock-command.ts'
import type { Cancel } from './ports/clock.ts'
import type { SkuRouter } from './ports/sku-router.ts'
import type { StockListener } from './ports/stock-listener.ts'
import type { StockStateStore } from './ports/stock-state-store.ts'
import { type Look, type PendingCommand, SkuActor, type SkuActorDeps } from './sku-actor.ts'
import { type KeepingRule, stockKeeper } from './stock-keeper.ts'
import { stockRecovery } from './stock-recovery.ts'
import { wakeUps } from './wake-ups.ts'

export interface DirectoryLimits {
  /** Commands waiting for one SKU; one more is refused at once. */
  readonly skuInboxMax: number
  /** Commands waiting on this node. */
  readonly nodeInboxMax: number
  /** How long a command may wait before it is dropped undecided. */
  readonly commandTimeoutMs: number
  /** SKUs in memory; more only while all of them have work. */
  readonly skusResidentMax: number
  /** A SKU that nobody asked for this long leaves memory; looked for this often. */
  readonly skuIdleMs: number
  readonly skuSweepPeriodMs: number
  readonly skuLoadsMax: number
  readonly snapshotRule: KeepingRule
  readonly checkpointRule: KeepingRule
  readonly statesInFlightMax: number
}

export interface DirectoryDeps extends SkuActorDeps {
  /** null: there is no such cache, and starting takes longer. */
  readonly snapshots: StockStateStore | null
  readonly checkpoints: StockStateStore | null
  readonly listener: StockListener
}

export interface SkuDirectory extends SkuRouter {
  /** Sends a SKU out of memory; resolves when it is gone, or at once when it is not there. */
  evict(sku: Sku): Promise<void>
  /** Refuses new commands and resolves when every accepted one has been answered. */
  drain(): Promise<void>
  /** The number of SKUs in memory. */
  resident(): number
}

interface Cell {
  readonly actor: SkuActor
  /** By the monotonic clock. Cells stand in the order of it, give or take `TOUCH_EVERY_MS`. */
  touchedMs: number
  /** Not null while the actor leaves: what came meanwhile, and when it is gone. */
  leaving: { readonly buffer: PendingCommand[]; readonly gone: Promise<void> } | null
}

/** How exact "longest unasked" is: moving a cell at each command costs more than it is worth. */
const TOUCH_EVERY_MS = 1_000
// Looked at for one that is idle when room is needed; if none is, there is work for all of them.
const CROWDED_LOOKS_MAX = 32
// A sweep that finds much to do goes on a little later: sales come first.
const SENT_OUT_A_SWEEP_MAX = 1_000
const SWEEP_AGAIN_MS = 20
// How long the end of a process waits for the last states: they only make its heir faster.
const LAST_STATES_MS = 1_000

/** `epochs` are the fencing tokens of the shards this node owns, by shard number. */
export function skuDirectory(
  deps: DirectoryDeps,
  limits: DirectoryLimits,
  epochs: ReadonlyMap<number, number>,
): SkuDirectory {
  const { clock, ledgerClock, listener } = deps
  const cells = new Map<Sku, Cell>()
  const recovery = stockRecovery({ ...deps, loadsMax: limits.skuLoadsMax })
  const keeper = stockKeeper({ ...limits, ...deps })
  const house = { recovery, keeper, newName, wakeUps: wakeUps(clock, ledgerClock, wake) }
  let inFlight = 0
  let incarnations = 0
  let draining: Promise<void> | null = null
  let whenEmpty: () => void = () => {}
  let cancelSweep: Cancel | null = null

  function cellOf(sku: Sku): Cell {
    const there = cells.get(sku)
    if (there) return touched(there)
    const shard = skuShardOf(sku)
    const epoch = epochs.get(shard)
    if (epoch === undefined) {
      throw new RetryLater('sku_moved', `${sku} is not served by this process`)
    }
    if (cells.size >= limits.skusResidentMax) makeRoom()
    const actor = new SkuActor(deps, house, { sku, shard, epoch })
    const cell = { actor, touchedMs: clock.monotonicMs(), leaving: null }
    cells.set(sku, cell)
    cancelSweep ??= clock.after(limits.skuSweepPeriodMs, sweep)
    return cell
  }

  // The epoch is in the name, and a number that is never used twice: two incarnations of one SKU
  // can never share it.
  function newName(sku: Sku, epoch: number): string {
    incarnations += 1
    return `s${Buffer.from(sku, 'utf8').toString('base64url')}-${epoch}-${incarnations}`
  }

  function touched(cell: Cell): Cell {
    const nowMs = clock.monotonicMs()
    if (nowMs - cell.touchedMs < TOUCH_EVERY_MS) return cell
    cell.touchedMs = nowMs
    cells.delete(cell.actor.sku)
    cells.set(cell.actor.sku, cell)
    return cell
  }

  function wake(sku: Sku): void {
    if (draining !== null || !epochs.has(skuShardOf(sku))) return
    const { actor, leaving } = cellOf(sku)
    if (leaving === null) actor.wake()
    else void leaving.gone.then(() => wake(sku))
  }

  function offer(cell: Cell, pending: PendingCommand): void {
    if (cell.leaving === null) cell.actor.offer(pending)
    else cell.leaving.buffer.push(pending)
  }

  /** Resolves when the actor is gone and whoever came meanwhile waits for the next one. */
  function leave(cell: Cell): Promise<void> {
    if (cell.leaving !== null) return cell.leaving.gone
    const { sku } = cell.actor
    const buffer: PendingCommand[] = []
    const gone = cell.actor.seal().then((left) => {
      cells.delete(sku)
      const waiting = [...left, ...buffer]
      if (waiting.length === 0) return
      const next = cellOf(sku)
      for (const pending of waiting) offer(next, pending)
    })
    cell.leaving = { buffer, gone }
    gone.catch((error: unknown) => deps.onBug(sku, error))
    return gone
  }

  function sendOut(cell: Cell, why: 'idle' | 'crowded'): void {
    listener.onEvicted(cell.actor.sku, why)
    void leave(cell)
  }

  function makeRoom(): void {
    let looks = 0
    for (const cell of cells.values()) {
      looks += 1
      const free = cell.leaving === null && cell.actor.idle()
      if (free) sendOut(cell, 'crowded')
      if (free || looks >= CROWDED_LOOKS_MAX) return
    }
  }

  function sweep(): void {
    cancelSweep = null
    const nowMs = clock.monotonicMs()
    let done = 0
    const soonMs = ledgerClock.nowMs() + limits.skuSweepPeriodMs
    for (const cell of cells.values()) {
      const unaskedMs = nowMs - cell.touchedMs
      if (unaskedMs < limits.skuSweepPeriodMs) break
      if (cell.leaving !== null || !cell.actor.idle()) continue
      if (cell.actor.park()) done += 1
      const dueSoon = (cell.actor.nextEndingMs() ?? Number.POSITIVE_INFINITY) <= soonMs
      if (unaskedMs < limits.skuIdleMs || dueSoon || !keeper.hasRoom()) continue
      sendOut(cell, 'idle')
      done += 1
      if (done >= SENT_OUT_A_SWEEP_MAX) break
    }
    const nextMs = done < SENT_OUT_A_SWEEP_MAX ? limits.skuSweepPeriodMs : SWEEP_AGAIN_MS
    if (cells.size > 0) cancelSweep ??= clock.after(nextMs, sweep)
  }

  function refuseWhenFull({ actor, leaving }: Cell): void {
    if (draining) throw new RetryLater('shutting_down', 'this process is stopping')
    const waiting = actor.waiting() + (leaving?.buffer.length ?? 0)
    if (inFlight >= limits.nodeInboxMax || waiting >= limits.skuInboxMax) {
      throw new RetryLater('overloaded', `too many requests wait for ${actor.sku}`)
    }
  }

  async function ask(sku: Sku, command: StockCommand | Look): Promise<StockReply> {
    if (command.kind !== 'look') assertSound(command)
    const cell = cellOf(sku)
    refuseWhenFull(cell)
    inFlight += 1
    try {
      return await new Promise<StockReply>((resolve, reject) => {
        const deadlineMs = clock.monotonicMs() + limits.commandTimeoutMs
        offer(cell, { command, deadlineMs, resolve, reject })
      })
    } finally {
      inFlight -= 1
      if (inFlight === 0) whenEmpty()
    }
  }

  function lastStates(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(LAST_STATES_MS, resolve)
      void keeper.quiet().then(() => {
        cancel()
        resolve()
      })
    })
  }

  /** Who asks for the balances wants to go on knowing them. */
  function committedBalances(sku: Sku): Balances | null {
    const cell = cells.get(sku)
    return cell ? touched(cell).actor.committed() : null
  }

  return {
    ask,
    async look(sku): Promise<Balances> {
      const known = committedBalances(sku)
      if (known) return known
      const reply = await ask(sku, { kind: 'look' })
      if (!reply.ok) throw new RetryLater('ledger_unavailable', `${sku} could not be read`)
      return reply.balances
    },
    committedBalances,
    resident: () => cells.size,
    async evict(sku) {
      const cell = cells.get(sku)
      if (cell) await leave(cell)
    },
    async drain() {
      draining ??= new Promise((resolve) => {
        whenEmpty = resolve
        if (inFlight === 0) resolve()
      })
      await draining
      house.wakeUps.stop()
      await Promise.all([...cells.values()].map(leave))
      cancelSweep?.()
      await lastStates()
    },
  }
}
