// Orders: buy now in one call, and read what was bought.

import { createRoute, z } from '@hono/zod-openapi'
import { parseOrderId } from '../../../actors/domain/ids.ts'
import type { AppDeps } from '../app-deps.ts'
import { json } from '../http-env.ts'
import { IDEMPOTENCY_KEY_HEADER, keyedRequest, requireIdempotencyKey } from '../idempotency.ts'
import { newRouter, type Router } from '../new-router.ts'
import { headersOf, LOOK_AGAIN } from '../openapi/answer-headers.ts'
import { refuse } from '../problem.ts'
import { OPENING_REFUSALS, PAYING_REFUSALS } from '../refusals-by-request.ts'
import { requireCaller } from '../require-caller.ts'
import { AddressField, addressFrom } from '../schemas/address-schema.ts'
import { InterimCheckoutSchema } from '../schemas/checkout-schema.ts'
import { OrderIdField } from '../schemas/id-fields.ts'
import { OrderSchema, orderBody } from '../schemas/order-schema.ts'
import { cursorField, cursorOf, limitField, pageOf } from '../schemas/page-query.ts'
import { PayFields } from '../schemas/pay-fields.ts'
import { answers, problems } from '../schemas/problem-schema.ts'
import { type LineLimits, mergedLines, wantedLinesField } from '../schemas/wanted-lines.ts'
import { tellOutcome } from '../tell-outcome.ts'

const security = [{ bearer: [] }]

function buyNow(limits: LineLimits) {
  const schema = z.strictObject({
    lines: wantedLinesField(limits),
    ...PayFields,
    shipping_address: AddressField,
  })
  return createRoute({
    method: 'post',
    path: '/v1/orders',
    operationId: 'buyNow',
    tags: ['Orders'],
    summary: 'Buy now: open a checkout and pay it in one call',
    security,
    parameters: [IDEMPOTENCY_KEY_HEADER],
    request: { body: { required: true, content: { 'application/json': { schema } } } },
    responses: {
      200: answers(InterimCheckoutSchema, 'The buyer must authenticate.', headersOf('Location')),
      201: answers(OrderSchema, 'The order is confirmed.', headersOf('Location')),
      202: answers(InterimCheckoutSchema, 'The end is not known yet.', LOOK_AGAIN),
      ...problems(...OPENING_REFUSALS, ...PAYING_REFUSALS, 'gateway_unavailable'),
    },
  })
}

const listOrders = createRoute({
  method: 'get',
  path: '/v1/orders',
  operationId: 'listOrders',
  tags: ['Orders'],
  summary: 'List orders, newest first',
  security,
  request: {
    query: z.strictObject({ limit: limitField(20, 100), cursor: cursorField(parseOrderId) }),
  },
  responses: { 200: answers(pageOf(OrderSchema), 'A page.') },
})

const getOrder = createRoute({
  method: 'get',
  path: '/v1/orders/{id}',
  operationId: 'getOrder',
  tags: ['Orders'],
  summary: 'Get an order',
  security,
  request: { params: z.object({ id: OrderIdField }) },
  responses: { 200: answers(OrderSchema, 'The order.'), ...problems('order_not_found') },
})

type OrdersDeps = Pick<AppDeps, 'checkouts' | 'reads' | 'callers' | 'limits' | 'publishableKey'>

export function ordersRouter(deps: OrdersDeps): Router {
  const { checkouts, reads, callers, limits, publishableKey } = deps
  const router = newRouter()
  const buyer = requireCaller(callers, ['buyer'])

  const keyed = [buyer, requireIdempotencyKey]
  router.openapi({ ...buyNow(limits), middleware: keyed }, async (c) => {
    const body = c.req.valid('json')
    const open = {
      lines: mergedLines(body.lines),
      cartId: null,
      shippingAddress: addressFrom(body.shipping_address),
    }
    const pay = { paymentMethod: body.payment_method, expectedTotal: body.expected_total }
    const reply = await checkouts.buyNow(keyedRequest(c, body), open, pay)
    return tellOutcome(c, reply, publishableKey)
  })

  router.openapi({ ...listOrders, middleware: buyer }, async (c) => {
    const { limit, cursor } = c.req.valid('query')
    const page = await reads.orders(c.get('caller').userId, { after: cursor ?? null, limit })
    const next_cursor = cursorOf(page.nextAfter)
    return json(c, 200, { data: page.orders.map(orderBody), next_cursor })
  })

  router.openapi({ ...getOrder, middleware: buyer }, async (c) => {
    const id = parseOrderId(c.req.valid('param').id)
    const order = id === null ? null : await reads.order(id, c.get('caller').userId)
    if (order === null) {
      return refuse(c, 'order_not_found', 'There is no such order of yours. Check the id.')
    }
    return json(c, 200, orderBody(order))
  })

  return router
}
