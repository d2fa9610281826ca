// The simulator's books survive SIGKILL: what was answered is there after a restart, and a line
// torn by the kill is not.

import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import type { GatewayOutcome, PaymentGateway } from '../../actors/ports/payment-gateway.ts'
import { gatewayTo } from './simulated-stripe.ts'
import { journalFolder, type SimulatorProcess, startSimulatorProcess } from './simulator-process.ts'

const test = suite('simulator: journal')
const TOTAL = { amount: 700, currency: 'USD' }

/** Runs with a folder for the journal and ends every process that was started in it. */
async function withJournal(
  run: (start: () => Promise<SimulatorProcess>, journal: string) => Promise<void>,
): Promise<void> {
  const { journal, remove } = journalFolder()
  const started: SimulatorProcess[] = []
  try {
    await run(async () => {
      const simulator = await startSimulatorProcess(['--journal', journal])
      started.push(simulator)
      return simulator
    }, journal)
  } finally {
    for (const simulator of started) await simulator.stop('SIGKILL')
    remove()
  }
}

function call(idempotencyKey: string) {
  return { idempotencyKey, timeoutMs: 5_000 }
}

function intentIdOf(outcome: GatewayOutcome): string {
  assert(outcome.kind === 'ok', JSON.stringify(outcome))
  return outcome.intent.intentId
}

/** Orders that end captured, held, voided and declined, one of each in turn. */
async function playOrders(gateway: PaymentGateway, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let order = 0; order < count; order += 1) {
    const key = (operation: string) => call(`ord_${order}:${operation}`)
    const metadata = { order_id: `ord_${order}`, checkout_id: `chk_${order}`, attempt: '1' }
    const id = intentIdOf(await gateway.create({ amount: TOTAL, metadata }, key('create')))
    const card = order % 4 === 3 ? 'pm_card_chargeDeclined' : 'pm_card_visa'
    await gateway.confirm(id, card, key('confirm'))
    if (order % 4 === 0) await gateway.capture(id, TOTAL, key('capture'))
    if (order % 4 === 2) await gateway.void(id, key('void'))
    ids.push(id)
  }
  return ids
}

test('after SIGKILL and a restart the books, states and kept answers are the same', async () => {
  await withJournal(async (start) => {
    const first = await start()
    const gateway = gatewayTo(first)
    const ids = await playOrders(gateway, 12)
    const [firstId = ''] = ids
    const capture = () => gateway.capture(firstId, TOTAL, call('ord_0:capture'))
    const captured = await capture()
    const before = await first.ledger()
    const found = await Promise.all(ids.map((id) => gateway.find(id, { timeoutMs: 5_000 })))
    gateway.close()
    await first.stop('SIGKILL')

    const second = await start()
    const again = gatewayTo(second)
    assert.deepEqual(await second.ledger(), before)
    assert.deepEqual(before.totals.by_currency.USD, {
      authorised: 9 * 700,
      captured: 3 * 700,
      refunded: 0,
      open_authorised: 3 * 700,
    })
    for (const [index, id] of ids.entries()) {
      assert.deepEqual(await again.find(id, { timeoutMs: 5_000 }), found[index])
    }
    assert.deepEqual(await again.capture(firstId, TOTAL, call('ord_0:capture')), captured)
    const other = await again.capture(firstId, TOTAL, call('ord_0:capture:2'))
    assert.equal(other.kind, 'conflict')
    again.close()
  })
})

test('everything answered before a SIGKILL under load is in the books after it', async () => {
  await withJournal(async (start) => {
    const first = await start()
    const gateway = gatewayTo(first)
    const acknowledged = new Map<string, string>()
    let dead: Promise<unknown> | null = null

    async function buyUntilDead(buyer: number): Promise<void> {
      for (let order = 0; dead === null; order += 1) {
        const key = (operation: string) => call(`${buyer}:${order}:${operation}`)
        const metadata = { order_id: `ord_${buyer}_${order}` }
        const created = await gateway.create({ amount: TOTAL, metadata }, key('create'))
        if (created.kind !== 'ok') return
        const id = created.intent.intentId
        acknowledged.set(id, 'unconfirmed')
        const confirmed = await gateway.confirm(id, 'pm_card_visa', key('confirm'))
        if (confirmed.kind === 'ok') acknowledged.set(id, 'authorised')
        const captured = await gateway.capture(id, TOTAL, key('capture'))
        if (captured.kind === 'ok') acknowledged.set(id, 'captured')
        if (acknowledged.size >= 200) dead ??= first.stop('SIGKILL')
      }
    }

    await Promise.all(Array.from({ length: 16 }, (_each, buyer) => buyUntilDead(buyer)))
    await dead
    gateway.close()

    const ranks = ['unconfirmed', 'authorised', 'captured']
    const second = gatewayTo(await start())
    for (const [id, status] of acknowledged) {
      const found = await second.find(id, { timeoutMs: 5_000 })
      assert(found.kind === 'ok', `${id}, answered as ${status}, is ${JSON.stringify(found)}`)
      assert(ranks.indexOf(found.intent.status) >= ranks.indexOf(status), id)
    }
    assert(acknowledged.size >= 200)
    second.close()
  })
})

test('a torn last line is cut off, and the journal goes on behind it', async () => {
  await withJournal(async (start, journal) => {
    const first = await start()
    const gateway = gatewayTo(first)
    await playOrders(gateway, 2)
    const before = await first.ledger()
    gateway.close()
    await first.stop('SIGKILL')
    const whole = readFileSync(journal, 'utf8')
    appendFileSync(journal, '{"at":1,"facts":[{"kind":"captured","inte')

    const second = await start()
    assert.deepEqual(await second.ledger(), before)
    assert.equal(readFileSync(journal, 'utf8'), whole)
    const metadata = { order_id: 'ord_late' }
    const late = gatewayTo(second)
    await late.create({ amount: TOTAL, metadata }, call('late'))
    late.close()
    await second.stop('SIGKILL')

    const third = await (await start()).ledger()
    assert.equal(third.orders.at(-1)?.order_id, 'ord_late')
    assert.equal(third.totals.intents, before.totals.intents + 1)
  })
})

test('a damaged line inside the journal refuses the start and names its place', async () => {
  await withJournal(async (start, journal) => {
    const first = await start()
    const gateway = gatewayTo(first)
    await playOrders(gateway, 1)
    gateway.close()
    await first.stop('SIGKILL')
    appendFileSync(journal, 'garbage\n{"at":1,"facts":[]}\n')
    await assert.rejects(start, /did not start: stripe-simulator: line \d+ of .* is no line/)
  })
})

test('it stops on SIGTERM with exit code 0 and takes its ready file along', async () => {
  const { journal, remove } = journalFolder()
  const readyFile = `${journal}.ready`
  const simulator = await startSimulatorProcess(['--ready-file', readyFile])
  const { port, pid } = simulator
  assert.deepEqual(JSON.parse(readFileSync(readyFile, 'utf8')), { ready: true, port, pid })
  assert.equal(await simulator.stop('SIGTERM'), 0)
  assert.throws(() => readFileSync(readyFile), { code: 'ENOENT' })
  remove()
})

test('wrong options end it with exit code 2 and the usage', async () => {
  await assert.rejects(
    startSimulatorProcess(['--port', 'eighty']),
    /--webhook-url URL[\s\S]*--port must be a whole number, not eighty/,
  )
})

test('the journal is readable by its owner alone, also one that was not', async () => {
  await withJournal(async (start, journal) => {
    await start()
    assert.equal(statSync(journal).mode & 0o777, 0o600)
  })
  await withJournal(async (start, journal) => {
    writeFileSync(journal, '', { mode: 0o644 })
    await start()
    assert.equal(statSync(journal).mode & 0o777, 0o600)
  })
})

test.run()
