// Children that outlive a crash of the service: each leads its own process group, so a Ctrl-C in
// the terminal reaches the service alone, and writes to a log file, so no broken pipe can end it.

import { type SpawnOptions, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import path from 'node:path'
import { identityOf, isRunning, type ProcessIdentity } from './process-identity.ts'
import { StartRefused } from './start-refused.ts'
import type { SystemAccount } from './system-account.ts'
import { waitUntilReady } from './wait-until-ready.ts'

const LOG_FILE_MAX_BYTES = 10 * 1024 * 1024
const LOG_TAIL_LINES = 15

export interface ChildToStart {
  /** What a person calls it: "PostgreSQL". */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly logFile: string
  /** Who it runs as; null for ourselves. */
  readonly account: SystemAccount | null
  /** The whole environment; ours when left out. */
  readonly environment?: Readonly<Record<string, string>>
  readonly workingFolder?: string
}

export interface StartedChild {
  readonly identity: ProcessIdentity
  /** True once it ended by itself or by a signal. */
  hasEnded(): boolean
}

/** One step of an orderly stop: the signal, and how long it is given to work. */
export interface StopStep {
  readonly signal: NodeJS.Signals
  readonly waitMs: number
}

/** Starts a child; throws StartRefused when it cannot even be executed. */
export async function startChild(child: ChildToStart): Promise<StartedChild> {
  const log = openLog(child.logFile)
  try {
    const started = spawn(child.command, child.args, {
      detached: true,
      stdio: ['ignore', log, log],
      ...(child.account === null ? {} : { uid: child.account.uid, gid: child.account.gid }),
      ...(child.environment === undefined ? {} : { env: child.environment }),
      ...(child.workingFolder === undefined ? {} : { cwd: child.workingFolder }),
    } satisfies SpawnOptions)
    await new Promise<void>((resolve, reject) => {
      started.once('spawn', resolve)
      started.once('error', reject)
    })
    started.unref()
    const identity = started.pid === undefined ? null : identityOf(started.pid)
    if (identity === null) throw failedChild(child.name, child.logFile, 'ended at once')
    return {
      identity,
      hasEnded: () => started.exitCode !== null || started.signalCode !== null,
    }
  } catch (cause) {
    if (cause instanceof StartRefused) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartRefused([`${child.name} could not be started: ${why}`], { cause })
  } finally {
    closeSync(log)
  }
}

/**
 * The error for a child that ended, or was not ready in time: shows the end of its log, and then
 * what to do about it.
 */
export function failedChild(
  name: string,
  logFile: string,
  what: string,
  whatNext: readonly string[] = [],
): StartRefused {
  return new StartRefused([
    `${name} ${what}. The end of ${logFile}:`,
    tailOf(logFile, LOG_TAIL_LINES),
    ...whatNext,
  ])
}

/**
 * Ends a process, one signal after the other until it is gone. Before each signal it is looked at
 * again, so that a stranger who got its pid is never hit. Throws when it survives every step.
 */
export async function stopProcess(
  identity: ProcessIdentity,
  steps: readonly StopStep[],
): Promise<void> {
  for (const { signal, waitMs } of steps) {
    if (!isRunning(identity)) return
    sendSignal(identity.pid, signal)
    const gone = await waitUntilReady({ check: () => !isRunning(identity), limitMs: waitMs })
    if (gone) return
  }
  throw new Error(`Process ${identity.pid} is still there after every signal; end it by hand.`)
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // It ended between the look and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function openLog(logFile: string): number {
  mkdirSync(path.dirname(logFile), { recursive: true })
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0
  if (size > LOG_FILE_MAX_BYTES) renameSync(logFile, `${logFile}.1`)
  return openSync(logFile, 'a', 0o600)
}

/** The last lines of a log. */
export function tailOf(logFile: string, lines: number): string {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n')
  } catch {
    return '(the log cannot be read)'
  }
}
