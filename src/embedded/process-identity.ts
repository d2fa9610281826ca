// A pid alone names nobody: after a crash the system may have given it to a stranger. Together with
// the moment the process began (and the boot it began in) it names one process for ever, and only
// such a pair is ever signalled.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface ProcessIdentity {
  readonly pid: number
  /** When it began: boot id and clock ticks on Linux, the start time in words elsewhere. */
  readonly began: string
}

/** Names the process that has this pid now; null when there is none or it is only a zombie. */
export function identityOf(pid: number): ProcessIdentity | null {
  const began = process.platform === 'linux' ? beganOnLinux(pid) : beganByPs(pid)
  return began === null ? null : { pid, began }
}

/** Names this very process. */
export function ownIdentity(): ProcessIdentity {
  const identity = identityOf(process.pid)
  if (identity === null) throw new Error('The system does not tell when this process began.')
  return identity
}

/** Whether exactly this process, and not a later one with its pid, is alive. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identityOf(identity.pid)?.began === identity.began
}

/** Whether the system has anything under this pid, be it a stranger or a zombie. */
export function pidIsTaken(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The arguments a process was started with, joined by blanks; '' when there is no such process. */
export function commandLineOf(pid: number): string {
  try {
    if (process.platform !== 'linux') return ps(pid, 'command=')
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim()
  } catch {
    return ''
  }
}

/** Reads a value that came from a file, where anything can stand. */
export function parseIdentity(value: unknown): ProcessIdentity | null {
  if (typeof value !== 'object' || value === null) return null
  const { pid, began } = value as { pid?: unknown; began?: unknown }
  if (typeof began !== 'string' || typeof pid !== 'number') return null
  // Signalling pid 0 or a negative one would reach whole groups of strangers.
  return Number.isSafeInteger(pid) && pid > 0 ? { pid, began } : null
}

// proc(5): the second field of `stat` is the name in brackets, which may itself hold blanks and
// brackets; after its last bracket come the state and, as field 22, the start in clock ticks.
function beganOnLinux(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return null
    return `${bootId()} ${fields[19]}`
  } catch {
    return null
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}

function beganByPs(pid: number): string | null {
  try {
    const state = ps(pid, 'state=')
    return state === '' || state.startsWith('Z') ? null : ps(pid, 'lstart=')
  } catch {
    return null
  }
}

function ps(pid: number, column: string): string {
  return execFileSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8' }).trim()
}
