// Runs one test file in a process of its own, in a process group of its own, under a time limit.
// At the end the whole group is killed, so that nothing a test started outlives its file.

import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type Ending, type FileVerdict, verdictOf } from './file-verdict.ts'
import { REPORT_DESCRIPTOR_VARIABLE, type Report, reportReader } from './reports.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PRELOAD = fileURLToPath(new URL('./preload.ts', import.meta.url))
const REPORT_DESCRIPTOR = 3
const OUTPUT_KEPT_CHARACTERS = 8_000
const PIPE_DRAIN_MS = 1_000

export interface TestFileRun {
  readonly file: string
  readonly limitSeconds: number
  /** Added to the environment of the process. */
  readonly environment: Readonly<Record<string, string>>
  /** Called as each report arrives. */
  readonly onReport: (report: Report) => void
}

export interface TestFileResult {
  readonly verdict: FileVerdict
  /** The end of what the process wrote to its standard error and standard output. */
  readonly errorOutput: string
  readonly output: string
}

const liveGroups = new Set<number>()

/** Kills every test process there is, at once; for a runner that is told to stop. */
export function killAllTestFiles(): void {
  for (const group of liveGroups) killGroup(group)
}

/** Resolves when the process has ended or was killed at its limit. */
export async function runTestFile(run: TestFileRun): Promise<TestFileResult> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--import', PRELOAD, run.file], {
    cwd: ROOT, // where `tsx` resolves from
    detached: true,
    env: {
      ...process.env,
      ...run.environment,
      [REPORT_DESCRIPTOR_VARIABLE]: String(REPORT_DESCRIPTOR),
    },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  const reports: Report[] = []
  const read = reportReader((report) => {
    reports.push(report)
    run.onReport(report)
  })
  const pipe = child.stdio[REPORT_DESCRIPTOR] as Readable
  pipe.setEncoding('utf8').on('data', read)
  const drained = new Promise<void>((resolve) => pipe.once('close', () => resolve()))
  const output = keepTail(child.stdout)
  const errorOutput = keepTail(child.stderr)
  const ending = await endingOf(child, run.limitSeconds)
  // A process that left the group may hold the pipe open; the reports are complete all the same.
  const drainLimit = setTimeout(() => pipe.destroy(), PIPE_DRAIN_MS)
  await drained
  clearTimeout(drainLimit)
  return {
    verdict: verdictOf(reports, ending),
    errorOutput: errorOutput(),
    output: output(),
  }
}

function endingOf(child: ChildProcess, limitSeconds: number): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const group = child.pid
    if (group !== undefined) liveGroups.add(group)
    let limitExceededSeconds: number | null = null
    const limit = setTimeout(() => {
      limitExceededSeconds = limitSeconds
      if (group !== undefined) killGroup(group)
    }, limitSeconds * 1_000)
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      clearTimeout(limit)
      if (group !== undefined) {
        killGroup(group)
        liveGroups.delete(group)
      }
      resolve({ code, signal, limitExceededSeconds })
    })
  })
}

function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL')
  } catch (error) {
    // No such group: all of its processes have ended already.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function keepTail(stream: Readable | null): () => string {
  let text = ''
  stream?.setEncoding('utf8').on('data', (piece: string) => {
    text = (text + piece).slice(-OUTPUT_KEPT_CHARACTERS)
  })
  return () => text.trimEnd()
}
