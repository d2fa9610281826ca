// The journal in memory keeps the promises of the one in Postgres.

import { memoryJournal } from '../../persistence/memory/memory-checkout-journal.ts'
import { exerciseCheckoutJournal } from '../conformance/exercise-checkout-journal.ts'
import { manualClock } from '../support/manual-clock.ts'

exerciseCheckoutJournal('memory', async () => {
  const clock = manualClock(Date.now())
  const books = memoryJournal(clock)
  return {
    journal: books.openFor('first'),
    succeed: async () => books.openFor('second'),
    async storedOrder(id) {
      const order = books.order(id)
      if (order === null) return null
      const { lines, subOrders, attempts, status, paymentStatus } = order
      return {
        ...{ status, paymentStatus, attempts },
        totalAmount: order.subOrders.reduce((sum, { total }) => sum + total.amount, 0),
        authorisedAmount: order.authorisedAmount,
        capturedAmount: order.capturedAmount,
        lines: lines.map(({ sku, quantity }) => `${sku} ${quantity}`),
        subOrders: subOrders.map((part) => `${part.sellerId} ${part.status} ${part.total.amount}`),
        topics: books.events.filter(({ orderId }) => orderId === id).map(({ topic }) => topic),
      }
    },
    // The time of one checkout comes by letting that much time go by.
    makeDue: async ({ expiresAtMs }) => clock.advance(Math.max(0, expiresAtMs - clock.nowMs())),
    close: async () => {},
  }
})
