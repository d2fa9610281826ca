// `holdfast checkout show`: where one checkout stands, why, and what happens next.

import { asPutOff } from '../../actors/domain/checkout-expiry.ts'
import { storyOf } from '../../actors/domain/checkout-story.ts'
import { amountInWords } from '../../actors/domain/currency.ts'
import { parseCheckoutId } from '../../actors/domain/ids.ts'
import type { Money } from '../../actors/domain/money.ts'
import type { CheckoutLook } from '../../actors/ports/close-look.ts'
import { lookClosely } from '../compose-commands.ts'
import { checkoutBody } from '../http/schemas/checkout-schema.ts'
import { orderBody } from '../http/schemas/order-schema.ts'
import { timeBody } from '../http/schemas/time.ts'
import type { Command } from './command.ts'
import { readOptions } from './read-options.ts'
import { openStorage } from './storage.ts'
import { columnsText, momentText } from './table-text.ts'
import { WrongUsage } from './wrong-usage.ts'

const HELP = `Usage: holdfast checkout show ID [--json]

Shows a checkout as it is journalled: its state and why it is there, what happens next and when, its
lines and what became of their holds, its payment and its order. Changes nothing. ID begins with
chk_; that of an order, ord_, is taken as well.

Options:
  --json   the same as JSON

Examples:
  holdfast checkout show chk_0198c2f0a5b17c3e8d2f4a6b8c0d1e2f

Environment: DATABASE_URL, or HOLDFAST_DATA for the embedded database.

Exit codes: 0 shown, 1 there is no such checkout, or storage does not answer, 2 wrong usage.`

export const showCheckout: Command = {
  name: 'checkout show',
  summary: 'show where a checkout stands, why, and what happens next',
  help: HELP,
  async run(config, argv) {
    const usage = { options: { json: 'flag' }, operands: ['ID'], help: HELP } as const
    const { options, operands } = readOptions(argv, usage)
    const id = parseCheckoutId((operands[0] ?? '').replace(/^ord_/, 'chk_'))
    if (id === null) {
      throw new WrongUsage('An ID is chk_ and 32 hexadecimal digits, as the API answers it.', HELP)
    }
    const storage = await openStorage(config, { mayCreate: false })
    try {
      const look = await lookClosely(storage.databaseUrl, (at) => at.checkout(id))
      if (look === null) {
        console.error(`There is no checkout ${id} in this database.`)
        return 1
      }
      console.log(options.json ? JSON.stringify(jsonOf(look), null, 2) : textOf(look))
      return 0
    } finally {
      await storage.stop()
    }
  },
}

function jsonOf(look: CheckoutLook) {
  const { checkout, claimOwner, holds, order } = look
  const story = storyOf(checkout, look)
  // The buyer's client secret is nobody else's business.
  const { next: _, ...body } = checkoutBody(checkout, null)
  return {
    ...body,
    why: story.why,
    what_next: story.next,
    next_at: story.nextAtMs === null ? null : timeBody(story.nextAtMs),
    claim_owner: claimOwner,
    version: checkout.version,
    created_at: timeBody(checkout.createdAtMs),
    updated_at: timeBody(checkout.updatedAtMs),
    holds: holds.map(({ sku, holdId, state, sinceMs }) => {
      return { sku, hold_id: holdId, state, since: sinceMs === null ? null : timeBody(sinceMs) }
    }),
    order: order === null ? null : orderBody(order),
  }
}

function textOf(look: CheckoutLook): string {
  const { checkout, claimOwner, outages, nowMs } = look
  const story = storyOf(checkout, look)
  const moment = (atMs: number) => momentText(atMs, nowMs)
  const rows = [
    ['state', checkout.state],
    ['why', story.why],
    ['next', story.next],
    ...(story.nextAtMs === null ? [] : [['when', moment(story.nextAtMs)]]),
    ['buyer', `${checkout.userId}${checkout.guest ? ' (guest)' : ''}`],
    ['total', moneyText(checkout.total)],
    ['opened', moment(checkout.createdAtMs)],
    ['changed', `${moment(checkout.updatedAtMs)}, version ${checkout.version}`],
    ['held until', moment(asPutOff(checkout, outages).expiresAtMs)],
    ['under way in', claimOwner ?? 'no process'],
  ]
  return [
    `${checkout.id}\n\n${columnsText(rows)}`,
    `Lines\n${linesText(look)}`,
    `Payment\n${paymentText(look)}`,
    `Order\n${orderText(look)}`,
  ].join('\n\n')
}

function linesText({ checkout, holds, nowMs }: CheckoutLook): string {
  const byId = new Map(holds.map((hold) => [hold.holdId, hold]))
  const rows = checkout.lines.map((line) => {
    const hold = byId.get(line.holdId)
    const since = hold?.sinceMs ? `, ${momentText(hold.sinceMs, nowMs)}` : ''
    return [
      String(line.line),
      line.sku,
      `${line.quantity} × ${moneyText(line.unitPrice)}`,
      `hold ${hold?.state ?? 'missing'}${since}`,
    ]
  })
  return columnsText(rows)
}

function paymentText({ checkout: { payment }, order, nowMs }: CheckoutLook): string {
  if (payment === null) return '  none was begun'
  const rows = [
    ['attempt', `${payment.attempt}, begun ${momentText(payment.startedAtMs, nowMs)}`],
    ['status', `${payment.status}, ${payment.stage}`],
    ['method', payment.method],
    ['intent', payment.intentId ?? 'none yet'],
    ...(payment.declineCode === null ? [] : [['declined', payment.declineCode]]),
  ]
  if (order !== null) {
    const { authorised, captured, refunded } = order.payment
    rows.push(['authorised', moneyText(authorised)])
    rows.push(['captured', moneyText(captured)], ['refunded', moneyText(refunded)])
  }
  return columnsText(rows)
}

function orderText({ order, nowMs }: CheckoutLook): string {
  if (order === null) return '  none yet'
  const events = order.events.map(({ type, atMs }) => [type, momentText(atMs, nowMs)])
  return columnsText([['order', `${order.id}, ${order.status}`], ...events])
}

function moneyText({ amount, currency }: Money): string {
  return amountInWords(amount, currency)
}
