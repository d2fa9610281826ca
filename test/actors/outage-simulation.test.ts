// A shop whose process dies and whose database goes away, again and again, as the seed has it. What
// is counted is the time in which it served: nobody loses a hold before they had its whole time of
// that, and nobody keeps one for much longer.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { CheckoutId } from '../../actors/domain/ids.ts'
import { manualClock } from '../support/manual-clock.ts'
import { NOON_MS, openSale, wordOf } from '../support/sale.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { HOLD_TTL_MS } from '../support/shop.ts'
import { interruptible, memoryStorage } from '../support/shop-storage.ts'

const test = suite('a shop that keeps falling over')
const SEEDS = 12
const STEPS = 25
const MINUTE_MS = 60_000
const LOOK_EVERY_MS = 20_000
// A sweep and a visit of the completer, and how much earlier than its death a process was last
// heard, or later than its return, for each silence.
const LATE_MAX_MS = 60_000
const LATE_PER_SILENCE_MAX_MS = 20_000

interface Held {
  readonly takenAtMs: number
  /** Silences before it was taken. */
  readonly silences: number
  paid: boolean
  over: boolean
}

async function live(seed: number): Promise<{ readonly paid: number; readonly over: number }> {
  const random = seededRandom(seed)
  const clock = manualClock(NOON_MS)
  const storage = interruptible(memoryStorage(clock))
  const parts = { stock: { ROSE: 1_000 }, clock, storage, serving: true }
  const first = await openSale(parts)
  const pass = first.passOn(clock)
  const held = new Map<CheckoutId, Held>()
  let sale: Pick<typeof first, 'shop' | 'load' | 'pay' | 'opened'> = first
  let silentMs = 0
  let silences = 0
  const servedMs = () => clock.monotonicMs() - silentMs

  async function look(): Promise<void> {
    for (const [id, each] of held) {
      if (each.paid || each.over) continue
      const hadMs = servedMs() - each.takenAtMs
      const lateMs = LATE_MAX_MS + (silences - each.silences) * LATE_PER_SILENCE_MAX_MS
      each.over = (await sale.load(id)).state !== 'open'
      const had = `seed ${seed}: ${id} had ${hadMs / MINUTE_MS} minutes of ${silences} silences`
      assert(!each.over || hadMs >= HOLD_TTL_MS, `${had}, and is over`)
      assert(each.over || hadMs <= HOLD_TTL_MS + lateMs, `${had}, and is still open`)
    }
  }

  async function serve(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= LOOK_EVERY_MS) {
      await pass(LOOK_EVERY_MS)
      await look()
    }
  }

  async function payOne(): Promise<void> {
    const payable = [...held].filter(([, { takenAtMs, paid, over }]) => {
      return !paid && !over && servedMs() - takenAtMs < HOLD_TTL_MS
    })
    const [id, chosen] = payable[random.below(Math.max(1, payable.length))] ?? []
    if (id === undefined || chosen === undefined) return
    assert.equal(wordOf(await sale.pay(await sale.load(id))), 'order_confirmed', `seed ${seed}`)
    chosen.paid = true
  }

  async function fallSilent(how: (ms: number) => Promise<void>): Promise<void> {
    const ms = MINUTE_MS / 2 + random.below(25 * MINUTE_MS)
    silences += 1
    silentMs += ms
    await how(ms)
  }

  const open = async () => {
    const { id } = await sale.opened(
      `buyer-${held.size}`,
      { ROSE: 1 },
      { key: `open-${held.size}` },
    )
    held.set(id, { takenAtMs: servedMs(), silences, paid: false, over: false })
  }
  const die = () =>
    fallSilent(async (ms) => {
      sale.shop.crash()
      clock.advance(ms)
      sale = await first.reopen()
    })
  const lose = () =>
    fallSilent(async (ms) => {
      storage.away()
      await pass(ms)
      storage.back()
    })
  for (let step = 0; step < STEPS; step += 1) {
    const next = random.pick([open, open, payOne, payOne, die, lose])
    await next()
    await serve(random.below(5) * MINUTE_MS)
  }
  await serve(HOLD_TTL_MS + LATE_MAX_MS + STEPS * LATE_PER_SILENCE_MAX_MS)
  const all = [...held.values()]
  assert(
    all.every(({ paid, over }) => paid || over),
    `seed ${seed}: some are left`,
  )
  return {
    paid: all.filter(({ paid }) => paid).length,
    over: all.filter(({ over }) => over).length,
  }
}

test(`${SEEDS} lives: each hold has its whole time, and not much more`, async () => {
  let [paid, over] = [0, 0]
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const ended = await live(seed)
    paid += ended.paid
    over += ended.over
  }
  assert(paid > SEEDS && over > SEEDS, `too little happened: ${paid} paid, ${over} over`)
})

test.run()
