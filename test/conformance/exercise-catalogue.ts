// What every Catalogue must do. Run on the catalogue in memory and on the one in Postgres.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { SellerId, Sku } from '../../actors/domain/ids.ts'
import { money } from '../../actors/domain/money.ts'
import type { ProductInput } from '../../actors/domain/product.ts'
import type { Catalogue, ProductQuery } from '../../actors/ports/catalogue.ts'

export interface CatalogueUnderTest {
  readonly catalogue: Catalogue
  close(passed: boolean): Promise<void>
}

type Test = (text: string, run: () => Promise<void>) => void
type Use = () => Catalogue
type Guard = Parameters<Catalogue['put']>[1]

const UNGUARDED: Guard = { ifVersion: null, onlySeller: null }

/** `open` answers a catalogue in which nothing was ever put. */
export function exerciseCatalogue(name: string, open: () => Promise<CatalogueUnderTest>): void {
  const test = suite(`catalogue in ${name}`)
  let under: CatalogueUnderTest
  let passed = true
  test.before(async () => {
    under = await open()
  })
  test.after(() => under.close(passed))
  const noting: Test = (text, run) =>
    test(text, async () => {
      const before = passed
      passed = false
      await run()
      passed = before
    })
  // A catalogue cannot be emptied, so this comes first.
  noting('a catalogue is empty until something is put', async () => {
    assert.equal(await under.catalogue.isEmpty(), true)
    await under.catalogue.put(product('first'), UNGUARDED)
    assert.equal(await under.catalogue.isEmpty(), false)
  })
  exercisePutting(noting, () => under.catalogue)
  exerciseGuards(noting, () => under.catalogue)
  exercisePages(noting, () => under.catalogue)
  test.run()
}

function exercisePutting(test: Test, use: Use): void {
  test('a product comes back as it was put, every field of it', async () => {
    const input: ProductInput = {
      ...product('A full.one-1_x'),
      name: 'Ein Strauß – 花束 "quoted"',
      description: 'Line one\nline two',
      price: money(99_999_999, 'EUR'),
      imageUrl: 'https://pictures.example/1.png',
      attributes: { colour: 'red', 'odd key': '{"not": "json"}' },
      status: 'archived',
      purchaseLimit: 2,
    }
    const outcome = await use().put(input, UNGUARDED)
    assert.ok(outcome.ok && outcome.created)
    const { version, updatedAtMs, ...rest } = outcome.product
    assert.deepEqual(rest, input)
    assert.equal(version, 1)
    assert.ok(Number.isSafeInteger(updatedAtMs))
    const found = await use().bySkus([input.sku])
    assert.deepEqual([...found], [[input.sku, outcome.product]])
  })

  test('putting again replaces every field and counts the version up', async () => {
    const before = { ...product('again'), attributes: { colour: 'red' }, purchaseLimit: 5 }
    await use().put(before, UNGUARDED)
    const outcome = await use().put({ ...product('again'), name: 'New' }, UNGUARDED)
    assert.ok(outcome.ok)
    assert.equal(outcome.created, false)
    assert.equal(outcome.product.version, 2)
    const found = (await use().bySkus(['again' as Sku])).get('again' as Sku)
    assert.deepEqual(found, outcome.product)
    assert.deepEqual([found?.name, found?.attributes, found?.purchaseLimit], ['New', {}, null])
  })

  test('looking up many SKUs leaves out those without a product, once each', async () => {
    for (const sku of ['many-1', 'many-2']) await use().put(product(sku), UNGUARDED)
    const skus = ['many-2', 'nowhere', 'many-1', 'many-2', 'MANY-1'] as Sku[]
    const found = await use().bySkus(skus)
    assert.deepEqual([...found.keys()].sort(), ['many-1', 'many-2'])
    assert.equal((await use().bySkus([])).size, 0)
  })

  test('20 at once put one new SKU: one creates it, no replacement is lost', async () => {
    const puts = Array.from({ length: 20 }, () => use().put(product('race'), UNGUARDED))
    const outcomes = (await Promise.all(puts)).filter((outcome) => outcome.ok)
    assert.equal(outcomes.filter(({ created }) => created).length, 1)
    const versions = outcomes.map((outcome) => outcome.product.version)
    assert.deepEqual(
      versions.toSorted((a, b) => a - b),
      Array.from({ length: 20 }, (_, n) => n + 1),
    )
  })
}

function exerciseGuards(test: Test, use: Use): void {
  const refused = (refusal: string) => ({ ok: false, refusal })

  test('a replacement of another version than expected is refused without effect', async () => {
    await use().put(product('guarded'), UNGUARDED)
    const stale = { ...product('guarded'), name: 'Stale' }
    for (const ifVersion of [0, 2]) {
      const outcome = await use().put(stale, { ifVersion, onlySeller: null })
      assert.deepEqual(outcome, refused('version_mismatch'))
    }
    const found = (await use().bySkus([stale.sku])).get(stale.sku)
    assert.deepEqual([found?.name, found?.version], ['Product guarded', 1])
    assert.ok((await use().put(stale, { ifVersion: 1, onlySeller: null })).ok)
  })

  test('a version is never that of a product which is not there', async () => {
    for (const ifVersion of [0, 1]) {
      const outcome = await use().put(product('absent'), { ifVersion, onlySeller: null })
      assert.deepEqual(outcome, refused('version_mismatch'))
    }
    assert.equal((await use().bySkus(['absent' as Sku])).size, 0)
  })

  test('of 20 at once who saw one version, one replaces it', async () => {
    await use().put(product('versions'), UNGUARDED)
    const guard = { ifVersion: 1, onlySeller: null }
    const puts = Array.from({ length: 20 }, () => use().put(product('versions'), guard))
    const outcomes = await Promise.all(puts)
    assert.equal(outcomes.filter(({ ok }) => ok).length, 1)
    const found = (await use().bySkus(['versions' as Sku])).get('versions' as Sku)
    assert.equal(found?.version, 2)
  })

  test("a seller creates and replaces their own, and never touches another's", async () => {
    const [mine, theirs] = ['seller-1', 'seller-2'] as SellerId[] as [SellerId, SellerId]
    const own = product('own', mine)
    assert.ok((await use().put(own, { ifVersion: null, onlySeller: mine })).ok)
    assert.ok((await use().put(own, { ifVersion: 1, onlySeller: mine })).ok)
    const attempts: [ProductInput, Guard][] = [
      [product('own', theirs), { ifVersion: null, onlySeller: theirs }],
      [product('own', theirs), { ifVersion: 2, onlySeller: theirs }],
      // What belongs to others is said first: a stranger learns nothing about versions.
      [product('own', theirs), { ifVersion: 7, onlySeller: theirs }],
      [product('own', theirs), { ifVersion: null, onlySeller: mine }],
      [product('given away', theirs), { ifVersion: null, onlySeller: mine }],
    ]
    for (const [input, guard] of attempts) {
      assert.deepEqual(await use().put(input, guard), refused('other_seller'))
    }
    const found = await use().bySkus(['own', 'given away'] as Sku[])
    assert.deepEqual(
      [...found.values()].map(({ sku, version }) => [sku, version]),
      [['own', 2]],
    )
  })

  test('without that guard a product may change its seller', async () => {
    await use().put(product('moves', 'seller-1' as SellerId), UNGUARDED)
    const outcome = await use().put(product('moves', 'seller-2' as SellerId), UNGUARDED)
    assert.equal(outcome.ok && outcome.product.sellerId, 'seller-2')
  })
}

function exercisePages(test: Test, use: Use): void {
  // Bytewise: space, dash, dot, digits, capitals, underscore, small letters.
  const inOrder = ['pg', 'pg 1', 'pg-1', 'pg.1', 'pg1', 'pg10', 'pg2', 'pgA', 'pg_', 'pga', 'pgz']

  test('pages of any size show every product once, in bytewise order', async () => {
    for (const sku of inOrder.toReversed()) await use().put(product(sku), UNGUARDED)
    await use().put(product('ph'), UNGUARDED)
    await use().put(product('PG'), UNGUARDED)
    for (const limit of [1, 2, 3, inOrder.length, 100]) {
      assert.deepEqual(await allSkus(use(), { sellerId: null, skuPrefix: 'pg', limit }), inOrder)
    }
  })

  test('the last page says that it is the last, also when it is full', async () => {
    const query = { sellerId: null, skuPrefix: 'pg1', after: null }
    assert.equal((await use().page({ ...query, limit: 2 })).nextAfter, null)
    assert.equal((await use().page({ ...query, limit: 1 })).nextAfter, 'pg1')
    const none = { products: [], nextAfter: null }
    assert.deepEqual(await use().page({ ...query, skuPrefix: 'nobody', limit: 5 }), none)
  })

  test('a prefix is taken bytewise: no pattern, no folding of case', async () => {
    const of = (skuPrefix: string) => allSkus(use(), { sellerId: null, skuPrefix, limit: 3 })
    assert.deepEqual(await of('pg_'), ['pg_'])
    assert.deepEqual(await of('pg.'), ['pg.1'])
    assert.deepEqual(await of('PG'), ['PG'])
    assert.deepEqual(await of('pgz'), ['pgz'])
    for (const prefix of ['pg%', 'ü', 'pg\0', 'p'.repeat(65)])
      assert.deepEqual(await of(prefix), [])
  })

  test('a page goes on after a SKU even when that product is not in the list', async () => {
    const query = { sellerId: null, skuPrefix: 'pg', limit: 2, after: 'pg3' as Sku }
    const { products } = await use().page(query)
    assert.deepEqual(
      products.map(({ sku }) => sku),
      ['pgA', 'pg_'],
    )
    const beyond = await use().page({ ...query, after: 'zz' as Sku })
    assert.deepEqual(beyond.products, [])
  })

  test("a seller's pages show that seller's products alone", async () => {
    const seller = 'seller-9' as SellerId
    for (const sku of ['s-1', 's-2', 's-3', 't-1']) await use().put(product(sku, seller), UNGUARDED)
    await use().put(product('s-2x'), UNGUARDED)
    const of = (skuPrefix: string | null) =>
      allSkus(use(), { sellerId: seller, skuPrefix, limit: 2 })
    assert.deepEqual(await of(null), ['s-1', 's-2', 's-3', 't-1'])
    assert.deepEqual(await of('s-'), ['s-1', 's-2', 's-3'])
  })
}

async function allSkus(catalogue: Catalogue, query: Omit<ProductQuery, 'after'>): Promise<Sku[]> {
  const skus: Sku[] = []
  let after: Sku | null = null
  do {
    const page = await catalogue.page({ ...query, after })
    assert.ok(page.products.length <= query.limit)
    skus.push(...page.products.map(({ sku }) => sku))
    after = page.nextAfter
  } while (after !== null)
  return skus
}

function product(sku: string, sellerId = 'seller-1' as SellerId): ProductInput {
  return {
    sku: sku as Sku,
    name: `Product ${sku}`,
    description: '',
    price: money(1_999, 'USD'),
    sellerId,
    imageUrl: null,
    attributes: {},
    status: 'active',
    purchaseLimit: null,
  }
}
