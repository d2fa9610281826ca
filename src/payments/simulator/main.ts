// The simulator as a process: reads its options, says when it is ready, stops on SIGTERM.

import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type SimulatorOptions, startSimulator } from './simulator.ts'

const HELP = `Usage: stripe-simulator [options]

  --port N               port on 127.0.0.1; 0 lets the system choose (default 0)
  --journal FILE         keep intents, keys and events in FILE over restarts
  --ready-file FILE      write {"ready":true,"port":N,"pid":N} there once it listens
  --secret-key KEY       take requests with this key only
  --webhook-url URL      deliver events to URL (http)
  --webhook-secret KEY   sign them with KEY
  --webhook-retry-ms N   pause after the first failed delivery (default 1000)
  --help                 show this
`

const WRONG_USAGE = 2

interface ProcessOptions {
  readonly simulator: SimulatorOptions
  readonly readyFile: string | null
}

function readOptions(): ProcessOptions {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      journal: { type: 'string' },
      'ready-file': { type: 'string' },
      'secret-key': { type: 'string' },
      'webhook-url': { type: 'string' },
      'webhook-secret': { type: 'string' },
      'webhook-retry-ms': { type: 'string', default: '1000' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    process.exit(0)
  }
  const url = values['webhook-url']
  const secret = values['webhook-secret']
  if ((url === undefined) !== (secret === undefined)) {
    throw new TypeError('--webhook-url and --webhook-secret go together')
  }
  return {
    simulator: {
      journalFile: values.journal ?? null,
      port: wholeNumber('--port', values.port),
      secretKey: values['secret-key'] ?? null,
      webhook: url !== undefined && secret !== undefined ? { url, secret } : null,
      webhookRetryBaseMs: wholeNumber('--webhook-retry-ms', values['webhook-retry-ms']),
      wallClockMs: Date.now,
    },
    readyFile: values['ready-file'] ?? null,
  }
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new TypeError(`${option} must be a whole number, not ${text}`)
  return Number(text)
}

async function main({ simulator: options, readyFile }: ProcessOptions): Promise<void> {
  const simulator = await startSimulator(options)
  const stop = async () => {
    if (readyFile !== null) rmSync(readyFile, { force: true })
    await simulator.close()
    process.exit(0)
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)

  const ready = JSON.stringify({ ready: true, port: simulator.port, pid: process.pid })
  if (readyFile !== null) {
    writeFileSync(`${readyFile}.tmp`, `${ready}\n`)
    renameSync(`${readyFile}.tmp`, readyFile)
  }
  process.stdout.write(`${ready}\n`)
}

function fail(error: unknown, exitCode: number): never {
  process.stderr.write(`stripe-simulator: ${error instanceof Error ? error.message : error}\n`)
  process.exit(exitCode)
}

function readOptionsOrFail(): ProcessOptions {
  try {
    return readOptions()
  } catch (error) {
    process.stderr.write(HELP)
    return fail(error, WRONG_USAGE)
  }
}

await main(readOptionsOrFail()).catch((error: unknown) => fail(error, 1))
