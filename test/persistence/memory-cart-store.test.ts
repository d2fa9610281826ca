// The carts in memory, on a clock that the test moves.

import type { Clock } from '../../actors/ports/clock.ts'
import { memoryCartStore } from '../../persistence/memory/memory-cart-store.ts'
import { exerciseCartStore } from '../conformance/exercise-cart-store.ts'

exerciseCartStore('memory', async (settings) => {
  let nowMs = 0
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    after: () => () => {},
  }
  return {
    carts: memoryCartStore({ clock, ...settings }),
    age: async (_user, byMs) => {
      nowMs += byMs
    },
    close: async () => {},
  }
})
