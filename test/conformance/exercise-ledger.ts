// What stock may rely on from every ledger. Each one runs the same suite, alone and behind the
// group commit, and what it holds afterwards is read from it, not taken from its answers.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { hashOfEntry } from '../../actors/domain/hash.ts'
import type { HoldId, Sku, UserId } from '../../actors/domain/ids.ts'
import type { LedgerEntry } from '../../actors/domain/ledger-entry.ts'
import { OUTAGE_MIN_MS, type Outage } from '../../actors/domain/outages.ts'
import { SKU_SHARDS, skuShardOf } from '../../actors/domain/shard.ts'
import { countBuyers } from '../../actors/domain/sku-stock.ts'
import type { AppendOutcome, Ledger, ShardTable, SkuAppend } from '../../actors/ports/ledger.ts'
import {
  BatchConflict,
  type LedgerStore,
  ledgerWithGroupCommit,
} from '../../persistence/ledger-with-group-commit.ts'
import { chainOf, loadChain, ofHold, received, reserved } from './ledger-chain.ts'

export interface LedgerUnderTest {
  readonly store: LedgerStore
  /** The same ledger through another connection, as another process has it. */
  readonly rival: LedgerStore
  readonly shards: ShardTable
  /** Time goes by for the shard table in which nobody says that they live. */
  letPass(ms: number): Promise<void>
  close(passed: boolean): Promise<void>
}

interface Context {
  under: LedgerUnderTest
  ledger: Ledger
  rival: Ledger
  epochs: ReadonlyMap<number, number>
}

type Tests = (name: string, body: (context: Context) => Promise<void>) => void

/** Runs the suite against an empty ledger that `open` makes. */
export function exerciseLedger(name: string, open: () => Promise<LedgerUnderTest>): void {
  exercise(`ledger: ${name}`, open, bareLedger)
  exercise(`ledger: ${name}, group commit`, open, (store) => ledgerWithGroupCommit(store, 512))
}

function exercise(
  title: string,
  open: () => Promise<LedgerUnderTest>,
  wrap: (store: LedgerStore) => Ledger,
): void {
  const test = suite<Context>(title)
  test.before(async (context) => {
    context.under = await open()
    context.ledger = wrap(context.under.store)
    context.rival = wrap(context.under.rival)
    context.epochs = await context.under.shards.takeAll('first owner')
  })
  let unfinished = 0
  test.after(async ({ under }) => under.close(unfinished === 0))
  const counted: Tests = (name, body) =>
    test(name, async (context) => {
      unfinished += 1
      await body(context)
      unfinished -= 1
    })
  exerciseHeads(counted)
  exerciseConstraints(counted)
  exerciseReading(counted)
  exerciseCounting(counted)
  exerciseFence(counted)
  test.run()
}

function exerciseHeads(test: Tests): void {
  test('entries continue the head, and every field comes back as sealed', async (context) => {
    const { ledger } = context
    const chain = ownChain(context, 'field by field')
    const first = chain.next(received('D1', 10), reserved('R1', 4))
    const second = chain.next(ofHold('pin', 'R1', 4), ofHold('commit', 'R1', 4))
    assertCommitted(await ledger.append(first))
    assertCommitted(await ledger.append(second))
    const entries = await ledger.entriesAfter(chain.stock.sku, 0, 100)
    assert.deepEqual(entries, [...first.entries, ...second.entries])
    for (const entry of entries) assert.equal(hashOfEntry(entry), entry.hash)
  })

  test('a commit answers with a clock, in milliseconds', async (context) => {
    const { ledger } = context
    const before = await ledger.nowMs()
    const outcome = await ledger.append(ownChain(context, 'clock').next(received('D1', 1)))
    assert(outcome.kind === 'committed')
    assert(outcome.ledgerNowMs >= before)
    assert(outcome.ledgerNowMs <= (await ledger.nowMs()))
  })

  test('a head that somebody has written after is refused', async (context) => {
    const { ledger } = context
    const first = ownChain(context, 'stale').next(received('D1', 10))
    const late = ownChain(context, 'stale').next(received('D2', 99))
    assertCommitted(await ledger.append(first))
    assertRefused(await ledger.append(late), 'stale_head')
    assert.deepEqual(await ledger.entriesAfter(late.sku, 0, 100), first.entries)
  })

  test('a head of the right number with another hash is refused', async (context) => {
    const { ledger } = context
    const told = ownChain(context, 'other past')
    const untrue = ownChain(context, 'other past')
    assertCommitted(await ledger.append(told.next(received('D1', 10))))
    untrue.next(received('D1', 99))
    assertRefused(await ledger.append(untrue.next(received('D2', 1))), 'stale_head')
    assert.equal((await ledger.entriesAfter(told.stock.sku, 0, 100)).length, 1)
  })

  test('a head that is ahead of the ledger is refused', async (context) => {
    const chain = ownChain(context, 'ahead')
    chain.next(received('D1', 10))
    assertRefused(await context.ledger.append(chain.next(received('D2', 1))), 'stale_head')
  })

  test('of two writers racing for one head exactly one wins', async (context) => {
    for (let round = 0; round < 20; round += 1) {
      const sku = `race ${round}`
      const first = ownChain(context, sku).next(received('D1', 1), reserved('R1', 1))
      const second = ownChain(context, sku).next(received('D2', 1), reserved('R2', 1))
      const outcomes = await Promise.all([
        context.ledger.append(first),
        context.rival.append(second),
      ])
      const won = outcomes.filter(({ kind }) => kind === 'committed')
      assert.equal(won.length, 1, JSON.stringify(outcomes))
      const winner = outcomes[0].kind === 'committed' ? first : second
      assert.deepEqual(await context.ledger.entriesAfter(first.sku, 0, 100), winner.entries)
    }
  })
}

function exerciseConstraints(test: Tests): void {
  test('a hold taken twice is refused, strangers appending with it are not', async (context) => {
    const { ledger } = context
    const greedy = ownChain(context, 'greedy')
    assertCommitted(await ledger.append(greedy.next(received('D1', 9), reserved('R1', 1))))
    assertCommitted(await ledger.append(greedy.next(ofHold('release', 'R1', 1))))
    // What an owner does that has forgotten: the hold is gone from its memory.
    greedy.stock.ended.clear()
    const strangers = ['a', 'b', 'y', 'z'].map((sku) => ownChain(context, `${sku} stranger`))
    const [refused, ...others] = await Promise.all([
      ledger.append(greedy.next(reserved('R1', 1))),
      ...strangers.map((chain) => ledger.append(chain.next(received('D1', 1)))),
    ])
    assertRefused(refused, 'constraint_violated')
    for (const outcome of others) assertCommitted(outcome)
    assert.equal((await ledger.entriesAfter(greedy.stock.sku, 0, 100)).length, 3)
  })

  test('a hold resolved twice and a command applied twice are refused', async (context) => {
    const { ledger } = context
    const chain = ownChain(context, 'twice')
    const facts = [received('D1', 9), reserved('R1', 1), ofHold('release', 'R1', 1)]
    assertCommitted(await ledger.append(chain.next(...facts)))
    const { sku } = chain.stock
    const again = await loadChain(ledger, sku, epochOf(context, sku))
    assertRefused(await ledger.append(again.next(received('D1', 9))), 'constraint_violated')
    const undead = await loadChain(ledger, sku, epochOf(context, sku))
    const { held, available } = undead.stock
    undead.stock.open.set('R1' as HoldId, openHold('R1'))
    Object.assign(undead.stock, { held: held + 1, available: available - 1 })
    assertRefused(
      await ledger.append(undead.next(ofHold('expire', 'R1', 1))),
      'constraint_violated',
    )
    assert.equal((await ledger.entriesAfter(sku, 0, 100)).length, 3)
  })

  test('balances that oversell or lose a unit are refused', async (context) => {
    const { ledger } = context
    const oversold = ownChain(context, 'oversold').next(received('D1', 1))
    const bad = { available: -1, held: 2 }
    assertRefused(await ledger.append(withLast(oversold, bad)), 'constraint_violated')
    const lost = ownChain(context, 'lost').next(received('D1', 2))
    assertRefused(await ledger.append(withLast(lost, { available: 1 })), 'constraint_violated')
    assert.deepEqual(await ledger.entriesAfter(lost.sku, 0, 100), [])
  })

  test('one call with a conflict writes nothing and says which constraint', async (context) => {
    const { store } = context.under
    const sound = ownChain(context, 'sound').next(received('D1', 1))
    const unsound = withLast(ownChain(context, 'unsound').next(received('D1', 1)), { held: 1 })
    await assert.rejects(
      store.appendMany([sound, unsound]),
      (error) => error instanceof BatchConflict && error.constraint === 'no_unit_is_lost',
    )
    assert.deepEqual(await store.entriesAfter(sound.sku, 0, 100), [])
  })

  test('two appends of one SKU in one call cannot both continue its head', async (context) => {
    const { store } = context.under
    const first = ownChain(context, 'fork').next(received('D1', 1))
    const second = ownChain(context, 'fork').next(received('D2', 1))
    await assert.rejects(store.appendMany([first, second]), BatchConflict)
    assert.deepEqual(await store.entriesAfter(first.sku, 0, 100), [])
  })

  test('one call answers each append in order, refused or committed', async (context) => {
    const { store } = context.under
    const sound = ownChain(context, 'mixed a').next(received('D1', 1))
    const stale = ownChain(context, 'mixed b')
    stale.next(received('D1', 1))
    const other = ownChain(context, 'mixed c').next(received('D1', 1))
    const outcomes = await store.appendMany([sound, stale.next(received('D2', 1)), other])
    assert.deepEqual(
      outcomes.map((each) => (each.kind === 'refused' ? each.refusal : each.kind)),
      ['committed', 'stale_head', 'committed'],
    )
  })
}

function exerciseReading(test: Tests): void {
  test('history is read in pages, in order, and ends', async (context) => {
    const { ledger } = context
    const chain = ownChain(context, 'pages')
    const facts = Array.from({ length: 25 }, (_, index) => received(`D${index}`, 1))
    const append = chain.next(...facts)
    const { sku, entries } = append
    assertCommitted(await ledger.append(append))
    const pages = []
    for (let after = 0; ; after += 10) {
      const page = await ledger.entriesAfter(sku, after, 10)
      if (page.length === 0) break
      pages.push(page)
    }
    assert.deepEqual(
      pages.map((page) => page.length),
      [10, 10, 5],
    )
    assert.deepEqual(pages.flat(), entries)
  })

  test('a SKU that never was has no history', async ({ ledger }) => {
    assert.deepEqual(await ledger.entriesAfter('never' as Sku, 0, 10), [])
  })

  test('looking up finds holds, ends, returns and commands of one SKU alone', async (context) => {
    const { ledger } = context
    const chain = ownChain(context, 'look up')
    const other = ownChain(context, 'look up too')
    const back = { ...ofHold('return', 'R1', 1), commandId: 'B1' }
    const append = chain.next(
      ...[received('D1', 9), reserved('R1', 2), ofHold('pin', 'R1', 2), ofHold('commit', 'R1', 2)],
      ...[back, reserved('R3', 1), ofHold('expire', 'R3', 1), reserved('R2', 1)],
    )
    assertCommitted(await ledger.append(append))
    assertCommitted(await ledger.append(other.next(received('D1', 5))))
    const wanted = { holdIds: ['R1', 'R3', 'R9'] as HoldId[], commandIds: ['D1', 'D9'] }
    const found = await ledger.lookUp(append.sku, wanted)
    assert.deepEqual(
      found.toSorted((a, b) => a.seq - b.seq).map(({ seq, kind }) => `${seq} ${kind}`),
      ['1 receive', '2 reserve', '4 commit', '5 return', '6 reserve', '7 expire'],
    )
    assert.deepEqual(await ledger.lookUp(append.sku, { holdIds: [], commandIds: [] }), [])
  })
}

function exerciseCounting(test: Tests): void {
  test('what each buyer bought is counted up to an entry, returns taken off', async (context) => {
    const { ledger } = context
    const chain = ownChain(context, 'counted')
    const append = chain.next(
      ...[received('D1', 99), ...sale('R1', 'anna', 4), ...sale('R2', 'ben', 2)],
      ...[...sale('R3', 'anna', 1), { ...reserved('R4', 7), buyer: 'cleo' as UserId }],
      ...[back('R1', 3, 'anna'), back('R2', 1, null), back('R2', 1, null)],
      ...sale('R5', 'ben', 3),
    )
    assertCommitted(await ledger.append(append))
    assertCommitted(await ledger.append(ownChain(context, 'uncounted').next(received('D1', 1))))
    const at = async (kind: string, nth: number) => {
      const seq = append.entries.filter((entry) => entry.kind === kind)[nth]?.seq ?? 0
      return Object.fromEntries(await ledger.unitsSold(append.sku, seq))
    }
    assert.deepEqual(await at('receive', 0), {})
    assert.deepEqual(await at('commit', 2), { anna: 5, ben: 2 })
    assert.deepEqual(await at('return', 1), { anna: 2, ben: 1 })
    assert.deepEqual(await at('return', 2), { anna: 2 })
    assert.deepEqual(await at('commit', 3), { anna: 2, ben: 3 })
  })

  test('the count of the ledger and the open holds are the count of the fold', async (context) => {
    const { ledger } = context
    const chain = ownChain(context, 'counted twice')
    countBuyers(chain.stock, new Map())
    const append = chain.next(
      ...[received('D1', 99), ...sale('R1', 'anna', 4), ...sale('R2', 'ben', 2)],
      ...[{ ...reserved('R3', 7), buyer: 'ben' as UserId }, ofHold('resize', 'R3', 5)],
      ...[back('R1', 4, null), back('R2', 1, 'ben'), reserved('R4', 1)],
      ...[ofHold('expire', 'R4', 1), reserved('R5', 2)],
    )
    assertCommitted(await ledger.append(append))
    const { stock } = await loadChain(ledger, append.sku, append.epoch)
    countBuyers(stock, await ledger.unitsSold(append.sku, stock.seq))
    assert.deepEqual(stock, chain.stock)
  })
}

/** As old returns are, that name no buyer, or as new ones. */
function back(hold: string, quantity: number, buyer: string | null) {
  return { ...ofHold('return', hold, quantity), buyer: buyer as UserId | null }
}

function sale(hold: string, buyer: string, quantity: number) {
  const [taken, pinned, sold] = [
    reserved(hold, quantity),
    ofHold('pin', hold, quantity),
    ofHold('commit', hold, quantity),
  ]
  return [taken, pinned, sold].map((fact) => ({ ...fact, buyer: buyer as UserId }))
}

// Last, because the epochs of the tests above end here.
function exerciseFence(test: Tests): void {
  test('taking all shards raises every epoch, and the owner before is refused', async (context) => {
    const { ledger, under } = context
    const chain = ownChain(context, 'fenced')
    assertCommitted(await ledger.append(chain.next(received('D1', 10))))
    const zombie = await loadChain(ledger, chain.stock.sku, epochOf(context, chain.stock.sku))
    const before = context.epochs
    context.epochs = await under.shards.takeAll('second owner')
    assert.equal(context.epochs.size, SKU_SHARDS)
    for (const [shard, epoch] of context.epochs) assert.equal(epoch, (before.get(shard) ?? 0) + 1)
    assertRefused(await ledger.append(zombie.next(reserved('R1', 1))), 'stale_epoch')
    const heir = await loadChain(ledger, chain.stock.sku, epochOf(context, chain.stock.sku))
    assertCommitted(await ledger.append(heir.next(reserved('R2', 1))))
  })

  test('an owner hears how many shards are its own, a deposed one hears 0', async (context) => {
    const { shards } = context.under
    context.epochs = await shards.takeAll('before')
    assert.equal((await shards.markAlive('before')).shards, SKU_SHARDS)
    context.epochs = await shards.takeAll('after')
    assert.equal((await shards.markAlive('before')).shards, 0)
    assert.equal((await shards.markAlive('after')).shards, SKU_SHARDS)
  })

  exerciseOutages(test)

  test('of a deposed owner the epoch is judged first', async (context) => {
    const chain = chainOf('deposed' as Sku, epochOf(context, 'deposed' as Sku) - 1)
    chain.next(received('D1', 1))
    assertRefused(await context.ledger.append(chain.next(received('D2', 1))), 'stale_epoch')
  })

  test('an epoch that nobody was given is refused', async (context) => {
    const chain = chainOf('future' as Sku, epochOf(context, 'future' as Sku) + 1)
    assertRefused(await context.ledger.append(chain.next(received('D1', 1))), 'stale_epoch')
  })
}

function exerciseOutages(test: Tests): void {
  test('a silence of the owner is an outage, told from then on', async (context) => {
    const { shards, letPass } = context.under
    context.epochs = await shards.takeAll('steady')
    const before = await shards.markAlive('steady')
    await letPass(OUTAGE_MIN_MS - 5_000)
    assert.deepEqual((await shards.markAlive('steady')).outages, before.outages, 'only late')
    await letPass(HOUR_MS)
    const after = await shards.markAlive('steady')
    assertHour(after.outages.slice(before.outages.length))
    assert.equal(after.outages.at(-1)?.endedAtMs, Math.floor(after.ledgerNowMs))
    assert.deepEqual((await shards.markAlive('steady')).outages, after.outages)
  })

  test('a shop that was closed had an outage, whoever opens it again', async (context) => {
    const { shards, letPass } = context.under
    context.epochs = await shards.takeAll('evening')
    const before = await shards.markAlive('evening')
    context.epochs = await shards.takeAll('at once')
    assert.deepEqual((await shards.markAlive('at once')).outages, before.outages)
    await letPass(HOUR_MS)
    context.epochs = await shards.takeAll('morning')
    const after = await shards.markAlive('morning')
    assertHour(after.outages.slice(before.outages.length))
  })

  test('whoever was deposed ends no silence', async (context) => {
    const { shards, letPass } = context.under
    context.epochs = await shards.takeAll('deposed')
    context.epochs = await shards.takeAll('heir')
    const before = await shards.markAlive('heir')
    await letPass(HOUR_MS)
    await shards.markAlive('deposed')
    assertHour((await shards.markAlive('heir')).outages.slice(before.outages.length))
  })
}

const HOUR_MS = 3_600_000

/** One outage of an hour, give or take what the test itself took. */
function assertHour(outages: readonly Outage[]): void {
  const [{ beganAtMs = 0, endedAtMs = 0 } = {}, ...more] = outages
  assert.deepEqual(more, [])
  const overMs = endedAtMs - beganAtMs - HOUR_MS
  assert(overMs >= 0 && overMs < 10_000, `the outage took an hour and ${overMs} ms`)
}

/** Appends one at a time, without the group commit. */
function bareLedger(store: LedgerStore): Ledger {
  async function append(one: SkuAppend): Promise<AppendOutcome> {
    try {
      const [outcome] = await store.appendMany([one])
      assert(outcome, 'an outcome for the only append')
      return outcome
    } catch (error) {
      if (!(error instanceof BatchConflict)) throw error
      const { constraint: detail } = error
      const refusal = detail === 'sku_has_one_history' ? 'stale_head' : 'constraint_violated'
      return { kind: 'refused', refusal, detail }
    }
  }
  return { ...store, append }
}

function ownChain(context: Context, name: string) {
  const sku = name as Sku
  return chainOf(sku, epochOf(context, sku))
}

function epochOf({ epochs }: Context, sku: Sku): number {
  const epoch = epochs.get(skuShardOf(sku))
  assert(epoch !== undefined)
  return epoch
}

function withLast(append: SkuAppend, balances: Partial<LedgerEntry>): SkuAppend {
  return { ...append, entries: append.entries.map((entry) => ({ ...entry, ...balances })) }
}

function openHold(hold: string) {
  const { holdId, checkoutId, buyer, quantity, expiresAtMs, atMs } = reserved(hold, 1)
  assert(holdId && checkoutId && buyer && expiresAtMs !== null)
  const hadFirst = { reservedQuantity: quantity, takenAtMs: atMs }
  return { holdId, checkoutId, buyer, quantity, ...hadFirst, expiresAtMs, pinned: false }
}

function assertCommitted(outcome: AppendOutcome): void {
  assert.equal(outcome.kind, 'committed', JSON.stringify(outcome))
}

function assertRefused(outcome: AppendOutcome | undefined, refusal: string): void {
  assert(outcome?.kind === 'refused', `expected ${refusal}: ${JSON.stringify(outcome)}`)
  assert.equal(outcome.refusal, refusal, outcome.detail)
}
