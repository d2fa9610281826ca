// Every promise an audit looks at, in the order of docs/INVARIANTS.md: what it says, and what it
// means for the shop when it does not hold.

export interface CheckWords {
  readonly title: string
  /** What a violation means, and what to do next, for a person who did not write the code. */
  readonly advice: string
}

const REWRITTEN =
  'The ledger was changed outside Holdfast, or by two owners at once. Stop selling the SKU, keep ' +
  'the database as it is, and compare with a backup from before the first entry named.'
const UNITS =
  'Units were lost or sold twice. Archive the SKU so that nobody buys it, then count the shelf ' +
  'against the orders of that SKU.'

export const CHECKS = {
  I1: { title: 'available, held and sold are never negative', advice: UNITS },
  I2: { title: 'received = available + held + sold at every entry', advice: UNITS },
  I3: { title: 'seq has no gap, the hash chain is whole, epochs never go back', advice: REWRITTEN },
  I4: {
    title: 'a hold is taken once and ends once; none is left of a checkout that ended',
    advice:
      'Units are bound to nobody, or were given out twice. Look at the checkout of the hold; ' +
      'what is only held comes back when the hold expires.',
  },
  I5: {
    title: 'what checkouts and orders were told is in the ledger',
    advice:
      'Somebody was promised units that the ledger does not show. Do not ship these orders ' +
      'before the stock was counted.',
  },
  I6: {
    title: 'one command, one entry',
    advice: 'A stock change took effect twice. Correct the SKU with an adjustment.',
  },
  I7: {
    title: 'each "sold out" was true at some moment of its request',
    advice: 'Storage does not keep refusals.',
  },
  I8: {
    title: 'balances on entries, and checkpoints, are the fold of all entries',
    advice:
      `${REWRITTEN} A checkpoint alone is only a cache: delete its row of sku_checkpoint, and ` +
      'look who wrote it.',
  },
  I9: {
    title: 'no hold outlives its expiry, no pin its checkout',
    advice:
      'Units cannot be sold though nobody is buying them. Check that a node owns the shard ' +
      '(holdfast doctor) and that the completer runs.',
  },
  P1: {
    title: 'at most one captured payment per order',
    advice: 'A customer may have been charged twice. Refund one payment at the gateway today.',
  },
  P2: {
    title: "captured, or held for it = the order's total, same currency",
    advice: 'A customer paid another amount than they agreed to. Refund or write off the rest.',
  },
  P3: {
    title: 'captured: every hold of the order is committed',
    advice: 'A customer paid for units that were not set aside. Ship from other stock, or refund.',
  },
  P4: {
    title: 'committed: captured, or on the way, or returned',
    advice: 'Units count as sold, but nobody pays for them. Return them after a look at the order.',
  },
  P5: {
    title: 'no ended checkout keeps a live authorisation',
    advice: "A customer's money is held for nothing. Void the payment intent at the gateway.",
  },
  P6: {
    title: 'one idempotency key per order, operation and attempt',
    advice: 'A retry used a fresh key, so a repeat can charge again. Look for who makes the keys.',
  },
  P7: {
    title: 'a webhook event is stored once',
    advice: 'An event may have had its effect twice. Compare the order with the gateway.',
  },
  P8: {
    title: 'refunded is never more than captured',
    advice: 'More money went back than came. Settle the difference at the gateway.',
  },
  O1: {
    title: 'one order per checkout, and both agree',
    advice: 'An order is doubled, missing, or says something else than its checkout.',
  },
  O2: {
    title: 'order total = its lines = its sub-orders, lines as in its checkout',
    advice: 'Sellers and customer are told different sums. Correct before paying sellers out.',
  },
  O3: {
    title: 'a confirmed order has exactly one order.confirmed, with its lines',
    advice: 'Who ships and who sends receipts was told nothing, twice, or something else.',
  },
  O4: {
    title: "the gateway's books say what ours say",
    advice:
      'Money moved that we do not know of, or did not move. The gateway is right about money.',
  },
} as const satisfies Record<string, CheckWords>

export type CheckId = keyof typeof CHECKS
