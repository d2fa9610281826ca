// The ledger in Postgres: what every ledger promises, and what only a server can do to one: take a
// shard away under an append, lose the line before and after the commit.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import pg from 'pg'
import { suite } from 'uvu'
import { RetryLater } from '../../actors/domain/failures.ts'
import { hashOfEntry } from '../../actors/domain/hash.ts'
import type { Sku } from '../../actors/domain/ids.ts'
import { skuShardOf } from '../../actors/domain/shard.ts'
import { ledgerWithGroupCommit } from '../../persistence/ledger-with-group-commit.ts'
import { exerciseLedger } from '../conformance/exercise-ledger.ts'
import { chainOf, loadChain, received, reserved } from '../conformance/ledger-chain.ts'
import { skipTest } from '../runner/skipped.ts'
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts'
import { until } from '../support/until.ts'
import { openGate } from './gate.ts'
import { holdUpAppends, type LedgerWorld, openLedgerWorld } from './postgres-ledger-world.ts'

interface Context {
  world: LedgerWorld
  database: TestDatabase
}

const attacks = suite<Context>('ledger in postgres under attack')
let unfinished = 0

function test(name: string, body: (context: Context) => Promise<void>): void {
  attacks(name, async (context) => {
    unfinished += 1
    await body(context)
    unfinished -= 1
  })
}

/** A database for each suite: epochs are raised for all SKUs at once. */
async function openSuiteDatabase(): Promise<TestDatabase> {
  const database = await openTestDatabase(import.meta.url)
  assert(database, 'Postgres went away during the test file')
  return database
}

attacks.before(async (context) => {
  context.database = await openSuiteDatabase()
  context.world = await openLedgerWorld(context.database.url)
})
attacks.after(async ({ world, database }) => {
  await world.close()
  await database.close(unfinished === 0)
})

async function ownedChain(world: LedgerWorld, name: string) {
  const sku = name as Sku
  const epochs = await world.shards.takeAll('test')
  return chainOf(sku, epochs.get(skuShardOf(sku)) ?? 0)
}

const isUnavailable = (error: unknown): boolean =>
  error instanceof RetryLater && error.code === 'ledger_unavailable'

test('a takeover waits for the append in flight, and its heir sees what was written', async ({
  world,
}) => {
  const store = world.open()
  const chain = await ownedChain(world, 'in flight')
  const append = chain.next(received('D1', 5))
  const release = await holdUpAppends(world, append.sku)
  const appending = store.appendMany([append])
  await world.blockedWriter()
  const taking = world.shards.takeAll('heir')
  await world.blockedTakeover()
  await release()
  assert.equal((await appending)[0]?.kind, 'committed')
  const epochs = await taking
  const heir = await loadChain(store, append.sku, epochs.get(append.shard) ?? 0)
  assert.equal(heir.stock.seq, 1)
  assert.equal((await store.appendMany([heir.next(reserved('R1', 1))]))[0]?.kind, 'committed')
  const [late] = await store.appendMany([chain.next(reserved('R2', 1))])
  assert(late?.kind === 'refused' && late.refusal === 'stale_epoch')
})

test('an append that finds a takeover under way waits for it and is refused', async ({ world }) => {
  const store = world.open()
  const append = (await ownedChain(world, 'too late')).next(received('D1', 5))
  await world.hand.query('begin')
  await world.hand.query('update shard set epoch = epoch + 1 where id = $1', [append.shard])
  const appending = store.appendMany([append])
  await world.blockedWriter()
  await world.hand.query('commit')
  const [outcome] = await appending
  assert(outcome?.kind === 'refused')
  assert.equal(outcome.refusal, 'stale_epoch')
  assert.deepEqual(await store.entriesAfter(append.sku, 0, 10), [])
})

test('an append that waited for a takeover that came to nothing goes through', async ({
  world,
}) => {
  const store = world.open()
  const append = (await ownedChain(world, 'false alarm')).next(received('D1', 5))
  await world.hand.query('begin')
  await world.hand.query('update shard set epoch = epoch + 1 where id = $1', [append.shard])
  const appending = store.appendMany([append])
  await world.blockedWriter()
  await world.hand.query('rollback')
  assert.equal((await appending)[0]?.kind, 'committed')
})

test('a connection killed under an append: retry later, nothing there, the next goes on', async ({
  world,
}) => {
  const ledger = ledgerWithGroupCommit(world.open(), 512)
  const chain = await ownedChain(world, 'killed')
  const append = chain.next(received('D1', 5))
  await world.hand.query('begin')
  await world.hand.query('select from shard where id = $1 for update', [append.shard])
  const appending = ledger.append(append)
  const outcome = appending.then(
    () => 'answered',
    (error: unknown) => error,
  )
  const pid = await world.blockedWriter()
  await world.hand.query('select pg_terminate_backend($1)', [pid])
  assert(isUnavailable(await outcome))
  await world.hand.query('rollback')
  const fresh = await loadChain(ledger, append.sku, append.epoch)
  assert.equal(fresh.stock.seq, 0)
  assert.equal((await ledger.append(fresh.next(received('D1', 5)))).kind, 'committed')
})

test('an answer lost at the commit: retry later, and reading finds the one effect', async ({
  world,
  database,
}) => {
  const { host, port, user, password, database: name } = clientOf(database.url)
  const target = host.startsWith('/') ? `${host}/.s.PGSQL.${port}` : `tcp://${host}:${port}`
  const gate = await openGate(target)
  const secret = password ? `:${encodeURIComponent(password)}` : ''
  const url = `postgresql://${user}${secret}@127.0.0.1:${gate.port}/${name}`
  const ledger = ledgerWithGroupCommit(world.open({ url }), 512)
  const chain = await ownedChain(world, 'lost answer')
  const append = chain.next(received('D1', 5), reserved('R1', 2))
  await world.hand.query('begin')
  await world.hand.query('select from shard where id = $1 for update', [append.shard])
  const outcome = ledger.append(append).then(
    () => 'answered',
    (error: unknown) => error,
  )
  await world.blockedWriter()
  gate.jam()
  await world.hand.query('commit')
  const written = async () => (await ledger.entriesAfter(append.sku, 0, 10)).length === 2
  await until('the append is committed', written, 10_000)
  await gate.shut()
  assert(isUnavailable(await outcome))
  assert.deepEqual(await ledger.entriesAfter(append.sku, 0, 10), append.entries)
})

test('a row that Postgres cannot store fails its own SKU, not the strangers beside it', async ({
  world,
}) => {
  const ledger = ledgerWithGroupCommit(world.open(), 512)
  const stranger = await ownedChain(world, 'a stranger')
  const epochs = await world.shards.takeAll('test')
  const owned = (sku: Sku) => chainOf(sku, epochs.get(skuShardOf(sku)) ?? 0)
  const sound = owned(stranger.stock.sku)
  const unsound = owned('nul' as Sku).next(received('a NUL \0 in an id', 1))
  const [, refused, committed] = await Promise.allSettled([
    ledger.append(owned('first' as Sku).next(received('D1', 1))),
    ledger.append(unsound),
    ledger.append(sound.next(received('D1', 1))),
  ])
  assert.equal(refused.status, 'rejected')
  assert(committed.status === 'fulfilled' && committed.value.kind === 'committed')
})

test('an owner says that it lives for the shards it has, and for no others', async ({ world }) => {
  await world.shards.takeAll('owner')
  await world.hand.query(`update shard set alive_at = 'epoch'`)
  await world.hand.query(`update shard set owner = 'another' where id >= 200`)
  assert.equal((await world.shards.markAlive('owner')).shards, 200)
  const { rows } = await world.hand.query(
    `select owner, count(*)::int as shards,
            bool_and(alive_at > now() - interval '1 minute') as lives
       from shard group by owner order by owner`,
  )
  assert.deepEqual(rows, [
    { owner: 'another', shards: 56, lives: false },
    { owner: 'owner', shards: 200, lives: true },
  ])
})

test('any millisecond survives the round trip, and so does the hash over it', async ({ world }) => {
  const store = world.open()
  const millisecond = fc.integer({ min: 978_307_200_000, max: 4_102_444_800_000 })
  const times = fc.sample(fc.tuple(millisecond, millisecond), { numRuns: 500, seed: 7 })
  const chain = await ownedChain(world, 'milliseconds')
  const facts = times.map(([atMs, expiresAtMs], index) => ({
    ...reserved(`R${index}`, 1),
    atMs,
    expiresAtMs,
  }))
  const append = chain.next(received('D1', facts.length), ...facts)
  assert.equal((await store.appendMany([append]))[0]?.kind, 'committed')
  const entries = await store.entriesAfter(append.sku, 0, 1_000)
  assert.deepEqual(entries, append.entries)
  for (const entry of entries) assert.equal(hashOfEntry(entry), entry.hash)
})

function clientOf(url: string) {
  return new pg.Client({ connectionString: url })
}

const probe = await openTestDatabase(import.meta.url)
if (probe === null) {
  skipTest('ledger: postgres', 'no Postgres was found')
  skipTest('ledger in postgres under attack', 'no Postgres was found')
} else {
  await probe.close(true)
  exerciseLedger('postgres', async () => {
    const database = await openSuiteDatabase()
    const world = await openLedgerWorld(database.url)
    const close = async (passed: boolean) => {
      await world.close()
      await database.close(passed)
    }
    // The database's clock cannot be turned, so the last sign of life is moved back instead.
    const letPass = async (ms: number) => {
      await world.hand.query(
        `update shard set alive_at = alive_at - $1 * interval '1 millisecond'`,
        [ms],
      )
    }
    return { store: world.open(), rival: world.open(), shards: world.shards, letPass, close }
  })
  attacks.run()
}
