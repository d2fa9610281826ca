// Chance that repeats: the same seed gives the same run, so that a failing seed can be kept as a
// test. Mulberry32, a generator whose whole state is one 32-bit number.

import assert from 'node:assert/strict'
import type { Randomness } from '../../actors/ports/clock.ts'

export interface SeededRandom extends Randomness {
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number
  pick<Item>(items: readonly Item[]): Item
}

export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  function fraction(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(fraction() * limit)
  return {
    fraction,
    below,
    bytes: (count) => Uint8Array.from({ length: count }, () => below(256)),
    pick(items) {
      const item = items[below(items.length)]
      assert(item !== undefined, 'nothing to pick from')
      return item
    },
  }
}
