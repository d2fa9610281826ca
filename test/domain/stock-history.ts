// Any history that the shop's own decisions can write: few holds and small numbers, so that
// repeats, ends and shortages are the rule.

import fc from 'fast-check'
import type { CheckoutId, HoldId, Sku, UserId } from '../../actors/domain/ids.ts'
import type { LedgerEntry } from '../../actors/domain/ledger-entry.ts'
import { NO_OUTAGES } from '../../actors/domain/outages.ts'
import { appendFact, emptyStock } from '../../actors/domain/sku-stock.ts'
import type { StockCommand } from '../../actors/domain/stock-command.ts'
import { decide, decideExpiries } from '../../actors/domain/stock-decisions.ts'

const hold = fc.integer({ min: 0, max: 4 }).map((number) => `hold_${number}` as HoldId)
const quantity = fc.integer({ min: 1, max: 6 })
const commandId = fc.integer({ min: 0, max: 1_000 }).map(String)
const command: fc.Arbitrary<StockCommand | 'let_expire'> = fc.oneof(
  fc.constant('let_expire' as const),
  fc.record({ kind: fc.constant('receive' as const), commandId, quantity }),
  fc.record({ kind: fc.constant('adjust' as const), commandId, quantity: quantity.map((n) => -n) }),
  fc.record({
    kind: fc.constantFrom('pin' as const, 'unpin' as const, 'commit' as const, 'release' as const),
    holdId: hold,
  }),
  fc.record({
    kind: fc.constant('resize' as const),
    holdId: hold,
    commandId,
    quantity,
    purchaseLimit: fc.constant(null),
  }),
  fc.record({ kind: fc.constant('return' as const), holdId: hold, commandId, quantity }),
  fc.record({
    kind: fc.constant('reserve' as const),
    holdId: hold,
    checkoutId: fc.constant('chk_1' as CheckoutId),
    buyer: fc.constant('buyer-1' as UserId),
    quantity,
    expiresAtMs: fc.integer({ min: 100, max: 400 }),
    purchaseLimit: fc.constant(null),
    repeat: fc.constant(false),
  }),
)

/** What the shop makes of the commands, refusals left out. */
function historyOf(
  commands: readonly (StockCommand | 'let_expire')[],
  sku: Sku,
  epoch: number,
): LedgerEntry[] {
  const stock = emptyStock(sku)
  const supply = { kind: 'receive', commandId: 'first', quantity: 10 } as const
  return [supply, ...commands].flatMap((each, index) => {
    const time = { nowMs: index * 5, outages: NO_OUTAGES }
    if (each === 'let_expire') {
      return decideExpiries(stock, time, 10).map((fact) => appendFact(stock, fact, epoch))
    }
    const decision = decide(stock, each, time)
    return decision.ok && decision.fact ? [appendFact(stock, decision.fact, epoch)] : []
  })
}

/** Starts with a delivery; up to 61 entries. */
export function anyHistory(sku: Sku, epoch = 3): fc.Arbitrary<LedgerEntry[]> {
  return fc
    .array(command, { minLength: 1, maxLength: 60 })
    .map((commands) => historyOf(commands, sku, epoch))
}
