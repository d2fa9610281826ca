// Says what a keyed request ended in.

import type { KeyedReply } from '../../actors/checkout-client.ts'
import type { Checkout } from '../../actors/domain/checkout.ts'
import type { CheckoutId, OrderId } from '../../actors/domain/ids.ts'
import { type Answer, type HttpContext, textAnswer } from './http-env.ts'
import { outcomeToResponse } from './outcome-to-response.ts'

export function tellOutcome(
  c: HttpContext,
  reply: KeyedReply,
  publishableKey: string | null,
): Answer {
  const requestId = c.get('requestId')
  const { status, text, headers, code } = outcomeToResponse(reply, { requestId, publishableKey })
  if (code !== null) c.set('problemCode', code)
  nameSubject(c, reply)
  return textAnswer(c, status, text, headers)
}

/** For the log: which checkout and which order it turned out to be about. */
function nameSubject(c: HttpContext, reply: KeyedReply): void {
  const { checkoutId, orderId } = subjectOf(reply)
  if (checkoutId) c.set('checkoutId', checkoutId)
  if (orderId) c.set('orderId', orderId)
}

interface Subject {
  readonly checkoutId?: CheckoutId | null
  readonly orderId?: OrderId | null
}

function subjectOf(reply: KeyedReply): Subject {
  if (reply.kind === 'interim') return ofCheckout(reply.interim.checkout)
  if (reply.kind !== 'answer') return {}
  const { answer } = reply
  switch (answer.kind) {
    case 'order_confirmed':
      return { checkoutId: answer.order.checkoutId, orderId: answer.order.id }
    case 'refused':
      return { checkoutId: answer.checkoutId }
    case 'stock_changed':
      return {}
    default:
      return ofCheckout(answer.checkout)
  }
}

function ofCheckout({ id: checkoutId, orderId }: Checkout): Subject {
  return { checkoutId, orderId }
}
