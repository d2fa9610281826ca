// Which processes a data folder's service started. Its own record is asked, not the process table:
// after a kill the children belong to nobody, and only the record still knows them.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Every pid in `runtime.json`; none when there is no such file. */
export function recordedPids(dataFolder: string): number[] {
  try {
    return pidsIn(JSON.parse(readFileSync(join(dataFolder, 'runtime.json'), 'utf8')))
  } catch {
    return []
  }
}

/** Where the Redis of `runtime.json` answers; null when the service has none of its own. */
export function recordedRedis(dataFolder: string): string | null {
  try {
    const text = readFileSync(join(dataFolder, 'runtime.json'), 'utf8')
    const { redis } = JSON.parse(text) as { redis?: { address?: unknown } | null }
    return typeof redis?.address === 'string' ? redis.address : null
  } catch {
    return null
  }
}

/** False for a process that has ended, a zombie that nobody has waited for included. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return !isZombie(pid)
}

function pidsIn(value: unknown): number[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => {
    const isPid = name === 'pid' && Number.isSafeInteger(inner) && inner > 0
    return isPid ? [Number(inner)] : pidsIn(inner)
  })
}

// proc(5): the state stands after the last bracket of the name. Where there is no /proc, the
// system's init reaps orphans and no zombie of ours stays.
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')
  } catch {
    return false
  }
}
