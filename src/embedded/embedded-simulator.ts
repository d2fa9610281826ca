// The Stripe simulator as a child of the service. What it is and how it is started is the caller's
// business; it only has to write `{"ready":true,"port":N}` to the file named by `--ready-file`.

import { readFileSync, rmSync } from 'node:fs'
import { failedChild, type StopStep, startChild, stopProcess } from './child-process.ts'
import { isRunning } from './process-identity.ts'
import type { RecordedChild } from './runtime-file.ts'
import { portAccepts } from './socket-questions.ts'
import { StartRefused } from './start-refused.ts'
import { waitUntilReady } from './wait-until-ready.ts'

const READY_LIMIT_MS = 30_000

export const SIMULATOR_STOP: readonly StopStep[] = [
  { signal: 'SIGTERM', waitMs: 3_000 },
  { signal: 'SIGKILL', waitMs: 1_000 },
]

export interface SimulatorStart {
  /** The executable and its arguments; `--ready-file <path>` is added. */
  readonly command: readonly string[]
  readonly readyFile: string
  readonly logFile: string
  readonly record: (child: RecordedChild) => void
}

/** The recorded simulator, when it still answers; one that does not is stopped, null answered. */
export async function findSimulator(recorded: RecordedChild | null): Promise<RecordedChild | null> {
  if (recorded === null || !isRunning(recorded.process)) return null
  const port = URL.canParse(recorded.address) ? Number(new URL(recorded.address).port) : 0
  if (port > 0 && (await portAccepts(port))) return recorded
  await stopProcess(recorded.process, SIMULATOR_STOP)
  return null
}

/** Starts the simulator and waits for its ready file; its address is an http origin. */
export async function startSimulator(start: SimulatorStart): Promise<RecordedChild> {
  const [executable, ...args] = start.command
  if (executable === undefined) throw new StartRefused(['The simulator has no command to run.'])
  rmSync(start.readyFile, { force: true })
  const simulator = await startChild({
    name: 'The Stripe simulator',
    command: executable,
    args: [...args, '--ready-file', start.readyFile],
    logFile: start.logFile,
    account: null,
  })
  start.record({ process: simulator.identity, address: '' })
  let port: number | null = null
  await waitUntilReady({
    check() {
      if (simulator.hasEnded())
        throw failedChild('The Stripe simulator', start.logFile, 'ended at once')
      port = portIn(start.readyFile)
      return port !== null
    },
    limitMs: READY_LIMIT_MS,
  })
  if (port === null) {
    throw failedChild('The Stripe simulator', start.logFile, 'did not get ready in time')
  }
  const child = { process: simulator.identity, address: `http://127.0.0.1:${port}` }
  start.record(child)
  return child
}

// A file that is missing, or only half written yet, is looked at again.
function portIn(readyFile: string): number | null {
  try {
    const { ready, port } = JSON.parse(readFileSync(readyFile, 'utf8')) as Record<string, unknown>
    return ready === true && typeof port === 'number' ? port : null
  } catch {
    return null
  }
}
