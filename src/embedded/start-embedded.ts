// Starts the parts that Holdfast needs and the machine does not have: PostgreSQL, Redis, the Stripe
// simulator, as children of the service that share its data folder. One call starts them, or finds
// those that a killed service left behind; one call stops them.

import { chmodSync } from 'node:fs'
import path from 'node:path'
import { type StopStep, stopProcess } from './child-process.ts'
import { claimDataFolder } from './data-folder-claim.ts'
import {
  findPostgres,
  POSTGRES_STOP,
  postgresSocketFolder,
  startPostgres,
} from './embedded-postgres.ts'
import {
  findRedis,
  REDIS_STOP,
  redisBinary,
  redisSocketFolder,
  startRedis,
} from './embedded-redis.ts'
import { findSimulator, SIMULATOR_STOP, startSimulator } from './embedded-simulator.ts'
import { folderTrouble } from './folder-trouble.ts'
import { type Keeper, type KeptChild, keepChildren } from './keep-children.ts'
import { makeFolder } from './make-folder.ts'
import { isRunning } from './process-identity.ts'
import { openRuntimeFile, type RecordedChild, type RuntimeFile } from './runtime-file.ts'
import { preparePlace, type RuntimePlace } from './runtime-place.ts'
import { isOurSocketFolder, makeSocketFolder, removeSocketFolder } from './socket-folder.ts'
import { StartRefused } from './start-refused.ts'
import type { SystemAccount } from './system-account.ts'

export interface EmbeddedOptions {
  /** HOLDFAST_DATA; made when it does not exist. */
  readonly dataDir: string
  readonly want: {
    readonly postgres: boolean
    readonly redis: boolean
    /** The command starts a simulator that understands `--ready-file <path>`. */
    readonly simulator: { readonly command: readonly string[] } | null
  }
  /** Gets the lines a person should see. */
  readonly say: (line: string) => void
}

export interface Embedded {
  /** For `pg`; null when Postgres was not wanted. */
  readonly databaseUrl: string | null
  /** A socket path for ioredis; null when Redis was not wanted or the machine has none. */
  readonly redisUrl: string | null
  /** Where the simulator answers as Stripe, and where its `/_sim/` routes are; now one origin. */
  readonly simulator: { readonly apiUrl: string; readonly controlUrl: string } | null
  /**
   * From now on starts a child that ended by itself again, at the address it had. `onLost` hears of
   * one that cannot be brought back: nothing works without it.
   */
  keepAlive(onLost: (reason: string) => void): void
  /** Stops every child, in at most nine seconds, and gives the data folder back. */
  stop(): Promise<void>
}

const CARTS_IN_MEMORY =
  'Carts live in memory: they do not survive a restart, and only this one process sees them.'

interface Start extends EmbeddedOptions {
  readonly runtime: RuntimeFile
}

/** Throws StartRefused with words for a person; nothing that it started is left running then. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const dataDir = path.resolve(options.dataDir)
  try {
    return await startIn(dataDir, options)
  } catch (error) {
    throw folderTrouble(dataDir, error)
  }
}

async function startIn(dataDir: string, options: EmbeddedOptions): Promise<Embedded> {
  prepareDataFolder(dataDir)
  const claim = await claimDataFolder(dataDir)
  const runtime = openRuntimeFile(dataDir)
  const start = { ...options, dataDir, runtime }
  try {
    runtime.update({ owner: claim.owner })
    const databaseUrl = await runPostgres(start)
    const redisUrl = await runRedisIfItCan(start)
    const origin = await runSimulator(start, null)
    let keeper: Keeper | null = null
    let stopping: Promise<void> | null = null
    return {
      keepAlive(onLost) {
        keeper ??= keepChildren(
          childrenOf(start, { databaseUrl, redisUrl, origin }),
          options.say,
          onLost,
        )
      },
      databaseUrl,
      redisUrl,
      simulator: origin === null ? null : { apiUrl: origin, controlUrl: origin },
      stop() {
        stopping ??= stopKept(keeper, runtime).finally(claim.release)
        return stopping
      },
    }
  } catch (error) {
    // The first error is the one that explains; a child that would not go is only added to it.
    const stopped = stopAll(runtime).finally(claim.release)
    await stopped.catch((failure: unknown) => options.say(String(failure)))
    throw error
  }
}

/** A child that is being started is recorded already: it is stopped before it is waited for. */
async function stopKept(keeper: Keeper | null, runtime: RuntimeFile): Promise<void> {
  const kept = keeper?.stop()
  await stopAll(runtime)
  if (kept === undefined) return
  await kept
  await stopAll(runtime)
}

/** Who uses the children knows them by these addresses. */
interface Addresses {
  readonly databaseUrl: string | null
  readonly redisUrl: string | null
  readonly origin: string | null
}

/** The children that were started, each with how to start it once more. */
function childrenOf(start: Start, known: Addresses): KeptChild[] {
  const { runtime } = start
  const runs = (child: RecordedChild | null) => child === null || isRunning(child.process)
  return [
    {
      name: 'PostgreSQL',
      needed: true,
      runs: () => runs(runtime.current().postgres),
      revive: async () => assertSame(known.databaseUrl, await runPostgres(start)),
    },
    {
      name: 'Redis',
      needed: false,
      runs: () => runs(runtime.current().redis),
      revive: async () => assertSame(known.redisUrl, await runRedis(start)),
    },
    {
      name: 'The Stripe simulator',
      needed: true,
      runs: () => runs(runtime.current().simulator),
      revive: async () => assertSame(known.origin, await runSimulator(start, known.origin)),
    },
  ]
}

function assertSame(known: string | null, now: string | null): void {
  if (known === now) return
  throw new StartRefused([`it came back at ${now}, where nobody looks, instead of ${known}`])
}

async function runPostgres(start: Start): Promise<string | null> {
  const { dataDir, want, runtime, say } = start
  const recorded = runtime.current().postgres
  if (!want.postgres) {
    await stopUnwanted(recorded, POSTGRES_STOP)
    runtime.update({ postgres: null })
    return null
  }
  const place = preparePlace(dataDir, say)
  const found = await findPostgres(place, recorded)
  if (found !== null) {
    runtime.update({ postgres: found })
    say(`PostgreSQL is still running since before (process ${found.process.pid}).`)
    return found.address
  }
  const child = await startPostgres({
    place,
    socketFolder: socketFolderFor(start, place),
    logFile: logFile(dataDir, 'postgres'),
    say,
    record: (postgres) => runtime.update({ postgres }),
  })
  const version = place.binaries.version.split('.', 2).join('.')
  say(`PostgreSQL ${version} (process ${child.process.pid}), data in ${place.clusterFolder}`)
  return child.address
}

/** One that does not start is as good as none: carts are no reason not to sell. */
async function runRedisIfItCan(start: Start): Promise<string | null> {
  try {
    return await runRedis(start)
  } catch (error) {
    if (!(error instanceof StartRefused)) throw error
    const { redis } = start.runtime.current()
    await stopUnwanted(redis, REDIS_STOP)
    start.runtime.update({ redis: null })
    start.say(error.message)
    start.say(CARTS_IN_MEMORY)
    return null
  }
}

async function runRedis(start: Start): Promise<string | null> {
  const { dataDir, want, runtime, say } = start
  const recorded = runtime.current().redis
  if (!want.redis) {
    await stopUnwanted(recorded, REDIS_STOP)
    runtime.update({ redis: null })
    return null
  }
  const found = await findRedis(recorded)
  if (found !== null) {
    say(`Redis is still running since before (process ${found.process.pid}).`)
    return found.address
  }
  const binary = redisBinary()
  if (binary === null) {
    runtime.update({ redis: null })
    say('There is no redis-server or valkey-server on the PATH.')
    say(CARTS_IN_MEMORY)
    return null
  }
  const folder = path.join(dataDir, 'redis')
  const child = await startRedis({
    binary,
    folder,
    socketFolder: socketFolderFor(start, null),
    logFile: logFile(dataDir, 'redis'),
    record: (redis) => runtime.update({ redis }),
  })
  say(`Redis: ${binary} (process ${child.process.pid}), data in ${folder}`)
  return child.address
}

/** `origin` is the address it must have because it is known by it; null leaves it to the system. */
async function runSimulator(start: Start, origin: string | null): Promise<string | null> {
  const { dataDir, want, runtime, say } = start
  const recorded = runtime.current().simulator
  if (want.simulator === null) {
    await stopUnwanted(recorded, SIMULATOR_STOP)
    runtime.update({ simulator: null })
    return null
  }
  const found = await findSimulator(recorded)
  if (found !== null) {
    say(`The Stripe simulator is still running since before (process ${found.process.pid}).`)
    return found.address
  }
  const port = origin === null ? [] : ['--port', new URL(origin).port]
  const child = await startSimulator({
    command: [...want.simulator.command, ...port],
    readyFile: path.join(dataDir, 'stripe-sim.ready.json'),
    logFile: logFile(dataDir, 'stripe-sim'),
    record: (simulator) => runtime.update({ simulator }),
  })
  say(`Stripe simulator (process ${child.process.pid}) on ${child.address}`)
  return child.address
}

async function stopUnwanted(
  child: RecordedChild | null,
  steps: readonly StopStep[],
): Promise<void> {
  if (child !== null) await stopProcess(child.process, steps)
}

async function stopAll(runtime: RuntimeFile): Promise<void> {
  const { postgres, redis, simulator, socketFolder } = runtime.current()
  const stopped = await Promise.allSettled([
    stopUnwanted(simulator, SIMULATOR_STOP),
    stopUnwanted(redis, REDIS_STOP),
    stopUnwanted(postgres, POSTGRES_STOP),
  ])
  const failed = stopped.find((outcome) => outcome.status === 'rejected')
  // The record of a child that would not go stays, for the next start to try again.
  if (failed !== undefined) throw failed.reason
  const folders = [socketFolder, postgresSocketFolder(postgres), redisSocketFolder(redis)]
  for (const folder of folders) if (folder !== null) removeSocketFolder(folder)
  runtime.remove()
}

function socketFolderFor({ runtime }: Start, place: RuntimePlace | null): string {
  const account: SystemAccount | null = place?.account ?? null
  const noted = runtime.current().socketFolder
  if (noted !== null && isOurSocketFolder(noted, account)) return noted
  const socketFolder = makeSocketFolder(account)
  runtime.update({ socketFolder })
  return socketFolder
}

function prepareDataFolder(dataDir: string): void {
  if (process.platform === 'win32') {
    throw new StartRefused([
      'The embedded parts need unix sockets and signals, so they do not run on Windows.',
      'Use WSL, or set DATABASE_URL, REDIS_URL and STRIPE_API_URL to running services.',
    ])
  }
  const made = makeFolder(dataDir)
  // Under root's umask of 077 the account that runs PostgreSQL could not pass through.
  if (process.getuid?.() === 0) for (const folder of made) chmodSync(folder, 0o711)
  makeFolder(path.join(dataDir, 'logs'), 0o700)
}

function logFile(dataDir: string, name: string): string {
  return path.join(dataDir, 'logs', `${name}.log`)
}
