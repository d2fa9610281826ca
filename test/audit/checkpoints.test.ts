// The audit and the checkpoints (I8): one that is the fold of its prefix is clean, wherever in the
// history it stands; one that says anything else is named.

import assert from 'node:assert/strict'
import pg from 'pg'
import { suite } from 'uvu'
import type { Sku } from '../../actors/domain/ids.ts'
import type { SkuStock } from '../../actors/domain/sku-stock.ts'
import { postgresLedger } from '../../persistence/postgres/postgres-ledger.ts'
import { postgresStockStateStore } from '../../persistence/postgres/postgres-stock-state-store.ts'
import { foldOf, savedOf } from '../actors/sku-recovery-world.ts'
import { skipTest } from '../runner/skipped.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { openTamperedShop, type TamperedShop } from './tampered-shop.ts'

const A = 'A' as Sku
const audit = suite('audit of checkpoints')
const database = await openTestDatabase(import.meta.url)

if (database === null) skipTest('audit of checkpoints', 'no Postgres was found')
else {
  const pool = new pg.Pool({ connectionString: database.url, max: 3 })
  const shop = await openTamperedShop(pool)
  audit.before.each(shop.reset)
  audit.after(async () => {
    await pool.end()
    await database.close(true)
  })
  checkpointTests(shop)
}
audit.run()

function checkpointTests({ pool, run, expect }: TamperedShop): void {
  const store = postgresStockStateStore(pool)
  const ledger = postgresLedger(pool, pool, pool)

  /** The fold of the first `count` entries of A. */
  async function prefix(count = 1_000): Promise<SkuStock> {
    return foldOf(await ledger.entriesAfter(A, 0, count))
  }

  const keep = (stock: SkuStock, sku = A) => store.saveIfNewer(sku, savedOf(stock))

  audit('a checkpoint anywhere in its history is clean', async () => {
    const { seq } = await prefix()
    for (const count of [1, Math.floor(seq / 2), seq - 1, seq]) {
      assert.equal(await keep(await prefix(count)), true)
      await expect({})
    }
  })

  audit('units from nowhere in a checkpoint are seen', async () => {
    const stock = await prefix()
    const { available, received } = stock
    await keep(Object.assign(stock, { available: available + 1, received: received + 1 }))
    await expect({ I8: /A checkpoint at entry \d+: received is 101, should be 100/ })
  })

  audit('a hold that a checkpoint has otherwise is seen', async () => {
    const stock = await prefix()
    const [hold] = stock.open.values()
    assert(hold)
    stock.open.set(hold.holdId, { ...hold, pinned: !hold.pinned })
    await keep(stock)
    await expect({ I8: /is not as the ledger has it/ })
  })

  audit('a hold that a checkpoint has begun at another moment is seen', async () => {
    const stock = await prefix()
    const [hold] = stock.open.values()
    assert(hold)
    stock.open.set(hold.holdId, { ...hold, takenAtMs: hold.takenAtMs - 1 })
    await keep(stock)
    await expect({ I8: /is not as the ledger has it/ })
  })

  audit('a checkpoint of another history is seen', async () => {
    const stock = await prefix(5)
    stock.hash = 'ab'.repeat(32)
    await keep(stock)
    await expect({ I8: /A checkpoint at entry 5: it is of another history/ })
  })

  audit('a checkpoint ahead of the ledger, or of a SKU without one, is seen', async () => {
    const stock = await prefix()
    await keep({ ...stock, seq: stock.seq + 7 })
    await keep({ ...stock, sku: 'Z' as Sku }, 'Z' as Sku)
    await keep({ ...stock, sku: '0' as Sku }, '0' as Sku)
    const found = { I8: /A checkpoint at entry \d+: the ledger has no such entry, it ends at \d+/ }
    await expect(found)
    await run("delete from sku_checkpoint where sku = 'A'")
    await expect({ I8: /0 checkpoint at entry \d+: the ledger has no entry of this SKU/ })
    await run("delete from sku_checkpoint where sku = '0'")
    await expect({ I8: /Z checkpoint at entry \d+: the ledger has no entry of this SKU/ })
  })

  audit('a damaged text is seen', async () => {
    await keep(await prefix())
    await run(`update sku_checkpoint set state = replace(state, '"held"', '"help"')`)
    await expect({ I8: /it cannot be read: corrupt/ })
  })
}
