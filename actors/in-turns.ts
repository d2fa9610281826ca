// Long work in pieces. A state of many holds takes a tenth of a second to write or to read, and
// sales of every SKU wait for the same event loop: after a few milliseconds they get their turn.

import type { Clock } from './ports/clock.ts'

const TURN_MAX_MS = 4

/** Runs `work` to its end and hands each piece to `take`. Pieces must be short. */
export async function inTurns<Piece, Result>(
  work: Generator<Piece, Result>,
  clock: Clock,
  take: (piece: Piece) => void = () => {},
): Promise<Result> {
  let sinceMs = clock.monotonicMs()
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
    take(step.value)
    if (clock.monotonicMs() - sinceMs < TURN_MAX_MS) continue
    await new Promise((resolve) => setImmediate(resolve))
    sinceMs = clock.monotonicMs()
  }
}
