// `holdfast import`, run as a command on a database of its own: what it takes, what it leaves out
// and says, that a second time changes nothing, and that what was imported can be bought.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import pg from 'pg'
import { suite } from 'uvu'
import { skipTest } from '../runner/skipped.ts'
import { openSellingHouse } from '../service/selling-house.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { until } from '../support/until.ts'
import { runHoldfast, startHoldfast, testFolder } from './run-holdfast.ts'

const HEADER = 'sku,name,price,currency,seller_id,stock'
const ROWS = 20_000
// Every 1,000th row is bad, each in another way.
const BAD_ROWS = [
  'BAD 1 ,One,1.00,USD,seller-1,1',
  'BAD-2,,1.00,USD,seller-1,1',
  'BAD-3,One,1.001,USD,seller-1,1',
  'BAD-4,One,1.00,DOLLAR,seller-1,1',
  'BAD-5,"One,1.00,USD,seller-1,1',
  'BAD-6,One,1.00,USD,seller-1',
  'BAD-7,One,1.00,USD,,1',
  'BAD-8,One,1.00,USD,seller-1,many',
  'ITEM-00001,Again,9.00,USD,seller-1,1',
  'BAD-10,One\0,1.00,USD,seller-1,1',
]

const test = suite('holdfast import')
const database = await openTestDatabase(import.meta.url)

if (database === null) skipTest('holdfast import', 'no Postgres was found')
else {
  const folder = testFolder()
  const env = { DATABASE_URL: database.url, HOLDFAST_DATA: folder.file('data') }
  const client = new pg.Client({ connectionString: database.url })
  const onlooker = new pg.Client({ connectionString: database.url })
  await client.connect()
  await onlooker.connect()
  let passed = false
  test.after(async () => {
    await client.end()
    await onlooker.end()
    folder.remove()
    await database.close(passed)
  })

  const imported = (argv: readonly string[], input?: string | Buffer) =>
    runHoldfast(['import', ...argv], input === undefined ? { env } : { env, input })
  const write = (name: string, text: string | Buffer) => {
    writeFileSync(folder.file(name), text)
    return folder.file(name)
  }
  const units = async () => {
    const { rows } = await client.query(
      `select count(*)::int as entries, sum(quantity)::int as units from ledger_entry
        where kind = 'receive'`,
    )
    return rows[0] as { entries: number; units: number }
  }

  test('of 20,000 rows the good are stored, the bad listed by line and reason', async () => {
    const file = write('catalogue.csv', catalogueOf(ROWS))
    const { code, said, complained } = await imported([file, '--json'])
    assert.equal(code, 0, complained)
    const { duration_ms: durationMs, ...tally } = JSON.parse(said)
    assert.ok(durationMs > 0)
    assert.deepEqual(tally, {
      rows: ROWS,
      created: ROWS - 20,
      changed: 0,
      stocked: ROWS - 20,
      units: 2 * (ROWS - 20),
      repeated: 0,
      rejected: 20,
    })
    assert.match(complained, /^line 1001: "BAD 1 " is no SKU/m)
    assert.match(complained, /^line 9001: ITEM-00001 is on line 3 already/m)
    assert.equal((complained.match(/^line /gm) ?? []).length, 20)
    assert.deepEqual(await units(), { entries: ROWS - 20, units: 2 * (ROWS - 20) })
  })

  test('the same again, gzipped, from standard input: nothing changes', async () => {
    const before = await units()
    const packed = gzipSync(catalogueOf(ROWS))
    const rejects = folder.file('rejected.csv')
    const { code, said } = await imported(['-', '--json', '--strict', '--rejects', rejects], packed)
    assert.equal(code, 1, 'rows were rejected, and --strict minds')
    const { created, changed, stocked, repeated } = JSON.parse(said)
    assert.deepEqual([created, changed, stocked, repeated], [0, 0, 0, ROWS - 20])
    assert.deepEqual(await units(), before)
    const [header, first, ...others] = readFileSync(rejects, 'utf8').trimEnd().split('\n')
    assert.equal(header, `line,problem,${HEADER}`)
    assert.match(first ?? '', /^1001,".*no SKU.*",BAD 1 ,One,1\.00,USD,seller-1,1$/)
    assert.equal(others.length, 19)
  })

  test('a SKU with stock receives more only as a delivery, and that once', async () => {
    const before = await units()
    const file = write('delivery.csv', `${HEADER}\nITEM-00003,Item 3,1.00,USD,seller-1,50\n`)
    const refused = await imported([file])
    assert.equal(refused.code, 0)
    assert.match(refused.complained, /^line 2: ITEM-00003 .* not received \(--receive/m)
    assert.match(refused.said, /rejected {2}1 rows/)
    assert.deepEqual(await units(), before)
    for (const expected of [1, 0]) {
      const { said } = await imported([file, '--receive', '--json'])
      assert.equal(JSON.parse(said).stocked, expected)
    }
    assert.equal((await units()).units, before.units + 50)
    const corrected = write('packed.csv', gzipSync(readFileSync(file)))
    const packed = await imported([corrected, '--receive', '--json'])
    assert.equal(JSON.parse(packed.said).repeated, 1, 'the content counts, not how it is packed')
    const named = await imported([file, '--receive', '--id', 'second', '--json'])
    assert.equal(JSON.parse(named.said).stocked, 1)
  })

  test('killed midway it leaves whole rows, and the same command finishes the rest', async () => {
    await client.query('begin')
    // A lock that stops the third batch, so that the kill is in the middle of the work.
    await client.query(`insert into product (sku, name, price_amount, currency, seller_id)
      values ('K-25000', 'Locked', 1, 'USD', 's')`)
    const rows = Array.from({ length: 30_000 }, (_, at) => `K-${at},Item,1.00,USD,seller-1,1`)
    const file = write('killed.csv', `${[HEADER, ...rows].join('\n')}\n`)
    const { child, run } = startHoldfast(['import', file], { env })
    await until('the import waits for the lock', importWaits, 60_000)
    child.kill('SIGKILL')
    await run
    await client.query('rollback')
    assert.deepEqual(await whatIsThere(), { products: 20_000, stocked: 20_000 })
    const { said, code, complained } = await imported([file, '--json'])
    assert.equal(code, 0, complained)
    const { created, stocked, repeated } = JSON.parse(said)
    assert.deepEqual([created, stocked, repeated], [10_000, 10_000, 20_000])
    assert.deepEqual(await whatIsThere(), { products: 30_000, stocked: 30_000 })
  })

  test('what was imported can be bought, and every promise holds', async () => {
    const house = await openSellingHouse(database.url, null)
    try {
      const buyer = house.as('buyer-1')
      const address = { name: 'Ada', line1: '1', city: 'Bath', postal_code: 'BA1', country: 'GB' }
      const { status, body } = await buyer.post('/v1/orders', {
        lines: [{ sku: 'ITEM-00005', quantity: 2 }],
        payment_method: 'pm_card_visa',
        expected_total: { amount: 2_010, currency: 'USD' },
        shipping_address: address,
      })
      assert.equal(status, 201, JSON.stringify(body))
      const { available, sold } = await house.stock('ITEM-00005')
      assert.deepEqual([available, sold], [0, 2])
      // The house believes it sold out; a delivery that is imported beside it is on sale soon.
      const file = write('more.csv', `${HEADER}\nITEM-00005,Item 5,10.05,USD,seller-5,3\n`)
      const delivered = await imported([file, '--receive'])
      assert.equal(delivered.code, 0, delivered.complained)
      await until('on sale', async () => (await house.stock('ITEM-00005')).available === 3, 10_000)
      const more = await buyer.post('/v1/checkouts', {
        lines: [{ sku: 'ITEM-00005', quantity: 3 }],
      })
      assert.equal(more.status, 201, JSON.stringify(more.body))
      await until(
        'captured',
        async () => (await house.chargesOf(body.id))?.captured === 2_010,
        10_000,
      )
      await house.auditIsClean()
    } finally {
      await house.close()
    }
    passed = true
  })

  async function importWaits(): Promise<boolean> {
    const { rows } = await onlooker.query(
      `select from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`,
    )
    return rows.length > 0
  }

  async function whatIsThere() {
    const { rows } = await client.query(
      `select (select count(*)::int from product where sku like 'K-%') as products,
              (select count(*)::int from ledger_entry where sku like 'K-%') as stocked`,
    )
    return rows[0] as { products: number; stocked: number }
  }
}

test.run()

function catalogueOf(rows: number): string {
  const lines = Array.from({ length: rows }, (_, at) => {
    if (at % 1_000 === 999) return BAD_ROWS[((at - 999) / 1_000) % BAD_ROWS.length]
    const number = String(at).padStart(5, '0')
    return `ITEM-${number},"Item ${at}, ""new""",10.0${at % 10},USD,seller-${at % 7},2`
  })
  return `${[HEADER, ...lines].join('\r\n')}\r\n`
}
