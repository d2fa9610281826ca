// Children that end by themselves while the service lives are started again, where they were: the
// service holds their addresses. One that ends again and again is given up; whether the service can
// live without it is said by the child.

/** What is kept alive. */
export interface KeptChild {
  /** What a person calls it: "PostgreSQL". */
  readonly name: string
  /** True while there is nothing to do: it runs, or it was never wanted. */
  runs(): boolean
  /** Starts it at the address it had; throws when that cannot be. */
  revive(): Promise<void>
  /** False: the service sells on without it, and it is tried again later. */
  readonly needed: boolean
}

export interface Keeper {
  /** Starts nothing any more; resolves when what is being started is, or has failed. */
  stop(): Promise<void>
}

const LOOK_EVERY_MS = 500
const REVIVED_MAX = 5
const WITHIN_MS = 60_000
/** How long a child that is not needed is left alone after it could not be started. */
const LATER_MS = 30_000

/** `onLost` hears of a child that could not be brought back; nothing is tried after that. */
export function keepChildren(
  children: readonly KeptChild[],
  say: (line: string) => void,
  onLost: (reason: string) => void,
): Keeper {
  const revivedAtMs = new Map<KeptChild, readonly number[]>()
  const notBeforeMs = new Map<KeptChild, number>()
  let looking: Promise<void> = Promise.resolve()
  let stopped = false

  async function look(): Promise<void> {
    for (const child of children) {
      const nowMs = performance.now()
      if (stopped || child.runs() || nowMs < (notBeforeMs.get(child) ?? 0)) continue
      const before = (revivedAtMs.get(child) ?? []).filter((atMs) => nowMs - atMs < WITHIN_MS)
      revivedAtMs.set(child, [...before, nowMs])
      if (before.length >= REVIVED_MAX) giveUp(child, 'ends again and again')
      else await revive(child)
    }
  }

  async function revive(child: KeptChild): Promise<void> {
    say(`${child.name} ended by itself; it is started again.`)
    try {
      await child.revive()
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      giveUp(child, `ended and could not be started again: ${why}`)
    }
  }

  function giveUp(child: KeptChild, why: string): void {
    if (stopped) return
    const reason = `${child.name} ${why}`
    if (child.needed) {
      stopped = true
      onLost(reason)
    } else {
      say(`${reason}. Selling goes on without it; it is tried again later.`)
      notBeforeMs.set(child, performance.now() + LATER_MS)
    }
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
