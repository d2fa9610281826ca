// A journal whose last writer wins: the mistake that lets two processes move one checkout on from
// the same state. Composed by tests alone, which must catch it.

import type { CheckoutJournal } from '../../actors/ports/checkout-journal.ts'

export function journalWithoutVersionCheck(inner: CheckoutJournal): CheckoutJournal {
  return {
    ...inner,
    async write(write) {
      const current = await inner.load(write.checkout.id)
      const version = (current?.version ?? 0) + 1
      return inner.write({ ...write, checkout: { ...write.checkout, version } })
    },
  }
}
