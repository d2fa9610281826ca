// Imports into Postgres: the entries are those the actors would have written, everything happens
// once, and whoever sells meanwhile is neither forked nor kept from selling.

import assert from 'node:assert/strict'
import pg from 'pg'
import { suite } from 'uvu'
import { hashOfEntry } from '../../actors/domain/hash.ts'
import { parseSku, type Sku } from '../../actors/domain/ids.ts'
import { NO_HEAD, receiptEntry } from '../../actors/domain/receipt.ts'
import { skuShardOf } from '../../actors/domain/shard.ts'
import { appendFact, emptyStock } from '../../actors/domain/sku-stock.ts'
import { RECEIVED_MAX } from '../../actors/domain/stock-decisions.ts'
import type { ImportRow, ImportTerms } from '../../actors/ports/catalogue-import.ts'
import { openPool, type Pool } from '../../persistence/postgres/connect.ts'
import { postgresCatalogue } from '../../persistence/postgres/postgres-catalogue.ts'
import { openPostgresImport } from '../../persistence/postgres/postgres-catalogue-import.ts'
import { postgresLedger, postgresShardTable } from '../../persistence/postgres/postgres-ledger.ts'
import { deliveryOf, OPENING_STOCK } from '../../src/catalogue/import-catalogue.ts'
import { composeAudit } from '../../src/compose-commands.ts'
import { skipTest } from '../runner/skipped.ts'
import { openTestDatabase } from '../support/test-database.ts'

const test = suite('import into Postgres')
const database = await openTestDatabase(import.meta.url)

const sku = (text: string) => parseSku(text) ?? assert.fail()
const row = (line: number, name: string, units: number, amount = 100): ImportRow => ({
  line,
  units,
  product: {
    sku: sku(name),
    name: `The ${name}\t"one"\\ of\nall`,
    description: '',
    price: { amount, currency: 'EUR' },
    sellerId: 'seller-1' as ImportRow['product']['sellerId'],
    imageUrl: null,
    attributes: {},
    status: 'active',
    purchaseLimit: null,
  },
})

test('a receipt is the entry that the fold of the SKU would have made', () => {
  const fact = {
    kind: 'receive' as const,
    holdId: null,
    checkoutId: null,
    buyer: null,
    commandId: 'import:x',
    quantity: 7,
    expiresAtMs: null,
    atMs: 1_700_000_000_123,
  }
  const stock = emptyStock(sku('A'))
  const [first, second] = [appendFact(stock, fact, 3), appendFact(stock, fact, 4)]
  const receipt = { ...fact, sku: sku('A'), epoch: 3 }
  assert.deepEqual(receiptEntry(NO_HEAD, receipt), first)
  assert.deepEqual(receiptEntry(first, { ...receipt, epoch: 4 }), second)
})

if (database === null) skipTest('import into Postgres', 'no Postgres was found')
else {
  const pool = openPool(
    database.url,
    { name: 't', connectionsMax: 4, queryTimeoutMs: 20_000 },
    () => {},
  )
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const ledger = postgresLedger(pool, pool, pool)
  const catalogue = postgresCatalogue(pool)
  test.after(async () => {
    await client.end()
    await pool.end()
    await database.close(true)
  })

  const opened = (terms: Partial<ImportTerms> = {}) =>
    openPostgresImport(pool, { ...OPENING_STOCK, withDescriptions: false, ...terms }, 1)

  async function importing(rows: readonly ImportRow[], terms: Partial<ImportTerms> = {}) {
    const storage = await opened(terms)
    try {
      return await storage.write(rows)
    } finally {
      await storage.close()
    }
  }

  const history = (name: string) => ledger.entriesAfter(sku(name), 0, 100)
  const outcome = async (name: string) =>
    (await history(name)).map(({ kind, quantity, available }) => [kind, quantity, available])

  test('products are stored as they are, units under the epoch of their shard', async () => {
    await postgresShardTable(pool).takeAll('somebody')
    const stored = await importing([row(2, 'A-1', 7), row(3, 'A-2', 0)])
    assert.deepEqual(stored, {
      created: 2,
      changed: 0,
      stocked: 1,
      units: 7,
      repeated: 0,
      refused: [],
    })
    const product = (await catalogue.bySkus([sku('A-1')])).get(sku('A-1'))
    assert.equal(product?.name, row(2, 'A-1', 7).product.name)
    const [entry = assert.fail()] = await history('A-1')
    assert.equal(entry.hash, hashOfEntry(entry))
    const { rows } = await client.query('select epoch from shard where id = $1', [
      skuShardOf(sku('A-1')),
    ])
    assert.equal(entry.epoch, Number(rows[0]?.epoch))
    assert.deepEqual(await history('A-2'), [])
  })

  test('the same rows again change nothing; other units for the same SKU are refused', async () => {
    await importing([row(2, 'B-1', 7)])
    const again = await importing([row(2, 'B-1', 7)])
    assert.deepEqual([again.created, again.changed, again.stocked, again.repeated], [0, 0, 0, 1])
    const other = await importing([row(9, 'B-1', 8, 250)])
    assert.equal(other.changed, 1)
    assert.deepEqual(other.refused, [
      { line: 9, sku: 'B-1', refusal: 'has_history', firstLine: null },
    ])
    assert.deepEqual(await outcome('B-1'), [['receive', 7, 7]])
    const product = (await catalogue.bySkus([sku('B-1')])).get(sku('B-1'))
    assert.deepEqual([product?.version, product?.price.amount], [2, 250])
  })

  test('a SKU is taken once a file: its first line, whichever batch it is in', async () => {
    const storage = await opened()
    const first = await storage.write([row(2, 'C-1', 1), row(3, 'C-1', 2), row(4, 'C-2', 3)])
    const second = await storage.write([row(5, 'C-2', 4), row(6, 'C-3', 5)])
    await storage.close()
    const refused = [...first.refused, ...second.refused]
    assert.deepEqual(
      refused.map(({ line, refusal, firstLine }) => [line, refusal, firstLine]),
      [
        [3, 'sku_repeated', 2],
        [5, 'sku_repeated', 4],
      ],
    )
    assert.deepEqual(await outcome('C-2'), [['receive', 3, 3]])
  })

  test('a SKU with a history receives nothing, but a delivery, and that once', async () => {
    await importing([row(2, 'D-1', 5)])
    const delivery = deliveryOf('april')
    const first = await importing([row(2, 'D-1', 10)], delivery)
    const again = await importing([row(2, 'D-1', 10)], delivery)
    assert.deepEqual([first.stocked, again.stocked, again.repeated], [1, 0, 1])
    const corrected = await importing([row(2, 'D-1', 11)], delivery)
    assert.equal(corrected.refused[0]?.refusal, 'other_quantity')
    await importing([row(2, 'D-1', 10)], deliveryOf('may'))
    assert.deepEqual(await outcome('D-1'), [
      ['receive', 5, 5],
      ['receive', 10, 15],
      ['receive', 10, 25],
    ])
    await importing([row(2, 'D-2', 1)], delivery)
    const opening = await importing([row(2, 'D-2', 4)])
    assert.equal(opening.refused[0]?.refusal, 'has_history')
    const tooMany = await importing([row(2, 'D-2', RECEIVED_MAX)], deliveryOf('june'))
    assert.equal(tooMany.refused[0]?.refusal, 'stock_limit_reached')
  })

  test('only SKUs that somebody may know are told of', async () => {
    await client.query('truncate imported_stock')
    await importing([row(2, 'E-1', 0)])
    await importing([row(2, 'E-1', 5), row(3, 'E-2', 5)])
    const { rows } = await client.query<{ sku: Sku }>('select sku from imported_stock')
    assert.deepEqual(rows, [{ sku: 'E-1' }])
  })

  test('an owner that appends meanwhile keeps its entry; the import goes on behind', async () => {
    await importing([row(2, 'F-1', 5)])
    const shard = skuShardOf(sku('F-1'))
    const [head = assert.fail()] = await history('F-1')
    const receipt = {
      sku: sku('F-1'),
      quantity: 3,
      commandId: 'by-hand',
      atMs: head.atMs,
      epoch: head.epoch,
    }
    const entry = receiptEntry(head, receipt)
    const append = { sku: sku('F-1'), shard, epoch: head.epoch, headSeq: 1, headHash: head.hash }
    // Its transaction is open while the import reads the old head, and commits before it writes.
    await client.query('begin')
    const owner = postgresLedger(client as never, pool, pool)
    assert.equal((await owner.appendMany([{ ...append, entries: [entry] }]))[0]?.kind, 'committed')
    const importedThen = importing([row(2, 'F-1', 10)], deliveryOf('behind'))
    await untilSomebodyWaits()
    await client.query('commit')
    assert.equal((await importedThen).stocked, 1)
    assert.deepEqual(await outcome('F-1'), [
      ['receive', 5, 5],
      ['receive', 3, 8],
      ['receive', 10, 18],
    ])
  })

  test('a SKU that is sold without a pause takes its delivery, too', async () => {
    await importing([row(2, 'I-1', 5)])
    const shard = skuShardOf(sku('I-1'))
    const sales: Promise<void>[] = []
    /** The owner appends whenever the import has read the head: as fast as can be. */
    async function sell(number: number): Promise<void> {
      const head = (await history('I-1')).at(-1) ?? assert.fail()
      const { seq: headSeq, hash: headHash, atMs, epoch } = head
      const receipt = { sku: sku('I-1'), quantity: 1, commandId: `sale-${number}`, atMs, epoch }
      const entries = [receiptEntry(head, receipt)]
      await ledger.appendMany([{ sku: sku('I-1'), shard, epoch, headSeq, headHash, entries }])
    }
    const storage = await openPostgresImport(
      interrupted(pool, 'import_heads', () => {
        const sale = sell(sales.length)
        sales.push(sale)
        return Promise.race([sale, untilSomebodyWaits()])
      }),
      { ...deliveryOf('hot'), withDescriptions: false },
      1,
    )
    const stored = await storage.write([row(2, 'I-1', 10)])
    // The last sale waited for the import, and was refused for its old head.
    await Promise.allSettled(sales)
    await storage.close()
    assert.equal(stored.stocked, 1)
    assert.equal((await history('I-1')).filter(({ quantity }) => quantity === 10).length, 1)
    assert.ok(sales.length > 1, 'the owner was faster at first')
  })

  test('an owner with an old head is refused, and reads again', async () => {
    await importing([row(2, 'G-1', 5)])
    const [head = assert.fail()] = await history('G-1')
    const shard = skuShardOf(sku('G-1'))
    const receipt = {
      sku: sku('G-1'),
      quantity: 3,
      commandId: 'x',
      atMs: head.atMs,
      epoch: head.epoch,
    }
    const stale = {
      sku: sku('G-1'),
      shard,
      epoch: head.epoch,
      headSeq: 0,
      headHash: '0'.repeat(64),
    }
    const entries = [receiptEntry(NO_HEAD, receipt)]
    const [outcomeOfStale] = await ledger.appendMany([{ ...stale, entries }])
    assert.equal(outcomeOfStale?.kind === 'refused' && outcomeOfStale.refusal, 'stale_head')
  })

  test('a takeover during the import: every entry has the epoch of its time', async () => {
    const storage = await opened()
    await storage.write([row(2, 'H-1', 5)])
    await postgresShardTable(pool).takeAll('another')
    await storage.write([row(3, 'H-2', 5)])
    await storage.close()
    const [[before], [after]] = [await history('H-1'), await history('H-2')]
    const { rows } = await client.query('select min(epoch) as epoch from shard')
    assert.equal(after?.epoch, Number(rows[0]?.epoch))
    assert.equal(before?.epoch, Number(rows[0]?.epoch) - 1)
  })

  test('a second import at the same time is refused in words', async () => {
    const storage = await opened()
    await assert.rejects(importing([]), /Another import runs/)
    await storage.close()
  })

  test('an audit of all that was imported finds every promise kept', async () => {
    const report = await composeAudit({ databaseUrl: database.url, booksUrl: null }, () => {})
    assert.equal(report.ok, true, JSON.stringify(report, null, 1))
  })

  /** The same pool; after each statement of that name somebody else has a turn. */
  function interrupted(inner: Pool, name: string, turn: () => Promise<unknown>): Pool {
    const connect = async () => {
      const own = await inner.connect()
      const query = (asked: string | { name?: string }) => {
        const answering: Promise<unknown> = own.query(asked as string)
        const isIt = typeof asked === 'object' && asked.name === name
        return isIt ? answering.finally(turn) : answering
      }
      return new Proxy(own, {
        get: (target, key) => (key === 'query' ? query : Reflect.get(target, key, target)),
      })
    }
    return { connect } as unknown as Pool
  }

  async function untilSomebodyWaits(): Promise<void> {
    const deadlineMs = performance.now() + 10_000
    for (;;) {
      const { rows } = await pool.query(
        `select from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`,
      )
      if (rows.length > 0) return
      assert.ok(performance.now() < deadlineMs, 'nobody waited for the open transaction')
    }
  }
}

test.run()
