// The servers that a test run uses: those named by TEST_DATABASE_URL and TEST_REDIS_URL, else real
// ones started from binaries for this run, else containers. What cannot be had is left out of the
// environment, and the tests that need it say that they were skipped.

import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'
import { startEmbedded } from '../../src/embedded/start-embedded.ts'
import {
  postgresInContainer,
  redisInContainer,
  type StartContainer,
  startTestContainer,
} from './containers.ts'

const FOLDER_PREFIX = 'holdfast-test-services-'

interface Service {
  readonly url: string
  /** Where it comes from, for a person: "started for this run". */
  readonly origin: string
  stop(): Promise<void>
}

export interface FoundServices {
  readonly postgres: Service | null
  readonly redis: Service | null
  /** Why a service is missing, or why the first choice was not taken. */
  readonly remarks: readonly string[]
}

// The runner starts, describes and stops them by three separate calls.
let running: FoundServices = { postgres: null, redis: null, remarks: [] }

/** The environment for the test processes; a service that cannot be had is absent from it. */
export async function startServices(): Promise<Record<string, string>> {
  await stopLeftovers()
  running = await findServices(process.env, startTestContainer)
  const { postgres, redis } = running
  return {
    ...(postgres === null ? {} : { TEST_DATABASE_URL: postgres.url }),
    ...(redis === null ? {} : { TEST_REDIS_URL: redis.url }),
  }
}

/**
 * What is named wins; then a server of our own from binaries, whose settings are known; then a
 * container. A server that merely happens to run on this machine is somebody's: it is used when it
 * is named, and not otherwise.
 */
export async function findServices(
  environment: Readonly<Record<string, string | undefined>>,
  startContainer: StartContainer,
): Promise<FoundServices> {
  const remarks: string[] = []
  const postgres = await firstThatStarts(remarks, [
    () => named(environment.TEST_DATABASE_URL, 'TEST_DATABASE_URL'),
    () => embedded('postgres', remarks),
    () => contained(postgresInContainer(startContainer)),
  ])
  const redis = await firstThatStarts(remarks, [
    () => named(environment.TEST_REDIS_URL, 'TEST_REDIS_URL'),
    () => embedded('redis', remarks),
    () => contained(redisInContainer(startContainer)),
  ])
  return { postgres, redis, remarks }
}

/** What was started, one line each; throws when a server that was named does not answer. */
export async function describeServices(): Promise<readonly string[]> {
  const { postgres, redis, remarks } = running
  return [
    postgres === null ? 'no Postgres' : await describePostgres(postgres),
    redis === null ? 'no Redis' : await describeRedis(redis),
    ...remarks,
  ]
}

/** Stops what was started for this run; servers that were named go on. */
export async function stopServices(): Promise<void> {
  const { postgres, redis } = running
  running = { postgres: null, redis: null, remarks: [] }
  await Promise.all([postgres?.stop(), redis?.stop()])
}

async function firstThatStarts(
  remarks: string[],
  choices: readonly (() => Promise<Service | null>)[],
): Promise<Service | null> {
  for (const choice of choices) {
    try {
      const service = await choice()
      if (service !== null) return service
    } catch (error) {
      remarks.push(error instanceof Error ? error.message : String(error))
    }
  }
  return null
}

async function named(url: string | undefined, variable: string): Promise<Service | null> {
  if (url === undefined || url === '') return null
  return { url, origin: `named by ${variable}`, stop: async () => {} }
}

async function contained(started: ReturnType<typeof redisInContainer>): Promise<Service> {
  return { ...(await started), origin: 'a container for this run' }
}

async function embedded(part: 'postgres' | 'redis', remarks: string[]): Promise<Service | null> {
  const dataDir = mkdtempSync(path.join(tmpdir(), FOLDER_PREFIX))
  const said: string[] = []
  const removeFolder = () => rmSync(dataDir, { recursive: true, force: true })
  try {
    const parts = await startEmbedded({
      dataDir,
      want: { postgres: part === 'postgres', redis: part === 'redis', simulator: null },
      say: (line) => said.push(line),
    })
    const url = part === 'postgres' ? parts.databaseUrl : parts.redisUrl
    const stop = () => parts.stop().finally(removeFolder)
    if (url !== null) return { url, origin: 'started for this run', stop }
    await stop()
    // A Redis that does not start is no error there; here it is why another one is looked for.
    remarks.push(...said)
    return null
  } catch (error) {
    removeFolder()
    throw error
  }
}

// A run that was killed could not stop its servers; its folder still says which they are.
async function stopLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const dataDir = path.join(tmpdir(), name)
    if (!name.startsWith(FOLDER_PREFIX) || !existsSync(path.join(dataDir, 'runtime.json'))) continue
    try {
      const nothing = { postgres: false, redis: false, simulator: null }
      const leftovers = await startEmbedded({ dataDir, want: nothing, say: () => {} })
      await leftovers.stop()
      rmSync(dataDir, { recursive: true, force: true })
    } catch {
      // Another run that is still going, or another user's: neither is ours to end.
    }
  }
}

async function describePostgres({ url, origin }: Service): Promise<string> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  await client.connect()
  try {
    const { rows } = await client.query<{ version: string; fsync: string; commit: string }>(
      `select current_setting('server_version') as version, current_setting('fsync') as fsync,
              current_setting('synchronous_commit') as commit`,
    )
    const { version, fsync, commit } = rows[0] ?? { version: '?', fsync: '?', commit: '?' }
    return `PostgreSQL ${version}, ${origin}: fsync ${fsync}, synchronous_commit ${commit}`
  } finally {
    await client.end()
  }
}

async function describeRedis({ url, origin }: Service): Promise<string> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
  client.on('error', () => {})
  await client.connect()
  try {
    const version = /redis_version:(\S+)/.exec(await client.info('server'))?.[1] ?? '?'
    return `Redis ${version}, ${origin}`
  } finally {
    client.disconnect()
  }
}
