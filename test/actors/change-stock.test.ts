// Stock is changed once per key, whatever comes at once or again, and a key says what it was used
// for before anything is changed under it.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import { stockChanger } from '../../actors/change-stock.ts'
import type { KeyedReply, KeyedRequest } from '../../actors/checkout-client.ts'
import { RetryLater } from '../../actors/domain/failures.ts'
import type { Sku, UserId } from '../../actors/domain/ids.ts'
import type { StockCommand, StockReply } from '../../actors/domain/stock-command.ts'
import type { CheckoutJournal } from '../../actors/ports/checkout-journal.ts'
import type { SkuRouter } from '../../actors/ports/sku-router.ts'
import { memoryJournal } from '../../persistence/memory/memory-checkout-journal.ts'
import { manualClock } from '../support/manual-clock.ts'

const [ROSE, TULIP] = ['ROSE' as Sku, 'TULIP' as Sku]

function requestOf(body: string): KeyedRequest {
  const caller = 'ops' as UserId
  return { caller, guest: false, key: 'one', fingerprint: body, requestId: `request of ${body}` }
}

/** A shelf that takes every command once by its id, and counts. */
function openShelves() {
  const received = new Map<Sku, number>()
  const commands = new Set<string>()
  const ask = async (sku: Sku, command: StockCommand): Promise<StockReply> => {
    assert(command.kind === 'receive')
    const before = received.get(sku) ?? 0
    const known = commands.has(`${sku} ${command.commandId}`)
    commands.add(`${sku} ${command.commandId}`)
    const now = known ? before : before + command.quantity
    received.set(sku, now)
    const balances = { received: now, available: now, held: 0, sold: 0 }
    return { ok: true, balances, holdState: null }
  }
  const skus: SkuRouter = {
    ask,
    look: () => assert.fail('a change of stock looks at nothing'),
    committedBalances: () => null,
  }
  return { skus, received }
}

function openShop(around: (journal: CheckoutJournal) => CheckoutJournal = (same) => same) {
  const books = memoryJournal(manualClock(0))
  const shelves = openShelves()
  const start = (owner: string, wrap = around) =>
    stockChanger({ journal: wrap(books.openFor(owner)), skus: shelves.skus })
  return { change: start('first'), restart: () => start('second', (same) => same), ...shelves }
}

const kindsOf = (replies: readonly KeyedReply[]) => replies.map(({ kind }) => kind)

test('the same request twice at once: one is carried out, one is told to wait', async () => {
  const { change, received } = openShop()
  const request = requestOf('5 roses')
  const replies = await Promise.all([change(request, ROSE, 5), change(request, ROSE, 5)])
  assert.deepEqual(kindsOf(replies), ['answer', 'in_progress'])
  assert.equal(received.get(ROSE), 5)
  const again = await change(request, ROSE, 5)
  assert(again.kind === 'answer' && again.replayed)
  assert.deepEqual(again.answer, replies[0]?.kind === 'answer' && replies[0].answer)
})

test('one key for two SKUs at once changes one of them', async () => {
  const { change, received } = openShop()
  const replies = await Promise.all([
    change(requestOf('5 roses'), ROSE, 5),
    change(requestOf('5 tulips'), TULIP, 5),
  ])
  assert.deepEqual(kindsOf(replies), ['answer', 'key_reused'])
  assert.deepEqual([...received], [[ROSE, 5]])
})

test('one key for two quantities at once changes stock by one of them', async () => {
  const { change, received } = openShop()
  const replies = await Promise.all([
    change(requestOf('5 roses'), ROSE, 5),
    change(requestOf('7 roses'), ROSE, 7),
  ])
  assert.deepEqual(kindsOf(replies), ['answer', 'key_reused'])
  assert.equal(received.get(ROSE), 5)
})

test('an answer that was not kept leaves the key its own, and a repeat keeps it', async () => {
  const forgetful = (journal: CheckoutJournal): CheckoutJournal => ({
    ...journal,
    remember: async () => {
      throw new RetryLater('journal_unavailable', 'the line broke')
    },
  })
  const { change, restart, received } = openShop(forgetful)
  await assert.rejects(change(requestOf('5 roses'), ROSE, 5), RetryLater)
  const next = restart()
  assert.deepEqual(await next(requestOf('5 tulips'), TULIP, 5), { kind: 'key_reused' })
  const repeat = await next(requestOf('5 roses'), ROSE, 5)
  assert(repeat.kind === 'answer' && !repeat.replayed)
  assert.deepEqual([...received], [[ROSE, 5]])
  const again = await next(requestOf('5 roses'), ROSE, 5)
  assert(again.kind === 'answer' && again.replayed)
})

test('a SKU that could not be asked is asked again by the same request', async () => {
  const { change, received, skus } = openShop()
  const { ask } = skus
  skus.ask = async () => {
    skus.ask = ask
    throw new RetryLater('overloaded', 'the inbox is full')
  }
  await assert.rejects(change(requestOf('5 roses'), ROSE, 5), RetryLater)
  assert.deepEqual(kindsOf([await change(requestOf('5 roses'), ROSE, 5)]), ['answer'])
  assert.equal(received.get(ROSE), 5)
})

test.run()
