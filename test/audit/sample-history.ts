// A small shop in the middle of its day: two SKUs, and a checkout in nearly every state, written
// into the tables as the service writes them. Its ledger is made by the shop's own decisions.

import assert from 'node:assert/strict'
import type pg from 'pg'
import type { CheckoutState, PaymentStatus } from '../../actors/domain/checkout.ts'
import { sha256Hex } from '../../actors/domain/hash.ts'
import {
  type CheckoutId,
  checkoutIdOf,
  type HoldId,
  holdIdOf,
  orderIdOf,
  type Sku,
  type UserId,
} from '../../actors/domain/ids.ts'
import type { LedgerEntry } from '../../actors/domain/ledger-entry.ts'
import { NO_OUTAGES } from '../../actors/domain/outages.ts'
import { skuShardOf } from '../../actors/domain/shard.ts'
import { appendFact, emptyStock, type SkuStock } from '../../actors/domain/sku-stock.ts'
import type { StockCommand } from '../../actors/domain/stock-command.ts'
import { decide, decideExpiries } from '../../actors/domain/stock-decisions.ts'
import type { GatewayOrder } from '../../src/audit/gateway-books.ts'

const MINUTE_MS = 60_000

interface Offer {
  readonly sellerId: string
  /** Cents. */
  readonly unit: number
}
const OFFERS: Readonly<Record<string, Offer>> = {
  A: { sellerId: 'seller-1', unit: 500 },
  B: { sellerId: 'seller-2', unit: 1250 },
}

type StockStep =
  | 'reserve'
  | 'pin'
  | 'unpin'
  | 'commit'
  | 'commit_first'
  | 'release'
  | 'expire'
  | 'return'

interface Story {
  readonly state: CheckoutState
  readonly quantities: Readonly<Record<string, number>>
  readonly stock: readonly StockStep[]
  /** Statuses of its payment attempts; none: it never came to an order. */
  readonly attempts: readonly PaymentStatus[]
  /** Cents given back after the capture. */
  readonly refunded?: number
}

export const STORIES = {
  captured: {
    state: 'captured',
    quantities: { A: 2, B: 1 },
    stock: ['reserve', 'pin', 'unpin', 'pin', 'commit'],
    attempts: ['failed', 'captured'],
  },
  refunded: {
    state: 'captured',
    quantities: { B: 2 },
    stock: ['reserve', 'pin', 'commit'],
    attempts: ['partially_refunded'],
    refunded: 100,
  },
  confirmed: {
    state: 'confirmed',
    quantities: { A: 1 },
    stock: ['reserve', 'pin', 'commit'],
    attempts: ['authorised'],
  },
  open: {
    state: 'open',
    quantities: { A: 3 },
    stock: ['reserve', 'pin', 'unpin'],
    attempts: ['failed'],
  },
  dropped: {
    state: 'cancelled',
    quantities: { A: 1 },
    stock: ['reserve', 'release'],
    attempts: [],
  },
  voided: {
    state: 'cancelled',
    quantities: { B: 1 },
    stock: ['reserve', 'pin', 'release'],
    attempts: ['voided'],
  },
  expired: { state: 'expired', quantities: { B: 2 }, stock: ['reserve', 'expire'], attempts: [] },
  reversed: {
    state: 'reversed',
    quantities: { B: 1 },
    stock: ['reserve', 'pin', 'commit', 'return'],
    attempts: ['voided'],
  },
  committing: {
    state: 'committing',
    quantities: { A: 1, B: 1 },
    stock: ['reserve', 'pin', 'commit_first'],
    attempts: ['authorised'],
  },
  paying: {
    state: 'paying',
    quantities: { A: 1 },
    stock: ['reserve', 'pin'],
    attempts: ['pending'],
  },
  opening: { state: 'opening', quantities: { A: 1 }, stock: [], attempts: [] },
} as const satisfies Record<string, Story>

export type StoryName = keyof typeof STORIES

interface Purchase extends Story {
  readonly id: CheckoutId
  readonly lines: readonly {
    readonly line: number
    readonly sku: Sku
    readonly name: string
    readonly sellerId: string
    readonly quantity: number
    readonly unitPrice: { readonly amount: number; readonly currency: 'USD' }
    readonly holdId: HoldId
  }[]
  readonly total: number
}

/** The checkout of a story: the same id in every run. */
export function checkoutOf(name: StoryName): CheckoutId {
  const number = Object.keys(STORIES).indexOf(name) + 1
  return checkoutIdOf(`0190a000000070008000${number.toString(16).padStart(12, '0')}`)
}

export function orderOf(name: StoryName): string {
  return orderIdOf(checkoutOf(name))
}

export function holdOf(name: StoryName, line = 1): HoldId {
  return holdIdOf(checkoutOf(name), line, 0)
}

function purchaseOf(name: StoryName): Purchase {
  const story: Story = STORIES[name]
  const id = checkoutOf(name)
  const lines = Object.entries(story.quantities).map(([sku, quantity], index) => ({
    line: index + 1,
    sku: sku as Sku,
    name: `Product ${sku}`,
    sellerId: offerOf(sku).sellerId,
    quantity,
    unitPrice: { amount: offerOf(sku).unit, currency: 'USD' as const },
    holdId: holdIdOf(id, index + 1, 0),
  }))
  const total = lines.reduce((sum, line) => sum + line.quantity * line.unitPrice.amount, 0)
  return { ...story, id, lines, total }
}

/** Writes the whole shop; the tables must be empty. */
export async function writeSampleHistory(pool: pg.Pool): Promise<void> {
  const startMs = Date.now() - 10 * MINUTE_MS
  await pool.query("update shard set epoch = 1, owner = 'sample', alive_at = clock_timestamp()")
  const ledger = sampleLedger(startMs)
  for (const sku of Object.keys(OFFERS)) {
    ledger.run(sku as Sku, { kind: 'receive', commandId: stockCommandId(sku), quantity: 100 })
    await pool.query(
      `insert into request_key (caller, key, fingerprint, request_id, answer, answered_at)
       values ('seller', $1, 'f', 'r', $2, now())`,
      [`stock-${sku}`, { kind: 'stock_changed', sku, received: 100 }],
    )
  }
  for (const name of Object.keys(STORIES) as StoryName[]) {
    const purchase = purchaseOf(name)
    for (const step of purchase.stock) ledger.take(purchase, step)
    await writeCheckout(pool, purchase, startMs)
    if (purchase.attempts.length > 0) await writeOrder(pool, purchase, startMs)
  }
  await writeEntries(pool, ledger.entries)
  await pool.query(
    `insert into webhook_inbox (provider, event_id, type, metadata)
     values ('stripe', 'evt_1', 'payment_intent.succeeded', '{}')`,
  )
}

function stockCommandId(sku: string): string {
  return sha256Hex(`seller\nstock-${sku}`)
}

/** What an honest gateway says about the shop above. */
export function sampleBooks(): GatewayOrder[] {
  return (Object.keys(STORIES) as StoryName[]).map(purchaseOf).flatMap((purchase) => {
    const { id, attempts, total, refunded = 0 } = purchase
    const last = attempts.at(-1)
    if (last === undefined) return []
    const captured = last === 'captured' || last === 'partially_refunded'
    const held = last === 'authorised'
    const keys = attempts.flatMap((_, index) => [`create:${index + 1}`, `confirm:${index + 1}`])
    return [
      {
        order_id: orderIdOf(id),
        checkout_id: id,
        intents: attempts.length,
        captured_intents: captured ? 1 : 0,
        authorised: captured || held ? total : 0,
        captured: captured ? total : 0,
        refunded,
        open_authorised: held ? total : 0,
        currency: 'USD',
        idempotency_keys: Object.fromEntries(keys.map((key) => [key, 1])),
      },
    ]
  })
}

interface SampleLedger {
  readonly entries: LedgerEntry[]
  run(sku: Sku, command: StockCommand): void
  take(purchase: Purchase, step: StockStep): void
}

function sampleLedger(startMs: number): SampleLedger {
  const entries: LedgerEntry[] = []
  const stocks = new Map<Sku, SkuStock>()
  const stockOf = (sku: Sku): SkuStock => {
    const stock = stocks.get(sku) ?? emptyStock(sku)
    stocks.set(sku, stock)
    return stock
  }
  let nowMs = startMs
  function run(sku: Sku, command: StockCommand): void {
    const stock = stockOf(sku)
    const decision = decide(stock, command, { nowMs, outages: NO_OUTAGES })
    assert(decision.ok && decision.fact, `the sample history refuses ${JSON.stringify(command)}`)
    entries.push(appendFact(stock, decision.fact, 1))
    nowMs += 10
  }
  function take(purchase: Purchase, step: StockStep): void {
    const lines = step === 'commit_first' ? purchase.lines.slice(0, 1) : purchase.lines
    for (const { sku, holdId, quantity } of lines) {
      if (step === 'expire') {
        // Its time is over; the others of the sample have theirs ahead of them.
        const later = { nowMs: nowMs + 2 * MINUTE_MS, outages: NO_OUTAGES }
        const [fact] = decideExpiries(stockOf(sku), later, 1)
        assert(fact?.holdId === holdId, 'another hold expired')
        entries.push(appendFact(stockOf(sku), fact, 1))
      } else run(sku, commandOf(purchase, step, { holdId, quantity }))
    }
  }
  function commandOf(
    purchase: Purchase,
    step: Exclude<StockStep, 'expire'>,
    { holdId, quantity }: { readonly holdId: HoldId; readonly quantity: number },
  ): StockCommand {
    if (step === 'return') return { kind: step, holdId, quantity, commandId: `return:${holdId}` }
    if (step !== 'reserve') return { kind: step === 'commit_first' ? 'commit' : step, holdId }
    const minutes = purchase.state === 'expired' ? 1 : 20
    const expiresAtMs = nowMs + minutes * MINUTE_MS
    const buyer = 'buyer-1' as UserId
    return {
      kind: step,
      holdId,
      quantity,
      checkoutId: purchase.id,
      buyer,
      expiresAtMs,
      purchaseLimit: null,
      repeat: false,
    }
  }
  return { entries, run, take }
}

async function writeEntries(pool: pg.Pool, entries: readonly LedgerEntry[]): Promise<void> {
  for (const entry of entries) {
    await pool.query(
      `insert into ledger_entry (
         sku, seq, shard, epoch, kind, hold_id, checkout_id, buyer, command_id, quantity,
         expires_at, at, received, available, held, sold, prev_hash, hash
       ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, to_timestamp($11::float8 / 1000.0),
         to_timestamp($12::float8 / 1000.0), $13, $14, $15, $16, decode($17, 'hex'),
         decode($18, 'hex'))`,
      [
        ...[entry.sku, entry.seq, skuShardOf(entry.sku), entry.epoch, entry.kind, entry.holdId],
        ...[entry.checkoutId, entry.buyer, entry.commandId, entry.quantity, entry.expiresAtMs],
        ...[entry.atMs, entry.received, entry.available, entry.held, entry.sold],
        ...[entry.prevHash, entry.hash],
      ],
    )
  }
}

const CONFIRMED: readonly CheckoutState[] = ['confirmed', 'captured', 'reversed']

async function writeCheckout(pool: pg.Pool, purchase: Purchase, startMs: number): Promise<void> {
  const { id, state, lines, total, attempts } = purchase
  const at = new Date(startMs)
  const attempt = attempts.length
  const [status, intentId] = [attempts.at(-1), intentOf(id, attempt)]
  const payment = attempt === 0 ? null : { attempt, status, intentId, keyRevision: 0 }
  await pool.query(
    `insert into checkout (
       id, user_shard, user_id, guest, state, version, lines, currency, total_amount,
       price_changes, order_id, payment, created_at, updated_at, expires_at, confirmed_at
     ) values ($1, 0, 'buyer-1', false, $2, 7, $3, 'USD', $4, '[]', $5, $6, $7, $7, $8, $9)`,
    [
      ...[id, state, JSON.stringify(lines), total, payment === null ? null : orderIdOf(id)],
      ...[payment, at, new Date(startMs + 20 * MINUTE_MS), CONFIRMED.includes(state) ? at : null],
    ],
  )
}

async function writeOrder(pool: pg.Pool, purchase: Purchase, startMs: number): Promise<void> {
  const { id, state, lines, total, attempts, refunded = 0 } = purchase
  const orderId = orderIdOf(id)
  const at = new Date(startMs)
  const last = attempts.at(-1) ?? 'pending'
  const captured = last === 'captured' || last === 'partially_refunded' ? total : 0
  const confirmedAt = CONFIRMED.includes(state) ? at : null
  const ended = state === 'reversed' || state === 'cancelled'
  const status = ended ? 'cancelled' : confirmedAt === null ? 'pending' : 'confirmed'
  await pool.query(
    `insert into orders (
       id, user_shard, user_id, checkout_id, status, payment_status, currency, total_amount,
       captured_amount, refunded_amount, created_at, updated_at, confirmed_at, intent_id
     ) values ($1, 0, 'buyer-1', $2, $3, $4, 'USD', $5, $6, $7, $8, $8, $9, $10)`,
    [
      ...[orderId, id, status, last, total, captured, refunded, at, confirmedAt],
      intentOf(id, attempts.length),
    ],
  )
  for (const { line, sku, name, sellerId, quantity, unitPrice, holdId } of lines) {
    const amount = unitPrice.amount * quantity
    await pool.query('insert into order_line values ($1, $2, $3, $4, $5, $6, $7, $8, $9)', [
      ...[orderId, line, sku, name, sellerId, quantity, unitPrice.amount, amount, holdId],
    ])
    await pool.query('insert into sub_order values ($1, $2, $3, $4)', [
      ...[orderId, sellerId, status, amount],
    ])
  }
  for (const [index, attempt] of attempts.entries()) {
    await pool.query(
      `insert into payment_attempt (
         order_id, attempt, method, status, intent_id, amount, currency, started_at, updated_at
       ) values ($1, $2, 'pm_card_visa', $3, $4, $5, 'USD', $6, $6)`,
      [orderId, index + 1, attempt, intentOf(id, index + 1), total, at],
    )
  }
  if (confirmedAt !== null) await writeEvent(pool, orderId, 'order.confirmed', announced(purchase))
  if (captured > 0) {
    const amount = { amount: captured, currency: 'USD' }
    await writeEvent(pool, orderId, 'payment.captured', { order_id: orderId, amount })
  }
}

/** Writes the `order.confirmed` of a story, whether it was confirmed or not. */
export async function announce(pool: pg.Pool, name: StoryName): Promise<void> {
  await writeEvent(pool, orderOf(name), 'order.confirmed', announced(purchaseOf(name)))
}

function announced({ id, lines }: Purchase): object {
  const bought = lines.map(({ sku, quantity }) => ({ sku, quantity }))
  return { order_id: orderIdOf(id), cart_id: null, lines: bought }
}

export async function writeEvent(
  pool: pg.Pool,
  orderId: string,
  topic: string,
  payload: object,
): Promise<void> {
  await pool.query(
    `insert into outbox (order_id, user_id, topic, payload, created_at)
     values ($1, 'buyer-1', $2, $3, now())`,
    [orderId, topic, payload],
  )
}

function intentOf(id: CheckoutId, attempt: number): string {
  return `pi_${orderIdOf(id)}_${attempt}`
}

function offerOf(sku: string): Offer {
  const offer = OFFERS[sku]
  assert(offer, `the sample shop does not sell ${sku}`)
  return offer
}
