// How much processor time a process has used so far, where the system tells.

import { readFileSync } from 'node:fs'

/** USER_HZ of Linux, on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100

/** In milliseconds, user and system together; null without /proc or without the process. */
export function processorMs(pid: number): number | null {
  try {
    // proc(5): after the bracket that ends the name, utime and stime are fields 14 and 15 of all.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const ticks = Number(fields[11]) + Number(fields[12])
    return Number.isFinite(ticks) ? (ticks * 1_000) / TICKS_PER_SECOND : null
  } catch {
    return null
  }
}
