// Time and chance enter here and nowhere else, so that the real actors can run on a manual clock
// and from a seed.

/** Undoes a timer; undoing it twice, or after it fired, is nothing. */
export type Cancel = () => void

export interface Clock {
  /** Wall clock, Unix milliseconds. Can step. */
  nowMs(): number
  /** Never steps; only differences mean anything. */
  monotonicMs(): number
  /** Calls once after `delayMs`. Never keeps the process alive by itself. */
  after(delayMs: number, call: () => void): Cancel
}

export interface Randomness {
  /** `count` bytes nobody can guess (seeded in simulation). */
  bytes(count: number): Uint8Array
  /** Uniform in [0, 1). */
  fraction(): number
}
