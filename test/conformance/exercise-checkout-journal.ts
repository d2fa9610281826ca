// What the saga may rely on from every journal: a key and a cart are taken once, a write that comes
// too late changes nothing at all, and what becomes true together is written together.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { CheckoutAnswer } from '../../actors/domain/checkout-answer.ts'
import type { CartId, UserId } from '../../actors/domain/ids.ts'
import { sampleCheckout } from '../support/sample-checkout.ts'
import { exerciseRevisions } from './exercise-journal-revisions.ts'
import {
  claimOf,
  type JournalContext,
  type JournalTests,
  type JournalUnderTest,
  openIn,
  paying,
  type StoredOrder,
  take,
  writeOf,
} from './journal-steps.ts'

/** Runs the suite against a journal that `open` makes, for each test an empty one. */
export function exerciseCheckoutJournal(name: string, open: () => Promise<JournalUnderTest>): void {
  const test = suite<JournalContext>(`checkout journal: ${name}`)
  test.before.each(async (context) => {
    context.under = await open()
  })
  test.after.each(async ({ under }) => under.close())
  exerciseOpening(test)
  exerciseKeys(test)
  exerciseClaims(test)
  exerciseWrites(test)
  exerciseAnswers(test)
  exerciseOrders(test)
  exerciseRevisions(test)
  exerciseDue(test)
  test.run()
}

const ANSWER = {
  kind: 'refused',
  refusal: 'total_changed',
  checkoutId: null,
  details: { expected: { amount: 1, currency: 'GBP' }, actual: { amount: 2, currency: 'GBP' } },
} as const satisfies CheckoutAnswer

function exerciseOpening(test: JournalTests): void {
  const cartId = 'cart_1' as CartId

  test('a checkout is read as it was opened, and as it was last written', async ({ under }) => {
    const { journal } = under
    const shippingAddress = { name: 'Ada', line1: '1 Quay', line2: null, city: 'Bristol' }
    const address = { ...shippingAddress, region: null, postal_code: 'BS1', country: 'GB' }
    const was = { amount: 1, currency: 'GBP' }
    const opening = sampleCheckout({ cartId, shippingAddress: address, guest: true })
    const [line] = opening.lines
    assert(line)
    const checkout = { ...opening, priceChanges: [{ sku: line.sku, was, now: line.unitPrice }] }
    assert.equal((await journal.open(checkout, claimOf('one'))).kind, 'opened')
    assert.deepEqual(await journal.load(checkout.id), checkout)
    const opened = await take(journal, checkout, { kind: 'holds_taken' })
    assert.deepEqual(await journal.load(checkout.id), opened)
    assert.equal(await journal.load(sampleCheckout().id), null)
  })

  test('a key that is taken opens nothing', async ({ under: { journal } }) => {
    const [first, second] = [sampleCheckout(), sampleCheckout()]
    await journal.open(first, claimOf('one'))
    assert.deepEqual(await journal.open(second, claimOf('one')), { kind: 'key_taken' })
    assert.equal(await journal.load(second.id), null)
    assert.equal((await journal.findKey(claimOf('one')))?.checkoutId, first.id)
  })

  test('a cart has one live checkout, whose id the others are told', async ({ under }) => {
    const { journal } = under
    const [first, second] = [sampleCheckout({ cartId }), sampleCheckout({ cartId })]
    await journal.open(first, claimOf('one'))
    const outcome = await journal.open(second, claimOf('two'))
    assert.deepEqual(outcome, { kind: 'cart_taken', checkoutId: first.id })
    assert.equal(await journal.findKey(claimOf('two')), null)
    assert.equal(await journal.load(second.id), null)
  })

  test('a repeat of the request that took the cart finds its key, not its cart', async ({
    under,
  }) => {
    const { journal } = under
    await journal.open(sampleCheckout({ cartId }), claimOf('one'))
    const repeat = await journal.open(sampleCheckout({ cartId }), claimOf('one'))
    assert.deepEqual(repeat, { kind: 'key_taken' })
  })

  test('a cart whose checkout ended can be bought again', async ({ under: { journal } }) => {
    const first = sampleCheckout({ cartId })
    await journal.open(first, claimOf('one'))
    await take(journal, first, { kind: 'holds_refused', lines: [], taken: false })
    const outcome = await journal.open(sampleCheckout({ cartId }), claimOf('two'))
    assert.deepEqual(outcome, { kind: 'opened' })
  })

  test('of 20 parallel checkouts of one cart one is opened', async ({ under: { journal } }) => {
    const opening = Array.from({ length: 20 }, (_, tab) =>
      journal.open(sampleCheckout({ cartId }), claimOf(`tab-${tab}`)),
    )
    const kinds = (await Promise.all(opening)).map(({ kind }) => kind).toSorted()
    assert.deepEqual(kinds, [...Array(19).fill('cart_taken'), 'opened'])
  })
}

function exerciseKeys(test: JournalTests): void {
  test('keys belong to their caller', async ({ under: { journal } }) => {
    const checkout = sampleCheckout()
    await journal.open(checkout, claimOf('one'))
    const bob = claimOf('one', { caller: 'bob' as UserId })
    assert.equal(await journal.findKey(bob), null)
    assert.deepEqual(await journal.findKey(claimOf('one')), {
      fingerprint: 'f',
      requestId: 'request-one',
      checkoutId: checkout.id,
      answer: null,
    })
    assert.deepEqual(await journal.open(sampleCheckout(), bob), { kind: 'opened' })
  })

  test('an answer of a request that changed nothing is remembered once', async ({ under }) => {
    const { journal } = under
    await journal.remember(claimOf('one'), null, ANSWER)
    const { id } = sampleCheckout()
    await journal.remember(claimOf('one'), id, { ...ANSWER, refusal: 'not_open' })
    const record = await journal.findKey(claimOf('one'))
    assert.deepEqual(record?.answer, ANSWER)
    assert.equal(record?.checkoutId, null)
  })

  test('a key that waits for its answer takes the one remembered for it', async ({ under }) => {
    const { journal } = under
    const checkout = sampleCheckout()
    await journal.open(checkout, claimOf('one'))
    await journal.remember(claimOf('one', { fingerprint: 'other' }), checkout.id, ANSWER)
    assert.equal((await journal.findKey(claimOf('one')))?.answer, null)
    await journal.remember(claimOf('one'), checkout.id, ANSWER)
    assert.deepEqual((await journal.findKey(claimOf('one')))?.answer, ANSWER)
  })

  test('many keys looked up at once get their own records', async ({ under: { journal } }) => {
    const numbers = [1, 2, 3, 4, 5]
    for (const number of numbers.slice(0, 4)) {
      await journal.remember(claimOf(`${number}`), null, ANSWER)
    }
    const records = await Promise.all(
      numbers.map((number) => journal.findKey(claimOf(`${number}`))),
    )
    const requests = numbers.slice(0, 4).map((number) => `request-${number}`)
    assert.deepEqual(
      records.map((record) => record?.requestId ?? null),
      [...requests, null],
    )
  })
}

function exerciseWrites(test: JournalTests): void {
  test('of two writes on one version the second changes nothing at all', async ({ under }) => {
    const { journal } = under
    const checkout = await openIn(journal)
    const first = paying(checkout, 'one')
    const second = paying(checkout, 'two')
    const answers = [{ request: { caller: checkout.userId, key: 'kept' }, answer: ANSWER }]
    await journal.open(sampleCheckout(), claimOf('kept'))
    assert.equal(await journal.write(writeOf(first, checkout, claimOf('one'))), 'written')
    const late = { ...writeOf(second, checkout, claimOf('two')), answers }
    assert.equal(await journal.write(late), 'stale')
    assert.deepEqual(await journal.load(checkout.id), first.checkout)
    assert.equal(await journal.findKey(claimOf('two')), null, 'a late write claimed a key')
    assert.equal((await journal.findKey(claimOf('kept')))?.answer, null)
  })

  test('of 20 parallel writes on one version one is written', async ({ under: { journal } }) => {
    const checkout = await openIn(journal)
    const writing = Array.from({ length: 20 }, (_, tab) => {
      const claim = claimOf(`tab-${tab}`)
      return journal.write(writeOf(paying(checkout, claim.key), checkout, claim))
    })
    const outcomes = (await Promise.all(writing)).toSorted()
    assert.deepEqual(outcomes, [...Array(19).fill('stale'), 'written'])
  })

  test('a write whose key is taken is not written', async ({ under: { journal } }) => {
    const checkout = await openIn(journal)
    await journal.remember(claimOf('taken'), null, ANSWER)
    const write = writeOf(paying(checkout, 'taken'), checkout, claimOf('taken'))
    assert.equal(await journal.write(write), 'key_taken')
    assert.deepEqual(await journal.load(checkout.id), checkout)
  })

  test('an answer is there when its effect is, and a repeat does not change it', async ({
    under: { journal },
  }) => {
    const opened = await openIn(journal)
    const record = await journal.findKey(claimOf(`open-${opened.id}`))
    assert.deepEqual(record?.answer, { kind: 'checkout_opened', checkout: opened })
    const step = paying(opened)
    const answers = [{ request: claimOf(`open-${opened.id}`), answer: ANSWER }]
    await journal.write({ ...writeOf(step, opened, claimOf('pay')), answers })
    const after = await journal.findKey(claimOf(`open-${opened.id}`))
    assert.deepEqual(after?.answer, record?.answer)
  })
}

function exerciseClaims(test: JournalTests): void {
  test('a claimed key waits for its answer and opens nothing', async ({ under: { journal } }) => {
    assert.equal(await journal.claim(claimOf('one')), null)
    const waiting = { fingerprint: 'f', requestId: 'request-one', checkoutId: null, answer: null }
    assert.deepEqual(await journal.findKey(claimOf('one')), waiting)
    const other = claimOf('one', { fingerprint: 'other', requestId: 'another' })
    assert.deepEqual(await journal.claim(other), waiting)
    assert.deepEqual(await journal.open(sampleCheckout(), other), { kind: 'key_taken' })
    await journal.remember(claimOf('one'), null, ANSWER)
    assert.deepEqual(await journal.claim(other), { ...waiting, answer: ANSWER })
  })

  test('a key that opened a checkout cannot be claimed', async ({ under: { journal } }) => {
    const checkout = sampleCheckout()
    await journal.open(checkout, claimOf('one'))
    assert.equal((await journal.claim(claimOf('one')))?.checkoutId, checkout.id)
  })

  test('of 20 parallel claims of one key the first one is made', async ({ under }) => {
    const { journal } = under
    const requests = Array.from({ length: 20 }, (_, tab) =>
      claimOf('one', { requestId: `request-${tab}` }),
    )
    const [first, ...others] = await Promise.all(requests.map((claim) => journal.claim(claim)))
    assert.equal(first, null)
    for (const record of others) assert.equal(record?.requestId, 'request-0')
  })
}

function exerciseAnswers(test: JournalTests): void {
  test("a checkout answers its own keys, never those of another checkout's", async ({
    under: { journal },
  }) => {
    await journal.open(sampleCheckout(), claimOf('of another'))
    const opened = await openIn(journal)
    const answers = [{ request: claimOf('of another'), answer: ANSWER }]
    const write = { ...writeOf(paying(opened), opened, claimOf('pay')), answers }
    assert.equal(await journal.write(write), 'written')
    assert.equal((await journal.findKey(claimOf('of another')))?.answer, null)
  })
}

function exerciseOrders(test: JournalTests): void {
  test('an order grows with its checkout, and each of its parts is written once', async ({
    under,
  }) => {
    const { journal } = under
    const opened = await openIn(journal)
    const begun = paying(opened)
    await journal.write(writeOf(begun, opened, claimOf('pay')))
    const orderId = begun.checkout.orderId
    assert(orderId)
    const placed: StoredOrder = {
      status: 'pending',
      paymentStatus: 'pending',
      totalAmount: 600,
      authorisedAmount: 0,
      capturedAmount: 0,
      lines: ['TULIP 2', 'ROSE 1'],
      subOrders: ['seller-a pending 350', 'seller-b pending 250'],
      attempts: ['pending'],
      topics: [],
    }
    assert.deepEqual(await under.storedOrder(orderId), placed)
    const intent = { kind: 'intent_created', intentId: 'pi_1', clientSecret: null } as const
    const created = await take(journal, begun.checkout, intent)
    const pivot = await take(journal, created, { kind: 'authorised', verdict: 'approved' })
    const confirmed = await take(journal, pivot, { kind: 'holds_committed' })
    const standing: StoredOrder = {
      ...placed,
      status: 'confirmed',
      paymentStatus: 'authorised',
      authorisedAmount: 600,
      subOrders: ['seller-a confirmed 350', 'seller-b confirmed 250'],
      attempts: ['authorised'],
      topics: ['order.confirmed'],
    }
    assert.deepEqual(await under.storedOrder(orderId), standing)
    await take(journal, confirmed, { kind: 'captured' })
    assert.deepEqual(await under.storedOrder(orderId), {
      ...standing,
      paymentStatus: 'captured',
      capturedAmount: 600,
      attempts: ['captured'],
      topics: ['order.confirmed', 'payment.captured'],
    })
  })

  test('a second attempt is another payment of the same order', async ({ under }) => {
    const { journal } = under
    const opened = await openIn(journal)
    const first = paying(opened, 'first')
    await journal.write(writeOf(first, opened, claimOf('first')))
    const declined = await take(journal, first.checkout, { kind: 'declined', code: 'lost_card' })
    const second = paying(declined, 'second')
    await journal.write(writeOf(second, declined, claimOf('second')))
    const order = second.checkout.orderId && (await under.storedOrder(second.checkout.orderId))
    assert.deepEqual(order?.attempts, ['failed', 'pending'])
    assert.deepEqual(order?.lines, ['TULIP 2', 'ROSE 1'])
  })

  test('an order cannot have two live payments, and its neighbours are written', async ({
    under: { journal },
  }) => {
    const opened = await openIn(journal)
    const first = paying(opened, 'first')
    await journal.write(writeOf(first, opened, claimOf('first')))
    // What no saga does: attempt 2 while attempt 1 is undecided.
    const state = { ...first.checkout, state: 'open' } as const
    const second = paying(state, 'second')
    const neighbours = await Promise.all(Array.from({ length: 9 }, () => openIn(journal)))
    const writes = [
      ...neighbours
        .slice(0, 5)
        .map((each) => writeOf(paying(each, each.id), each, claimOf(each.id))),
      writeOf(second, state, claimOf('second')),
      ...neighbours.slice(5).map((each) => writeOf(paying(each, each.id), each, claimOf(each.id))),
    ]
    const outcomes = await Promise.allSettled(writes.map((write) => journal.write(write)))
    const words = outcomes.map((each) => (each.status === 'fulfilled' ? each.value : each.status))
    assert.deepEqual(words, [...Array(5).fill('written'), 'rejected', ...Array(4).fill('written')])
    assert.deepEqual(await journal.load(opened.id), first.checkout)
  })
}

function exerciseDue(test: JournalTests): void {
  test('a checkout whose time has come is handed out once, then left alone a while', async ({
    under,
  }) => {
    const { journal } = under
    const opened = await openIn(journal, { expiresAtMs: Date.now() + 3_600_000 })
    assert.deepEqual(await journal.claimDue(10), [])
    await under.makeDue(opened)
    assert.deepEqual(await journal.claimDue(10), [opened.id])
    assert.deepEqual(await journal.claimDue(10), [])
  })

  test('no more are handed out than were asked for', async ({ under }) => {
    for (let made = 0; made < 3; made += 1) await under.makeDue(await openIn(under.journal))
    assert.equal((await under.journal.claimDue(2)).length, 2)
    assert.equal((await under.journal.claimDue(2)).length, 1)
  })

  test('what a dead process was working on is due at once, what nobody works on is not', async ({
    under,
  }) => {
    const { journal } = under
    const laterMs = Date.now() + 3_600_000
    const idle = await openIn(journal, { expiresAtMs: laterMs })
    const busy = await openIn(journal, { expiresAtMs: laterMs })
    const step = paying(busy)
    const checkout = { ...step.checkout, updatedAtMs: laterMs }
    await journal.write(writeOf({ ...step, checkout }, busy, claimOf('pay')))
    assert.deepEqual(await journal.claimDue(10), [], 'its own process is still at it')
    const next = await under.succeed()
    assert.deepEqual(await next.claimDue(10), [busy.id])
    assert.deepEqual(await next.claimDue(10), [])
    await under.makeDue(idle)
    assert((await next.claimDue(10)).includes(idle.id))
  })

  test('a checkout at rest is never due', async ({ under }) => {
    const refused = sampleCheckout()
    await under.journal.open(refused, claimOf('one'))
    const noHolds = { kind: 'holds_refused', lines: [], taken: false } as const
    const ended = await take(under.journal, refused, noHolds)
    await under.makeDue(ended)
    assert.deepEqual(await under.journal.claimDue(10), [])
  })
}
