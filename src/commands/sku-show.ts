// `holdfast sku show`: everything about one SKU, from storage alone.

import { amountInWords } from '../../actors/domain/currency.ts'
import { parseSku } from '../../actors/domain/ids.ts'
import type { SkuLook } from '../../actors/ports/close-look.ts'
import { lookClosely } from '../compose-commands.ts'
import { ledgerEntryBody } from '../http/schemas/ledger-schema.ts'
import { productBody } from '../http/schemas/product-schema.ts'
import { stockBody } from '../http/schemas/stock-schema.ts'
import { timeBody } from '../http/schemas/time.ts'
import type { Command } from './command.ts'
import { count } from './progress-line.ts'
import { readOptions } from './read-options.ts'
import { openStorage } from './storage.ts'
import { columnsText, momentText } from './table-text.ts'
import { WrongUsage } from './wrong-usage.ts'

const HELP = `Usage: holdfast sku show SKU [--limit N] [--json]

Shows what storage has of a SKU: its product, where every unit is, the holds that are open and how
long they still run, and the last entries of its ledger. Changes nothing, and a running service
goes on selling meanwhile.

Options:
  --limit N   so many holds and ledger entries at most (default 10, at most 1000)
  --json      the same as JSON

Examples:
  holdfast sku show ROSE-12
  holdfast sku show "ROSE 12 red" --limit 100 --json

Environment: DATABASE_URL, or HOLDFAST_DATA for the embedded database.

Exit codes: 0 shown, 1 there is no such SKU, or storage does not answer, 2 wrong usage.`

const LIMIT = 10
const LIMIT_MAX = 1_000

export const showSku: Command = {
  name: 'sku show',
  summary: 'show a product, its units, its open holds and its ledger',
  help: HELP,
  async run(config, argv) {
    const usage = {
      options: { limit: 'value', json: 'flag' },
      operands: ['SKU'],
      help: HELP,
    } as const
    const { options, operands } = readOptions(argv, usage)
    const sku = parseSku(operands[0] ?? '')
    if (sku === null) {
      throw new WrongUsage('A SKU is 1 to 64 of letters, digits, space . _ and -.', HELP)
    }
    const limit = limitOf(options.limit)
    const storage = await openStorage(config, { mayCreate: false })
    try {
      const look = await lookClosely(storage.databaseUrl, (at) => at.sku(sku, limit))
      if (look === null) {
        console.error(`Neither the catalogue nor the ledger know ${sku}. SKUs are case-sensitive.`)
        return 1
      }
      console.log(options.json ? JSON.stringify(jsonOf(sku, look), null, 2) : textOf(sku, look))
      return 0
    } finally {
      await storage.stop()
    }
  },
}

function limitOf(text: string | null): number {
  const limit = Number(text ?? LIMIT)
  if (Number.isInteger(limit) && limit >= 1 && limit <= LIMIT_MAX) return limit
  throw new WrongUsage(`--limit takes a whole number from 1 to ${LIMIT_MAX}.`, HELP)
}

function jsonOf(sku: string, look: SkuLook) {
  return {
    sku,
    product: look.product === null ? null : productBody(look.product),
    stock: look.balances === null ? null : stockBody(sku, look.balances),
    entries: look.entries,
    checkpoint:
      look.checkpoint === null
        ? null
        : { seq: look.checkpoint.seq, saved_at: timeBody(look.checkpoint.savedAtMs) },
    open_holds: look.openHolds.map((hold) => ({
      hold_id: hold.holdId,
      checkout_id: hold.checkoutId,
      buyer: hold.buyer,
      quantity: hold.quantity,
      pinned: hold.pinned,
      expires_at: timeBody(hold.expiresAtMs),
    })),
    last_entries: look.lastEntries.map(ledgerEntryBody),
  }
}

function textOf(sku: string, look: SkuLook): string {
  return [`${sku}`, productText(look), stockText(look), holdsText(look), ledgerText(look)].join(
    '\n\n',
  )
}

function productText({ product }: SkuLook): string {
  if (product === null) return 'Product\n  none: it cannot be bought until there is one'
  const limit = product.purchaseLimit === null ? 'none' : `${product.purchaseLimit} per buyer`
  const rows = [
    ['name', product.name],
    ['price', amountInWords(product.price.amount, product.price.currency)],
    ['seller', product.sellerId],
    ['status', product.status],
    ['limit', limit],
    ['version', `${product.version}, since ${new Date(product.updatedAtMs).toISOString()}`],
  ]
  return `Product\n${columnsText(rows)}`
}

function stockText({ balances }: SkuLook): string {
  if (balances === null) return 'Stock\n  nothing was ever received'
  const rows = (['received', 'available', 'held', 'sold'] as const).map((place) => [
    place,
    count(balances[place]).padStart(13),
  ])
  return `Stock\n${columnsText(rows)}`
}

function holdsText({ openHolds, nowMs }: SkuLook): string {
  if (openHolds.length === 0) return 'Open holds\n  none'
  const rows = openHolds.map((hold) => [
    `${hold.quantity} held`,
    hold.pinned ? 'pinned: being paid' : `until ${momentText(hold.expiresAtMs, nowMs)}`,
    hold.checkoutId,
    hold.buyer,
  ])
  return `Open holds, the soonest to end first\n${columnsText(rows)}`
}

function ledgerText({ lastEntries, entries, checkpoint }: SkuLook): string {
  if (entries === 0) return 'Ledger\n  empty'
  const rows = lastEntries.map((entry) => [
    String(entry.seq),
    new Date(entry.atMs).toISOString(),
    entry.kind,
    String(entry.quantity),
    `available ${entry.available}, held ${entry.held}, sold ${entry.sold}`,
    entry.holdId ?? entry.commandId ?? '',
  ])
  const from =
    checkpoint === null ? '' : `\n  It is read from a checkpoint at entry ${checkpoint.seq}.`
  return `Ledger, the newest of ${count(entries)} entries first\n${columnsText(rows)}${from}`
}
