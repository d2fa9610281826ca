// The replay's command line: what may be asked, and what a person reads who asks for help.

import { parseArgs } from 'node:util'

export const REPLAY_HELP = `Replays real invoices through a whole Holdfast, then checks its books.

  npm run bench -- replay --invoices FILE [options]

Every sale invoice of the file is bought over HTTP: cart, checkout, payment. Then units sold per
SKU, every order and the revenue are compared with what the file alone says they must be, and the
audit is run.

  --invoices FILE      .csv or .csv.gz with the columns InvoiceNo, StockCode, Description, Quantity,
                       UnitPrice, CustomerID (the "Online Retail" data set of the UCI repository)
  --concurrency N      invoices in flight at once, 1 to 512 (default 16); one buyer's never overlap
  --limit-invoices N   replay only the first N sale invoices
  --kill-at SHARE      once this share of the invoices is done (0.5 is half), kill the service with
                       SIGKILL, start it again and ride it out
  --kills N            kill it at N random moments of the replay; about one in four of the new
                       processes is killed, too, while it starts
  --flushes N          at N of these moments everything in Redis is gone as well (default 0)
  --seed N             the moments (default: drawn and printed); the same seed, the same moments
  --flush-given-redis  allows flushes of the Redis of REDIS_URL: of the database its URL names
  --target URL         drive a running service instead of starting one. It gets the file's products
                       and stock, so use one that is nobody's shop, and let nobody else buy there
  --jwt-secret SECRET  the target's signing secret (default: JWT_SECRET from the environment)
  --keep               keep the data of the service that was started, even when all is well
  --help               this text

Without --target a service is started on a free port and an empty data folder, and stopped again.
With DATABASE_URL in the environment it uses a new database on that server (dropped afterwards),
with REDIS_URL that Redis, otherwise its own embedded parts.

Exit codes: 0 no difference, 1 the replay could not be done, 2 wrong usage, 3 differences found.
`

export interface ReplayOptions {
  readonly invoices: string
  readonly concurrency: number
  readonly limitInvoices: number | undefined
  readonly killAt: number | undefined
  readonly kills: number
  readonly flushes: number
  /** Undefined: one is drawn. */
  readonly seed: number | undefined
  readonly flushGivenRedis: boolean
  readonly target: string | undefined
  readonly jwtSecret: string | undefined
  readonly keep: boolean
}

/** What was typed cannot be meant; the message says what can. */
export class WrongUsage extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'WrongUsage'
  }
}

/** `'help'` when the help text is wanted. Throws WrongUsage. */
export function parseReplayOptions(argv: readonly string[]): ReplayOptions | 'help' {
  const values = readFlags(argv)
  if (values.help === true) return 'help'
  if (values.invoices === undefined || values.invoices === '') {
    throw new WrongUsage('--invoices FILE is missing: which file shall be replayed?')
  }
  const kills = whole('--kills', values.kills, 1_000) ?? 0
  const flushes = whole('--flushes', values.flushes, 1_000) ?? 0
  const killAt = share(values['kill-at'])
  if (values.target !== undefined && (killAt !== undefined || kills > 0)) {
    throw new WrongUsage('--kill-at and --kills need a service started here; not with --target.')
  }
  if (killAt !== undefined && kills > 0) {
    throw new WrongUsage('--kill-at is one kill, --kills are many: choose one of them.')
  }
  if (flushes > kills) {
    throw new WrongUsage(
      `--flushes is ${flushes}: a flush goes with a kill, and there are ${kills}.`,
    )
  }
  return {
    invoices: values.invoices,
    concurrency: whole('--concurrency', values.concurrency, 512) ?? 16,
    limitInvoices: whole('--limit-invoices', values['limit-invoices'], 1_000_000_000),
    killAt,
    kills,
    flushes,
    seed: whole('--seed', values.seed, 4_294_967_295),
    flushGivenRedis: values['flush-given-redis'] === true,
    target: httpUrl(values.target),
    jwtSecret: values['jwt-secret'],
    keep: values.keep === true,
  }
}

function readFlags(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        invoices: { type: 'string' },
        concurrency: { type: 'string' },
        'limit-invoices': { type: 'string' },
        'kill-at': { type: 'string' },
        kills: { type: 'string' },
        flushes: { type: 'string' },
        seed: { type: 'string' },
        'flush-given-redis': { type: 'boolean' },
        target: { type: 'string' },
        'jwt-secret': { type: 'string' },
        keep: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? error.message : String(error))
  }
}

function whole(flag: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d{1,10}$/.test(text) ? Number(text) : 0
  if (value < 1 || value > most) {
    throw new WrongUsage(`${flag} is ${text}; it must be a whole number from 1 to ${most}.`)
  }
  return value
}

function share(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= 0 && value < 1)) {
    throw new WrongUsage(
      `--kill-at is ${text}; it must be a share such as 0.5, at least 0, under 1.`,
    )
  }
  return value
}

function httpUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  if (!URL.canParse(text) || new URL(text).protocol !== 'http:') {
    throw new WrongUsage(`--target is ${text}; it must be like http://127.0.0.1:8080.`)
  }
  return text.replace(/\/+$/, '')
}
