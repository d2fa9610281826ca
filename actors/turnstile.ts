// Lets a bounded number through at once; the others wait in the order they came.

export interface Turnstile {
  /** Runs `work` when it is its turn. */
  pass<Result>(work: () => Promise<Result>): Promise<Result>
}

export function turnstile(atOnceMax: number): Turnstile {
  const waiting: (() => void)[] = []
  let inside = 0
  return {
    async pass(work) {
      if (inside >= atOnceMax) await new Promise<void>((resolve) => waiting.push(resolve))
      else inside += 1
      try {
        return await work()
      } finally {
        // Whoever waits takes over the place: nobody slips in between.
        const next = waiting.shift()
        if (next === undefined) inside -= 1
        else next()
      }
    },
  }
}
