// The audit beside a shop that does not stop for it: real actors, Postgres and gateway simulator,
// buyers who pay, change their minds, are declined, authenticate or do not, cancel or walk away,
// and audits one after the other meanwhile. What is on its way must never look like what is wrong.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import type { SellerId, Sku, UserId } from '../../actors/domain/ids.ts'
import type { WantedLine } from '../../actors/domain/pricing.ts'
import type { ProductInput } from '../../actors/domain/product.ts'
import { composeShop, type Settings, type Shop } from '../../src/compose.ts'
import { composeAudit } from '../../src/compose-commands.ts'
import { openLog } from '../../src/telemetry/log.ts'
import { startSimulatorProcess } from '../payments/simulator-process.ts'
import { skipTest } from '../runner/skipped.ts'
import { openTestDatabase } from '../support/test-database.ts'

const BUYERS = 12
const CHECKOUTS_EACH = 15
const CARDS = [
  'pm_card_visa',
  'pm_card_authenticationRequired',
  'pm_card_chargeDeclined',
  'cancel',
  'walk away',
]
const SKUS = ['HOT', 'WARM', 'COLD'] as const
const ADDRESS = {
  name: 'A. Buyer',
  line1: '1 High Street',
  line2: null,
  city: 'Town',
  region: null,
  postal_code: '1000',
  country: 'GB',
}

const selling = suite('audit while selling')

selling('no audit of a shop that goes on selling finds a difference', async () => {
  const database = await openTestDatabase(import.meta.url)
  if (database === null) return skipTest('audit while selling', 'no Postgres was found')
  const simulator = await startSimulatorProcess(['--port', '0'])
  const settings = settingsOf(database.url, simulator.url)
  const log = openLog('error')
  const shop = await composeShop(settings, 'audit-test', { log, onFenced: () => {} })
  let passed = false
  try {
    await stockUp(shop)
    let sold = false
    const sale = sell(shop).finally(() => {
      sold = true
    })
    let audits = 0
    while (!sold) {
      await auditFindsNothing(settings)
      audits += 1
    }
    const confirmed = await sale
    assert.ok(audits > 1, 'the shop was audited while it sold')
    assert.ok(confirmed > 0, 'the shop sold something')
    const last = await auditFindsNothing(settings)
    const committed = last.checks.find(({ id }) => id === 'P4')?.checked ?? 0
    assert.ok(committed >= confirmed, 'the last audit saw what was sold')
    passed = true
  } finally {
    await shop.close()
    await simulator.stop('SIGTERM')
    await database.close(passed)
  }
})

selling.run()

async function auditFindsNothing(settings: Settings) {
  const { databaseUrl, gateway } = settings
  const report = await composeAudit({ databaseUrl, booksUrl: gateway.booksUrl }, () => {})
  assert.deepEqual(
    report.checks.filter(({ violations }) => violations > 0),
    [],
  )
  return report
}

function settingsOf(databaseUrl: string, simulatorUrl: string): Settings {
  return {
    databaseUrl,
    redisUrl: null,
    gateway: {
      secretKey: 'sk_test_holdfast',
      publishableKey: null,
      apiUrl: simulatorUrl,
      booksUrl: simulatorUrl,
    },
    holdTtlMs: 900_000,
    cartTtlMs: 900_000,
    cartLinesMax: 10,
  }
}

async function stockUp({ catalogue, receive }: Shop): Promise<void> {
  for (const sku of SKUS) {
    const product: ProductInput = {
      sku: sku as Sku,
      name: sku,
      description: '',
      price: { amount: 1_500, currency: 'USD' },
      sellerId: `seller-of-${sku}` as SellerId,
      imageUrl: null,
      attributes: {},
      status: 'active',
      purchaseLimit: null,
    }
    await catalogue.put(product, { ifVersion: null, onlySeller: null })
    // Fewer units than the buyers want: some are told that it is sold out.
    await receive(product.sku, 80, `stock-${sku}`)
  }
}

/** Answers how many checkouts ended in a confirmed order. */
async function sell(shop: Shop): Promise<number> {
  const buyers = Array.from({ length: BUYERS }, async (_, buyer) => {
    let confirmed = 0
    for (let turn = 0; turn < CHECKOUTS_EACH; turn += 1) {
      if (await buy(shop, `buyer-${buyer}` as UserId, turn)) confirmed += 1
    }
    return confirmed
  })
  return (await Promise.all(buyers)).reduce((sum, each) => sum + each, 0)
}

function linesAt(turn: number, quantity = 1): WantedLine[] {
  const wanted = SKUS.slice(turn % SKUS.length)
  return wanted.map((sku) => ({ sku: sku as Sku, quantity, priceSeen: null }))
}

async function buy({ checkouts }: Shop, caller: UserId, turn: number): Promise<boolean> {
  const request = (step: string) => {
    const key = `${step}-${turn}`
    return { caller, guest: false, key, fingerprint: key, requestId: key }
  }
  const input = { lines: linesAt(turn), cartId: null, shippingAddress: ADDRESS }
  const opened = await checkouts.open(request('open'), async () => input)
  if (opened.kind !== 'answer' || opened.answer.kind !== 'checkout_opened') return false
  const { id } = opened.answer.checkout
  let { total } = opened.answer.checkout
  const change = async (step: string, lines: readonly WantedLine[]) => {
    const revised = await checkouts.revise(request(step), id, { lines, shippingAddress: null })
    if (revised.kind !== 'answer' || revised.answer.kind !== 'checkout_revised') return
    total = revised.answer.checkout.total
  }
  const pay = (step: string, paymentMethod: string) =>
    checkouts.pay(request(step), id, { paymentMethod, expectedTotal: total })
  if (turn % 2 === 1) await change('change', linesAt(turn + 1, 2))
  const card = CARDS[(turn + caller.length) % CARDS.length] ?? 'walk away'
  if (card === 'walk away') return false
  if (card === 'cancel') {
    await checkouts.cancel(request('cancel'), id)
    return false
  }
  let paid = await pay('pay', card)
  if (card === 'pm_card_chargeDeclined') await change('change-again', linesAt(turn + 2))
  if (card !== 'pm_card_visa') paid = await pay('pay-otherwise', 'pm_card_visa')
  return paid.kind === 'answer' && paid.answer.kind === 'order_confirmed'
}
