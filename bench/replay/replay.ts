// The replay from beginning to end: read the file, compute its books, sell everything through a
// service, read the service's books and compare. See the help text in replay-options.ts.

import { randomBytes, randomInt } from 'node:crypto'
import { openHttp } from '../load/http-connection.ts'
import { type PatientClient, patientClient } from '../load/patient-client.ts'
import { counted, type ProgressOutput, progressBar } from '../report/progress-bar.ts'
import { type CallerTokens, callerTokens } from '../stage/caller-tokens.ts'
import { type AuditReport, auditDifferences } from '../stage/run-audit.ts'
import { type Environment, openOwnStage, openTargetStage, type Stage } from '../stage/stage.ts'
import { cartLosses } from './cart-losses.ts'
import { compareBooks, type Difference, type StatedStock } from './compare-books.ts'
import { type Disturbed, disturb } from './disturb.ts'
import { type Disturbance, killOnceAt, planDisturbances } from './disturbance-plan.ts'
import { CURRENCY, type ExpectedBooks, expectedBooks } from './expected-books.ts'
import { type InvoiceFile, readInvoiceFile } from './invoice-file.ts'
import { FAILURES_MAX, type ReplayOutcome, replayInvoices } from './replay-invoices.ts'
import {
  parseReplayOptions,
  REPLAY_HELP,
  type ReplayOptions,
  WrongUsage,
} from './replay-options.ts'
import { differenceList, disturbanceList, pounds, replayReport } from './replay-report.ts'
import { seedCatalogue } from './seed-catalogue.ts'
import { readOrders, readStock } from './service-books.ts'

const EXIT = Object.freeze({ done: 0, failed: 1, wrongUsage: 2, differences: 3 })

export interface ReplayWorld {
  readonly environment: Environment
  readonly output: ProgressOutput
  complain(line: string): void
}

/** Answers the exit code; what went wrong has been said by then. */
export async function runReplay(argv: readonly string[], world: ReplayWorld): Promise<number> {
  try {
    const options = parseReplayOptions(argv)
    if (options === 'help') {
      world.output.write(REPLAY_HELP)
      return EXIT.done
    }
    return await replayWith(options, world)
  } catch (error) {
    const isUsage = error instanceof WrongUsage
    world.complain(error instanceof Error ? error.message : String(error))
    if (isUsage) world.complain('See: npm run bench -- replay --help')
    return isUsage ? EXIT.wrongUsage : EXIT.failed
  }
}

async function replayWith(options: ReplayOptions, world: ReplayWorld): Promise<number> {
  const say = (line: string): void => void world.output.write(`${line}\n`)
  const runId = randomBytes(4).toString('hex')
  const targetSecret = secretOf(options, world.environment)
  assertFlushable(options, world.environment)
  const file = await readInvoiceFile(options.invoices)
  const expected = expectedBooks(file.saleLines, options.limitInvoices)
  sayPlan(file, expected, say)

  const { linesMax, quantityMax } = expected
  const needs = {
    name: 'replay',
    environment: world.environment,
    runId,
    linesMax,
    quantityMax,
    say,
  }
  const stage =
    options.target === undefined
      ? await openOwnStage(needs)
      : openTargetStage(options.target, targetSecret)
  const unguard = closeWhenInterrupted(stage, say)
  let verdict: number = EXIT.failed
  try {
    verdict = await playOn(stage, { options, file, expected, runId, output: world.output, say })
  } finally {
    const closed = await stage.close(verdict === EXIT.done && !options.keep)
    for (const line of closed.said) say(line)
    if (!closed.isGone && verdict === EXIT.done) verdict = EXIT.failed
    unguard()
  }
  return verdict
}

interface Play {
  readonly options: ReplayOptions
  readonly file: InvoiceFile
  readonly expected: ExpectedBooks
  readonly runId: string
  readonly output: ProgressOutput
  say(line: string): void
}

async function playOn(stage: Stage, play: Play): Promise<number> {
  const { options, file, expected, say } = play
  if (options.flushes > 0 && stage.flushRedis === null) {
    throw new Error('There is no Redis to flush: install redis-server, or leave --flushes out.')
  }
  const connection = openHttp(stage.baseUrl)
  const client = patientClient(connection)
  const tokens = callerTokens(stage.secret, play.runId)
  try {
    const reader = { client, tokens, concurrency: options.concurrency }
    const stockBefore = stage.hasOwnBooks
      ? new Map<string, StatedStock>()
      : await readStock([...expected.catalogue.keys()], { ...reader, onRead: () => {} })
    await seed(play, client, tokens)
    const outcome = await sell(stage, play, client, tokens)
    const differences = outcome.failures.map(failedPurchase)
    let audit: AuditReport | null = null
    let auditFailed = false
    if (outcome.stoppedEarly) {
      say(`stopped: more than ${FAILURES_MAX} invoices could not be bought.`)
    } else {
      const stated = await readBooks(play, reader)
      const { checkouts } = outcome
      const comparison = { checkouts, stockBefore, userOf: tokens.userOf }
      differences.push(...compareBooks(expected, stated, comparison))
      say('audit    asking the service to audit itself')
      // What was compared so far is worth knowing even when the audit cannot be done.
      audit = await stage.audit(await tokens.opsToken()).catch((error: unknown) => {
        auditFailed = true
        say(`audit    NOT DONE: ${error instanceof Error ? error.message : String(error)}`)
        return null
      })
      if (audit !== null) differences.push(...auditDifferences(audit))
    }
    const retries = client.retries()
    if (outcome.disturbed.length > 0) say(`\n${disturbanceList(outcome.disturbed)}`)
    say(`\n${replayReport({ file, expected, outcome, retries, audit, differences })}`)
    if (differences.length === 0 && auditFailed) {
      say('No difference was found, but the audit could not be done.')
      return EXIT.failed
    }
    if (differences.length === 0) {
      say('No difference: the service says what the file says.')
      return EXIT.done
    }
    say(`${counted(differences.length)} differences:\n${differenceList(differences)}`)
    return EXIT.differences
  } finally {
    connection.close()
  }
}

async function seed(play: Play, client: PatientClient, tokens: CallerTokens): Promise<void> {
  const { catalogue } = play.expected
  const what = { label: 'catalogue', unit: 'SKUs', total: catalogue.size }
  const bar = progressBar(play.output, what)
  await seedCatalogue(catalogue, {
    client,
    opsToken: await tokens.opsToken(),
    concurrency: play.options.concurrency,
    runId: play.runId,
    onSeeded: (count) => bar.update(count),
  })
  bar.finish()
}

async function sell(
  stage: Stage,
  play: Play,
  client: PatientClient,
  tokens: CallerTokens,
): Promise<ReplayOutcome & { readonly disturbed: readonly Disturbed[] }> {
  const { concurrency } = play.options
  const { orders } = play.expected
  const bar = progressBar(play.output, {
    label: 'replay   ',
    unit: 'invoices',
    total: orders.length,
  })
  const losses = cartLosses(client)
  const disturbed: Disturbed[] = []
  const outcome = await replayInvoices(orders, {
    client,
    tokens,
    concurrency,
    losses,
    disturbances: planned(play),
    disturb: async (plan) => {
      const done = await disturb(plan, { stage, losses, say: (line) => bar.say(line) })
      if (done !== null) disturbed.push(done)
    },
    onInvoice: (finished, bought) => bar.update(finished, `${counted(bought)} bought`),
  })
  bar.finish()
  return { ...outcome, disturbed }
}

function planned({ options, expected, say }: Play): readonly Disturbance[] {
  const { killAt, kills, flushes } = options
  const invoices = expected.orders.length
  if (killAt !== undefined) return killOnceAt(killAt, invoices)
  if (kills === 0) return []
  const seed = options.seed ?? randomInt(2 ** 32)
  say(`kills    ${kills}, ${flushes} of them with a flush of Redis, drawn by --seed ${seed}`)
  return planDisturbances({ invoices, kills, flushes, seed })
}

/** What is in a Redis that was given is not ours to empty, unless it was said. */
function assertFlushable(options: ReplayOptions, { REDIS_URL }: Environment): void {
  if (options.flushes === 0 || options.flushGivenRedis || (REDIS_URL ?? '') === '') return
  throw new WrongUsage(
    '--flushes would empty the Redis of REDIS_URL. Unset it, to flush one of our own, or allow ' +
      'it with --flush-given-redis.',
  )
}

async function readBooks(
  play: Play,
  reader: { client: PatientClient; tokens: CallerTokens; concurrency: number },
) {
  const buyers = [...new Set(play.expected.orders.map((order) => order.buyer))]
  const skus = [...play.expected.catalogue.keys()]
  const total = buyers.length + skus.length
  const bar = progressBar(play.output, { label: 'books    ', unit: 'buyers and SKUs', total })
  const orders = await readOrders(buyers, { ...reader, onRead: (count) => bar.update(count) })
  const stock = await readStock(skus, {
    ...reader,
    onRead: (count) => bar.update(buyers.length + count),
  })
  bar.finish()
  return { orders, stock }
}

function failedPurchase(failure: { invoiceNo: string; message: string }): Difference {
  const { invoiceNo, message } = failure
  return { kind: 'purchase_failed', of: invoiceNo, expected: 'a purchase', found: message }
}

function secretOf(options: ReplayOptions, environment: Environment): string {
  const secret = options.jwtSecret ?? environment.JWT_SECRET ?? ''
  if (options.target !== undefined && secret === '') {
    throw new WrongUsage('--target needs --jwt-secret or JWT_SECRET, to sign tokens with.')
  }
  return secret
}

function sayPlan(file: InvoiceFile, expected: ExpectedBooks, say: (line: string) => void): void {
  const left = file.linesRead - file.saleLines.length
  const buyers = new Set(expected.orders.map((order) => order.buyer)).size
  say(
    `file     ${counted(file.linesRead)} lines, ${counted(file.saleLines.length)} are sales, ` +
      `${counted(left)} are left out`,
  )
  say(
    `plan     ${counted(expected.orders.length)} invoices of ${counted(buyers)} buyers, ` +
      `${counted(expected.units)} units of ${counted(expected.catalogue.size)} SKUs, ` +
      `${pounds(expected.revenuePence)} ${CURRENCY}`,
  )
}

/** Ctrl-C must not leave a service behind; answers how to stop listening for it. */
function closeWhenInterrupted(stage: Stage, say: (line: string) => void): () => void {
  const interrupt = (): void => {
    say('\ninterrupted: stopping the service')
    void stage
      .close(false)
      .then(({ said }) => said.map(say))
      .finally(() => process.exit(EXIT.failed))
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt)
  return () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupt)
  }
}
