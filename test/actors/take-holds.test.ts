// Lines that nobody fights for are taken together. When one of them fails, the others are still on
// their way, and whoever tries again meanwhile would count without them.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { RetryLater } from '../../actors/domain/failures.ts'
import type { StockReply } from '../../actors/domain/stock-command.ts'
import type { SkuRouter } from '../../actors/ports/sku-router.ts'
import { takeHolds } from '../../actors/take-holds.ts'
import { settle } from '../support/sale.ts'
import { sampleCheckout } from '../support/sample-checkout.ts'

const test = suite('taking holds')

test('nobody hears of a line that failed before the others have answered', async () => {
  const balances = { received: 1_000, available: 1_000, held: 0, sold: 0 }
  let answer: (reply: StockReply) => void = () => {}
  const slow = new Promise<StockReply>((resolve) => {
    answer = resolve
  })
  const [first, ...others] = sampleCheckout().lines
  assert.ok(first !== undefined && others.length > 0)
  const skus: SkuRouter = {
    look: async () => balances,
    committedBalances: () => balances,
    ask: (sku) =>
      sku === first.sku ? Promise.reject(new RetryLater('ledger_unavailable', 'away')) : slow,
  }
  let heard = false
  const taking = takeHolds(skus, sampleCheckout(), false).finally(() => {
    heard = true
  })
  taking.catch(() => {})
  await settle()
  assert.equal(heard, false)
  answer({ ok: true, holdState: 'held', balances })
  await assert.rejects(taking, { code: 'ledger_unavailable' })
})

test.run()
