// PostgreSQL as a child of the service, on a unix socket. What a killed service left behind is used
// again when it serves this very cluster, and is stopped otherwise.

import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import {
  failedChild,
  type StartedChild,
  type StopStep,
  startChild,
  stopProcess,
  tailOf,
} from './child-process.ts'
import { DATABASE, DATABASE_USER, ensureCluster } from './postgres-cluster.ts'
import {
  commandLineOf,
  identityOf,
  isRunning,
  type ProcessIdentity,
  pidIsTaken,
} from './process-identity.ts'
import { PLAIN_ENVIRONMENT } from './run-to-end.ts'
import type { RecordedChild } from './runtime-file.ts'
import type { RuntimePlace } from './runtime-place.ts'
import { postgresAnswers } from './socket-questions.ts'
import { waitUntilReady } from './wait-until-ready.ts'

const PORT = 5432
/** Replaying the write-ahead log after a crash can take minutes; not starting would not help. */
const READY_LIMIT_MS = 300_000
const REUSE_LIMIT_MS = 5_000
const SAY_EVERY_MS = 10_000
const ATTEMPTS_MAX = 40
const LOCKED_OUT_PAUSE_MS = 250
/** The SQLSTATE under which PostgreSQL reports a data directory that is still in use. */
const LOCK_FILE_EXISTS = 'F0001'

// Fast shutdown, then immediate shutdown (the next start replays the log), then by force.
export const POSTGRES_STOP: readonly StopStep[] = [
  { signal: 'SIGINT', waitMs: 6_000 },
  { signal: 'SIGQUIT', waitMs: 1_500 },
  { signal: 'SIGKILL', waitMs: 1_000 },
]

// The promises about acknowledged sales rest on the first three.
const SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '100',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  wal_compression: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  logging_collector: 'off',
  log_checkpoints: 'off',
  // %e is the SQLSTATE.
  log_line_prefix: '%m [%p] %e ',
}

export interface PostgresStart {
  readonly place: RuntimePlace
  readonly socketFolder: string
  readonly logFile: string
  readonly say: (line: string) => void
  /** Called as soon as the process exists, before it is ready. */
  readonly record: (child: RecordedChild) => void
}

/**
 * The server that already runs on this cluster, when there is one and it serves: from the record,
 * or else from PostgreSQL's own postmaster.pid. One that does not serve is stopped; null then.
 */
export async function findPostgres(
  place: RuntimePlace,
  recorded: RecordedChild | null,
): Promise<RecordedChild | null> {
  const survivor = survivingServer(place.clusterFolder, recorded)
  if (survivor === null) return null
  const serves = await waitUntilReady({
    check: () => postgresAnswers(socketIn(survivor.socketFolder), DATABASE_USER, DATABASE),
    limitMs: REUSE_LIMIT_MS,
  })
  if (serves) return { process: survivor.process, address: databaseUrlIn(survivor.socketFolder) }
  await stopProcess(survivor.process, POSTGRES_STOP)
  return null
}

/** Starts PostgreSQL, making the cluster first if there is none, and waits until it serves. */
export async function startPostgres(start: PostgresStart): Promise<RecordedChild> {
  const { place, socketFolder } = start
  await ensureCluster(place, start.say)
  for (let attempt = 1; ; attempt += 1) {
    const server = await startServer(start)
    const child = { process: server.identity, address: databaseUrlIn(socketFolder) }
    start.record(child)
    if (await servesOrIsLockedOut(server, start, attempt)) return child
    await pause(LOCKED_OUT_PAUSE_MS)
  }
}

function startServer({ place, socketFolder, logFile }: PostgresStart): Promise<StartedChild> {
  return startChild({
    name: 'PostgreSQL',
    command: place.binaries.postgres,
    args: serverArguments(place.clusterFolder, socketFolder),
    logFile,
    account: place.account,
    environment: PLAIN_ENVIRONMENT,
    workingFolder: '/',
  })
}

/** The folder that the server's socket is in. */
export function postgresSocketFolder(child: RecordedChild | null): string | null {
  return child !== null && URL.canParse(child.address)
    ? new URL(child.address).searchParams.get('host')
    : null
}

/** A URL that `pg`, libpq and `new URL` all take; the socket's folder is its `host`. */
function databaseUrlIn(socketFolder: string): string {
  const where = `host=${encodeURIComponent(socketFolder)}&port=${PORT}&user=${DATABASE_USER}`
  return `postgresql:///${DATABASE}?${where}`
}

function serverArguments(clusterFolder: string, socketFolder: string): string[] {
  const settings = { ...SETTINGS, unix_socket_directories: socketFolder }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return ['-D', clusterFolder, '-p', String(PORT), ...options]
}

// False when the queries of a killed server still hold its memory: they end soon, so try again.
async function servesOrIsLockedOut(
  server: StartedChild,
  start: PostgresStart,
  attempt: number,
): Promise<boolean> {
  let nextWordMs = performance.now() + SAY_EVERY_MS
  const answered = await waitUntilReady({
    async check() {
      if (server.hasEnded()) return true
      if (performance.now() > nextWordMs) {
        start.say('PostgreSQL is still starting (after a crash it first replays its log) ...')
        nextWordMs += SAY_EVERY_MS
      }
      return postgresAnswers(socketIn(start.socketFolder), DATABASE_USER, DATABASE)
    },
    limitMs: READY_LIMIT_MS,
  })
  if (!answered) throw failedPostgres(start, 'did not get ready in time')
  if (!server.hasEnded()) return true
  const isLockedOut = tailOf(start.logFile, 2).includes(` ${LOCK_FILE_EXISTS} `)
  if (isLockedOut && attempt < ATTEMPTS_MAX) return false
  throw failedPostgres(start, 'ended at once')
}

function failedPostgres({ logFile }: PostgresStart, what: string): Error {
  return failedChild('PostgreSQL', logFile, what, [
    'The data is as it was. Mend what the log names and start again, or set DATABASE_URL to',
    'another server, or HOLDFAST_DATA to another folder.',
  ])
}

interface Survivor {
  readonly process: ProcessIdentity
  readonly socketFolder: string
}

// postmaster.pid, line by line: pid, data directory, start time, port, socket directory, ...
function survivingServer(clusterFolder: string, recorded: RecordedChild | null): Survivor | null {
  const file = path.join(clusterFolder, 'postmaster.pid')
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  if (recorded !== null && isRunning(recorded.process)) {
    const socketFolder = postgresSocketFolder(recorded) ?? lines[4] ?? ''
    return { process: recorded.process, socketFolder }
  }
  const pid = Number(lines[0])
  if (!Number.isSafeInteger(pid) || pid <= 1) return null
  const found = identityOf(pid)
  if (found !== null && commandLineOf(pid).includes(`-D ${clusterFolder} `)) {
    return { process: found, socketFolder: lines[4] ?? '' }
  }
  // The pid may be a stranger's by now (the machine or a container restarted), or a zombie that
  // nobody collects. PostgreSQL would take either for a living server and refuse to start; its own
  // look at the shared memory still guards against a real one.
  if (pidIsTaken(pid)) rmSync(file, { force: true })
  return null
}

function socketIn(socketFolder: string): string {
  return path.join(socketFolder, `.s.PGSQL.${PORT}`)
}
