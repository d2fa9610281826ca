// Would the tests notice? Each mistake is composed into the real parts, plays the same scene as the
// sound code, and must be seen. The sound code must pass the scene without a fault.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import { skuShardOf } from '../../actors/domain/shard.ts'
import { ledgerClock } from '../../actors/ledger-clock.ts'
import type { Ledger } from '../../actors/ports/ledger.ts'
import type { SkuRouter } from '../../actors/ports/sku-router.ts'
import { nobodyListens } from '../../actors/ports/stock-listener.ts'
import { startActorSystem } from '../../actors/serial-actor.ts'
import { skuDirectory } from '../../actors/sku-directory.ts'
import { skuRouterWithRetry } from '../../actors/sku-router-with-retry.ts'
import { ledgerWithGroupCommit } from '../../persistence/ledger-with-group-commit.ts'
import { memoryLedger } from '../../persistence/memory/memory-ledger.ts'
import type { Statement } from '../../persistence/postgres/load-sql.ts'
import { APPEND_ENTRIES } from '../../persistence/postgres/postgres-ledger.ts'
import { LIMITS } from '../../src/limits.ts'
import { gatedLedger } from '../actors/sku-gated-ledger.ts'
import { ROSE, reserve, wordOf } from '../actors/sku-world.ts'
import { chainOf, received } from '../conformance/ledger-chain.ts'
import {
  holdUpAppends,
  type LedgerWorld,
  openLedgerWorld,
} from '../persistence/postgres-ledger-world.ts'
import { skipTest } from '../runner/skipped.ts'
import { type ManualClock, manualClock } from '../support/manual-clock.ts'
import { openTestDatabase } from '../support/test-database.ts'
import {
  APPEND_WITHOUT_FENCE,
  APPEND_WITHOUT_LOCK,
  APPEND_WITHOUT_SEQUENCE_CHECK,
  DROP_SEQUENCE_RULES,
} from './append-statements.ts'
import { earlyAnsweringLedger } from './early-answering-ledger.ts'
import { type Acknowledged, faultsOf, type LedgerFault } from './ledger-faults.ts'

const START_MS = 1_763_836_000_000
const ATTEMPTS_MAX = 3

/** A node as it is composed in production, on its own ledger connection. */
function nodeOn(
  ledger: Ledger,
  epochs: ReadonlyMap<number, number>,
  clock: ManualClock = manualClock(START_MS),
): SkuRouter {
  const onBug = () => {}
  const directory = skuDirectory(
    {
      system: startActorSystem(onBug),
      ledger,
      clock,
      ledgerClock: ledgerClock(clock, clock.nowMs(), () => {}),
      batchMax: 512,
      onFenced: () => {},
      onBug,
      ...{ snapshots: null, checkpoints: null, listener: nobodyListens },
    },
    { ...LIMITS, skuInboxMax: 100, nodeInboxMax: 100, commandTimeoutMs: 10_000 },
    epochs,
  )
  return skuRouterWithRetry(directory, ATTEMPTS_MAX)
}

/** Buys one unit and keeps what the buyer was told. */
async function buy(
  node: SkuRouter,
  holdId: string,
  told: Acknowledged[],
  clock: ManualClock = manualClock(START_MS),
): Promise<string> {
  const word = await wordOf(node.ask(ROSE, reserve({ clock }, holdId)))
  if (word === 'held') told.push({ holdId, quantity: 1 })
  return word
}

const receive = (node: SkuRouter, quantity: number) =>
  node.ask(ROSE, { kind: 'receive', commandId: 'D1', quantity })

interface Scene {
  readonly words: readonly string[]
  readonly faults: readonly LedgerFault[]
}

type PlayScene = (world: LedgerWorld, statement: Statement) => Promise<Scene>

/** A new owner sells, and the one before, who knows nothing of it, goes on selling. */
async function deposedOwnerSells(world: LedgerWorld, statement: Statement): Promise<Scene> {
  const told: Acknowledged[] = []
  const store = world.open({ statement })
  const open = () => ledgerWithGroupCommit(world.open({ statement }), 512)
  const deposed = nodeOn(open(), await world.shards.takeAll('first'))
  await receive(deposed, 5)
  const owner = nodeOn(open(), await world.shards.takeAll('second'))
  const words = [await buy(owner, 'R1', told), await buy(deposed, 'R2', told)]
  return { words, faults: faultsOf(await store.entriesAfter(ROSE, 0, 100), told) }
}

/** Two processes of one epoch, whom no fence can tell apart, sell the last unit. */
async function twinsSellTheLastUnit(world: LedgerWorld, statement: Statement): Promise<Scene> {
  const told: Acknowledged[] = []
  const store = world.open({ statement })
  const open = () => ledgerWithGroupCommit(world.open({ statement }), 512)
  const epochs = await world.shards.takeAll('twins')
  const twins = [nodeOn(open(), epochs), nodeOn(open(), epochs)] as const
  await receive(twins[0], 1)
  for (const twin of twins) await twin.look(ROSE)
  const words = [await buy(twins[0], 'R1', told), await buy(twins[1], 'R2', told)]
  return { words, faults: faultsOf(await store.entriesAfter(ROSE, 0, 100), told) }
}

/** A takeover begins while an append is in the middle of its insert. */
async function takeoverDuringAppend(world: LedgerWorld, statement: Statement): Promise<Scene> {
  const epochs = await world.shards.takeAll('first')
  const chain = chainOf(ROSE, epochs.get(skuShardOf(ROSE)) ?? 0)
  const release = await holdUpAppends(world, ROSE)
  const appending = world.open({ statement }).appendMany([chain.next(received('D1', 1))])
  await world.blockedWriter()
  const taking = world.shards.takeAll('second').then(() => 'slips past')
  const waiting = world.blockedTakeover().then(
    () => 'waits',
    () => 'never waits',
  )
  const word = await Promise.race([taking, waiting])
  await release()
  const [outcome] = await appending
  await taking
  return { words: [word, outcome?.kind ?? ''], faults: [] }
}

/** The ledger loses the line while a hold is being written. */
async function lineIsLost(wrap: (ledger: Ledger) => Ledger): Promise<Scene> {
  const clock = manualClock(START_MS)
  const memory = memoryLedger(clock)
  const gate = gatedLedger(ledgerWithGroupCommit(memory.store, 512))
  const told: Acknowledged[] = []
  const node = nodeOn(wrap(gate), await memory.shards.takeAll('only'), clock)
  await receive(node, 5)
  await gate.arrived(1)
  gate.loseNextRequest()
  const words = [await buy(node, 'R1', told, clock)]
  await gate.arrived(2)
  return { words, faults: faultsOf(memory.historyOf(ROSE), told) }
}

/** Plays the scene in a database of its own, changed by `change` first. */
async function inDatabase(play: PlayScene, statement: Statement, change?: string): Promise<Scene> {
  const database = await openTestDatabase(import.meta.url)
  assert(database, 'Postgres went away during the test file')
  const world = await openLedgerWorld(database.url)
  let played = false
  try {
    if (change !== undefined) await world.hand.query(change)
    const scene = await play(world, statement)
    played = true
    return scene
  } finally {
    await world.close()
    await database.close(played)
  }
}

function testPostgresMutants(): void {
  test('sound fence: the deposed owner sells nothing', async () => {
    const { words, faults } = await inDatabase(deposedOwnerSells, APPEND_ENTRIES)
    assert.deepEqual(words, ['held', 'sku_moved'])
    assert.deepEqual(faults, [])
  })

  test('mutant fence off: caught because epochs go back, the deposed owner sold', async () => {
    const { words, faults } = await inDatabase(deposedOwnerSells, APPEND_WITHOUT_FENCE)
    assert.deepEqual(words, ['held', 'held'])
    assert.deepEqual(faults, ['epochs_go_back'])
  })

  test('sound sequence check: of two equal owners one sells the last unit', async () => {
    const { words, faults } = await inDatabase(twinsSellTheLastUnit, APPEND_ENTRIES)
    assert.deepEqual(words, ['held', 'insufficient_stock'])
    assert.deepEqual(faults, [])
  })

  test('mutant skip the sequence check: caught because history forks and oversells', async () => {
    const scene = inDatabase(
      twinsSellTheLastUnit,
      APPEND_WITHOUT_SEQUENCE_CHECK,
      DROP_SEQUENCE_RULES,
    )
    const { words, faults } = await scene
    assert.deepEqual(words, ['held', 'held'])
    assert.deepEqual(faults, ['history_forks', 'oversold'])
  })

  test('sound lock: a takeover waits for the append in flight', async () => {
    const { words } = await inDatabase(takeoverDuringAppend, APPEND_ENTRIES)
    assert.deepEqual(words, ['waits', 'committed'])
  })

  test('mutant without lock: caught because a takeover slips past an append', async () => {
    const { words } = await inDatabase(takeoverDuringAppend, APPEND_WITHOUT_LOCK)
    assert.deepEqual(words, ['slips past', 'committed'])
  })

  test('the table alone still stops a fork when the statement does not look', async () => {
    const { words, faults } = await inDatabase(twinsSellTheLastUnit, APPEND_WITHOUT_SEQUENCE_CHECK)
    assert.deepEqual(words, ['held', 'insufficient_stock'])
    assert.deepEqual(faults, [])
  })
}

test('sound answers: a hold that could not be written is not confirmed', async () => {
  const { words, faults } = await lineIsLost((ledger) => ledger)
  assert.deepEqual(words, ['ledger_unavailable'])
  assert.deepEqual(faults, [])
})

test('mutant answer before commit: caught because an acknowledged hold is missing', async () => {
  const { words, faults } = await lineIsLost(earlyAnsweringLedger)
  assert.deepEqual(words, ['held'])
  assert.deepEqual(faults, ['acknowledged_hold_is_missing'])
})

const probe = await openTestDatabase(import.meta.url)
if (probe === null) skipTest('mutants of the append statement', 'no Postgres was found')
else {
  await probe.close(true)
  testPostgresMutants()
}

test.run()
