// Imports into Postgres, a batch a transaction: COPY into a staging table, products from there, and
// for stock the entries that the actors would have written, sealed here by the same function and
// copied in under the same fence. A SKU that an actor writes to meanwhile has its next number
// taken, which refuses the batch; it is then read and written again, at last with the fence closed.

import { Bug, RetryLater } from '../../actors/domain/failures.ts'
import type { Sku } from '../../actors/domain/ids.ts'
import type { LedgerEntry } from '../../actors/domain/ledger-entry.ts'
import { type Head, NO_HEAD, receiptEntry } from '../../actors/domain/receipt.ts'
import { skuShardOf } from '../../actors/domain/shard.ts'
import { RECEIVED_MAX } from '../../actors/domain/stock-decisions.ts'
import type {
  CatalogueImport,
  ImportedBatch,
  ImportRefusal,
  ImportRow,
  ImportTerms,
  RefusedRow,
} from '../../actors/ports/catalogue-import.ts'
import { type Client, failureOf, type Pool } from './connect.ts'
import { type CopyField, copyRows } from './copy-text.ts'
import { loadSql, type Statement } from './load-sql.ts'

const ATTEMPTS_MAX = 5
/** Attempts that let others append meanwhile; after them they are kept out for a moment. */
const OPEN_ATTEMPTS_MAX = 2
/** An import that was stopped in the middle must not keep the shards from their owners. */
const FENCE_STEP_MAX_MS = 10_000

interface HeadRow extends Head {
  readonly sku: Sku
  readonly earlier_quantity: number | null
}

interface ShardRow {
  id: number
  epoch: number
  now_ms: number
}

interface Supply {
  readonly entries: readonly LedgerEntry[]
  readonly repeated: number
  readonly refused: readonly RefusedRow[]
}

const COPY_ROWS = loadSql('import_copy_rows')
const DROP_REPEATED = loadSql('import_drop_repeated')
const FIRST_LINES = loadSql('import_first_lines')
const PUT_PRODUCTS = loadSql('import_put_products')
const HURRY = loadSql('import_hurry')
const LOCK_FENCE = loadSql('import_lock_fence')
const CLOSE_FENCE = loadSql('import_close_fence')
const HEADS = loadSql('import_heads')
const COPY_ENTRIES = loadSql('import_copy_entries')
const TELL_STOCK = loadSql('import_tell_stock')

/**
 * Throws RetryLater `overloaded` when another import still runs on this database after
 * `patienceMs`.
 */
export async function openPostgresImport(
  pool: Pool,
  terms: ImportTerms,
  patienceMs: number,
): Promise<CatalogueImport> {
  const client = await pool.connect()
  try {
    await takeTurn(client, patienceMs)
    await client.query(loadSql('import_create_rows'))
    await client.query(loadSql('import_create_seen'))
    await client.query(loadSql('import_forget_told'))
  } catch (error) {
    client.release(true)
    throw error
  }
  return {
    async write(rows) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          const fence = attempt > OPEN_ATTEMPTS_MAX ? CLOSE_FENCE : LOCK_FENCE
          return await writeBatch(client, terms, rows, fence)
        } catch (error) {
          await client.query('rollback').catch(() => {})
          if (attempt < ATTEMPTS_MAX && lostARace(error)) continue
          throw failureOf(error, 'ledger_unavailable')
        }
      }
    },
    async finish() {
      await client.query(loadSql('import_analyze'))
    },
    async close() {
      // Tables and lock go with the session, but the server may take a moment to end that.
      await client.query('discard all').catch(() => {})
      client.release(true)
    },
  }
}

async function takeTurn(client: Client, patienceMs: number): Promise<void> {
  try {
    await run(client, loadSql('import_patience'), [patienceMs])
    await run(client, loadSql('import_lock'))
    await run(client, loadSql('import_patience'), [0])
  } catch (error) {
    if ((error as { code?: unknown }).code !== '55P03') throw error
    const message = 'Another import runs on this database. Wait for its end, then start again.'
    throw new RetryLater('overloaded', message, { cause: error })
  }
}

// A number or a command taken by somebody else meanwhile, or a deadlock with them.
function lostARace(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return code === '23505' || code === '40P01'
}

async function writeBatch(
  client: Client,
  terms: ImportTerms,
  rows: readonly ImportRow[],
  fence: Statement,
): Promise<ImportedBatch> {
  await client.query('begin')
  await copyRows(client, COPY_ROWS, stagedRows(rows))
  const repeated = await dropRepeated(client)
  const [put] = await run<{ created: Sku[]; changed: number }>(client, PUT_PRODUCTS, [
    terms.withDescriptions,
  ])
  const isNew = new Set(put?.created)
  const left = new Set(repeated.map(({ line }) => line))
  const wanted = rows.filter(({ line, units }) => units > 0 && !left.has(line))
  // Last, because the owners of the shards must not wait for the products.
  const supply = await supplyStock(client, terms, wanted, fence)
  // A product that is new to the catalogue is in no service's memory.
  const known = supply.entries.map(({ sku }) => sku).filter((sku) => !isNew.has(sku))
  if (known.length > 0) await run(client, TELL_STOCK, [known])
  await client.query('commit')
  return {
    created: isNew.size,
    changed: put?.changed ?? 0,
    stocked: supply.entries.length,
    units: supply.entries.reduce((sum, { quantity }) => sum + quantity, 0),
    repeated: supply.repeated,
    refused: [...repeated, ...supply.refused],
  }
}

async function run<Row extends object>(
  client: Client,
  statement: Statement,
  values: unknown[] = [],
): Promise<Row[]> {
  return (await client.query<Row>({ ...statement, values })).rows
}

async function dropRepeated(client: Client): Promise<RefusedRow[]> {
  const repeated = await run<{ line: number; sku: Sku }>(client, DROP_REPEATED)
  if (repeated.length === 0) return []
  const skus = repeated.map(({ sku }) => sku)
  const first = await run<{ line: number; sku: Sku }>(client, FIRST_LINES, [skus])
  const lines = new Map(first.map(({ sku, line }) => [sku, line]))
  return repeated.map(({ line, sku }) => {
    return { line, sku, refusal: 'sku_repeated' as const, firstLine: lines.get(sku) ?? null }
  })
}

async function supplyStock(
  client: Client,
  terms: ImportTerms,
  rows: readonly ImportRow[],
  fence: Statement,
): Promise<Supply> {
  if (rows.length === 0) return { entries: [], repeated: 0, refused: [] }
  await run(client, HURRY, [FENCE_STEP_MAX_MS])
  const shards = await run<ShardRow>(client, fence)
  const heads = await run<HeadRow>(client, HEADS, [terms.commandId])
  const supply = supplyOf(
    rows,
    terms,
    new Map(shards.map((shard) => [shard.id, shard])),
    new Map(heads.map((head) => [head.sku, head])),
  )
  if (supply.entries.length > 0) await copyRows(client, COPY_ENTRIES, entryRows(supply.entries))
  return supply
}

/** What each row adds to the ledger, in bytewise order of SKU, which the index likes. */
function supplyOf(
  rows: readonly ImportRow[],
  terms: ImportTerms,
  shards: ReadonlyMap<number, ShardRow>,
  heads: ReadonlyMap<Sku, HeadRow>,
): Supply {
  const entries: LedgerEntry[] = []
  const refused: RefusedRow[] = []
  let repeated = 0
  for (const { line, product, units } of rows) {
    const { sku } = product
    const head = heads.get(sku)
    if (head?.earlier_quantity === units) {
      repeated += 1
      continue
    }
    const refusal = head === undefined ? null : refusalOf(head, units, terms)
    if (refusal !== null) refused.push({ line, sku, refusal, firstLine: null })
    else {
      const shard = shards.get(skuShardOf(sku))
      if (shard === undefined) throw new Bug(`the shard of ${sku} is not in the table`)
      const { epoch, now_ms: atMs } = shard
      const receipt = { sku, quantity: units, commandId: terms.commandId, atMs, epoch }
      entries.push(receiptEntry(head ?? NO_HEAD, receipt))
    }
  }
  return {
    entries: entries.sort((one, other) => (one.sku < other.sku ? -1 : 1)),
    repeated,
    refused,
  }
}

function refusalOf(head: HeadRow, units: number, terms: ImportTerms): ImportRefusal | null {
  if (!terms.toExisting) return 'has_history'
  if (head.earlier_quantity !== null) return 'other_quantity'
  return head.received + units > RECEIVED_MAX ? 'stock_limit_reached' : null
}

function* stagedRows(rows: readonly ImportRow[]): Generator<CopyField[]> {
  for (const { line, units, product } of rows) {
    const { sku, name, description, price, sellerId } = product
    yield [line, units, price.amount, sku, name, description, price.currency, sellerId]
  }
}

function* entryRows(entries: readonly LedgerEntry[]): Generator<CopyField[]> {
  for (const entry of entries) {
    yield [
      entry.epoch,
      new Date(entry.atMs).toISOString(),
      entry.seq,
      entry.quantity,
      entry.received,
      entry.available,
      entry.held,
      entry.sold,
      entry.kind,
      skuShardOf(entry.sku),
      entry.sku,
      entry.commandId ?? '',
      `\\x${entry.prevHash}`,
      `\\x${entry.hash}`,
    ]
  }
}
