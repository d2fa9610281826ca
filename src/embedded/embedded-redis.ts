// Redis (or Valkey) as a child of the service, when the machine has one on its PATH. It keeps an
// append-only file in the data folder, so carts survive a restart.

import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { failedChild, type StopStep, startChild, stopProcess } from './child-process.ts'
import { isRunning } from './process-identity.ts'
import type { RecordedChild } from './runtime-file.ts'
import { redisAnswers } from './socket-questions.ts'
import { waitUntilReady } from './wait-until-ready.ts'

const READY_LIMIT_MS = 60_000
const REUSE_LIMIT_MS = 5_000

export const REDIS_STOP: readonly StopStep[] = [
  { signal: 'SIGTERM', waitMs: 6_000 },
  { signal: 'SIGKILL', waitMs: 1_000 },
]

export interface RedisStart {
  readonly binary: string
  /** Where the append-only file lives. */
  readonly folder: string
  readonly socketFolder: string
  readonly logFile: string
  readonly record: (child: RecordedChild) => void
}

/** The path of redis-server or else valkey-server; null when neither is on the PATH. */
export function redisBinary(): string | null {
  const script = 'command -v redis-server || command -v valkey-server'
  const found = spawnSync('/bin/sh', ['-c', script], { encoding: 'utf8' })
  const line = found.stdout.split('\n')[0] ?? ''
  return line.startsWith('/') ? line : null
}

/** The recorded server, when it still serves; one that does not is stopped, and null answered. */
export async function findRedis(recorded: RecordedChild | null): Promise<RecordedChild | null> {
  if (recorded === null || !isRunning(recorded.process)) return null
  const serves = await waitUntilReady({
    check: () => redisAnswers(recorded.address),
    limitMs: REUSE_LIMIT_MS,
  })
  if (serves) return recorded
  await stopProcess(recorded.process, REDIS_STOP)
  return null
}

/** Starts the server and waits until it serves; its address is the path of its socket. */
export async function startRedis(start: RedisStart): Promise<RecordedChild> {
  const socket = path.join(start.socketFolder, 'redis.sock')
  mkdirSync(start.folder, { recursive: true, mode: 0o700 })
  const server = await startChild({
    name: 'Redis',
    command: start.binary,
    args: [
      ...['--port', '0', '--unixsocket', socket, '--unixsocketperm', '700'],
      ...['--dir', start.folder, '--appendonly', 'yes', '--appendfsync', 'everysec'],
      ...['--save', '', '--daemonize', 'no', '--loglevel', 'warning'],
    ],
    logFile: start.logFile,
    account: null,
    workingFolder: '/',
  })
  const child = { process: server.identity, address: socket }
  start.record(child)
  const ready = await waitUntilReady({
    check() {
      if (server.hasEnded()) throw failedChild('Redis', start.logFile, 'ended at once')
      return redisAnswers(socket)
    },
    limitMs: READY_LIMIT_MS,
  })
  if (!ready) throw failedChild('Redis', start.logFile, 'did not get ready in time')
  return child
}

/** The folder that the server's socket is in. */
export function redisSocketFolder(child: RecordedChild | null): string | null {
  return child === null ? null : path.dirname(child.address)
}
