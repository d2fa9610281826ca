// Where a benchmark plays: on a service of its own, with its own data, started and taken away
// again, or on one that somebody else runs.

import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createOwnDatabase, type OwnDatabase } from '../database/own-database.ts'
import { type FlushableRedis, flushRedis } from './flush-redis.ts'
import { recordedRedis } from './recorded-pids.ts'
import { type AuditReport, auditByCommand, auditByHttp } from './run-audit.ts'
import { readSecret, type ServiceProcess, startService } from './service-process.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Stage {
  readonly baseUrl: string
  /** Signs the callers' tokens. */
  readonly secret: string
  /** Of the service's process now; null where it is not ours. */
  readonly pid: (() => number) | null
  readonly hasOwnBooks: boolean
  /** Kills the service and starts it again; null where the service is not ours to kill. */
  readonly killAndRestart: ServiceProcess['killAndRestart'] | null
  /** Empties the Redis of the service; null where there is none, or none that may be emptied. */
  readonly flushRedis: (() => Promise<void>) | null
  audit(opsToken: string): Promise<AuditReport>
  /**
   * Stops what was started. `clean` takes the data away, too; otherwise it stays and is named.
   * Answers what a person should know, and whether every process is gone.
   */
  close(clean: boolean): Promise<{ said: readonly string[]; isGone: boolean }>
}

export interface OwnStageNeeds {
  /** Names its folder and its database: `replay`. */
  readonly name: string
  readonly environment: Environment
  readonly runId: string
  readonly linesMax: number
  readonly quantityMax: number
  /** Other settings of the service, by the names of its environment. */
  readonly settings?: Readonly<Record<string, string>>
  say(line: string): void
}

// Room for any month of the data set, whatever part of it is replayed.
const CART_LINES_AT_LEAST = 700
const QUANTITY_AT_LEAST = 3_000

/** A setting of the service that is in our environment is for another service, not for this one. */
const SETTINGS_OF_OTHERS =
  /^(HOST|PORT|HOLDFAST_.*|STRIPE_.*|JWT_SECRET|JWKS_URL|HOLD_TTL_SECONDS|CART_.*|QUANTITY_MAX)$/

/** Starts a service. When that fails, its folder and database stay and are named in the error. */
export async function openOwnStage(needs: OwnStageNeeds): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), `holdfast-${needs.name}-`))
  const dataFolder = join(folder, 'data')
  mkdirSync(dataFolder)
  // Started by root, the embedded Postgres runs as another user, who must get through to its own.
  for (const each of [folder, dataFolder]) chmodSync(each, 0o711)
  const serverUrl = needs.environment.DATABASE_URL
  const database =
    serverUrl === undefined || serverUrl === ''
      ? null
      : await createOwnDatabase(serverUrl, `holdfast_${needs.name}_${process.pid}`)
  const service = await startService({
    entry: compiled('src/main.js'),
    dataFolder,
    logFile: join(folder, 'service.log'),
    environment: environmentOf(needs, dataFolder, database),
  }).catch((error: unknown) => {
    const kept = database === null ? folder : `${folder} and database ${database.name}`
    needs.say(`The service did not start; ${kept} stay to be looked at.`)
    throw error
  })
  needs.say(`service  process ${service.pid()} at ${service.baseUrl}, data in ${dataFolder}`)
  const redis = redisOf(needs.environment, dataFolder)
  return {
    baseUrl: service.baseUrl,
    secret: readSecret(dataFolder),
    pid: service.pid,
    hasOwnBooks: true,
    killAndRestart: (killAgainAfterMs) => service.killAndRestart(killAgainAfterMs),
    flushRedis: redis === null ? null : () => flushRedis(redis),
    audit: () => auditByCommand(compiled('src/cli.js'), service.environment),
    close: (clean) => closeOwnStage(service, { folder, dataFolder, database }, clean),
  }
}

/** Drives a service that runs elsewhere; nothing is started, so nothing is stopped. */
export function openTargetStage(baseUrl: string, secret: string): Stage {
  return {
    baseUrl,
    secret,
    pid: null,
    hasOwnBooks: false,
    killAndRestart: null,
    flushRedis: null,
    audit: (opsToken) => auditByHttp(baseUrl, opsToken),
    close: async () => ({ said: [], isGone: true }),
  }
}

async function closeOwnStage(
  service: ServiceProcess,
  place: { folder: string; dataFolder: string; database: OwnDatabase | null },
  clean: boolean,
): Promise<{ said: readonly string[]; isGone: boolean }> {
  const elsewhere = clusterElsewhere(place.dataFolder)
  const { seconds, children, leftBehind, endedBefore } = await service.stop()
  const isGone = leftBehind.length === 0
  const said = [
    isGone
      ? `stopped  the service and its ${children} children in ${seconds.toFixed(1)} s`
      : `NOT GONE after ${seconds.toFixed(0)} s: stop processes ${leftBehind.join(', ')} by hand`,
  ]
  if (endedBefore !== null) {
    said.unshift(`ended    the service was gone (${endedBefore}) before it was stopped`)
  }
  if (!clean || !isGone) {
    said.push(`kept     ${place.folder} (data and service.log)`)
    if (elsewhere !== null) said.push(`kept     ${elsewhere} (its database)`)
    if (place.database !== null) said.push(`kept     database ${place.database.name}`)
    return { said, isGone }
  }
  await place.database?.drop()
  for (const each of [place.folder, elsewhere]) {
    if (each !== null) rmSync(each, { recursive: true, force: true })
  }
  return { said, isGone }
}

// Where the temporary folder is closed to the user that Postgres runs as, the service puts the
// database into a system folder and notes it.
function clusterElsewhere(dataFolder: string): string | null {
  try {
    const note: unknown = JSON.parse(readFileSync(join(dataFolder, 'runtime-place.json'), 'utf8'))
    if (typeof note !== 'object' || note === null || !('folder' in note)) return null
    const { folder } = note
    return typeof folder === 'string' && folder.startsWith('/var/lib/holdfast/') ? folder : null
  } catch {
    return null
  }
}

/** The Redis that was given, or the one that the service says it started. */
function redisOf({ REDIS_URL }: Environment, dataFolder: string): FlushableRedis | null {
  if (REDIS_URL !== undefined && REDIS_URL !== '') return { url: REDIS_URL, isOurs: false }
  const address = recordedRedis(dataFolder)
  return address === null ? null : { url: address, isOurs: true }
}

function environmentOf(
  needs: OwnStageNeeds,
  dataFolder: string,
  database: OwnDatabase | null,
): Record<string, string> {
  const passed = Object.entries(needs.environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !SETTINGS_OF_OTHERS.test(entry[0]),
  )
  return {
    ...Object.fromEntries(passed),
    ...(database === null ? {} : { DATABASE_URL: database.url }),
    ...needs.settings,
    HOLDFAST_DATA: dataFolder,
    LOG_LEVEL: 'warn',
    CART_LINES_MAX: String(Math.max(CART_LINES_AT_LEAST, needs.linesMax)),
    QUANTITY_MAX: String(Math.max(QUANTITY_AT_LEAST, needs.quantityMax)),
  }
}

/** A compiled file of the service; the replay itself runs compiled, beside it. */
function compiled(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url))
}
