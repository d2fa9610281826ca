// HOLDFAST_DATA/runtime.json: which processes the service started and where they answer. It is
// written before anyone waits for a child, so that after a `kill -9` at any moment the next start
// finds what is still alive.

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ownerOfDataFolder } from './data-folder-claim.ts'
import { type ProcessIdentity, parseIdentity } from './process-identity.ts'

export interface RuntimeRecord {
  /** The service itself; null while nobody owns the folder. */
  readonly owner: ProcessIdentity | null
  /** The short folder that holds the sockets. */
  readonly socketFolder: string | null
  readonly postgres: RecordedChild | null
  readonly redis: RecordedChild | null
  readonly simulator: RecordedChild | null
}

export interface RecordedChild {
  readonly process: ProcessIdentity
  /** Postgres: a connection URL. Redis: a socket path. Simulator: an origin, '' until known. */
  readonly address: string
}

const NOTHING_RUNS: RuntimeRecord = {
  owner: null,
  socketFolder: null,
  postgres: null,
  redis: null,
  simulator: null,
}

export interface RuntimeFile {
  current(): RuntimeRecord
  update(change: Partial<RuntimeRecord>): void
  remove(): void
}

/** Opens the record of a data folder; one that is missing or unreadable counts as empty. */
export function openRuntimeFile(dataDir: string): RuntimeFile {
  const file = runtimeFilePath(dataDir)
  let record = readRuntimeRecord(dataDir)
  return {
    current: () => record,
    update(change) {
      record = { ...record, ...change }
      writeFileSync(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 })
      renameSync(`${file}.new`, file)
    },
    remove() {
      record = NOTHING_RUNS
      rmSync(file, { force: true })
    },
  }
}

/** What the living service of a data folder runs; null when no service lives there. */
export function runningService(dataDir: string): RuntimeRecord | null {
  const owner = ownerOfDataFolder(path.resolve(dataDir))
  return owner === null ? null : { ...readRuntimeRecord(path.resolve(dataDir)), owner }
}

function runtimeFilePath(dataDir: string): string {
  return path.join(dataDir, 'runtime.json')
}

function readRuntimeRecord(dataDir: string): RuntimeRecord {
  let stored: unknown
  try {
    stored = JSON.parse(readFileSync(runtimeFilePath(dataDir), 'utf8'))
  } catch {
    return NOTHING_RUNS
  }
  if (typeof stored !== 'object' || stored === null) return NOTHING_RUNS
  const fields = stored as Record<string, unknown>
  return {
    owner: parseIdentity(fields.owner),
    socketFolder: typeof fields.socketFolder === 'string' ? fields.socketFolder : null,
    postgres: parseChild(fields.postgres),
    redis: parseChild(fields.redis),
    simulator: parseChild(fields.simulator),
  }
}

function parseChild(value: unknown): RecordedChild | null {
  if (typeof value !== 'object' || value === null) return null
  const fields = value as Record<string, unknown>
  const child = parseIdentity(fields.process)
  if (child === null || typeof fields.address !== 'string') return null
  return { process: child, address: fields.address }
}
