// Runs the real simulator as a process of its own, the way the shop does, so that tests can kill
// it and start it again on the same journal.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { SimulatorLedger } from '../../src/payments/simulator/ledger-stream.ts'

const MAIN = resolve(import.meta.dirname, '../../src/payments/simulator/main.ts')

export interface SimulatorProcess {
  readonly port: number
  readonly url: string
  readonly pid: number
  ledger(): Promise<SimulatorLedger>
  /** Ends it with the signal; resolves to its exit code, null when the signal ended it. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>
}

/** A folder for a journal, and its removal. */
export function journalFolder(): { readonly journal: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-simulator-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  return { journal: join(folder, 'stripe-sim.jsonl'), remove }
}

/** Resolves once it listens; rejects with what it wrote to stderr when it ends before that. */
export async function startSimulatorProcess(options: readonly string[]): Promise<SimulatorProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { port, pid } = await readyLineOf(child)
  // A test that fails before it stops the simulator must neither hang nor leave it behind.
  child.unref()
  process.once('exit', () => child.kill('SIGKILL'))
  const url = `http://127.0.0.1:${port}`
  return {
    port,
    url,
    pid,
    async ledger() {
      const answer = await fetch(`${url}/_sim/ledger`)
      assert.equal(answer.status, 200)
      return (await answer.json()) as SimulatorLedger
    },
    async stop(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      const exited = once(child, 'exit')
      child.ref()
      child.kill(signal)
      const [code] = await exited
      return code as number | null
    },
  }
}

async function readyLineOf(child: ChildProcess): Promise<{ port: number; pid: number }> {
  assert(child.stdout && child.stderr)
  const complaints: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text))
  const lines = createInterface({ input: child.stdout })
  const [line] = await Promise.race([
    once(lines, 'line'),
    once(child, 'close').then(() => {
      throw new Error(`The simulator did not start: ${complaints.join('')}`)
    }),
  ])
  const ready: unknown = JSON.parse(line as string)
  const { port, pid } = ready as { port: number; pid: number }
  for (const pipe of [child.stdout, child.stderr]) (pipe as Socket).unref()
  assert.deepEqual(ready, { ready: true, port, pid })
  return { port, pid }
}
