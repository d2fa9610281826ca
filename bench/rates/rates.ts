// The rates from beginning to end: a service of its own, a catalogue, warm-up, rounds in turns, and
// then its books against the answers that were counted. See the help text in rates-options.ts.

import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { openHttp } from '../load/http-connection.ts'
import { type PatientClient, patientClient } from '../load/patient-client.ts'
import { openRaw } from '../load/raw-connection.ts'
import { seedCatalogue } from '../replay/seed-catalogue.ts'
import { readStock } from '../replay/service-books.ts'
import { counted } from '../report/progress-bar.ts'
import { type CallerTokens, callerTokens } from '../stage/caller-tokens.ts'
import { auditDifferences } from '../stage/run-audit.ts'
import { type Environment, openOwnStage, type Stage } from '../stage/stage.ts'
import { type Measured, measure, newLatency } from './measurement.ts'
import { type Buyer, OPERATIONS, type Operation, operate, PRICE_PENCE } from './operations.ts'
import { parseRatesOptions, RATES_HELP, type RatesOptions } from './rates-options.ts'
import { environmentLine, type RateRow, rateRow, ratesTable, withTable } from './rates-report.ts'

const EXIT = Object.freeze({ done: 0, failed: 1, wrongUsage: 2, differences: 3 })
const SEED_CONCURRENCY = 16
const WARM_UP_SHARE = 0.5
const UNITS = 1_000_000

export interface RatesWorld {
  readonly environment: Environment
  say(line: string): void
  complain(line: string): void
}

/** Answers the exit code; what went wrong has been said by then. */
export async function runRates(argv: readonly string[], world: RatesWorld): Promise<number> {
  let options: RatesOptions | 'help'
  try {
    options = parseRatesOptions(argv)
  } catch (error) {
    world.complain(`${(error as Error).message}\nSee: npm run bench -- rates --help`)
    return EXIT.wrongUsage
  }
  if (options === 'help') {
    world.say(RATES_HELP)
    return EXIT.done
  }
  const { environment, say } = world
  const runId = randomBytes(4).toString('hex')
  // Holds that end during the run would be missing from the books.
  const settings = { HOLD_TTL_SECONDS: '86400' }
  const needs = { name: 'rates', environment, runId, linesMax: 1, quantityMax: 1, settings, say }
  const stage = await openOwnStage(needs)
  const interrupted = (): void => void stage.close(false).finally(() => process.exit(EXIT.failed))
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  let verdict: number = EXIT.failed
  try {
    verdict = await rates(stage, options, runId, world)
  } catch (error) {
    world.complain(error instanceof Error ? error.message : String(error))
  } finally {
    const closed = await stage.close(verdict === EXIT.done)
    for (const line of closed.said) say(line)
    if (!closed.isGone && verdict === EXIT.done) verdict = EXIT.failed
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
  }
  return verdict
}

/** One line of the table: an operation on these SKUs, with what was measured so far. */
interface Series {
  readonly operation: Operation
  readonly skus: readonly string[]
  readonly latency: ReturnType<typeof newLatency>
  readonly rounds: Measured[]
  /** Operations of the warm-up, which are in the books, too. */
  warmUp: number
}

async function rates(
  stage: Stage,
  options: RatesOptions,
  runId: string,
  { environment, say }: RatesWorld,
): Promise<number> {
  const [loadBefore = 0] = loadavg()
  const tokens = callerTokens(stage.secret, runId)
  const connection = openHttp(stage.baseUrl)
  const client = patientClient(connection)
  const series = seriesOf(options.spreadSkus)
  let buyers: readonly Buyer[] = []
  try {
    await putOnSale(series, { client, tokens, runId })
    // Opened now and not before: the service closes connections that are idle.
    buyers = await openBuyers(stage.baseUrl, options.connections, tokens)
    await sellOut(series, buyers)
    say(`stock    ${counted(series.flatMap(({ skus }) => skus).length)} SKUs`)
    await takeTurns(series, buyers, stage, options, say)
    const rows = series.map(({ operation, skus, rounds, latency }) =>
      rateRow(operation, skus.length, rounds, latency),
    )
    const storage = environment.DATABASE_URL ? 'the given PostgreSQL' : 'embedded PostgreSQL 18'
    const line = environmentLine(storage, options, loadBefore)
    say(`\n${ratesTable(rows, line)}\n`)
    const differences = [
      ...(await bookDifferences(series, client, tokens)),
      ...auditDifferences(await stage.audit(await tokens.opsToken())).map(
        ({ of, expected, found }) => `${of}: expected ${expected}, found ${found}`,
      ),
    ]
    if (options.json !== undefined) writeJson(options.json, line, rows, differences)
    for (const difference of differences) say(difference)
    if (differences.length > 0) return EXIT.differences
    if (options.readme !== undefined) {
      const text = readFileSync(options.readme, 'utf8')
      writeFileSync(options.readme, withTable(text, ratesTable(rows, line)))
    }
    say('No difference: the books have what was answered, and the audit is clean.')
    return EXIT.done
  } finally {
    for (const buyer of buyers) buyer.connection.close()
    connection.close()
  }
}

function seriesOf(spreadSkus: number): Series[] {
  return OPERATIONS.flatMap((operation) =>
    [1, spreadSkus].map((count) => {
      const prefix = `${operation.replace(' ', '-')}-${count}`
      const skus = Array.from({ length: count }, (_, at) => `${prefix}-${at}`)
      return { operation, skus, latency: newLatency(), rounds: [], warmUp: 0 }
    }),
  )
}

async function openBuyers(
  baseUrl: string,
  count: number,
  tokens: CallerTokens,
): Promise<readonly Buyer[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, at) => {
      let keys = 0
      const token = await tokens.tokenOf(`buyer-${at}`)
      const nextKey = (): string => {
        keys += 1
        return `${at}-${keys}`
      }
      return { connection: await openRaw(baseUrl), token, nextKey }
    }),
  )
}

/** Of what is to be sold out there is one unit. */
async function putOnSale(
  series: readonly Series[],
  shop: { client: PatientClient; tokens: CallerTokens; runId: string },
): Promise<void> {
  const catalogue = new Map(
    series.flatMap(({ operation, skus }) =>
      skus.map((sku) => {
        const units = operation === 'sold out' ? 1 : UNITS
        const name = `Thing ${sku}`
        return [sku, { sku, name, unitPricePence: PRICE_PENCE, sellerId: 'seller-1', units }]
      }),
    ),
  )
  await seedCatalogue(catalogue, {
    client: shop.client,
    opsToken: await shop.tokens.opsToken(),
    concurrency: SEED_CONCURRENCY,
    runId: shop.runId,
    onSeeded: () => {},
  })
}

/** Somebody holds the one unit of what is to be sold out. */
async function sellOut(series: readonly Series[], buyers: readonly Buyer[]): Promise<void> {
  const last = series.filter(({ operation }) => operation === 'sold out')
  const skus = last.flatMap((each) => each.skus)
  const takeLast = async (buyer: Buyer): Promise<void> => {
    for (let sku = skus.pop(); sku !== undefined; sku = skus.pop())
      await operate('hold', sku, buyer)
  }
  await Promise.all(buyers.map(takeLast))
}

/** A warm-up of each, then round by round, so that a machine that slows down slows them all. */
async function takeTurns(
  series: readonly Series[],
  buyers: readonly Buyer[],
  stage: Stage,
  options: RatesOptions,
  say: (line: string) => void,
): Promise<void> {
  const servicePid = stage.pid?.() ?? 0
  for (let round = 0; round <= options.rounds; round += 1) {
    const isWarmUp = round === 0
    for (const each of series) {
      const { operation, skus } = each
      const seconds = options.seconds * (isWarmUp ? WARM_UP_SHARE : 1)
      const latency = isWarmUp ? newLatency() : each.latency
      const done = await measure({ operation, skus, buyers, seconds, servicePid, latency })
      if (isWarmUp) each.warmUp = done.operations
      else each.rounds.push(done)
      const rate = counted(Math.round(done.operations / done.seconds))
      const when = isWarmUp ? 'warm-up' : `round ${round}`
      say(`${when.padEnd(8)} ${operation}, SKUs: ${counted(skus.length)}, ${rate}/s`)
    }
  }
}

/** Every hold and every sale that was answered is in the books, and nothing else is. */
async function bookDifferences(
  series: readonly Series[],
  client: PatientClient,
  tokens: CallerTokens,
): Promise<string[]> {
  const reader = { client, tokens, concurrency: SEED_CONCURRENCY, onRead: () => {} }
  const differences: string[] = []
  for (const { operation, skus, rounds, warmUp } of series) {
    const books = [...(await readStock(skus, reader)).values()]
    const held = books.reduce((sum, each) => sum + each.held, 0)
    const sold = books.reduce((sum, each) => sum + each.sold, 0)
    const answered = rounds.reduce((sum, { operations }) => sum + operations, warmUp)
    const expected = {
      'sold out': [skus.length, 0],
      hold: [answered, 0],
      'full checkout': [0, answered],
    }[operation]
    if (held === expected[0] && sold === expected[1]) continue
    differences.push(
      `${operation} on ${skus.length} SKUs: expected ${expected.join(' held and ')} sold, ` +
        `found ${held} held and ${sold} sold`,
    )
  }
  return differences
}

function writeJson(
  file: string,
  environment: string,
  rows: readonly RateRow[],
  differences: readonly string[],
): void {
  const at = new Date().toISOString()
  writeFileSync(file, `${JSON.stringify({ at, environment, rows, differences }, null, 2)}\n`)
}
