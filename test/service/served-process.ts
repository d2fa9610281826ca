// The service as a process of its own on embedded storage, from the sources, under settings of the
// test's choice. Neither it nor its children outlive the test.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { stopLeftovers } from '../embedded/run-service.ts'
import { until } from '../support/until.ts'

const PROJECT = path.resolve(import.meta.dirname, '../..')
const MAIN = path.join(PROJECT, 'src/main.ts')
const READY_WITHIN_MS = 60_000
const NOT_OURS = ['DATABASE_URL', 'REDIS_URL', 'STRIPE_SECRET_KEY', 'NODE_OPTIONS', 'JWT_SECRET']

export interface ServedProcess {
  readonly pid: number
  readonly dataDir: string
  /** Everything it printed so far. */
  said(): string
  /** Resolves with the origin once it sells; throws what it said when it ends before. */
  sells(): Promise<string>
  signal(signal: NodeJS.Signals): void
  /** Resolves with the exit code, or with the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
  /** Ends it and its children and removes its folder, however far it came. */
  remove(): Promise<void>
}

export interface ServeOptions {
  /** Undefined takes a variable away. */
  readonly settings?: Readonly<Record<string, string | undefined>>
  /** What the service is run by: `nohup`, or a shell that changes the umask first. */
  readonly through?: readonly string[]
  /** Leads a process group of its own, which can be signalled as a terminal would. */
  readonly ownGroup?: boolean
  /** A build somewhere else, run in its folder; the sources here without it. */
  readonly build?: { readonly folder: string; readonly command: readonly string[] }
}

/** Starts it in a new data folder that every user may enter. */
export function serveInProcess(options: ServeOptions = {}): ServedProcess {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'holdfast-test-served-'))
  chmodSync(dataDir, 0o755)
  const [command = '', ...args] = [
    ...(options.through ?? []),
    ...(options.build?.command ?? [process.execPath, '--import', 'tsx', MAIN]),
  ]
  const env: NodeJS.ProcessEnv = { ...process.env, HOLDFAST_DATA: dataDir, PORT: '0' }
  for (const name of NOT_OURS) delete env[name]
  const served = spawn(command, args, {
    cwd: options.build?.folder ?? PROJECT,
    env: { ...env, LOG_LEVEL: 'warn', ...options.settings },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: options.ownGroup === true,
  })
  let said = ''
  for (const output of [served.stdout, served.stderr]) {
    output.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  }
  const ended = once(served, 'close').then(
    ([code, signal]) => (code ?? signal) as number | NodeJS.Signals,
  )
  const origin = () => /^Holdfast sells at (\S+)$/m.exec(said)?.[1]
  const hasEnded = () => served.exitCode !== null || served.signalCode !== null
  return {
    pid: served.pid ?? 0,
    dataDir,
    said: () => said,
    async sells() {
      await until('it sells', () => origin() !== undefined || hasEnded(), READY_WITHIN_MS)
      const found = origin()
      if (found === undefined) throw new Error(`It ended instead of selling:\n${said}`)
      return found
    },
    signal: (signal) => void served.kill(signal),
    ended,
    async remove() {
      served.kill('SIGKILL')
      await ended
      await stopLeftovers(dataDir)
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
