// Seeding the sample, also when the process dies at any point of it.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { Sku } from '../../actors/domain/ids.ts'
import type { Catalogue } from '../../actors/ports/catalogue.ts'
import { memoryCatalogue } from '../../persistence/memory/memory-catalogue.ts'
import { sampleProducts, seedSampleCatalogue } from '../../src/catalogue/seed-sample-catalogue.ts'

const clock = { nowMs: () => 0, monotonicMs: () => 0, after: () => () => {} }
const UNGUARDED = { ifVersion: null, onlySeller: null }

/** A shop that counts received units by command id, and dies after so many writes. */
function shop({ writesUntilDeath = Number.POSITIVE_INFINITY } = {}) {
  const stock = new Map<string, number>()
  const said: string[] = []
  const catalogue = memoryCatalogue(clock)
  let writesLeft = writesUntilDeath
  const write = () => {
    if (writesLeft === 0) throw new Error('killed')
    writesLeft -= 1
  }
  const dying: Catalogue = {
    ...catalogue,
    async put(input, guard) {
      write()
      return catalogue.put(input, guard)
    },
  }
  return {
    catalogue,
    stock,
    said,
    revive: () => {
      writesLeft = Number.POSITIVE_INFINITY
    },
    seed: () =>
      seedSampleCatalogue({
        catalogue: dying,
        receive: async (_sku: Sku, quantity: number, commandId: string) => {
          write()
          // As the ledger does: the second time an id is used, nothing happens.
          stock.set(commandId, quantity)
        },
        say: (line) => said.push(line),
      }),
  }
}

async function productsOf(catalogue: Catalogue) {
  const query = { sellerId: null, skuPrefix: null, after: null, limit: 1_000 }
  return (await catalogue.page(query)).products
}

const expectedStock = new Map(
  sampleProducts().map(({ product, stock }) => [`sample:${product.sku}`, stock]),
)
const test = suite('sample catalogue')

test('an empty shop gets every product in stock, and says so once', async () => {
  const { catalogue, stock, said, seed } = shop()
  await seed()
  await seed()
  assert.deepEqual(stock, expectedStock)
  const products = await productsOf(catalogue)
  assert.equal(products.length, sampleProducts().length)
  assert.ok(products.every(({ version }) => version === 1))
  assert.equal(said.length, 1)
})

test('wherever the first seeding dies, the second one finishes it', async () => {
  for (let writes = 0; writes < 2 * sampleProducts().length; writes += 1) {
    const { catalogue, stock, seed, revive } = shop({ writesUntilDeath: writes })
    await assert.rejects(seed(), /killed/)
    for (const { sku } of await productsOf(catalogue)) assert.ok(stock.has(`sample:${sku}`), sku)
    revive()
    await seed()
    assert.deepEqual(stock, expectedStock)
    const products = await productsOf(catalogue)
    assert.equal(products.length, sampleProducts().length)
    assert.ok(products.every(({ version }) => version === 1))
  }
})

test('a shop with a product of its own is left alone', async () => {
  const { catalogue, stock, said, seed } = shop()
  const [{ product } = assert.fail()] = sampleProducts()
  await catalogue.put({ ...product, sku: 'OWN-1' as Sku }, UNGUARDED)
  await seed()
  assert.equal((await productsOf(catalogue)).length, 1)
  assert.deepEqual([stock.size, said.length], [0, 0])
})

test('a sample product that was changed since keeps its change', async () => {
  const { catalogue, seed } = shop()
  const [{ product } = assert.fail()] = sampleProducts()
  await catalogue.put({ ...product, name: 'Mine' }, UNGUARDED)
  await seed()
  assert.equal((await catalogue.bySkus([product.sku])).get(product.sku)?.name, 'Mine')
})

test.run()
