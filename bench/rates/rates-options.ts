// The command line of the rates: what may be asked, and what a person reads who asks for help.

import { parseArgs } from 'node:util'

export const RATES_HELP = `How many answers a second does a whole Holdfast give?

  npm run bench -- rates [options]

Three operations over HTTP, each on one SKU and spread over 1,000:
  sold out        POST /v1/checkouts for a SKU of which nothing is left, answered 409
  hold            POST /v1/checkouts, answered 201: one unit is held, durably
  full checkout   a hold, POST .../pay, and reads until the payment is captured

A service is started with storage of its own and the payment simulator. A fixed number of
connections ask in a closed loop: each waits for its answer before it asks again. After a warm-up
the measurements take turns; the median of the rounds and their range are printed as a Markdown
table. At the end the units held and sold are counted against the answers, and the audit is run.

  --connections N   connections, each with a buyer of its own, 1 to 1000 (default 64)
  --seconds N       of each measurement in each round, 1 to 60 (default 3)
  --rounds N        1 to 20 (default 5)
  --json FILE       writes every number there as well
  --readme FILE     puts the table between the marks in this file, when nothing differs
  --quick           a look at whether it works: 20 SKUs, 8 connections, 2 rounds of 0.3 seconds
  --help            this text

With DATABASE_URL in the environment it uses a new database on that server (dropped afterwards),
with REDIS_URL that Redis, otherwise embedded ones. The load comes from this machine, too, and takes
its share of the processor.

Exit codes: 0 measured and nothing differs, 1 failed, 2 wrong usage, 3 differences found.
`

export interface RatesOptions {
  readonly connections: number
  readonly seconds: number
  readonly rounds: number
  readonly spreadSkus: number
  readonly json: string | undefined
  readonly readme: string | undefined
}

/** `'help'` when the help text is wanted; throws an Error that says what is wrong. */
export function parseRatesOptions(argv: readonly string[]): RatesOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      connections: { type: 'string' },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      json: { type: 'string' },
      readme: { type: 'string' },
      quick: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) return 'help'
  const isQuick = values.quick === true
  return {
    connections: whole('--connections', values.connections, 1_000) ?? (isQuick ? 8 : 64),
    seconds: whole('--seconds', values.seconds, 60) ?? (isQuick ? 0.3 : 3),
    rounds: whole('--rounds', values.rounds, 20) ?? (isQuick ? 2 : 5),
    spreadSkus: isQuick ? 20 : 1_000,
    json: values.json,
    readme: values.readme,
  }
}

function whole(flag: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (value >= 1 && value <= most) return value
  throw new Error(`${flag} is ${text}; it must be a whole number from 1 to ${most}.`)
}
