// Says what a keyed request ended in.

import type { KeyedReply } from '../../actors/checkout-client.ts'
import { type Answer, type HttpContext, textAnswer } from './http-env.ts'
import { outcomeToResponse } from './outcome-to-response.ts'

export function tellOutcome(
  c: HttpContext,
  reply: KeyedReply,
  publishableKey: string | null,
): Answer {
  const requestId = c.get('requestId')
  const { status, text, headers } = outcomeToResponse(reply, { requestId, publishableKey })
  return textAnswer(c, status, text, headers)
}
