// A run goes on in the world after its actor stopped to care. Whatever it does late, a newer
// attempt keeps what it took, and what the journal says is found even by an actor that believes
// otherwise.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { RetryLater } from '../../actors/domain/failures.ts'
import type { CheckoutJournal, CheckoutWrite } from '../../actors/ports/checkout-journal.ts'
import { scriptedPaymentGateway } from '../../src/payments/scripted-payment-gateway.ts'
import { checkoutCompleter } from '../../src/workers/checkout-completer.ts'
import { gatedGateway } from '../support/gated-gateway.ts'
import { openSale, type Sale, settle, wordOf } from '../support/sale.ts'
import { BUDGET_MS } from '../support/shop.ts'

const test = suite('one run at a time')

/** A journal in which one thing can go wrong or take its time. */
function troubledJournal() {
  let lookUpsUntilFailure = 0
  let away = false
  const failWhenAway = () => {
    if (away) throw new RetryLater('journal_unavailable', 'the journal is away')
  }
  let beforeWrite = async (_write: CheckoutWrite): Promise<void> => {}
  const around = (journal: CheckoutJournal): CheckoutJournal => ({
    ...journal,
    async findKey(request) {
      lookUpsUntilFailure -= 1
      if (lookUpsUntilFailure === 0) throw new RetryLater('journal_unavailable', 'one hiccup')
      return journal.findKey(request)
    },
    async load(id) {
      failWhenAway()
      return journal.load(id)
    },
    async write(write) {
      failWhenAway()
      await beforeWrite(write)
      return journal.write(write)
    },
  })
  return {
    around,
    failLookUp(number: number) {
      lookUpsUntilFailure = number
    },
    goAway(now: boolean) {
      away = now
    },
    onWrite(call: (write: CheckoutWrite) => Promise<void>) {
      beforeWrite = call
    },
  }
}

async function troubledSale() {
  const gates = gatedGateway(scriptedPaymentGateway())
  const trouble = troubledJournal()
  const sale = await openSale({
    stock: { ROSE: 1 },
    gateway: gates,
    aroundJournal: trouble.around,
  })
  return { ...sale, gates, trouble }
}

/** The word of an answer, or the code of the failure that a retry can heal. */
function word(asked: Promise<Parameters<typeof wordOf>[0]>): Promise<string> {
  return asked.then(wordOf, (error: RetryLater) => error.code)
}

async function passWithCompleter(sale: Pick<Sale, 'pass' | 'shop'>, seconds: number) {
  const complete = checkoutCompleter(sale.shop.journal, sale.shop.client)
  for (let second = 0; second < seconds; second += 1) {
    await sale.pass(1_000)
    await complete()
  }
}

test('a late decline of a forgotten run leaves the next attempt its pins', async () => {
  const { gates, trouble, ...sale } = await troubledSale()
  const checkout = await sale.opened('ada', { ROSE: 1 })
  const slow = gates.hang('confirm', 'after')
  const first = word(sale.pay(checkout, { key: 'k1', card: 'pm_card_chargeDeclined' }))
  await slow.arrived
  // The second look-up is the actor's own: it forgets what it knew while its run goes on.
  trouble.failLookUp(2)
  assert.equal(await word(sale.pay(checkout, { key: 'k2' })), 'journal_unavailable')
  assert.equal(await first, 'journal_unavailable')
  await sale.pass(2_000)
  assert.equal((await sale.load(checkout.id)).state, 'paying', 'a second run beside the first')
  slow.letGo()
  await sale.pass(2_000)
  assert.equal((await sale.load(checkout.id)).state, 'open')
  assert.equal(await word(sale.pay(checkout, { key: 'k3' })), 'order_confirmed')
  await settle()
  assert.equal((await sale.load(checkout.id)).state, 'captured')
  assert.deepEqual(await sale.stock('ROSE'), [0, 0, 1])
  assert.deepEqual(sale.shop.bugs, [])
})

test('a checkout whose intent the gateway refuses can be cancelled meanwhile', async () => {
  const { gates, ...sale } = await troubledSale()
  const checkout = await sale.opened('ada', { ROSE: 1 })
  const refused = { kind: 'rejected', code: 'amount_too_small', message: 'too small' } as const
  const create = gates.create
  Object.assign(gates, {
    create: async (...call: Parameters<typeof create>) => {
      await create(...call)
      return refused
    },
  })
  const creating = gates.hang('create', 'before')
  const paying = word(sale.pay(checkout))
  await creating.arrived
  const cancelling = word(sale.cancel(checkout))
  await settle()
  creating.letGo()
  await sale.pass(60_000)
  assert.equal((await sale.load(checkout.id)).state, 'cancelled')
  assert.equal(await cancelling, 'checkout_cancelled')
  assert.equal(await paying, 'not_open')
  assert.deepEqual(sale.shop.bugs, [])
})

test('a checkout that moved on in the journal is taken up though memory has it open', async () => {
  const before = await openSale({ stock: { ROSE: 1 } })
  const checkout = await before.opened('ada', { ROSE: 1 })
  const after = await before.reopen()
  // The new process reads the checkout while it is open; the deposed one then writes `paying`.
  assert.equal(await word(after.pay(checkout, { total: 1 })), 'total_changed')
  void word(before.pay(checkout, { key: 'k1' }))
  await settle()
  assert.equal((await after.load(checkout.id)).state, 'paying')
  before.shop.crash()
  await passWithCompleter(after, 60)
  assert.equal((await after.load(checkout.id)).state, 'captured')
})

test('buying at once has one budget, however long the holds took', async () => {
  const { gates, trouble, clock, ...sale } = await troubledSale()
  trouble.onWrite(async ({ checkout }) => {
    if (checkout.state !== 'open') return
    await new Promise<void>((resolve) => clock.after(9_000, resolve))
  })
  gates.hang('confirm', 'before')
  const startedMs = clock.monotonicMs()
  let toldAfterMs = Number.POSITIVE_INFINITY
  void sale.buyNow('ada', { ROSE: 1 }, { total: 350 }).then(() => {
    toldAfterMs = clock.monotonicMs() - startedMs
  })
  for (let second = 0; second < 15; second += 1) await sale.pass(1_000)
  assert(toldAfterMs <= BUDGET_MS + 1_000, `told after ${toldAfterMs} ms`)
})

test('a fraud screen that never answers does not keep the stock for ever', async () => {
  const sale = await openSale({
    stock: { ROSE: 1 },
    fraud: { screen: () => new Promise(() => {}) },
  })
  const checkout = await sale.opened('ada', { ROSE: 1 })
  const paying = word(sale.pay(checkout))
  await passWithCompleter(sale, 30 * 60)
  assert.equal(await paying, 'under_review')
  assert.equal((await sale.load(checkout.id)).state, 'expired')
  assert.deepEqual(await sale.stock('ROSE'), [1, 0, 0])
})

test('a gateway that asks for a minute is given it, whoever comes by', async () => {
  const sale = await openSale({ stock: { ROSE: 1 } })
  const checkout = await sale.opened('ada', { ROSE: 1 })
  const outcome = { kind: 'throttled', retryAfterMs: 60_000 } as const
  const busy = { operation: 'capture', outcome, executed: false } as const
  sale.gateway.play(...Array.from({ length: 100 }, () => busy))
  await sale.pay(checkout)
  await passWithCompleter(sale, 600)
  const captures = sale.gateway.calls.filter(({ operation }) => operation === 'capture')
  assert(captures.length <= 11, `${captures.length} captures in ten minutes`)
})

test('a capture that is refused while the money is still held is told as a bug', async () => {
  const sale = await openSale({ stock: { ROSE: 1 } })
  const checkout = await sale.opened('ada', { ROSE: 1 })
  const outcome = { kind: 'rejected', code: 'account_closed', message: 'no' } as const
  sale.gateway.play({ operation: 'capture', outcome, executed: false })
  await sale.pay(checkout)
  await settle()
  assert.equal(sale.shop.bugs.length, 1)
  await sale.pass(2_000)
  assert.equal((await sale.load(checkout.id)).state, 'captured')
})

test('a result that returns while the journal is away is not the end', async () => {
  const { gates, trouble, ...sale } = await troubledSale()
  const checkout = await sale.opened('ada', { ROSE: 1 })
  const hang = gates.hang('confirm', 'after')
  const paying = word(sale.pay(checkout, { key: 'pay' }))
  await hang.arrived
  trouble.goAway(true)
  assert.equal(await word(sale.cancel(checkout)), 'journal_unavailable')
  hang.letGo()
  await settle()
  trouble.goAway(false)
  assert.equal(await paying, 'journal_unavailable')
  await passWithCompleter(sale, 60)
  assert.equal((await sale.load(checkout.id)).state, 'captured')
})

async function authenticating() {
  const sale = await openSale({ stock: { ROSE: 1 } })
  const checkout = await sale.opened('ada', { ROSE: 1 })
  const card = 'pm_card_authenticationRequired'
  assert.equal(wordOf(await sale.pay(checkout, { key: 'pay', card })), 'authenticate')
  return { ...sale, checkout }
}

test('an authentication nobody finishes is given up, also if its void fails', async () => {
  const { checkout, ...sale } = await authenticating()
  sale.gateway.play({
    operation: 'void',
    outcome: { kind: 'unknown', cause: 'timeout', storedFailure: false },
    executed: false,
  })
  await passWithCompleter(sale, 30 * 60)
  assert.equal((await sale.load(checkout.id)).state, 'expired')
  assert.deepEqual(await sale.stock('ROSE'), [1, 0, 0])
})

test('a cancel during authentication does not hammer a gateway that fails', async () => {
  const { checkout, ...sale } = await authenticating()
  const outcome = { kind: 'unknown', cause: 'timeout', storedFailure: false } as const
  const failing = { operation: 'void', outcome, executed: false } as const
  sale.gateway.play(...Array.from({ length: 50 }, () => failing))
  void sale.cancel(checkout)
  await settle()
  await settle()
  const voids = sale.gateway.calls.filter(({ operation }) => operation === 'void')
  assert.equal(voids.length, 1)
})

test('a cancel during authentication is answered as a cancel, whatever key it takes', async () => {
  const { checkout, ...sale } = await authenticating()
  const outcome = { kind: 'unknown', cause: 'server_error', storedFailure: true } as const
  sale.gateway.play({ operation: 'void', outcome, executed: false })
  assert.equal(wordOf(await sale.cancel(checkout)), 'checkout_cancelled')
})

test('a repeat of buying at once hears what another key has done meanwhile', async () => {
  const { gates, trouble, ...sale } = await troubledSale()
  trouble.onWrite(async ({ checkout }) => {
    if (checkout.state !== 'paying') return
    trouble.onWrite(async () => {})
    throw new RetryLater('journal_unavailable', 'one hiccup')
  })
  const buy = () => word(sale.buyNow('ada', { ROSE: 1 }, { total: 350, key: 'buy' }))
  assert.equal(await buy(), 'journal_unavailable')
  await sale.pass(2_000)
  const [checkout] = sale.books.checkouts()
  assert(checkout)
  const hang = gates.hang('confirm', 'before')
  const paying = word(sale.pay(checkout, { key: 'other' }))
  await hang.arrived
  const repeat = buy()
  await settle()
  hang.letGo()
  assert.equal(await paying, 'order_confirmed')
  assert.equal(await repeat, 'already_paid')
})

test.run()
