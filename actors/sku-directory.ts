// Every SKU actor of this node, found by SKU. The directory owns what an actor must not: the
// bounds, the deadlines, the fast "sold out" and the life cycle. Nobody else spawns or stops one.

import { RetryLater } from './domain/failures.ts'
import type { Sku } from './domain/ids.ts'
import type { Balances } from './domain/ledger-entry.ts'
import { skuShardOf } from './domain/shard.ts'
import { assertSound, type StockCommand, type StockReply } from './domain/stock-command.ts'
import type { SkuRouter } from './ports/sku-router.ts'
import { type Look, type SkuActor, type SkuActorDeps, spawnSkuActor } from './sku-actor.ts'

export interface DirectoryLimits {
  /** Commands waiting for one SKU; one more is refused at once. */
  readonly skuInboxMax: number
  /** Commands waiting on this node. */
  readonly nodeInboxMax: number
  /** How long a command may wait before it is dropped undecided. */
  readonly commandTimeoutMs: number
}

export interface SkuDirectory extends SkuRouter {
  /** Refuses new commands and resolves when every accepted one has been answered. */
  drain(): Promise<void>
  /** The number of SKUs with a live actor. */
  resident(): number
}

/** `epochs` are the fencing tokens of the shards this node owns, by shard number. */
export function skuDirectory(
  deps: SkuActorDeps,
  limits: DirectoryLimits,
  epochs: ReadonlyMap<number, number>,
): SkuDirectory {
  const actors = new Map<Sku, SkuActor>()
  let inFlight = 0
  let draining: Promise<void> | null = null
  let whenEmpty: () => void = () => {}

  function actorOf(sku: Sku): SkuActor {
    const there = actors.get(sku)
    if (there) return there
    const shard = skuShardOf(sku)
    const epoch = epochs.get(shard)
    if (epoch === undefined) {
      throw new RetryLater('sku_moved', `${sku} is not served by this process`)
    }
    // The epoch is in the name so that two incarnations of one SKU can never share it.
    const name = `s${Buffer.from(sku, 'utf8').toString('base64url')}-${epoch}`
    const actor = spawnSkuActor(deps, { sku, shard, epoch, name })
    actors.set(sku, actor)
    return actor
  }

  function refuseWhenFull(actor: SkuActor): void {
    if (draining) throw new RetryLater('shutting_down', 'this process is stopping')
    if (inFlight >= limits.nodeInboxMax || actor.waiting() >= limits.skuInboxMax) {
      throw new RetryLater('overloaded', `too many requests wait for ${actor.sku}`)
    }
  }

  async function ask(sku: Sku, command: StockCommand | Look): Promise<StockReply> {
    if (command.kind !== 'look') assertSound(command)
    const actor = actorOf(sku)
    refuseWhenFull(actor)
    inFlight += 1
    try {
      return await new Promise<StockReply>((resolve, reject) => {
        const deadlineMs = deps.clock.monotonicMs() + limits.commandTimeoutMs
        actor.offer({ command, deadlineMs, resolve, reject })
      })
    } finally {
      inFlight -= 1
      if (inFlight === 0) whenEmpty()
    }
  }

  return {
    ask,
    async look(sku): Promise<Balances> {
      const known = actors.get(sku)?.committed()
      if (known) return known
      const reply = await ask(sku, { kind: 'look' })
      if (!reply.ok) throw new RetryLater('ledger_unavailable', `${sku} could not be read`)
      return reply.balances
    },
    committedBalances: (sku) => actors.get(sku)?.committed() ?? null,
    resident: () => actors.size,
    async drain() {
      draining ??= new Promise((resolve) => {
        whenEmpty = resolve
        if (inFlight === 0) resolve()
      })
      await draining
      for (const actor of actors.values()) actor.stop()
    },
  }
}
