// Runs the short-lived tools of PostgreSQL (initdb, single-user mode) and answers what they said.

import { spawn } from 'node:child_process'
import { StartRefused } from './start-refused.ts'
import type { SystemAccount } from './system-account.ts'

export interface ToRun {
  readonly command: string
  readonly args: readonly string[]
  readonly account: SystemAccount | null
  readonly input?: string
  readonly limitMs: number
}

// A child of PostgreSQL must not see PGPORT, PGDATA and the like of the person who starts us.
export const PLAIN_ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } as const

/** Runs a command to its end and answers what it printed; throws StartRefused when it fails. */
export async function runToEnd(run: ToRun): Promise<string> {
  const started = spawn(run.command, run.args, {
    cwd: '/',
    env: PLAIN_ENVIRONMENT,
    timeout: run.limitMs,
    ...(run.account === null ? {} : { uid: run.account.uid, gid: run.account.gid }),
  })
  const printed: string[] = []
  started.stdout.setEncoding('utf8').on('data', (text: string) => printed.push(text))
  started.stderr.setEncoding('utf8').on('data', (text: string) => printed.push(text))
  // A command that fails before it reads its input is reported by its exit code.
  started.stdin.on('error', () => {})
  started.stdin.end(run.input ?? '')
  const failure = await new Promise<string | null>((resolve) => {
    started.once('error', (error) => resolve(error.message))
    started.once('close', (code, signal) =>
      resolve(code === 0 ? null : `it ended with ${signal ?? `exit code ${code}`}`),
    )
  })
  const output = printed.join('').trim()
  if (failure !== null) throw new StartRefused([`${run.command} failed: ${failure}`, output])
  return output
}
