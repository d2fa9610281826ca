// An outage is a span of time in which nobody served: the process was gone, or its database was. It
// must not eat the minutes of those who held stock when it began, so their holds end later by as
// long as it lasted. Nothing stored is changed for it: outages are recorded where the owner of the
// stock says that it lives, and everybody who asks when a hold ends counts them in.

/** Both by the ledger's clock, whole Unix milliseconds. */
export interface Outage {
  /** The last sign of life before it: a hold taken later, by a process about to die, had begun. */
  readonly beganAtMs: number
  readonly endedAtMs: number
}

/** A shorter silence is none: a sign of life every five seconds is late now and then. */
export const OUTAGE_MIN_MS = 15_000

export const NO_OUTAGES: readonly Outage[] = []

/**
 * When what began at `takenAtMs` and was to end at `expiresAtMs` ends, with the outages counted in
 * that fell into it: whoever waited one out has as many minutes left as when it began. `outages`
 * are in the order in which they ended.
 */
export function effectiveExpiryMs(
  { takenAtMs, expiresAtMs }: { readonly takenAtMs: number; readonly expiresAtMs: number },
  outages: readonly Outage[],
): number {
  // Most holds are younger than every outage: looking from the end costs them one comparison.
  let first = outages.length
  while (first > 0 && (outages[first - 1]?.endedAtMs ?? 0) > takenAtMs) first -= 1
  let endsAtMs = expiresAtMs
  for (let index = first; index < outages.length; index += 1) {
    const outage = outages[index]
    if (outage === undefined || outage.beganAtMs >= endsAtMs) continue
    endsAtMs += outage.endedAtMs - Math.max(outage.beganAtMs, takenAtMs)
  }
  return endsAtMs
}
