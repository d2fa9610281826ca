// Runs the command line as a person would, and gathers what it said.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { runCommandLine } from '../../src/commands/run-command-line.ts'

const CLI = path.resolve(import.meta.dirname, '../../src/cli.ts')
// What a developer's shell may hold must not decide a test.
const SETTINGS =
  /^(HOST|PORT|HOLDFAST_.*|DATABASE_URL|REDIS_URL|STRIPE_.*|JWT_SECRET|JWKS_URL|NO_COLOR)$/

export interface CommandRun {
  readonly code: number | null
  /** Standard output: results. */
  readonly said: string
  /** Standard error: progress and problems. */
  readonly complained: string
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Buffer
}

export function startHoldfast(argv: readonly string[], { env = {}, input }: RunOptions = {}) {
  const inherited = Object.entries(process.env).filter(([name]) => !SETTINGS.test(name))
  const child = spawn(process.execPath, ['--import', 'tsx', CLI, ...argv], {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: 'pipe',
  })
  // A command that refuses its input does not read it.
  child.stdin.once('error', () => {})
  child.stdin.end(input)
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  const run = ended.then(([said, complained, [code]]): CommandRun => {
    return { code: code as number | null, said, complained }
  })
  return { child, run }
}

export function runHoldfast(argv: readonly string[], options: RunOptions = {}) {
  return startHoldfast(argv, options).run
}

export interface TestFolder {
  readonly path: string
  file(name: string): string
  remove(): void
}

export function testFolder(): TestFolder {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-test-'))
  return {
    path: folder,
    file: (name) => path.join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Runs a command in this process, on an environment of its own, and keeps what it says. */
export async function runInThisProcess(
  environment: Readonly<Record<string, string>>,
  argv: readonly string[],
): Promise<{ readonly code: number; readonly said: string; readonly complained: string }> {
  const said: string[] = []
  const complained: string[] = []
  const { log, error } = console
  console.log = (line: string) => said.push(line)
  console.error = (line: string) => complained.push(line)
  try {
    const code = await runCommandLine([...argv], environment)
    return { code, said: said.join('\n'), complained: complained.join('\n') }
  } finally {
    Object.assign(console, { log, error })
  }
}
