// Durations are measured by the process's monotonic clock and told in seconds.

/** `startedMs` is an earlier `performance.now()`. */
export function secondsSince(startedMs: number): number {
  return (performance.now() - startedMs) / 1_000
}
