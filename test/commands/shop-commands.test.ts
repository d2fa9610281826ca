// migrate, seed, sku show and checkout show on a database of their own, beside a shop that sells.

import assert from 'node:assert/strict'
import pg from 'pg'
import { suite } from 'uvu'
import { skipTest } from '../runner/skipped.ts'
import { openSellingHouse } from '../service/selling-house.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { until } from '../support/until.ts'
import { runInThisProcess, testFolder } from './run-holdfast.ts'

const ADDRESS = { name: 'Ada', line1: '1', city: 'Bath', postal_code: 'BA1', country: 'GB' }
const test = suite('commands on a shop')
const database = await openTestDatabase(import.meta.url)

if (database === null) skipTest('commands on a shop', 'no Postgres was found')
else {
  const folder = testFolder()
  const environment = { DATABASE_URL: database.url, HOLDFAST_DATA: folder.file('data') }
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  test.after(async () => {
    await client.end()
    folder.remove()
    await database.close(true)
  })

  const run = (...argv: string[]) => runInThisProcess(environment, argv)

  test('migrate tells what is applied, and does it once', async () => {
    const { code, said } = await run('migrate')
    assert.deepEqual([code, said], [0, 'The schema is up to date: nothing was to be done.'])
    const status = await run('migrate', '--status', '--json')
    const { applied, missing } = JSON.parse(status.said)
    assert.deepEqual([status.code, missing], [0, []])
    assert.equal(applied[0], '0001_stock_ledger')
  })

  test('migrate applies what is missing and names it', async () => {
    const name = '0013_imported_stock'
    await client.query('drop table imported_stock')
    await client.query('create table held_back as table schema_migration')
    await client.query('delete from schema_migration where name >= $1', [name])
    const status = await run('migrate', '--status')
    assert.equal(status.code, 3)
    assert.match(status.said, new RegExp(`^missing {2}${name}$`, 'm'))
    const { code, said } = await run('migrate')
    assert.equal(code, 0)
    assert.match(said, new RegExp(`^applied {2}${name}$`, 'm'))
    await client.query('drop table held_back')
  })

  test('a schema that a newer version made is refused in words, without a stack', async () => {
    await client.query(
      `insert into schema_migration (name, run_on) values ('9999_from_the_future', now())`,
    )
    for (const argv of [['migrate'], ['migrate', '--status'], ['seed']]) {
      const { code, complained } = await run(...argv)
      assert.equal(code, 1)
      assert.match(complained, /^This database was changed by a newer Holdfast \(9999_from/)
      assert.doesNotMatch(complained, /^ {4}at /m)
    }
    await client.query(`delete from schema_migration where name = '9999_from_the_future'`)
  })

  test('seed fills an empty shop, refuses another; --again mends what was changed', async () => {
    const first = await run('seed', '--json')
    assert.equal(first.code, 0, first.complained)
    const { created, stocked } = JSON.parse(first.said)
    assert.deepEqual([created, stocked], [24, 24])
    const second = await run('seed')
    assert.equal(second.code, 1)
    assert.match(second.complained, /This shop has products.*holdfast seed --again/s)
    await client.query(`update product set name = 'Weeds' where sku = 'ROSE-12'`)
    const again = await run('seed', '--again')
    assert.match(again.said, /0 products new, 1 changed, 0 units received by 0 SKUs/)
  })

  test('sku show and checkout show tell of a sale from its hold to its capture', async () => {
    const house = await openSellingHouse(database.url, null)
    try {
      const buyer = house.as('buyer-1')
      const lines = [{ sku: 'ROSE-12', quantity: 2 }]
      const opened = await buyer.post('/v1/checkouts', { lines, shipping_address: ADDRESS })
      const { id } = opened.body
      const held = await run('sku', 'show', 'ROSE-12')
      assert.equal(held.code, 0, held.complained)
      assert.match(held.said, /price +35\.00 USD/)
      assert.match(held.said, new RegExp(`2 held +until .*\\(in 1[45] min .*${id} +buyer-1`))
      const open = await run('checkout', 'show', id)
      assert.match(open.said, /state +open/)
      assert.match(open.said, /waits for the buyer to pay/)
      assert.match(open.said, /when +.*\(in 1[45] min/)
      assert.match(open.said, /1 +ROSE-12 +2 × 35\.00 USD +hold held, /)
      const pay = {
        payment_method: 'pm_card_visa',
        expected_total: { amount: 7_000, currency: 'USD' },
      }
      const paid = await buyer.post(`/v1/checkouts/${id}/pay`, pay)
      assert.equal(paid.status, 201)
      await until('captured', async () => (await stateOf(id)) === 'captured', 10_000)
      const { said } = await run('checkout', 'show', id.replace('chk_', 'ord_'), '--json')
      const shown = JSON.parse(said)
      assert.equal(shown.what_next, 'Nothing is left to be done.')
      assert.deepEqual(
        shown.holds.map((hold: { state: string }) => hold.state),
        ['committed'],
      )
      assert.equal(shown.order.payment.captured.amount, 7_000)
      const sold = JSON.parse((await run('sku', 'show', 'ROSE-12', '--json', '--limit', '2')).said)
      assert.deepEqual([sold.stock.sold, sold.open_holds, sold.last_entries.length], [2, [], 2])
    } finally {
      await house.close()
    }
  })

  test('what is not there is said, with exit code 1', async () => {
    const sku = await run('sku', 'show', 'rose-12')
    assert.equal(sku.code, 1)
    assert.match(sku.complained, /know rose-12\. SKUs are case-sensitive/)
    const id = `chk_${'0'.repeat(12)}7${'0'.repeat(3)}8${'0'.repeat(15)}`
    const checkout = await run('checkout', 'show', id)
    assert.equal(checkout.code, 1)
    assert.match(checkout.complained, /There is no checkout chk_0/)
  })

  async function stateOf(id: string): Promise<string> {
    const { rows } = await client.query('select state from checkout where id = $1', [id])
    return rows[0]?.state
  }
}

test.run()
