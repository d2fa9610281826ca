// `holdfast audit`: beside a running service, or on storage started for the purpose.

import { parseArgs } from 'node:util'
import { renderReport } from '../audit/report.ts'
import { composeAudit } from '../compose.ts'
import type { Config } from '../config.ts'
import { runningService } from '../embedded/runtime-file.ts'
import { openPlaces } from './places.ts'
import { WrongUsage } from './wrong-usage.ts'

const HELP = `Usage: holdfast audit [--json]

Reads everything from one moment, folds the whole ledger again and compares it with orders,
checkouts, events and, where there is a simulator, the gateway's own books. Sales go on meanwhile.

  --json   the report as JSON

Exit codes: 0 all promises hold, 3 differences found, 1 the audit could not be done.`

const PROGRESS_EVERY_MS = 200

interface Books {
  readonly databaseUrl: string
  readonly booksUrl: string | null
  stop(): Promise<void>
}

export async function auditCommand(config: Config, argv: readonly string[]): Promise<number> {
  const options = readOptions(argv)
  if (options.help) {
    console.log(HELP)
    return 0
  }
  const books = await findBooks(config)
  try {
    const report = await composeAudit(books, progressLine())
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
    console.log(options.json ? JSON.stringify(report, null, 2) : renderReport(report))
    return report.ok ? 0 : 3
  } finally {
    await books.stop()
  }
}

/** A running service is looked at beside its work; without one its storage is started. */
async function findBooks(config: Config): Promise<Books> {
  const running = runningService(config.dataDir)
  const databaseUrl = config.databaseUrl ?? running?.postgres?.address
  const { secretKey, apiUrl } = config.stripe
  if (running !== null && databaseUrl !== undefined) {
    const booksUrl = secretKey === null ? (apiUrl ?? running.simulator?.address ?? null) : null
    return { databaseUrl, booksUrl, stop: async () => {} }
  }
  const places = await openPlaces(config, (line) => console.error(line))
  return {
    databaseUrl: places.settings.databaseUrl,
    booksUrl: places.settings.gateway.booksUrl,
    stop: places.stop,
  }
}

function progressLine(): Parameters<typeof composeAudit>[1] {
  let shownMs = 0
  return ({ stage, done, total, perSecond }) => {
    const nowMs = performance.now()
    if (!process.stderr.isTTY || nowMs - shownMs < PROGRESS_EVERY_MS) return
    shownMs = nowMs
    const of = total === null ? '' : ` of about ${total.toLocaleString('en-US')}`
    const rate = Math.round(perSecond).toLocaleString('en-US')
    process.stderr.write(`\r\u001b[K${stage}: ${done.toLocaleString('en-US')}${of}, ${rate}/s`)
  }
}

function readOptions(argv: readonly string[]): { json: boolean; help: boolean } {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    throw new WrongUsage(String(error instanceof Error ? error.message : error), HELP)
  }
}
