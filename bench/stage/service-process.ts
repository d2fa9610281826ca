// A Holdfast of a benchmark's own: started as the service's own node process (not through npm, so
// that a signal hits it and nothing else), on one port and one data folder for its whole life,
// however often it is killed and started again.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { openHttp } from '../load/http-connection.ts'
import { isAlive, recordedPids } from './recorded-pids.ts'

const READY_WITHIN_MS = 180_000
const STOPPED_WITHIN_MS = 20_000
const LOG_LINES_SHOWN = 15

export interface ServicePlace {
  /** The compiled file to run. */
  readonly entry: string
  readonly dataFolder: string
  readonly logFile: string
  /** The whole environment; HOST and PORT are added. */
  readonly environment: Readonly<Record<string, string>>
}

export interface ServiceProcess {
  readonly baseUrl: string
  readonly environment: Readonly<Record<string, string>>
  pid(): number
  /**
   * SIGKILL, then a new process at once, which is killed as well when `killAgainAfterMs` says so.
   * Answers how long the service was away.
   */
  killAndRestart(killAgainAfterMs: number | null): Promise<Killed>
  /** SIGTERM, and a wait until the process and its children are gone. */
  stop(withinMs?: number): Promise<Stopped>
}

export interface Killed {
  readonly killedPids: readonly number[]
  readonly pid: number
  readonly readyAfterMs: number
}

export interface Stopped {
  readonly seconds: number
  readonly children: number
  /** Pids, the service's own and its children's, that are still there. */
  readonly leftBehind: readonly number[]
  /** How it had ended before anybody stopped it; null when it had not. */
  readonly endedBefore: string | null
}

/** The service did not do what it was told; the end of its log is in the message. */
export class ServiceFailed extends Error {
  constructor(what: string, logFile: string) {
    const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LOG_LINES_SHOWN)
    super(`${what} The end of ${logFile}:\n${lines.map((line) => `  | ${line}`).join('\n')}`)
    this.name = 'ServiceFailed'
  }
}

/** Starts the service and waits for `/readyz`. Throws ServiceFailed when it does not get there. */
export async function startService(place: ServicePlace): Promise<ServiceProcess> {
  const port = await freePort()
  const baseUrl = `http://127.0.0.1:${port}`
  const environment = { ...place.environment, HOST: '127.0.0.1', PORT: String(port) }
  let child = launch(place, environment)
  await readyOrDead(child, baseUrl, place.logFile)
  return {
    baseUrl,
    environment,
    pid: () => pidOf(child),
    async killAndRestart(killAgainAfterMs) {
      const killedPids = [pidOf(child)]
      const startedAt = performance.now()
      await signalled(child, 'SIGKILL')
      child = launch(place, environment)
      if (killAgainAfterMs !== null) {
        killedPids.push(pidOf(child))
        await pause(killAgainAfterMs)
        await signalled(child, 'SIGKILL')
        child = launch(place, environment)
      }
      await readyOrDead(child, baseUrl, place.logFile)
      return { killedPids, pid: pidOf(child), readyAfterMs: performance.now() - startedAt }
    },
    async stop(withinMs = STOPPED_WITHIN_MS) {
      const own = pidOf(child)
      const pids = [...new Set([own, ...recordedPids(place.dataFolder)])]
      // Gone for the system, but perhaps not yet told to this process.
      if (!hasEnded(child) && !isAlive(own)) await once(child, 'exit')
      const endedBefore = hasEnded(child) ? howItEnded(child) : null
      const startedAt = performance.now()
      const forced = pause(withinMs, undefined, { ref: false })
      await Promise.race([signalled(child, 'SIGTERM'), forced])
      while (pids.some(isAlive) && performance.now() - startedAt < withinMs) {
        await pause(50)
      }
      const leftBehind = pids.filter(isAlive)
      if (leftBehind.includes(own)) await signalled(child, 'SIGKILL')
      const seconds = (performance.now() - startedAt) / 1000
      return { seconds, children: pids.length - 1, leftBehind, endedBefore }
    },
  }
}

function launch(place: ServicePlace, environment: Readonly<Record<string, string>>): ChildProcess {
  const log = openSync(place.logFile, 'a')
  const stdio = ['ignore', log, log] as const
  const child = spawn(process.execPath, [place.entry], { env: environment, stdio: [...stdio] })
  closeSync(log)
  return child
}

async function readyOrDead(child: ChildProcess, baseUrl: string, logFile: string): Promise<void> {
  const connection = openHttp(baseUrl, 2_000)
  const deadline = performance.now() + READY_WITHIN_MS
  try {
    while (performance.now() < deadline) {
      if (hasEnded(child)) {
        const how = howItEnded(child)
        throw new ServiceFailed(`The service ended (${how}) before it was ready.`, logFile)
      }
      const answer = await connection.send({ method: 'GET', path: '/readyz' }).catch(() => null)
      if (answer?.status === 200) return
      await pause(25)
    }
  } finally {
    connection.close()
  }
  await signalled(child, 'SIGTERM')
  throw new ServiceFailed(`The service was not ready after ${READY_WITHIN_MS / 1000} s.`, logFile)
}

async function signalled(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

function howItEnded(child: ChildProcess): string {
  return child.signalCode ?? `code ${child.exitCode}`
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('the service could not be started: it has no pid')
  return child.pid
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port was found')
  return address.port
}

/** The development secret that the service made for itself in its data folder. */
export function readSecret(dataFolder: string): string {
  return readFileSync(join(dataFolder, 'jwt-secret'), 'utf8').trim()
}
