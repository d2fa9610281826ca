// Asking again is bounded, and only for what asking again heals.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import { type FailureCode, RetryLater } from '../../actors/domain/failures.ts'
import type { StockCommand, StockReply } from '../../actors/domain/stock-command.ts'
import type { SkuRouter } from '../../actors/ports/sku-router.ts'
import { skuRouterWithRetry } from '../../actors/sku-router-with-retry.ts'
import { openSkuWorld, ROSE, reserve, wordOf } from './sku-world.ts'

/** Fails as often as told, then asks the SKU. */
async function failingRouter(code: FailureCode, failures: number) {
  const world = await openSkuWorld({ roses: 5 })
  const asked: StockCommand[] = []
  const failing: SkuRouter = {
    ...world.directory,
    async ask(sku, command): Promise<StockReply> {
      asked.push(command)
      if (asked.length <= failures) throw new RetryLater(code, 'not now')
      return world.directory.ask(sku, command)
    },
  }
  return { world, asked, router: skuRouterWithRetry(failing, 3) }
}

test('a conflict is asked again, and the reserve says that it may be there', async () => {
  const { world, asked, router } = await failingRouter('ledger_conflict', 2)
  assert.equal(await wordOf(router.ask(ROSE, reserve(world, 'R1'))), 'held')
  const repeats = asked.map((command) => command.kind === 'reserve' && command.repeat)
  assert.deepEqual(repeats, [false, true, true])
})

test('a conflict that does not heal is handed on after the last attempt', async () => {
  const { world, asked, router } = await failingRouter('ledger_conflict', 99)
  assert.equal(await wordOf(router.ask(ROSE, reserve(world, 'R1'))), 'ledger_conflict')
  assert.equal(asked.length, 3)
})

test('what asking again at once cannot heal is handed on at once', async () => {
  for (const code of [
    'ledger_unavailable',
    'overloaded',
    'sku_moved',
    'deadline_passed',
  ] as const) {
    const { world, asked, router } = await failingRouter(code, 1)
    assert.equal(await wordOf(router.ask(ROSE, reserve(world, 'R1'))), code)
    assert.equal(asked.length, 1)
  }
})

test.run()
