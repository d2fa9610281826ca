// The service as its own process, with the secrets of a real one, and everything it writes.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { until } from '../support/until.ts'

const MAIN = path.resolve(import.meta.dirname, '../../src/main.ts')
const STARTED_WITHIN_MS = 60_000
const SELLS_AT = /^Holdfast sells at (http:\S+)$/m

export interface ServedProcess {
  readonly url: string
  /** All it wrote so far, to either stream. */
  output(): string
  /** What it logged, line by line. */
  logged(): Record<string, unknown>[]
  /** SIGTERM; resolves to its exit code. */
  end(): Promise<number | null>
}

/** `environment` is added to this process's own. */
export async function serveProcess(
  environment: Readonly<Record<string, string>>,
): Promise<ServedProcess> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'holdfast-test-telemetry-'))
  const env = { ...process.env, HOST: '127.0.0.1', PORT: '0', HOLDFAST_DATA: dataDir }
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN], {
    env: { ...env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  process.once('exit', () => child.kill('SIGKILL'))
  const said = textOf(child.stdout)
  const complained = textOf(child.stderr)
  const output = () => said() + complained()
  const started = () => SELLS_AT.test(said()) || child.exitCode !== null
  await until('the service sells', started, STARTED_WITHIN_MS)
  const url = SELLS_AT.exec(said())?.[1]
  if (url === undefined) throw new Error(`The service did not start: ${output()}`)
  return {
    url,
    output,
    logged: () => complained().split('\n').filter(Boolean).map(parsedLine),
    async end() {
      const code = await ended(child)
      rmSync(dataDir, { recursive: true, force: true })
      return code
    },
  }
}

/** A line that is not JSON would be one that nobody's log collector can read. */
function parsedLine(line: string): Record<string, unknown> {
  return JSON.parse(line) as Record<string, unknown>
}

function textOf(stream: NodeJS.ReadableStream): () => string {
  let text = ''
  stream.setEncoding('utf8').on('data', (more: string) => {
    text += more
  })
  return () => text
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const closed = once(child, 'close')
  child.kill('SIGTERM')
  const [code] = await closed
  return code as number | null
}
