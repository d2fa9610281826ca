// Children that end by themselves while the service lives are started again, where they were: the
// service holds their addresses. One that ends again and again is not worth another try.

/** What is kept alive. */
export interface KeptChild {
  /** What a person calls it: "PostgreSQL". */
  readonly name: string
  /** True while there is nothing to do: it runs, or it was never wanted. */
  runs(): boolean
  /** Starts it at the address it had. */
  revive(): Promise<unknown>
}

export interface Keeper {
  /** Resolves when no child is being started any more. */
  stop(): Promise<void>
}

const LOOK_EVERY_MS = 500
const REVIVED_MAX = 5
const WITHIN_MS = 60_000

/** `onLost` hears of a child that could not be brought back; nothing is tried after that. */
export function keepChildren(
  children: readonly KeptChild[],
  say: (line: string) => void,
  onLost: (reason: string) => void,
): Keeper {
  let revivedAtMs: number[] = []
  let looking: Promise<void> = Promise.resolve()
  let stopped = false

  async function look(): Promise<void> {
    for (const child of children) {
      if (stopped || child.runs()) continue
      const nowMs = performance.now()
      revivedAtMs = [...revivedAtMs.filter((atMs) => nowMs - atMs < WITHIN_MS), nowMs]
      if (revivedAtMs.length > REVIVED_MAX) return giveUp(`${child.name} ends again and again`)
      say(`${child.name} ended by itself; it is started again.`)
      try {
        await child.revive()
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        return giveUp(`${child.name} ended and could not be started again: ${why}`)
      }
    }
  }

  function giveUp(reason: string): void {
    stopped = true
    onLost(reason)
  }

  const timer = setInterval(() => {
    looking = looking.then(look)
  }, LOOK_EVERY_MS)
  timer.unref()
  return {
    async stop() {
      stopped = true
      clearInterval(timer)
      await looking
    },
  }
}
