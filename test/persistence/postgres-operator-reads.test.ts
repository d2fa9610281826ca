// What operators read from Postgres, of a sale that is under way: checkouts that are not at rest
// with what they wait for, open holds as they are now, and pages that leave nothing out.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { Checkout } from '../../actors/domain/checkout.ts'
import { outlookOf } from '../../actors/domain/checkout-outlook.ts'
import type { Sku } from '../../actors/domain/ids.ts'
import type { OperatorReads, UnderWayKey } from '../../actors/ports/operator-reads.ts'
import type { ReadModels } from '../../actors/ports/read-models.ts'
import { openPool } from '../../persistence/postgres/connect.ts'
import { postgresOperatorReads } from '../../persistence/postgres/postgres-operator-reads.ts'
import { postgresReadModels } from '../../persistence/postgres/postgres-read-models.ts'
import { scriptedPaymentGateway } from '../../src/payments/scripted-payment-gateway.ts'
import { systemClock, systemRandomness } from '../../src/system-clock.ts'
import { skipTest } from '../runner/skipped.ts'
import { orderOf, productOf, saleIn } from '../support/sale.ts'
import { openShop } from '../support/shop.ts'
import { postgresStorage } from '../support/shop-storage.ts'
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts'

const NAME = 'operator reads on postgres'
const test = suite(NAME)
const ROSE = 'ROSE' as Sku

const database = await openTestDatabase(import.meta.url)
if (database === null) skipTest(NAME, 'no Postgres was found')
else await runOn(database)

async function runOn({ url, close }: TestDatabase): Promise<void> {
  const storage = postgresStorage(url)
  const pool = openPool(
    url,
    { queryTimeoutMs: 10_000, connectionsMax: 2, name: 'operator-reads' },
    () => {},
  )
  const operator = postgresOperatorReads(pool)
  const reads = postgresReadModels(pool)
  const shop = await openShop({
    ...{ storage, gateway: scriptedPaymentGateway(), clock: systemClock },
    ...{ randomness: systemRandomness, products: [productOf('ROSE')] },
  })
  const sale = saleIn(shop, storage)
  await sale.receive({ ROSE: 100 })
  let passed = false

  test('a sale is seen: who waits for what, which units are held, page by page', async () => {
    const waiting = await sale.opened('ada', { ROSE: 2 })
    const second = await sale.opened('bob', { ROSE: 3 })
    const authenticating = await sale.opened('eve', { ROSE: 4 })
    const asked = await sale.pay(authenticating, { card: 'pm_card_authenticationRequired' })
    assert.equal(asked.kind, 'interim')
    const sold = await sale.opened('dan', { ROSE: 1 })
    orderOf(await sale.pay(sold))
    await sale.atRest(sold.id)
    await sale.cancel(await sale.opened('fay', { ROSE: 5 }))

    await assertUnderWay({ operator, reads }, [waiting, second, authenticating])
    await assertHolds({ operator, reads }, [waiting, second, authenticating])
    await sale.revise(waiting, { ROSE: 7 })
    const grown = await operator.openHolds(ROSE, { after: null, limit: 1 })
    assert.equal(grown.holds[0]?.quantity, 7)
    const newest = await reads.ledgerTail(ROSE, 3)
    const older = await reads.ledgerTail(ROSE, 2, newest.at(-1)?.seq)
    const seqs = [...newest, ...older].map(({ seq }) => seq)
    const [head = 0] = seqs
    assert.deepEqual(seqs, [head, head - 1, head - 2, head - 3, head - 4])
    passed = true
  })

  test.after(async () => {
    await shop.close(5_000)
    await Promise.all([storage.close(), pool.end()])
    await close(passed)
  })
  test.run()
}

interface Looks {
  readonly operator: OperatorReads
  readonly reads: ReadModels
}

type Three = readonly [waiting: Checkout, second: Checkout, authenticating: Checkout]

async function assertUnderWay(
  { operator, reads }: Looks,
  [waiting, second, authenticating]: Three,
): Promise<void> {
  const all = await operator.checkoutsUnderWay({ state: null, after: null, limit: 10 })
  const ids = all.checkouts.map(({ checkout }) => checkout.id)
  assert.deepEqual(ids.toSorted(), [waiting.id, second.id, authenticating.id].toSorted())
  assert.equal(all.nextAfter, null)
  const due = all.checkouts.map(({ nextRunAtMs }) => nextRunAtMs)
  assert.deepEqual(
    due,
    due.toSorted((left, right) => left - right),
  )

  const paying = await operator.checkoutsUnderWay({ state: 'paying', after: null, limit: 10 })
  const [stuck] = paying.checkouts
  assert.ok(stuck && paying.checkouts.length === 1)
  assert.deepEqual(stuck.checkout, await reads.checkout(authenticating.id, stuck.checkout.userId))
  assert.match(outlookOf(stuck.checkout).why, /must authenticate/)

  const paged: string[] = []
  let after: UnderWayKey | null = null
  for (let page = 0; page < 4; page += 1) {
    const seen = await operator.checkoutsUnderWay({ state: null, after, limit: 1 })
    paged.push(...seen.checkouts.map(({ checkout }) => checkout.id))
    after = seen.nextAfter
    if (after === null) break
  }
  assert.deepEqual(paged, ids)
}

async function assertHolds(
  { operator, reads }: Looks,
  [waiting, second, authenticating]: Three,
): Promise<void> {
  const { holds } = await operator.openHolds(ROSE, { after: null, limit: 10 })
  assert.deepEqual(
    holds.map(({ checkoutId, quantity, pinned }) => [checkoutId, quantity, pinned]),
    [
      [waiting.id, 2, false],
      [second.id, 3, false],
      [authenticating.id, 4, true],
    ],
  )
  const balances = (await reads.stockOf([ROSE])).get(ROSE)
  assert.equal(balances?.held, 9)
  const [first] = holds
  assert.equal(first?.holdId, waiting.lines[0]?.holdId)
  assert.equal(first?.expiresAtMs, waiting.expiresAtMs)
  assert.equal(first?.buyer, 'ada')

  const one = await operator.openHolds(ROSE, { after: null, limit: 2 })
  const rest = await operator.openHolds(ROSE, { after: one.nextAfter, limit: 2 })
  assert.deepEqual([...one.holds, ...rest.holds], holds)
  assert.equal(rest.nextAfter, null)
  assert.deepEqual(await operator.openHolds('NONE' as Sku, { after: null, limit: 2 }), {
    holds: [],
    nextAfter: null,
  })
}
