// `holdfast import`: a catalogue file into the database, with its stock.

import { accessSync, constants, createReadStream, statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { NeedsOperator } from '../../actors/domain/failures.ts'
import {
  deliveryOf,
  type ImportTally,
  importCatalogue,
  OPENING_STOCK,
} from '../catalogue/import-catalogue.ts'
import { NoCatalogue } from '../catalogue/read-catalogue-csv.ts'
import { hashOfContent, UnreadableFile } from '../catalogue/text-lines.ts'
import { composeImport, migrateDatabase } from '../compose-commands.ts'
import type { Config } from '../config.ts'
import { LIMITS } from '../limits.ts'
import type { Command } from './command.ts'
import { count, durationInWords, progressLine } from './progress-line.ts'
import { readOptions } from './read-options.ts'
import { type RejectedRows, rejectedRows } from './rejected-rows.ts'
import { openStorage } from './storage.ts'
import { WrongUsage } from './wrong-usage.ts'

const HELP = `Usage: holdfast import FILE [--receive [--id NAME]] [--rejects FILE]
                       [--strict] [--json]

Brings a CSV file of products and stock into the catalogue; gzipped or not, of any size. FILE may
be - for standard input. The first line names the columns, in any order:

  sku,name,price,currency,seller_id,stock      and, if wanted, description

price is written with a decimal point (19.90; 500 in yen). What the file does not say of a product
that is there (image, attributes, status) stays. A SKU without any history receives its stock; one
that has a history keeps it, unless --receive. Each SKU may be there once; the first line counts.
Rows that cannot be taken are listed by line and left out; everything else is imported.

Importing the same file again changes nothing. Rows are stored 10,000 at a time, product and stock
together: after an interruption the same command finishes the rest.

Options:
  --receive       the units are a delivery: SKUs that have stock receive them too. The same file
                  is received once, however often it is imported. An import without --receive
                  is no delivery: the same file with --receive adds its units to it, once
  --id NAME       the name of the delivery, instead of the file's content: give another one to
                  receive the same file again, the same one to go on with a corrected file.
                  Needed with --receive from standard input
  --rejects FILE  write every row that was not taken, with line and reason, as CSV; without it the
                  first 20 are shown
  --strict        exit with 1 when any row was rejected
  --json          the result as JSON on standard output

Examples:
  holdfast import catalogue.csv.gz --rejects rejected.csv
  zcat delivery.csv.gz | holdfast import - --receive --id delivery-2026-04-30

Environment: DATABASE_URL, or HOLDFAST_DATA for the embedded database (default .holdfast/ in the
project), which is started for the import when no service runs. A running service goes on selling.

Exit codes: 0 imported, rejected rows included; 1 failed, or rejected rows with --strict; 2 wrong
usage.`

const ID_PATTERN = /^[\x21-\x7e]{1,100}$/

interface Options {
  readonly file: string
  readonly receive: boolean
  readonly id: string | null
  readonly rejects: string | null
  readonly strict: boolean
  readonly json: boolean
}

export const importFile: Command = {
  name: 'import',
  summary: 'bring a CSV file of products and stock into the catalogue',
  help: HELP,
  run: runCommand,
}

async function runCommand(config: Config, argv: readonly string[]): Promise<number> {
  const options = readImportOptions(argv)
  const { file } = options
  try {
    const size = file === '-' ? null : sizeOf(file)
    const stock = await stockTerms(options)
    const rejected = await rejectedRows(options.rejects)
    const storage = await openStorage(config, { mayCreate: true })
    try {
      const startedMs = performance.now()
      await migrateDatabase(storage.databaseUrl)
      const tally = await runImport(storage.databaseUrl, { options, stock, size, rejected })
      report(options, tally, rejected, performance.now() - startedMs)
      return options.strict && tally.rejected > 0 ? 1 : 0
    } finally {
      await rejected.close()
      await storage.stop()
    }
  } catch (error) {
    throw inWordsOf(isUnreadable(error) ? cannotBeImported(file, error, 0) : error, file)
  }
}

function readImportOptions(argv: readonly string[]): Options {
  const { options, operands } = readOptions(argv, {
    options: { receive: 'flag', id: 'value', rejects: 'value', strict: 'flag', json: 'flag' },
    operands: ['FILE'],
    help: HELP,
  })
  const [file = ''] = operands
  if (file === '') throw new WrongUsage('FILE is missing.', HELP)
  if (options.id !== null && !options.receive) {
    throw new WrongUsage('--id names a delivery, so it needs --receive.', HELP)
  }
  if (options.id !== null && !ID_PATTERN.test(options.id)) {
    throw new WrongUsage('--id takes 1 to 100 visible ASCII characters.', HELP)
  }
  if (options.receive && options.id === null && file === '-') {
    throw new WrongUsage(
      'From standard input --receive needs --id: a repeat could not be told from a new delivery.',
      HELP,
    )
  }
  return { file, ...options }
}

async function stockTerms({ file, receive, id }: Options) {
  if (!receive) return OPENING_STOCK
  return deliveryOf(id ?? (await hashOfContent(createReadStream(file))))
}

async function runImport(
  databaseUrl: string,
  work: {
    readonly options: Options
    readonly stock: Awaited<ReturnType<typeof stockTerms>>
    readonly size: number | null
    readonly rejected: RejectedRows
  },
): Promise<ImportTally> {
  const { options, stock, size, rejected } = work
  const line = progressLine()
  const startedMs = performance.now()
  let rowsDone = 0
  const storage = await composeImport(databaseUrl)
  // Opened last: a stream that fails before anybody reads it ends the process.
  const bytes = options.file === '-' ? process.stdin : createReadStream(options.file)
  try {
    return await importCatalogue({
      bytes,
      open: (withDescriptions) => storage.open({ ...stock, withDescriptions }),
      batchRows: LIMITS.importBatchRows,
      onRejected(row, columns) {
        line.clear()
        return rejected.add(row, columns)
      },
      onProgress({ rows, rejected: left }) {
        rowsDone = rows
        const elapsedMs = performance.now() - startedMs
        line.show(() => progressText({ rows, left, elapsedMs, read: bytesRead(bytes), size }))
      },
    })
  } catch (error) {
    throw isUnreadable(error) ? cannotBeImported(options.file, error, rowsDone) : error
  } finally {
    line.clear()
    await storage.close()
  }
}

function progressText(at: {
  readonly rows: number
  readonly left: number
  readonly elapsedMs: number
  readonly read: number
  readonly size: number | null
}): string {
  const rate = Math.round(at.rows / (at.elapsedMs / 1_000))
  const text = `${count(at.rows)} rows, ${count(rate)}/s, ${count(at.left)} rejected`
  if (at.size === null || at.read === 0) return text
  const part = Math.min(1, at.read / at.size)
  const leftMs = (at.elapsedMs * (1 - part)) / part
  return `${Math.floor(part * 100)} %  ${text}, ${durationInWords(leftMs)} left`
}

/** Of the file, as it lies on the disk. */
function bytesRead(bytes: Readable): number {
  return 'bytesRead' in bytes ? Number(bytes.bytesRead) : 0
}

function report(options: Options, tally: ImportTally, rejected: RejectedRows, ms: number): void {
  if (options.json) {
    console.log(JSON.stringify({ ...tally, duration_ms: Math.round(ms) }, null, 2))
    return
  }
  const { rows, created, changed, stocked, units, repeated } = tally
  const rate = count(Math.round(rows / Math.max(0.001, ms / 1_000)))
  console.log(`${count(rows)} rows in ${durationInWords(ms)} (${rate}/s).`)
  console.log(`  products  ${count(created)} new, ${count(changed)} changed`)
  console.log(`  stock     ${count(units)} units received by ${count(stocked)} SKUs`)
  if (repeated > 0) console.log(`            ${count(repeated)} SKUs had received theirs before`)
  console.log(`  rejected  ${count(tally.rejected)} rows${rejected.where()}`)
}

/** A folder, or a file that is not there or not ours to read, is refused before all else. */
function sizeOf(file: string): number {
  const stat = statSync(file)
  if (stat.isDirectory()) throw new UnreadableFile('it is a folder')
  accessSync(file, constants.R_OK)
  return stat.size
}

function isUnreadable(error: unknown): error is NoCatalogue | UnreadableFile {
  return error instanceof NoCatalogue || error instanceof UnreadableFile
}

/** `rowsDone`: how many rows storage had taken when the file could not be read on. */
function cannotBeImported(file: string, { message }: Error, rowsDone: number): NeedsOperator {
  return new NeedsOperator(
    `${file === '-' ? 'Standard input' : file} cannot be imported: ${message}.\n${
      rowsDone === 0
        ? 'Nothing was imported.'
        : 'What was imported before that stays; importing the whole file again adds the rest.'
    }`,
  )
}

const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  EACCES: 'reading it is not allowed',
  EPERM: 'reading it is not allowed',
  ENAMETOOLONG: 'the name is too long',
  ERR_INVALID_ARG_VALUE: 'the name holds a character that no file name can have',
}

function inWordsOf(error: unknown, file: string): unknown {
  const { code, syscall } = error as { code?: unknown; syscall?: unknown }
  const problem = typeof code === 'string' ? FILE_PROBLEMS[code] : undefined
  if (problem === undefined || (syscall === undefined && code !== 'ERR_INVALID_ARG_VALUE')) {
    return error
  }
  const { path } = error as { path?: unknown }
  return new NeedsOperator(`${path ?? file} cannot be used: ${problem}. Nothing was imported.`)
}
