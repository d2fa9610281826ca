// How many durable holds on one SKU does this machine do in a second? The question behind a flash
// sale. Runs with group commit and runs with one append per command take turns in one process on
// one database, so that their ratio holds even where the machine's speed drifts.

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { checkoutIdOf, holdIdOf, parseSku, parseUserId, type Sku } from '../../actors/domain/ids.ts'
import { uuidV7 } from '../../actors/domain/uuid.ts'
import { composeBenchStock, migrateDatabase } from '../../src/compose-commands.ts'
import { startEmbedded } from '../../src/embedded/start-embedded.ts'
import { LIMITS } from '../../src/limits.ts'
import { openLog } from '../../src/telemetry/log.ts'
import { createOwnDatabase } from '../database/own-database.ts'
import { reportTable } from '../report/table.ts'

const HELP = `Usage: npm run bench -- holds [options]

Measures durable holds on one SKU in process: command in, ledger entry on disk, answer out.

  --layer ledger    the decision and its commit, without HTTP (the only layer so far)
  --callers N       callers, each waiting for its answer before it asks again (default 500)
  --holds N         holds a run (default 60000)
  --runs N          runs of each kind, taking turns (default 5)

Uses a database of its own: on the server of DATABASE_URL if it is set, else on a Postgres that it
starts. Exit codes: 0 both goals met, 1 missed or failed, 2 wrong usage.`

/** What a flash sale of 10,000 units in a second asks of one SKU, with room to spare. */
const HOLDS_PER_SECOND_GOAL = 20_000
const RATIO_GOAL = 10
const SINGLE_SHARE = 30
const INTERRUPTED = 130

interface Options {
  readonly callers: number
  readonly holds: number
  readonly runs: number
}

/** Answers the exit code. */
export async function runHolds(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const options = readOptions(argv)
  if (typeof options === 'number') return options
  const place = await openPlace(environment['DATABASE_URL'])
  const leave = () => void place.close().finally(() => process.exit(INTERRUPTED))
  process.once('SIGINT', leave).once('SIGTERM', leave)
  try {
    await migrateDatabase(place.databaseUrl)
    return await measure(place.databaseUrl, options)
  } finally {
    process.off('SIGINT', leave).off('SIGTERM', leave)
    await place.close()
  }
}

async function measure(databaseUrl: string, options: Options): Promise<number> {
  const grouped: number[] = []
  const single: number[] = []
  for (let run = 1; run <= options.runs; run += 1) {
    const { rate, words } = await oneRun(databaseUrl, LIMITS.commandsPerAppendMax, options)
    if (run === 1) console.log(`${words}, ${options.callers} callers, ${options.holds} holds a run`)
    grouped.push(rate)
    const few = { ...options, holds: Math.ceil(options.holds / SINGLE_SHARE) }
    single.push((await oneRun(databaseUrl, 1, few)).rate)
    console.log(
      `  run ${run} of ${options.runs}: ${whole(rate)}/s, one append each ${last(single)}/s`,
    )
  }
  const ratios = grouped.map((rate, at) => rate / (single[at] ?? Number.NaN))
  console.log(
    reportTable('durable holds on one SKU: median, and lowest to highest run', [
      [
        ['group commit', ...spread(grouped, perSecond)],
        ['one append per command', ...spread(single, perSecond)],
      ],
      [['ratio, run by run', ...spread(ratios, (ratio) => `${ratio.toFixed(1)} x`)]],
    ]),
  )
  const met = median(grouped) >= HOLDS_PER_SECOND_GOAL && median(ratios) >= RATIO_GOAL
  const goal = `${whole(HOLDS_PER_SECOND_GOAL)} holds/s and ${RATIO_GOAL} x one append per command`
  console.log(met ? `Goal met: ${goal}.` : `Goal missed: ${goal}.`)
  return met ? 0 : 1
}

async function oneRun(databaseUrl: string, batchMax: number, { callers, holds }: Options) {
  const stock = await composeBenchStock(databaseUrl, batchMax, openLog('error'))
  try {
    const sku = notNull(parseSku(`BENCH-${randomBytes(8).toString('hex')}`))
    await stock.skus.ask(sku, { kind: 'receive', commandId: 'supply', quantity: holds })
    let left = holds
    const startedMs = performance.now()
    const call = async (): Promise<void> => {
      while (left > 0) {
        left -= 1
        await hold(stock.skus, sku, stock.ledgerClock.nowMs())
      }
    }
    await Promise.all(Array.from({ length: callers }, call))
    const rate = (holds / (performance.now() - startedMs)) * 1_000
    const { held, available } = await stock.skus.look(sku)
    if (held !== holds || available !== 0) throw new Error(`${held} of ${holds} units are held`)
    const { server_version, fsync, synchronous_commit } = stock.durability
    const commits = `fsync ${fsync}, synchronous_commit ${synchronous_commit}`
    const words = `PostgreSQL ${server_version}, ${commits}`
    return { rate, words }
  } finally {
    await stock.close()
  }
}

type Asking = Awaited<ReturnType<typeof composeBenchStock>>['skus']

async function hold(skus: Asking, sku: Sku, nowMs: number): Promise<void> {
  const checkoutId = checkoutIdOf(uuidV7(nowMs, randomBytes(10), 0))
  const reply = await skus.ask(sku, {
    kind: 'reserve',
    holdId: holdIdOf(checkoutId, 1, 0),
    checkoutId,
    buyer: notNull(parseUserId('bench')),
    quantity: 1,
    expiresAtMs: nowMs + 15 * 60_000,
    purchaseLimit: null,
    repeat: false,
  })
  if (!reply.ok) throw new Error(`a hold was refused: ${reply.refusal}`)
}

interface Place {
  readonly databaseUrl: string
  close(): Promise<void>
}

async function openPlace(serverUrl: string | undefined): Promise<Place> {
  if (serverUrl) {
    const own = await createOwnDatabase(serverUrl, `holdfast_holds_${process.pid}`)
    return { databaseUrl: own.url, close: own.drop }
  }
  const dataDir = mkdtempSync(path.join(tmpdir(), 'holdfast-bench-'))
  const want = { postgres: true, redis: false, simulator: null }
  const embedded = await startEmbedded({ dataDir, want, say: () => {} })
  return {
    databaseUrl: embedded.databaseUrl ?? '',
    async close() {
      await embedded.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

function readOptions(argv: readonly string[]): Options | number {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        layer: { type: 'string', default: 'ledger' },
        callers: { type: 'string', default: '500' },
        holds: { type: 'string', default: '60000' },
        runs: { type: 'string', default: '5' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(HELP)
      return 0
    }
    if (values.layer !== 'ledger') throw new Error(`there is no layer "${values.layer}"`)
    return {
      callers: count('callers', values.callers),
      holds: count('holds', values.holds),
      runs: count('runs', values.runs),
    }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`)
    return 2
  }
}

function count(name: string, text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1 && number <= 1_000_000) return number
  throw new Error(`--${name} is a whole number from 1 to 1000000, not "${text}"`)
}

function notNull<Id>(id: Id | null): Id {
  if (id === null) throw new Error('the benchmark made a name that is none')
  return id
}

function spread(values: readonly number[], show: (value: number) => string): [string, string] {
  return [show(median(values)), `${show(Math.min(...values))} to ${show(Math.max(...values))}`]
}

function perSecond(value: number): string {
  return `${whole(value)}/s`
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[sorted.length >> 1] ?? Number.NaN
  const lower = sorted[(sorted.length - 1) >> 1] ?? Number.NaN
  return (lower + upper) / 2
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function last(values: readonly number[]): string {
  return whole(values.at(-1) ?? Number.NaN)
}
