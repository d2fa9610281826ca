// What a kill does, inside one process: from that moment no call of the dead comes back and none of
// their timers fires. What the world did for them before stays done.

import type { Clock } from '../../actors/ports/clock.ts'

export interface Mortality {
  /** Never resolves: who calls it is dead, too. */
  crash(): Promise<never>
  readonly crashed: Promise<void>
  isDead(): boolean
  /** The same port, on which calls of the dead neither begin nor return. */
  mortal<Port extends object>(port: Port): Port
  mortalClock(clock: Clock): Clock
}

export function mortality(): Mortality {
  let dead = false
  let onCrash = () => {}
  const crashed = new Promise<void>((resolve) => {
    onCrash = resolve
  })
  const never = () => new Promise<never>(() => {})

  function mortalMethod(method: (...given: unknown[]) => unknown) {
    return async (...given: unknown[]) => {
      if (dead) return never()
      try {
        const answer = await method(...given)
        return dead ? never() : answer
      } catch (error) {
        if (dead) return never()
        throw error
      }
    }
  }

  return {
    crashed,
    isDead: () => dead,
    crash() {
      dead = true
      onCrash()
      return never()
    },
    mortal(port) {
      const wrapped = Object.entries(port).map(([name, value]) => [
        name,
        typeof value === 'function' ? mortalMethod(value) : value,
      ])
      return Object.fromEntries(wrapped)
    },
    mortalClock: (clock) => ({
      nowMs: clock.nowMs,
      monotonicMs: clock.monotonicMs,
      after: (delayMs, call) =>
        clock.after(delayMs, () => {
          if (!dead) call()
        }),
    }),
  }
}
