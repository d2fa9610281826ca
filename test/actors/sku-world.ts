// One node that serves SKUs, on a manual clock and a gated ledger in memory, and short ways to ask
// it for things.

import assert from 'node:assert/strict'
import { RetryLater } from '../../actors/domain/failures.ts'
import type { CheckoutId, HoldId, Sku, UserId } from '../../actors/domain/ids.ts'
import type {
  Reserve,
  Resize,
  StockCommand,
  StockReply,
} from '../../actors/domain/stock-command.ts'
import { type LedgerClock, ledgerClock } from '../../actors/ledger-clock.ts'
import type { SkuRouter } from '../../actors/ports/sku-router.ts'
import { nobodyListens, type StockListener } from '../../actors/ports/stock-listener.ts'
import type { StockStateStore } from '../../actors/ports/stock-state-store.ts'
import { startActorSystem } from '../../actors/serial-actor.ts'
import {
  type DirectoryLimits,
  type SkuDirectory,
  skuDirectory,
} from '../../actors/sku-directory.ts'
import { ledgerWithGroupCommit } from '../../persistence/ledger-with-group-commit.ts'
import { type MemoryLedger, memoryLedger } from '../../persistence/memory/memory-ledger.ts'
import { LIMITS } from '../../src/limits.ts'
import { type ManualClock, manualClock } from '../support/manual-clock.ts'
import { type GatedLedger, gatedLedger } from './sku-gated-ledger.ts'

export const ROSE = 'ROSE-12' as Sku
export const MINUTE_MS = 60_000

export interface SkuWorld {
  readonly clock: ManualClock
  readonly memory: MemoryLedger
  readonly ledger: GatedLedger
  readonly directory: SkuDirectory
  readonly ledgerClock: LedgerClock
  readonly bugs: unknown[]
  readonly fenced: number[]
}

export interface WorldOptions extends Partial<DirectoryLimits> {
  readonly batchMax?: number
  readonly snapshots?: StockStateStore
  readonly checkpoints?: StockStateStore
  readonly listener?: Partial<StockListener>
  /** Another world's ledger and clock: the next process after that one. */
  readonly after?: Pick<SkuWorld, 'memory' | 'clock'>
  /** Units of ROSE on the shelf. */
  readonly roses?: number
}

export async function openSkuWorld(options: WorldOptions = {}): Promise<SkuWorld> {
  const clock = options.after?.clock ?? manualClock(1_763_836_000_000)
  const memory = options.after?.memory ?? memoryLedger(clock)
  const ledger = gatedLedger(ledgerWithGroupCommit(memory.store, 10_000))
  const epochs = await memory.shards.takeAll('test')
  const bugs: unknown[] = []
  const fenced: number[] = []
  const onBug = (_actor: string, error: unknown) => bugs.push(error)
  const time = ledgerClock(clock, clock.nowMs(), () => {})
  const directory = skuDirectory(
    {
      system: startActorSystem(onBug),
      ledger,
      clock,
      ledgerClock: time,
      batchMax: options.batchMax ?? 512,
      onFenced: (shard) => fenced.push(shard),
      onBug,
      snapshots: options.snapshots ?? null,
      checkpoints: options.checkpoints ?? null,
      listener: { ...nobodyListens, ...options.listener },
    },
    {
      ...LIMITS,
      ...{ skuInboxMax: 50_000, nodeInboxMax: 100_000, commandTimeoutMs: 2_000 },
      skuIdleMs: 24 * 60 * MINUTE_MS,
      ...options,
    },
    epochs,
  )
  const world = { clock, memory, ledger, directory, ledgerClock: time, bugs, fenced }
  const roses = options.roses ?? 0
  if (roses > 0) {
    await directory.ask(ROSE, { kind: 'receive', commandId: 'D1', quantity: roses })
  }
  return world
}

export function reserve(
  world: Pick<SkuWorld, 'clock'>,
  hold: string,
  change: Partial<Reserve> = {},
): Reserve {
  return {
    kind: 'reserve',
    holdId: hold as HoldId,
    checkoutId: `chk_of_${hold}` as CheckoutId,
    buyer: 'anna' as UserId,
    quantity: 1,
    expiresAtMs: world.clock.nowMs() + 15 * MINUTE_MS,
    purchaseLimit: null,
    repeat: false,
    ...change,
  }
}

/** A resize under a command id of its own. */
export function resize(hold: string, quantity: number, change: Partial<Resize> = {}): Resize {
  return {
    kind: 'resize',
    holdId: hold as HoldId,
    commandId: `resize ${hold} to ${quantity}`,
    quantity,
    purchaseLimit: null,
    ...change,
  }
}

export function ofHold(kind: 'pin' | 'unpin' | 'commit' | 'release', hold: string): StockCommand {
  return { kind, holdId: hold as HoldId }
}

/** The word of an answer: the hold's state, the refusal, or the failure's code. */
export async function wordOf(asked: Promise<StockReply>): Promise<string> {
  try {
    const reply = await asked
    return reply.ok ? (reply.holdState ?? 'done') : reply.refusal
  } catch (error) {
    if (error instanceof RetryLater) return error.code
    throw error
  }
}

/** Asks for ROSE and answers the word. */
export function ask(
  world: { readonly directory: SkuRouter },
  command: StockCommand,
): Promise<string> {
  return wordOf(world.directory.ask(ROSE, command))
}

/** What the ledger holds of ROSE, as "kind hold". */
export function written({ memory }: SkuWorld): string[] {
  return memory.historyOf(ROSE).map(({ kind, holdId }) => (holdId ? `${kind} ${holdId}` : kind))
}

/** The owner says that it lives, and hears of the outages. */
export async function sayAlive({ clock, memory, ledgerClock: time }: SkuWorld): Promise<void> {
  const sentMs = clock.monotonicMs()
  time.hearAlive(await memory.shards.markAlive('test'), sentMs)
}

/** Lets everything happen that needs no clock and no gate. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** True when the promise has neither an answer nor a failure by the time the node is quiet. */
export async function isUnanswered(asked: Promise<unknown>): Promise<boolean> {
  let answered = false
  const note = () => (answered = true)
  asked.then(note, note)
  await settle()
  return !answered
}

export function assertBalances(
  world: SkuWorld,
  expected: readonly [available: number, held: number, sold: number],
): void {
  const balances = world.directory.committedBalances(ROSE)
  assert(balances, 'nothing is loaded')
  assert.deepEqual([balances.available, balances.held, balances.sold], expected)
}
