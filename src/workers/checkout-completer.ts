// Finds checkouts whose time has come, or whose process is gone, and has them looked at again. What
// is to be done with one is the checkout's own business; the completer only wakes it.

import type { CheckoutClient } from '../../actors/checkout-client.ts'
import type { CheckoutJournal } from '../../actors/ports/checkout-journal.ts'

/** Checkouts woken in one round. */
const ROUND_MAX = 500

export function checkoutCompleter(
  journal: CheckoutJournal,
  checkouts: CheckoutClient,
): () => Promise<boolean> {
  return async function wakeDueCheckouts(): Promise<boolean> {
    const due = await journal.claimDue(ROUND_MAX)
    await Promise.all(due.map((id) => checkouts.wake(id)))
    return due.length === ROUND_MAX
  }
}
