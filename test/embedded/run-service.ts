// Runs `service-program` as a process of its own, from the sources or from a compiled clone, as any
// user, and makes sure that neither it nor its children outlive the test.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import type { Embedded } from '../../src/embedded/start-embedded.ts'
import { startEmbedded } from '../../src/embedded/start-embedded.ts'

/** One that hangs must not hang its test. */
const LIVES_AT_MOST_MS = 60_000

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

export interface ServiceRun {
  readonly dataDir: string
  /** Behind the data folder: `redis`, then the simulator's command. */
  readonly wants?: readonly string[]
  /** Compiled; the sources through tsx without it. */
  readonly program?: string
  readonly uid?: number
  readonly gid?: number
  readonly searchPath?: string
  /** Where it is to make its sockets. */
  readonly temporaryFolder?: string
}

export interface Service {
  readonly pid: number
  readonly parts: Pick<Embedded, 'databaseUrl' | 'redisUrl' | 'simulator'>
  /** What it said so far. */
  said(): string
  /** Sends the signal and waits for the end of the process. */
  end(signal: NodeJS.Signals): Promise<void>
}

/** Starts it and waits for its line; rejects with all it said when it ends instead. */
export function runService(run: ServiceRun): Promise<Service> {
  const program = [path.join(PROJECT, 'test/embedded/service-program.ts')]
  const args = run.program === undefined ? ['--import', 'tsx', ...program] : [run.program]
  const started = spawn(process.execPath, [...args, run.dataDir, ...(run.wants ?? [])], {
    cwd: run.program === undefined ? PROJECT : '/',
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(run.uid === undefined ? {} : { uid: run.uid }),
    ...(run.gid === undefined ? {} : { gid: run.gid }),
    timeout: LIVES_AT_MOST_MS,
    killSignal: 'SIGKILL',
    env: {
      ...process.env,
      PATH: run.searchPath ?? process.env.PATH,
      TMPDIR: run.temporaryFolder ?? tmpdir(),
    },
  })
  let said = ''
  started.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ended = new Promise<void>((resolve) => started.once('close', () => resolve()))
  return new Promise((resolve, reject) => {
    let line = ''
    started.stdout.setEncoding('utf8').on('data', (text: string) => {
      line += text
      if (!line.endsWith('\n')) return
      resolve({
        pid: pidOf(started),
        parts: JSON.parse(line) as Service['parts'],
        said: () => said,
        async end(signal) {
          started.kill(signal)
          await ended
        },
      })
    })
    void ended.then(() => reject(new Error(said)))
  })
}

export interface TemporaryDataFolder {
  readonly dataDir: string
  /** Also stops whatever a killed service left running in it. */
  remove(): Promise<void>
}

/** A new, empty data folder. */
export function temporaryDataFolder(): TemporaryDataFolder {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'holdfast-test-embedded-'))
  return {
    dataDir,
    async remove() {
      await stopLeftovers(dataDir)
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Stops what a killed service left running in a data folder. */
export async function stopLeftovers(dataDir: string): Promise<void> {
  if (!existsSync(path.join(dataDir, 'runtime.json'))) return
  const nothing = { postgres: false, redis: false, simulator: null }
  await (await startEmbedded({ dataDir, want: nothing, say: () => {} })).stop()
}

/** The pids of the children that runtime.json names. */
export function childPids(dataDir: string): number[] {
  const record = JSON.parse(readFileSync(path.join(dataDir, 'runtime.json'), 'utf8')) as Record<
    string,
    { process?: { pid: number } } | null
  >
  const children = [record.postgres, record.redis, record.simulator]
  return children.flatMap((child) => (child?.process === undefined ? [] : [child.process.pid]))
}

/** Runs one statement on the database of a service. */
export async function sql(parts: Service['parts'], text: string): Promise<pg.QueryResult> {
  if (parts.databaseUrl === null) throw new Error('The service has no database.')
  const client = new pg.Client({ connectionString: parts.databaseUrl })
  await client.connect()
  try {
    return await client.query(text)
  } finally {
    await client.end()
  }
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('The service was not started.')
  return child.pid
}
