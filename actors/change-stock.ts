// Units arrive or are written off, once per key. The key is claimed before the SKU is asked, so
// that of two requests under it only one changes anything. The command's id is made from the key: a
// repeat that finds its own claim without an answer does the command again, which changes nothing
// that was changed already, and keeps the answer this time.

import type { KeyedReply, KeyedRequest } from './checkout-client.ts'
import { type CheckoutAnswer, refusal } from './domain/checkout-answer.ts'
import { Bug } from './domain/failures.ts'
import { sha256Hex } from './domain/hash.ts'
import type { Sku } from './domain/ids.ts'
import type { StockReply } from './domain/stock-command.ts'
import type { CheckoutJournal } from './ports/checkout-journal.ts'
import type { SkuRouter } from './ports/sku-router.ts'

export interface StockChangerDeps {
  readonly journal: CheckoutJournal
  readonly skus: SkuRouter
}

/** `quantity` is positive to receive, negative to write off, never 0. */
export type ChangeStock = (request: KeyedRequest, sku: Sku, quantity: number) => Promise<KeyedReply>

/** One for a process: it knows which keys are being worked on. */
export function stockChanger({ journal, skus }: StockChangerDeps): ChangeStock {
  const running = new Set<string>()

  async function changeOnce(
    request: KeyedRequest,
    sku: Sku,
    quantity: number,
  ): Promise<KeyedReply> {
    const commandId = sha256Hex(nameOf(request))
    const kind = quantity > 0 ? 'receive' : 'adjust'
    const reply = await skus.ask(sku, { kind, commandId, quantity })
    if (!reply.ok && reply.refusal === 'command_reused_with_other_fields') {
      return { kind: 'key_reused' }
    }
    const answer = answerOf(sku, reply)
    await journal.remember(request, null, answer)
    return { kind: 'answer', answer, replayed: false, requestId: request.requestId }
  }

  return async (request, sku, quantity) => {
    const name = nameOf(request)
    const known = await journal.claim(request)
    if (known !== null) {
      if (known.fingerprint !== request.fingerprint) return { kind: 'key_reused' }
      const { answer, requestId } = known
      if (answer !== null) return { kind: 'answer', answer, replayed: true, requestId }
      if (running.has(name)) return { kind: 'in_progress' }
    }
    running.add(name)
    try {
      return await changeOnce(request, sku, quantity)
    } finally {
      running.delete(name)
    }
  }
}

function nameOf({ caller, key }: KeyedRequest): string {
  return `${caller}\n${key}`
}

function answerOf(sku: Sku, reply: StockReply): CheckoutAnswer {
  if (reply.ok) return { kind: 'stock_changed', sku, ...reply.balances }
  const { refusal: word, available } = reply
  if (word === 'insufficient_stock') return refusal(null, word, { available })
  if (word === 'stock_limit_reached') return refusal(null, word)
  throw new Bug(`a change of stock was refused with ${word}`)
}
