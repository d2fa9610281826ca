// `holdfast audit`: beside a running service, or on storage started for the purpose.

import { renderReport } from '../audit/report.ts'
import { composeAudit } from '../compose-commands.ts'
import type { Config } from '../config.ts'
import { type RuntimeRecord, runningService } from '../embedded/runtime-file.ts'
import { StartRefused } from '../embedded/start-refused.ts'
import type { Command } from './command.ts'
import { hasEmbeddedDatabase, hasSimulatorBooks, openPlaces } from './places.ts'
import { count, progressLine } from './progress-line.ts'
import { readOptions } from './read-options.ts'

const HELP = `Usage: holdfast audit [--json]

Reads everything from one moment, folds the whole ledger again and compares it with orders,
checkouts, events and, where there is a simulator, the gateway's own books. Sales go on meanwhile.

Options:
  --json   the report as JSON

Examples:
  holdfast audit
  holdfast audit --json | jq '.checks[] | select(.violations > 0)'

Environment: DATABASE_URL, HOLDFAST_DATA, STRIPE_API_URL (the simulator to compare with).

Exit codes: 0 all promises hold, 3 differences found, 1 the audit could not be done, 2 wrong usage.`

interface Books {
  readonly databaseUrl: string
  readonly booksUrl: string | null
  stop(): Promise<void>
}

export const audit: Command = {
  name: 'audit',
  summary: "check every promise that storage and the gateway's books can show",
  help: HELP,
  run: runCommand,
}

async function runCommand(config: Config, argv: readonly string[]): Promise<number> {
  const { options } = readOptions(argv, { options: { json: 'flag' }, help: HELP })
  const books = await findBooks(config)
  try {
    const showing = progress()
    const report = await composeAudit(books, showing)
    showing.clear()
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
  const stop = async () => {}
  if (running !== null && databaseUrl !== undefined) {
    const booksUrl = secretKey === null ? (apiUrl ?? booksOf(running, databaseUrl)) : null
    return { databaseUrl, booksUrl, stop }
  }
  const simulated = secretKey === null && apiUrl === null
  if (config.databaseUrl !== null && simulated && !hasSimulatorBooks(config.dataDir)) {
    // An empty simulator would know of no payment, and call every captured order a difference.
    console.error(
      `No service runs in ${config.dataDir}, and no simulator ever kept books there: the ` +
        'database is audited without them. To compare them as well, set HOLDFAST_DATA to the ' +
        "service's own data folder, or STRIPE_API_URL to its simulator.",
    )
    return { databaseUrl: config.databaseUrl, booksUrl: null, stop }
  }
  if (config.databaseUrl === null && !hasEmbeddedDatabase(config.dataDir)) {
    throw new StartRefused([
      `There is no shop in ${config.dataDir}: nothing was audited and nothing was made.`,
      'Name its data folder with HOLDFAST_DATA, or its database with DATABASE_URL.',
    ])
  }
  const places = await openPlaces(config, (line) => console.error(line))
  return {
    databaseUrl: places.settings.databaseUrl,
    booksUrl: places.settings.gateway.booksUrl,
    stop: places.stop,
  }
}

/** A service with a database of its own keeps no books about another one. */
function booksOf({ postgres, simulator }: RuntimeRecord, databaseUrl: string): string | null {
  if (postgres !== null && postgres.address !== databaseUrl) {
    console.error(
      'The service that runs here has another database than DATABASE_URL: its simulator is left ' +
        "out. To compare the gateway's books, set STRIPE_API_URL to the right simulator.",
    )
    return null
  }
  return simulator?.address ?? null
}

function progress(): Parameters<typeof composeAudit>[1] & { clear(): void } {
  const line = progressLine()
  const show: Parameters<typeof composeAudit>[1] = ({ stage, done, total, perSecond }) =>
    line.show(() => {
      const of = total === null ? '' : ` of about ${count(total)}`
      return `${stage}: ${count(done)}${of}, ${count(Math.round(perSecond))}/s`
    })
  return Object.assign(show, { clear: line.clear })
}
