// The checkouts that something is happening to, each with its actor. Whatever is idle may be
// dropped and read from the journal again; only the directory spawns and stops a checkout actor.

import {
  type CheckoutActorDeps,
  type CheckoutBehaviour,
  type CheckoutMessage,
  checkoutBehaviour,
} from './checkout-actor.ts'
import type { Checkout } from './domain/checkout.ts'
import { RetryLater } from './domain/failures.ts'
import type { CheckoutId } from './domain/ids.ts'
import type { ActorSystem, SerialActor } from './serial-actor.ts'

interface Cell {
  readonly actor: SerialActor<CheckoutMessage>
  readonly behaviour: CheckoutBehaviour
  queued: number
}

export interface CheckoutDirectory {
  /** Sends a message to a checkout, waking it if need be. */
  tell(id: CheckoutId, message: CheckoutMessage): void
  /** The same for a checkout that was just inserted and need not be read. */
  start(checkout: Checkout, message: CheckoutMessage): void
  /** Refuses new work and resolves when no checkout is working any more, or the time is over. */
  drain(limitMs: number): Promise<void>
  resident(): number
}

export interface CheckoutDirectoryDeps extends CheckoutActorDeps {
  readonly system: ActorSystem
  /** Actors kept in memory; beyond it the longest idle are dropped, and new work waits for none. */
  readonly residentMax: number
}

export function checkoutDirectory(deps: CheckoutDirectoryDeps): CheckoutDirectory {
  const cells = new Map<CheckoutId, Cell>()
  let incarnation = 0
  let draining = false
  let onQuiet: (() => void) | null = null

  function cellOf(id: CheckoutId, fresh: Checkout | null): Cell {
    const there = cells.get(id)
    if (there) return there
    makeRoom()
    // A name is never used twice, so that an actor that is being stopped cannot meet its successor.
    incarnation += 1
    const behaviour = checkoutBehaviour(deps, id, fresh, (message) => send(id, cell, message))
    const actor = deps.system.spawn<CheckoutMessage>(`${id}-${incarnation}`, async (message) => {
      await behaviour.handle(message)
      cell.queued -= 1
      afterMessage(id, cell)
    })
    const cell: Cell = { actor, behaviour, queued: 0 }
    cells.set(id, cell)
    return cell
  }

  function send(id: CheckoutId, cell: Cell, message: CheckoutMessage): void {
    // A result may arrive for an actor that was dropped: the journal has its checkout resumed.
    if (cells.get(id) !== cell) return
    cell.queued += 1
    cell.actor.tell(message)
  }

  function afterMessage(id: CheckoutId, cell: Cell): void {
    if (!isIdle(cell)) return
    if (cell.behaviour.atRest()) drop(id, cell)
    if (draining && [...cells.values()].every(isIdle)) onQuiet?.()
  }

  function makeRoom(): void {
    if (cells.size < deps.residentMax) return
    for (const [id, cell] of cells) {
      if (isIdle(cell)) drop(id, cell)
      if (cells.size < deps.residentMax) return
    }
    throw new RetryLater('overloaded', 'too many checkouts are under way on this process')
  }

  function drop(id: CheckoutId, cell: Cell): void {
    cells.delete(id)
    cell.actor.stop()
  }

  function assertOpen(): void {
    if (draining) throw new RetryLater('shutting_down', 'this process is stopping')
  }

  return {
    tell(id, message) {
      assertOpen()
      send(id, cellOf(id, null), message)
    },
    start(checkout, message) {
      assertOpen()
      send(checkout.id, cellOf(checkout.id, checkout), message)
    },
    resident: () => cells.size,
    async drain(limitMs) {
      draining = true
      if ([...cells.values()].every(isIdle)) return
      await new Promise<void>((resolve) => {
        const cancel = deps.clock.after(limitMs, resolve)
        onQuiet = () => {
          cancel()
          resolve()
        }
      })
    },
  }
}

function isIdle(cell: Cell): boolean {
  return cell.queued === 0 && cell.behaviour.idle()
}
