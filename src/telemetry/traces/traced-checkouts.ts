// Traces what a request asks of a checkout, the steps of it that become true, and the runs of its
// actions. Each looks up where it belongs by the checkout, because actors lie between them.

import { type Attributes, type Context, type Span, trace } from '@opentelemetry/api'
import type { CheckoutClient, KeyedReply } from '../../../actors/checkout-client.ts'
import type { CheckoutWork } from '../../../actors/checkout-work.ts'
import { type Checkout, isAtRest } from '../../../actors/domain/checkout.ts'
import type { CheckoutJournal } from '../../../actors/ports/checkout-journal.ts'
import type { Traces } from './traces.ts'

export function tracedCheckouts(checkouts: CheckoutClient, traces: Traces): CheckoutClient {
  function operation(
    name: string,
    attributes: Attributes,
    ask: (context: Context) => Promise<KeyedReply>,
  ): Promise<KeyedReply> {
    return traces.inSpan(
      `checkout.${name}`,
      { parent: traces.here(), attributes },
      async (span) => {
        const reply = await ask(traces.here())
        tellReply(span, reply)
        return reply
      },
    )
  }

  return {
    ...checkouts,
    // What is opened has no id yet; it is bound when it is inserted, within this call.
    open: (...given) => operation('open', {}, () => checkouts.open(...given)),
    buyNow: (...given) => operation('buy_now', {}, () => checkouts.buyNow(...given)),
    pay: (request, id, input) =>
      operation('pay', { 'checkout.id': id }, (context) => {
        traces.bind(id, context)
        return checkouts.pay(request, id, input)
      }),
    cancel: (request, id) =>
      operation('cancel', { 'checkout.id': id }, (context) => {
        traces.bind(id, context)
        return checkouts.cancel(request, id)
      }),
  }
}

function tellReply(span: Span, reply: KeyedReply): void {
  const kind = reply.kind === 'answer' ? reply.answer.kind : reply.kind
  span.setAttribute('checkout.reply', kind)
  if (reply.kind === 'answer' && reply.answer.kind === 'refused') {
    span.setAttribute('checkout.refusal', reply.answer.refusal)
  }
}

export function tracedJournal(journal: CheckoutJournal, traces: Traces): CheckoutJournal {
  return {
    ...journal,
    open(checkout, claim) {
      const parent = traces.here()
      traces.bind(checkout.id, parent)
      const terms = { parent, attributes: attributesOf(checkout) }
      return traces.inSpan('journal.open', terms, () => journal.open(checkout, claim))
    },
    async write(write) {
      const { checkout } = write
      const parent = traces.ofCheckout(checkout.id)
      const terms = { parent, attributes: attributesOf(checkout) }
      const outcome = await traces.inSpan('journal.write', terms, async (span) => {
        const written = await journal.write(write)
        span.setAttribute('journal.outcome', written)
        return written
      })
      if (outcome === 'written' && isAtRest(checkout.state)) traces.letGo(checkout.id)
      return outcome
    },
  }
}

export function tracedWork(work: CheckoutWork, traces: Traces): CheckoutWork {
  return {
    perform(action, checkout, doubt) {
      const attributes = { ...attributesOf(checkout), 'checkout.doubt': doubt }
      const terms = { parent: traces.ofCheckout(checkout.id), attributes }
      return traces.inSpan(`checkout.${action}`, terms, async (span) => {
        const context = trace.setSpan(terms.parent, span)
        const unbind = traces.bindRun(checkout.id, context)
        try {
          const result = await work.perform(action, checkout, doubt)
          span.setAttribute('checkout.result', result.kind)
          return result
        } finally {
          unbind()
        }
      })
    },
  }
}

function attributesOf({ id, state, orderId }: Checkout): Attributes {
  const order = orderId === null ? {} : { 'order.id': orderId }
  return { 'checkout.id': id, 'checkout.state': state, ...order }
}
