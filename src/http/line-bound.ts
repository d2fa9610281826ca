// So many log lines a second and no more: in an outage every request has the same to say, and
// saying it ten thousand times a second would be an outage of its own.

const SECOND_MS = 1_000

/**
 * A function that answers whether this second has room for one more line. When there is room
 * again, `tellLeftOut` hears first how many lines had none.
 */
export function lineBound(
  perSecondMax: number,
  monotonicMs: () => number,
  tellLeftOut: (leftOut: number) => void,
): () => boolean {
  let windowEndsMs = Number.NEGATIVE_INFINITY
  let written = 0
  let leftOut = 0

  return function hasRoom() {
    const nowMs = monotonicMs()
    if (nowMs >= windowEndsMs) {
      if (leftOut > 0) tellLeftOut(leftOut)
      windowEndsMs = nowMs + SECOND_MS
      written = 0
      leftOut = 0
    }
    if (written < perSecondMax) {
      written += 1
      return true
    }
    leftOut += 1
    return false
  }
}
