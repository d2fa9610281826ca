// The order in which invoices are replayed. Jobs end when the test says so: no clocks.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import { onePerBuyer } from '../../bench/load/one-per-buyer.ts'

/** Jobs are named `<buyer><number>`; `finish` ends one and lets the scheduler look again. */
function stage(jobs: readonly string[], concurrency: number) {
  const started: string[] = []
  const endings = new Map<string, (error?: Error) => void>()
  const whole = onePerBuyer(jobs, {
    concurrency,
    buyerOf: (job) => job.slice(0, 1),
    run: (job) =>
      new Promise((resolve, reject) => {
        started.push(job)
        endings.set(job, (error) => (error === undefined ? resolve() : reject(error)))
      }),
  })
  const finish = async (job: string, error?: Error) => {
    const end = endings.get(job)
    assert.ok(end, `${job} is not running`)
    endings.delete(job)
    end(error)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { started, running: () => [...endings.keys()], finish, whole }
}

test('jobs start in file order, as many at once as were asked for', async () => {
  const show = stage(['a1', 'b1', 'c1'], 2)
  assert.deepEqual(show.started, ['a1', 'b1'])
  await show.finish('b1')
  assert.deepEqual(show.started, ['a1', 'b1', 'c1'])
  await show.finish('a1')
  await show.finish('c1')
  await show.whole
})

test("a buyer's next invoice waits for the one before; other buyers pass it", async () => {
  const show = stage(['a1', 'a2', 'b1', 'c1'], 2)
  assert.deepEqual(show.started, ['a1', 'b1'])
  await show.finish('b1')
  assert.deepEqual(show.started, ['a1', 'b1', 'c1'])
  await show.finish('a1')
  assert.deepEqual(show.running(), ['c1', 'a2'])
  await show.finish('a2')
  await show.finish('c1')
  await show.whole
})

test('an invoice that was passed over comes before later ones', async () => {
  const show = stage(['a1', 'a2', 'b1', 'c1', 'd1'], 2)
  await show.finish('a1')
  assert.deepEqual(show.started, ['a1', 'b1', 'a2'])
  for (const job of ['a2', 'b1', 'c1', 'd1']) await show.finish(job)
  await show.whole
})

test('after a failure nothing new starts, the running ones end, and it is thrown', async () => {
  const show = stage(['a1', 'b1', 'c1'], 2)
  const outcome = show.whole.then(
    () => 'done',
    (error: Error) => error.message,
  )
  await show.finish('a1', new Error('the service is gone'))
  assert.deepEqual(show.started, ['a1', 'b1'])
  await show.finish('b1')
  assert.equal(await outcome, 'the service is gone')
})

test('whatever the buyers and endings: all run once, none overlaps, each in order', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 20 }),
      fc.integer({ min: 1, max: 5 }),
      fc.infiniteStream(fc.nat()),
      async (buyers, concurrency, picks) => {
        const jobs = buyers.map((buyer, index) => `${buyer}${index}`)
        const show = stage(jobs, concurrency)
        for (let running = show.running(); running.length > 0; running = show.running()) {
          assert.ok(running.length <= concurrency)
          assert.equal(new Set(running.map((job) => job[0])).size, running.length)
          await show.finish(running[picks.next().value % running.length] ?? '')
        }
        await show.whole
        assert.deepEqual(show.started.toSorted(), jobs.toSorted())
        for (const buyer of 'abcd') {
          const mine = (list: readonly string[]) => list.filter((job) => job.startsWith(buyer))
          assert.deepEqual(mine(show.started), mine(jobs))
        }
      },
    ),
  ))

test.run()
