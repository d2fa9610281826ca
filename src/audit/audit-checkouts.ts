// Checkouts that are under way: what each was told is held must be in the ledger (I5), and from the
// first payment on there is an order (O1). Those at rest are seen through their orders, and here
// when they have none.

import type { CheckoutState } from '../../actors/domain/checkout.ts'
import { orderIdOf } from '../../actors/domain/ids.ts'
import { type AuditedCheckout, type AuditView, holdKeyOf } from '../../actors/ports/audit-source.ts'
import type { Tally } from './tally.ts'

// The answer "opened" promised these holds. Before it (opening), while lines change (revising) and
// on the way out (releasing, reversing) the journal is ahead of the ledger or behind it.
const HOLDS_PROMISED: ReadonlySet<CheckoutState> = new Set([
  'open',
  'paying',
  'reviewing',
  'committing',
  'confirmed',
])

// The order is written in the same step that begins a payment. Releasing may come from before it.
const HAS_ORDER: ReadonlySet<CheckoutState> = new Set([
  'paying',
  'reviewing',
  'committing',
  'confirmed',
  'captured',
  'reversing',
  'reversed',
])

/** Reports to I5 and O1. */
export async function auditCheckouts(view: AuditView, tally: Tally): Promise<void> {
  for await (const page of view.checkoutsUnderWay()) {
    const promised = page.filter(({ state }) => HOLDS_PROMISED.has(state))
    const facts = await view.holds(promised.flatMap(({ lines }) => lines))
    for (const checkout of promised) {
      for (const line of checkout.lines) {
        tally.looked('I5')
        if (facts.get(holdKeyOf(line))?.reserved === true) continue
        const units = `${line.quantity} units of ${line.sku} (${line.holdId})`
        tally.violated('I5', `${nameOf(checkout)}: the ledger never held its ${units}`)
      }
    }
    for (const checkout of page) judgeOrder(checkout, tally)
  }
}

function judgeOrder(checkout: AuditedCheckout, tally: Tally): void {
  if (!HAS_ORDER.has(checkout.state) && checkout.saidOrderId === null) return
  tally.looked('O1')
  if (checkout.orderId !== null) return
  tally.violated('O1', `${nameOf(checkout)}: ${orderIdOf(checkout.id)} does not exist`)
}

function nameOf({ id, state }: AuditedCheckout): string {
  return `${id} (${state})`
}
