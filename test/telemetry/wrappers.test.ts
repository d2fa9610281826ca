// Each wrapper counts what it should, passes on what it wraps, and never stands in the way.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { CheckoutWork, Result } from '../../actors/checkout-work.ts'
import { RetryLater } from '../../actors/domain/failures.ts'
import { parseSku, type Sku } from '../../actors/domain/ids.ts'
import type { StockCommand, StockReply } from '../../actors/domain/stock-command.ts'
import type { AppendOutcome, Ledger, SkuAppend } from '../../actors/ports/ledger.ts'
import type { SkuRouter } from '../../actors/ports/sku-router.ts'
import type { StockListener } from '../../actors/ports/stock-listener.ts'
import { BatchConflict } from '../../persistence/ledger-with-group-commit.ts'
import { scriptedPaymentGateway } from '../../src/payments/scripted-payment-gateway.ts'
import { meteredGateway } from '../../src/telemetry/metrics/metered-gateway.ts'
import {
  type Appending,
  meteredLedger,
  meteredLedgerStore,
} from '../../src/telemetry/metrics/metered-ledger.ts'
import { meteredReadiness } from '../../src/telemetry/metrics/metered-readiness.ts'
import { meteredSkuRouter } from '../../src/telemetry/metrics/metered-sku-router.ts'
import { meteredStock } from '../../src/telemetry/metrics/metered-stock.ts'
import { countAudit } from '../../src/telemetry/metrics/metered-violations.ts'
import { meteredWork } from '../../src/telemetry/metrics/metered-work.ts'
import { openMeters } from '../../src/telemetry/metrics/meters.ts'
import { sampleCheckout, samplePaying } from '../support/sample-checkout.ts'
import { readSamples, sumOf } from './prometheus-text.ts'

const wrappers = suite('metered wrappers')
const SKU = parseSku('ROSE-12') as Sku
const RESERVE = { kind: 'reserve', quantity: 1 } as StockCommand
const UNKNOWN: Result = { kind: 'unresolved', afterMs: 0 }

/** Meters, and what they say. */
function metersAndReader() {
  const meters = openMeters()
  const read = async (name: string, labels = {}) =>
    sumOf(readSamples((await meters.scrape()).text), name, labels)
  return { meters, read }
}

wrappers('every way a reserve can end has its outcome, and only reserves are counted', async () => {
  const { meters, read } = metersAndReader()
  const balances = { received: 1, available: 0, held: 1, sold: 0 }
  const no = (refusal: string) => ({ ok: false, refusal, available: 0 }) as StockReply
  const ends: [StockReply | Error, string][] = [
    [{ ok: true, holdState: 'held', balances }, 'reserved'],
    [no('insufficient_stock'), 'soldout'],
    [no('already_released'), 'duplicate'],
    [no('hold_exists_with_other_fields'), 'duplicate'],
    [no('purchase_limit'), 'limit'],
    [new RetryLater('overloaded', 'full'), 'shed'],
    [new RetryLater('deadline_passed', 'late'), 'shed'],
    [new RetryLater('ledger_unavailable', 'away'), 'error'],
    [new Error('a bug'), 'error'],
  ]
  const script = [...ends]
  const router = meteredSkuRouter(
    routerOf(async () => ended(script.shift())),
    meters,
  )
  for (const [end] of ends) {
    const asked = router.ask(SKU, RESERVE)
    if (end instanceof Error) await assert.rejects(asked, end)
    else assert.equal(await asked, end)
  }
  for (const outcome of new Set(ends.map(([, word]) => word))) {
    const expected = ends.filter(([, word]) => word === outcome).length
    assert.equal(await read('checkout_reserve_requests_total', { outcome }), expected, outcome)
    const timed = await read('checkout_reserve_duration_seconds_count', { outcome })
    assert.equal(timed, expected, outcome)
  }
  const commits = meteredSkuRouter(
    routerOf(async () => no('not_pinned')),
    openMeters(),
  )
  await commits.ask(SKU, { kind: 'commit' } as StockCommand)
  assert.equal(await read('checkout_reserve_requests_total'), ends.length)
})

wrappers('what waits for a SKU is seen with its age until it is answered', async () => {
  const { meters, read } = metersAndReader()
  let answer: (error: Error) => void = () => {}
  const never = () => new Promise<StockReply>((_resolve, reject) => (answer = reject))
  const router = meteredSkuRouter(routerOf(never), meters)
  assert.equal(await read('checkout_actor_mailbox_oldest_seconds'), 0)
  const asked = router.ask(SKU, RESERVE)
  assert.equal(await read('checkout_actor_mailbox_depth'), 1)
  assert.ok((await read('checkout_actor_mailbox_oldest_seconds')) > 0)
  answer(new Error('over'))
  await assert.rejects(asked)
  assert.equal(await read('checkout_actor_mailbox_depth'), 0)
  assert.equal(await read('checkout_actor_mailbox_oldest_seconds'), 0)
})

wrappers(
  'a statement is counted with its rows and kinds, but only what was committed',
  async () => {
    const { meters, read } = metersAndReader()
    const outcomes: AppendOutcome[] = [
      { kind: 'committed', ledgerNowMs: 1 },
      { kind: 'refused', refusal: 'stale_head', detail: '' },
    ]
    const store = meteredLedgerStore(
      storeOf(async () => outcomes),
      meters,
    )
    const committed = appendOf('reserve', 'commit', 'commit', 'expire')
    assert.equal(await store.appendMany([committed, appendOf('reserve')]), outcomes)
    assert.equal(await read('checkout_ledger_flush_batch_rows_sum'), 5)
    assert.equal(await read('checkout_ledger_entries_total', { kind: 'reserve' }), 1)
    assert.equal(await read('checkout_ledger_entries_total', { kind: 'commit' }), 2)
    assert.equal(await read('checkout_units_sold_total'), 4)
    assert.equal(await read('checkout_holds_expired_total'), 1)
  },
)

wrappers('statements that fail are told apart: conflict, unavailable, bug', async () => {
  const { meters, read } = metersAndReader()
  const failures = {
    conflict: new BatchConflict('hold_is_taken_once', null),
    unavailable: new RetryLater('ledger_unavailable', 'away'),
    bug: new TypeError('x'),
  }
  for (const [reason, failure] of Object.entries(failures)) {
    const store = meteredLedgerStore(
      storeOf(() => Promise.reject(failure)),
      meters,
    )
    await assert.rejects(store.appendMany([appendOf('reserve')]), failure)
    assert.equal(await read('checkout_ledger_flush_errors_total', { reason }), 1, reason)
  }
  assert.equal(await read('checkout_ledger_entries_total'), 0)
  assert.equal(await read('checkout_ledger_flush_duration_seconds_count'), 3)
})

wrappers('a fenced write is counted as such, and as a refusal', async () => {
  const { meters, read } = metersAndReader()
  const outcome = { kind: 'refused', refusal: 'stale_epoch', detail: '' } as const
  const refusing = { append: async () => outcome } as unknown as Ledger
  const ledger = meteredLedger(refusing, meters)
  assert.equal(await ledger.append(appendOf('reserve')), outcome)
  assert.equal(await read('checkout_fenced_writes_total'), 1)
  assert.equal(await read('checkout_ledger_refusals_total', { refusal: 'stale_epoch' }), 1)
})

wrappers('each call to the gateway is counted by operation and result', async () => {
  const { meters, read } = metersAndReader()
  const gateway = meteredGateway(scriptedPaymentGateway(), meters)
  const options = (idempotencyKey: string) => ({ idempotencyKey, timeoutMs: 1_000 })
  const amount = { amount: 500, currency: 'GBP' }
  const created = await gateway.create({ amount, metadata: { order_id: 'o' } }, options('c'))
  assert.equal(created.kind, 'ok')
  const { intentId } = created.kind === 'ok' ? created.intent : assert.fail()
  const declined = await gateway.confirm(intentId, 'pm_card_chargeDeclined', options('d'))
  assert.equal(declined.kind, 'declined')
  await gateway.find(intentId, { timeoutMs: 1_000 })
  await gateway.void(intentId, options('v'))
  const total = 'checkout_gateway_requests_total'
  assert.equal(await read(total, { op: 'create', result: 'ok' }), 1)
  assert.equal(await read(total, { op: 'confirm', result: 'declined' }), 1)
  assert.equal(await read(total, { op: 'find', result: 'ok' }), 1)
  assert.equal(await read(total, { op: 'void', result: 'ok' }), 1)
  assert.equal(await read(total), 4)
})

wrappers('a payment nobody can explain is counted until it is explained', async () => {
  const { meters, read } = metersAndReader()
  const results: Result[] = [UNKNOWN, UNKNOWN, { kind: 'captured' }]
  const work = meteredWork(
    workOf(async () => results.shift() ?? UNKNOWN),
    meters,
  )
  const checkout = sampleCheckout({ state: 'confirmed' })
  await work.perform('capture', checkout, false)
  await work.perform('capture', checkout, true)
  assert.equal(await read('checkout_payments_unknown'), 1)
  await work.perform('capture', checkout, true)
  assert.equal(await read('checkout_payments_unknown'), 0)
  const actions = { action: 'capture', result: 'unresolved' }
  assert.equal(await read('checkout_actions_total', actions), 2)
})

wrappers(
  'a buyer who authenticates and a fraud check that takes long are not unknown',
  async () => {
    const { meters, read } = metersAndReader()
    const work = meteredWork(
      workOf(async () => UNKNOWN),
      meters,
    )
    await work.perform('confirm_payment', samplePaying({ stage: 'authenticating' }), false)
    await work.perform('screen_again', samplePaying({ stage: 'reviewing' }), false)
    assert.equal(await read('checkout_payments_unknown'), 0)
    await work.perform('release', samplePaying({ stage: 'authenticating' }), false)
    assert.equal(await read('checkout_payments_unknown'), 1)
  },
)

wrappers('the life of SKUs in memory is counted, and told on', async () => {
  const { meters, read } = metersAndReader()
  const heard: string[] = []
  const hear = (name: string) => () => void heard.push(name)
  const listener: StockListener = {
    onActivated: hear('activated'),
    onEvicted: hear('evicted'),
    onStateThrownAway: hear('thrown away'),
    onStateSaved: hear('saved'),
    onStateNotSaved: hear('not saved'),
  }
  const stock = meteredStock(listener, meters)
  stock.onActivated({ sku: SKU, from: 'snapshot', entries: 3, durationMs: 2_000 })
  stock.onEvicted(SKU, 'crowded')
  stock.onStateThrownAway({ sku: SKU, kind: 'checkpoint', fault: 'corrupt' })
  const size = { rows: 1, characters: 1, durationMs: 1 }
  stock.onStateSaved({ sku: SKU, kind: 'snapshot', ...size })
  stock.onStateNotSaved(SKU, 'snapshot', 'behind')
  assert.deepEqual(heard, ['activated', 'evicted', 'thrown away', 'saved', 'not saved'])
  assert.equal(await read('checkout_actor_activations_total', { from: 'snapshot' }), 1)
  assert.equal(await read('checkout_actor_replay_seconds_sum'), 2)
  assert.equal(await read('checkout_actor_passivations_total', { why: 'crowded' }), 1)
  const corrupt = { kind: 'checkpoint', fault: 'corrupt' }
  assert.equal(await read('checkout_stock_states_thrown_away_total', corrupt), 1)
  for (const result of ['saved', 'behind']) {
    assert.equal(await read('checkout_stock_states_total', { kind: 'snapshot', result }), 1)
  }
})

wrappers('what an audit finds is counted by the kind of promise', async () => {
  const { meters, read } = metersAndReader()
  const checks = [
    { id: 'I1', violations: 2 },
    { id: 'P1', violations: 1 },
    { id: 'O3', violations: 0 },
  ]
  countAudit({ checks }, meters)
  const total = 'checkout_invariant_violations_total'
  assert.equal(await read(total, { kind: 'stock' }), 2)
  assert.equal(await read(total, { kind: 'money' }), 1)
  assert.equal(await read(total), 3)
})

wrappers('both readiness gauges of one scrape tell of one answer', async () => {
  const { meters, read } = metersAndReader()
  let asked = 0
  const parts = [
    { name: 'database', state: 'down' },
    { name: 'carts', state: 'ready' },
  ]
  meteredReadiness(async () => {
    asked += 1
    return { ready: false, parts }
  }, meters)
  assert.equal(await read('checkout_ready'), 0)
  assert.equal(asked, 1)
  assert.equal(await read('checkout_degraded', { dependency: 'database' }), 1)
  assert.equal(await read('checkout_degraded', { dependency: 'carts' }), 0)
})

function ended(end: [StockReply | Error, string] | undefined): StockReply {
  const [reply] = end ?? assert.fail('asked once too often')
  if (reply instanceof Error) throw reply
  return reply
}

function routerOf(ask: SkuRouter['ask']): SkuRouter {
  return { ask, look: () => assert.fail('is not asked'), committedBalances: () => null }
}

function storeOf(appendMany: Appending['appendMany']): Appending {
  return { appendMany }
}

function workOf(perform: CheckoutWork['perform']): CheckoutWork {
  return { perform }
}

/** Only what is counted of it: kinds, each of two units. */
function appendOf(...kinds: readonly string[]): SkuAppend {
  return { sku: SKU, entries: kinds.map((kind) => ({ kind, quantity: 2 })) } as unknown as SkuAppend
}

wrappers.run()
