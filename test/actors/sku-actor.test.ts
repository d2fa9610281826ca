// What a SKU answers and when: never before the commit that its answer stands on, and what arrives
// while one runs is decided together next.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import { Bug } from '../../actors/domain/failures.ts'
import {
  ask,
  assertBalances,
  isUnanswered,
  ofHold,
  openSkuWorld,
  ROSE,
  reserve,
  settle,
  written,
} from './sku-world.ts'

test('nobody is answered before the commit, the sold-out answer included', async () => {
  const world = await openSkuWorld({ roses: 1 })
  world.ledger.shut()
  const won = ask(world, reserve(world, 'R1'))
  const lost = ask(world, reserve(world, 'R2'))
  await world.ledger.arrived(2)
  assert(await isUnanswered(Promise.race([won, lost])))
  world.ledger.open()
  assert.deepEqual(await Promise.all([won, lost]), ['held', 'insufficient_stock'])
})

test('a sold-out answer that stood on a failed append is never given', async () => {
  const world = await openSkuWorld({ roses: 1 })
  world.ledger.loseNextRequest()
  const answers = await Promise.all([
    ask(world, reserve(world, 'R1')),
    ask(world, reserve(world, 'R2')),
  ])
  assert.deepEqual(answers, ['ledger_unavailable', 'ledger_unavailable'])
  assert.equal(await ask(world, reserve(world, 'R2')), 'held')
  assert.deepEqual(written(world), ['receive', 'reserve R2'])
})

test('what arrives while an append is in flight is one next batch', async () => {
  const world = await openSkuWorld({ roses: 100 })
  world.ledger.shut()
  const first = ask(world, reserve(world, 'R0'))
  await world.ledger.arrived(2)
  const others = Array.from({ length: 50 }, (_, index) =>
    ask(world, reserve(world, `R${index + 1}`)),
  )
  await settle()
  assert.equal(world.ledger.arrivals.length, 2)
  world.ledger.open()
  await Promise.all([first, ...others])
  const sizes = world.ledger.arrivals.map(({ entries }) => entries.length)
  assert.deepEqual(sizes, [1, 1, 50])
})

test('a batch takes no more than its bound, the rest follows', async () => {
  const world = await openSkuWorld({ roses: 10, batchMax: 4 })
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) => ask(world, reserve(world, `R${index}`))),
  )
  assert.deepEqual(new Set(answers), new Set(['held']))
  const sizes = world.ledger.arrivals.map(({ entries }) => entries.length)
  assert.deepEqual(sizes, [1, 4, 4, 2])
})

test('one batch is decided in the order of arrival, each on what those before it did', async () => {
  const world = await openSkuWorld({ roses: 1 })
  const answers = await Promise.all([
    ask(world, reserve(world, 'R1')),
    ask(world, reserve(world, 'R2')),
    ask(world, ofHold('release', 'R1')),
    ask(world, reserve(world, 'R2')),
    ask(world, ofHold('pin', 'R2')),
    ask(world, ofHold('commit', 'R2')),
  ])
  const expected = ['held', 'insufficient_stock', 'released', 'held', 'pinned', 'committed']
  assert.deepEqual(answers, expected)
  assertBalances(world, [0, 0, 1])
})

test('an answer carries the balances of its own moment', async () => {
  const world = await openSkuWorld({ roses: 5 })
  const [first, second, refused] = await Promise.all([
    world.directory.ask(ROSE, reserve(world, 'R1', { quantity: 2 })),
    world.directory.ask(ROSE, reserve(world, 'R2', { quantity: 2 })),
    world.directory.ask(ROSE, reserve(world, 'R3', { quantity: 2 })),
  ])
  assert(first.ok && second.ok && !refused.ok)
  assert.deepEqual([first.balances.available, second.balances.available], [3, 1])
  assert.equal(refused.available, 1)
})

test('after a failed append the next command reads the ledger again', async () => {
  const world = await openSkuWorld({ roses: 2 })
  const before = world.ledger.count.reads
  world.ledger.loseNextRequest()
  assert.equal(await ask(world, reserve(world, 'R1')), 'ledger_unavailable')
  assert.equal(world.directory.committedBalances(ROSE), null)
  assert.equal(await ask(world, reserve(world, 'R2')), 'held')
  assert(world.ledger.count.reads > before)
  assertBalances(world, [1, 1, 0])
})

test('an append whose answer was lost has its effect once (I5, I6)', async () => {
  const world = await openSkuWorld({ roses: 2 })
  world.ledger.loseNextAnswer()
  const once = reserve(world, 'R1')
  assert.equal(await ask(world, once), 'ledger_unavailable')
  assert.equal(await ask(world, { ...once, repeat: true }), 'held')
  assert.deepEqual(written(world), ['receive', 'reserve R1'])
  assertBalances(world, [1, 1, 0])
})

test('a SKU that another process has taken answers that it moved', async () => {
  const world = await openSkuWorld({ roses: 2 })
  await world.memory.shards.takeAll('somebody else')
  assert.equal(await ask(world, reserve(world, 'R1')), 'sku_moved')
  assert.deepEqual(world.fenced, [world.ledger.arrivals[0]?.shard])
  assert.deepEqual(written(world), ['receive'])
  assert.equal(world.directory.committedBalances(ROSE), null)
})

test('a writer beside us costs one retry and is seen afterwards', async () => {
  const world = await openSkuWorld({ roses: 1 })
  // The same beginning elsewhere: what is appended there continues our head, too.
  const twin = await openSkuWorld({ roses: 1 })
  assert.equal(await ask(twin, reserve(twin, 'X1')), 'held')
  const theirs = twin.ledger.arrivals[1]
  assert(theirs)
  await world.memory.store.appendMany([theirs])
  assert.equal(await ask(world, reserve(world, 'R1')), 'ledger_conflict')
  assert.equal(await ask(world, reserve(world, 'R1')), 'insufficient_stock')
})

test('a history with a gap is a bug: it is reported, and nothing is sold from it', async () => {
  const world = await openSkuWorld({ roses: 2 })
  const { entriesAfter } = world.ledger
  world.ledger.loseNextRequest()
  assert.equal(await ask(world, reserve(world, 'R1')), 'ledger_unavailable')
  world.ledger.entriesAfter = async (sku, afterSeq, limit) =>
    (await entriesAfter(sku, afterSeq, limit)).map((entry) => ({ ...entry, seq: entry.seq + 1 }))
  await assert.rejects(ask(world, reserve(world, 'R1')), Bug)
  assert.match(String(world.bugs[0]), /gap/)
  world.ledger.entriesAfter = entriesAfter
  assert.equal(await ask(world, reserve(world, 'R1')), 'held')
})

test('a repeat writes nothing and waits for nothing', async () => {
  const world = await openSkuWorld({ roses: 2 })
  const wanted = reserve(world, 'R1')
  assert.equal(await ask(world, wanted), 'held')
  assert.equal(await ask(world, wanted), 'held')
  assert.equal(world.ledger.arrivals.length, 2)
})

test.run()
