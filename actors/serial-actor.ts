// The only file that knows nact. An actor here is a serial executor and nothing more: one message
// at a time, in order. nact's own queries lose replies, its stop drops the mailbox and its default
// policy prints message bodies, so none of them is used (docs/decisions/0001).

import type { ActorContext, ActorSystemRef, Ref } from 'nact'
import { dispatch, Nobody, spawn, start, stop } from 'nact'

// The published type leaves out the sender, and without one each dispatch allocates four objects.
const send = dispatch as (to: Ref<unknown>, message: unknown, sender: Nobody) => void

export interface SerialActor<Message> {
  tell(message: Message): void
  /** To be called only when the actor is idle: what is still queued is dropped. */
  stop(): void
}

export interface ActorSystem {
  /**
   * Spawns an actor directly under the system, because a parent copies its map of children for
   * each message it receives. `name` is `[a-z0-9_-]+` in any case and is never used twice.
   */
  spawn<Message>(name: string, handle: (message: Message) => Promise<void>): SerialActor<Message>
  stop(): void
}

/** `onBug` is told of everything a handler throws; the actor goes on with its next message. */
export function startActorSystem(onBug: (actor: string, error: unknown) => void): ActorSystem {
  const system: ActorSystemRef = start()
  const nobody = new Nobody()
  return {
    spawn<Message>(name: string, handle: (message: Message) => Promise<void>) {
      const ref = spawn(
        system,
        async function runOneMessage(
          state: null,
          message: Message,
          _context: ActorContext<Message, ActorSystemRef>,
        ): Promise<null> {
          try {
            await handle(message)
          } catch (error) {
            onBug(name, error)
          }
          return state
        },
        name,
        { initialState: null },
      )
      return {
        tell: (message) => send(ref, message, nobody),
        stop: () => stop(ref),
      }
    },
    stop: () => stop(system),
  }
}
