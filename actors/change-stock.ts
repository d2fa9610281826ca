// Units arrive or are written off, once per key: the command's id is made from it, so that a repeat
// after a crash finds its entry in the ledger.

import type { KeyedReply, KeyedRequest } from './checkout-client.ts'
import type { CheckoutAnswer } from './domain/checkout-answer.ts'
import { refusal } from './domain/checkout-saga.ts'
import { Bug } from './domain/failures.ts'
import { sha256Hex } from './domain/hash.ts'
import type { Sku } from './domain/ids.ts'
import type { StockReply } from './domain/stock-command.ts'
import type { CheckoutJournal } from './ports/checkout-journal.ts'
import type { SkuRouter } from './ports/sku-router.ts'

/** `quantity` is positive to receive, negative to write off, never 0. */
export async function changeStock(
  { journal, skus }: { readonly journal: CheckoutJournal; readonly skus: SkuRouter },
  request: KeyedRequest,
  sku: Sku,
  quantity: number,
): Promise<KeyedReply> {
  const known = await journal.findKey(request)
  if (known) {
    if (known.fingerprint !== request.fingerprint) return { kind: 'key_reused' }
    const { answer, requestId } = known
    if (answer === null) return { kind: 'in_progress' }
    return { kind: 'answer', answer, replayed: true, requestId }
  }
  const commandId = sha256Hex(`${request.caller}\n${request.key}`)
  const kind = quantity > 0 ? 'receive' : 'adjust'
  const reply = await skus.ask(sku, { kind, commandId, quantity })
  if (!reply.ok && reply.refusal === 'command_reused_with_other_fields') {
    return { kind: 'key_reused' }
  }
  const answer = answerOf(sku, reply)
  await journal.remember(request, null, answer)
  return { kind: 'answer', answer, replayed: false, requestId: request.requestId }
}

function answerOf(sku: Sku, reply: StockReply): CheckoutAnswer {
  if (reply.ok) return { kind: 'stock_changed', sku, ...reply.balances }
  const { refusal: word, available } = reply
  if (word === 'insufficient_stock') return refusal(null, word, { available })
  if (word === 'stock_limit_reached') return refusal(null, word)
  throw new Bug(`a change of stock was refused with ${word}`)
}
