// Events are told to whoever wants them, on the real outbox: at least once each, in the order of
// their order, and one that nobody can take holds up no other.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { OutboxEvent } from '../../actors/ports/outbox.ts'
import { openPool, type Pool } from '../../persistence/postgres/connect.ts'
import { postgresOutbox } from '../../persistence/postgres/postgres-outbox.ts'
import { type Listener, outboxRelay } from '../../src/workers/outbox-relay.ts'
import { skipTest } from '../runner/skipped.ts'
import { settle } from '../support/sale.ts'
import { openTestDatabase, type TestDatabase } from '../support/test-database.ts'

const NAME = 'the outbox relay'
const test = suite(NAME)
const ROUND_MAX = 200
const database = await openTestDatabase(import.meta.url)
if (database === null) skipTest(NAME, 'no Postgres was found')
else runOn(database)

function runOn({ url, close }: TestDatabase): void {
  const pool = openPool(url, { queryTimeoutMs: 10_000, connectionsMax: 2, name: 'relay' }, () => {})
  const outbox = postgresOutbox(pool)
  let passed = 0
  let tests = 0
  const check = (name: string, body: () => Promise<void>): void => {
    tests += 1
    test(name, async () => {
      await pool.query('truncate outbox')
      await body()
      passed += 1
    })
  }
  checkTelling(check, pool, (listeners, onError) => outboxRelay(outbox, listeners, onError))
  checkFailing(check, pool, (listeners, onError) => outboxRelay(outbox, listeners, onError))
  test.after(async () => {
    await pool.end()
    await close(passed === tests)
  })
  test.run()
}

type Check = (name: string, body: () => Promise<void>) => void
type Relay = (
  listeners: readonly Listener[],
  onError: Parameters<typeof outboxRelay>[2],
) => () => Promise<boolean>

const never = (event: OutboxEvent, error: unknown): never =>
  assert.fail(`${event.orderId} ${event.topic}: ${String(error)}`)

/** `orders` times a confirmation, then as many captures. */
async function write(pool: Pool, orders: number): Promise<void> {
  for (const topic of ['order.confirmed', 'payment.captured']) {
    await pool.query(
      `insert into outbox (order_id, user_id, topic, payload, created_at)
       select 'ord_' || n, 'ada', $2, jsonb_build_object('n', n), now()
         from generate_series(1, $1) as n`,
      [orders, topic],
    )
  }
}

async function makeDue(pool: Pool): Promise<void> {
  await pool.query('update outbox set next_at = now()')
}

function recorder() {
  const told: string[] = []
  const listener: Listener = async ({ orderId, topic }) => {
    told.push(`${orderId} ${topic}`)
  }
  return { told, listener }
}

function checkTelling(check: Check, pool: Pool, relay: Relay): void {
  check('every listener is told every event once when all goes well', async () => {
    await write(pool, 2)
    const [one, two] = [recorder(), recorder()]
    const round = relay([one.listener, two.listener], never)
    assert.equal(await round(), false)
    await makeDue(pool)
    assert.equal(await round(), false)
    const all = ['ord_1', 'ord_2'].flatMap((id) => [
      `${id} order.confirmed`,
      `${id} payment.captured`,
    ])
    assert.deepEqual(one.told.toSorted(), all)
    assert.deepEqual(two.told.toSorted(), all)
  })

  check('an event carries what was written, with the number of times it was taken', async () => {
    await write(pool, 1)
    const events: OutboxEvent[] = []
    await relay([async (event) => void events.push(event)], never)()
    const [{ id, ...event } = assert.fail('no event was told')] = events
    assert.equal(typeof id, 'number')
    assert.deepEqual(event, {
      orderId: 'ord_1',
      userId: 'ada',
      topic: 'order.confirmed',
      payload: { n: 1 },
      attempts: 1,
    })
  })

  check('a full round says that there may be more', async () => {
    await write(pool, ROUND_MAX / 2 + 1)
    const { told, listener } = recorder()
    const round = relay([listener], never)
    assert.equal(await round(), true)
    assert.equal(told.length, ROUND_MAX)
    assert.equal(await round(), false)
    assert.equal(told.length, ROUND_MAX + 2)
  })

  check('what happened to one order is told in its order, however slow the listener', async () => {
    await write(pool, 1)
    const told: string[] = []
    const slowAtFirst: Listener = async ({ topic }) => {
      if (topic === 'order.confirmed') await settle()
      told.push(topic)
    }
    await relay([slowAtFirst], never)()
    assert.deepEqual(told, ['order.confirmed', 'payment.captured'])
  })

  check('two relays at once tell each event once', async () => {
    await write(pool, 40)
    const { told, listener } = recorder()
    await Promise.all([relay([listener], never)(), relay([listener], never)()])
    assert.equal(told.length, 80)
    assert.equal(new Set(told).size, 80)
  })
}

function checkFailing(check: Check, pool: Pool, relay: Relay): void {
  check('one event that fails is told again later, the others are not held up', async () => {
    await write(pool, 3)
    let failing = true
    const failed: string[] = []
    const { told, listener } = recorder()
    const picky: Listener = async (event) => {
      if (failing && event.orderId === 'ord_2') throw new Error('not now')
      await listener(event)
    }
    const round = relay([picky], ({ orderId, topic }) => failed.push(`${orderId} ${topic}`))
    await round()
    assert.deepEqual(failed, ['ord_2 order.confirmed', 'ord_2 payment.captured'])
    assert.equal(told.length, 4)
    await round()
    assert.equal(told.length, 4, 'it was tried again without a pause')
    failing = false
    await makeDue(pool)
    await round()
    assert.deepEqual(told.slice(4), ['ord_2 order.confirmed', 'ord_2 payment.captured'])
  })

  check('a teller that dies leaves its events to the next one', async () => {
    await write(pool, 2)
    await new Promise<void>((taken) => {
      const dying: Listener = () => {
        taken()
        return new Promise<void>(() => {})
      }
      void relay([dying], never)()
    })
    const { told, listener } = recorder()
    const round = relay([listener], never)
    await round()
    assert.deepEqual(told, [], 'somebody else is at them')
    await makeDue(pool)
    await round()
    assert.equal(told.length, 4)
  })

  check('an event that fails and fails is put off ever longer, and at most a minute', async () => {
    await write(pool, 1)
    const round = relay([() => Promise.reject(new Error('never'))], () => {})
    const pauses: number[] = []
    for (let tries = 0; tries < 8; tries += 1) {
      await makeDue(pool)
      await round()
      const { rows } = await pool.query<{ seconds: number }>(
        `select round(extract(epoch from next_at - now()))::int as seconds
           from outbox where topic = 'order.confirmed'`,
      )
      pauses.push(rows[0]?.seconds ?? 0)
    }
    assert.deepEqual(
      pauses,
      pauses.toSorted((a, b) => a - b),
    )
    assert(pauses[0] !== undefined && pauses[0] <= 2, `${pauses}`)
    assert.equal(pauses.at(-1), 60)
  })
}
