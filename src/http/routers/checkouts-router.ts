// Checkouts: open one, look at it, change it, pay it, cancel it.

import { createRoute, z } from '@hono/zod-openapi'
import type { OpenCheckout } from '../../../actors/checkout-client.ts'
import { type CheckoutId, parseCheckoutId, type UserId } from '../../../actors/domain/ids.ts'
import type { CartStore } from '../../../actors/ports/cart-store.ts'
import type { AppDeps } from '../app-deps.ts'
import { json } from '../http-env.ts'
import { IDEMPOTENCY_KEY_HEADER, keyedRequest, requireIdempotencyKey } from '../idempotency.ts'
import { newRouter, type Router } from '../new-router.ts'
import { headersOf, LOOK_AGAIN } from '../openapi/answer-headers.ts'
import {
  CANCELLING_REFUSALS,
  OPENING_REFUSALS,
  PAYING_REFUSALS,
  REVISING_REFUSALS,
} from '../refusals-by-request.ts'
import { requireCaller } from '../require-caller.ts'
import { AddressField, addressFrom } from '../schemas/address-schema.ts'
import {
  asSeenAt,
  CheckoutSchema,
  checkoutBody,
  InterimCheckoutSchema,
} from '../schemas/checkout-schema.ts'
import { CheckoutIdField } from '../schemas/id-fields.ts'
import { OrderSchema } from '../schemas/order-schema.ts'
import { PayFields } from '../schemas/pay-fields.ts'
import { answers, problems } from '../schemas/problem-schema.ts'
import { type LineLimits, mergedLines, wantedLinesField } from '../schemas/wanted-lines.ts'
import { tellOutcome } from '../tell-outcome.ts'
import { refuseAtEdge } from './product-refusals.ts'

const security = [{ bearer: [] }]
const parameters = [IDEMPOTENCY_KEY_HEADER]
const CheckoutPath = z.object({ id: CheckoutIdField })

function openBody(limits: LineLimits) {
  return z.strictObject({
    lines: wantedLinesField(limits).optional(),
    shipping_address: AddressField.optional(),
  })
}

function openCheckout(limits: LineLimits) {
  return createRoute({
    method: 'post',
    path: '/v1/checkouts',
    operationId: 'openCheckout',
    tags: ['Checkout'],
    summary: 'Price the lines (default: the cart) and hold all their stock or none',
    security,
    parameters,
    request: { body: { content: { 'application/json': { schema: openBody(limits) } } } },
    responses: {
      201: answers(CheckoutSchema, 'The stock is held.', headersOf('Location')),
      ...problems(...OPENING_REFUSALS, 'cart_unavailable'),
    },
  })
}

function reviseBody(limits: LineLimits) {
  return openBody(limits).superRefine(({ lines, shipping_address }, context) => {
    if (lines !== undefined || shipping_address !== undefined) return
    for (const path of [['lines'], ['shipping_address']]) {
      context.addIssue({ code: 'custom', path, message: 'one of the two is needed' })
    }
  })
}

function reviseCheckout(limits: LineLimits) {
  return createRoute({
    method: 'patch',
    path: '/v1/checkouts/{id}',
    operationId: 'reviseCheckout',
    tags: ['Checkout'],
    summary: 'Change the lines or the address, all or none; the stock ends when it did before',
    security,
    parameters,
    request: {
      params: CheckoutPath,
      body: { required: true, content: { 'application/json': { schema: reviseBody(limits) } } },
    },
    responses: {
      200: answers(CheckoutSchema, 'The checkout as it is now.'),
      ...problems('checkout_not_found', ...REVISING_REFUSALS),
    },
  })
}

const getCheckout = createRoute({
  method: 'get',
  path: '/v1/checkouts/{id}',
  operationId: 'getCheckout',
  tags: ['Checkout'],
  summary: 'Get a checkout',
  security,
  request: { params: CheckoutPath },
  responses: { 200: answers(CheckoutSchema, 'The checkout.'), ...problems('checkout_not_found') },
})

const payCheckout = createRoute({
  method: 'post',
  path: '/v1/checkouts/{id}/pay',
  operationId: 'payCheckout',
  tags: ['Checkout'],
  summary: 'Pay',
  security,
  parameters,
  request: {
    params: CheckoutPath,
    body: {
      required: true,
      content: { 'application/json': { schema: z.strictObject(PayFields) } },
    },
  },
  responses: {
    200: answers(InterimCheckoutSchema, 'The buyer must authenticate.', headersOf('Location')),
    201: answers(OrderSchema, 'The order is confirmed.', headersOf('Location')),
    202: answers(InterimCheckoutSchema, 'The end is not known yet.', LOOK_AGAIN),
    ...problems('checkout_not_found', ...PAYING_REFUSALS, 'gateway_unavailable'),
  },
})

const cancelCheckout = createRoute({
  method: 'post',
  path: '/v1/checkouts/{id}/cancel',
  operationId: 'cancelCheckout',
  tags: ['Checkout'],
  summary: 'Void the payment and give the stock back',
  security,
  parameters,
  request: {
    params: CheckoutPath,
    body: { content: { 'application/json': { schema: z.strictObject({}) } } },
  },
  responses: {
    200: answers(CheckoutSchema, 'Cancelled.'),
    202: answers(InterimCheckoutSchema, 'The void is not known yet.', LOOK_AGAIN),
    ...problems('checkout_not_found', ...CANCELLING_REFUSALS, 'gateway_unavailable'),
  },
})

type CheckoutsDeps = Pick<
  AppDeps,
  'checkouts' | 'reads' | 'carts' | 'callers' | 'outages' | 'clock' | 'limits' | 'publishableKey'
>

export function checkoutsRouter(deps: CheckoutsDeps): Router {
  const { checkouts, reads, carts, callers, outages, clock, limits, publishableKey } = deps
  const router = newRouter()
  const buyer = requireCaller(callers, ['buyer'])
  const keyed = [buyer, requireIdempotencyKey]

  router.openapi({ ...openCheckout(limits), middleware: keyed }, async (c) => {
    const body = c.req.valid('json')
    const shippingAddress = body.shipping_address ? addressFrom(body.shipping_address) : null
    const readInput = async () => {
      const wanted = await wantedOf(body.lines, carts, c.get('caller').userId)
      return { ...wanted, shippingAddress }
    }
    return tellOutcome(c, await checkouts.open(keyedRequest(c, body), readInput), publishableKey)
  })

  router.openapi({ ...getCheckout, middleware: buyer }, async (c) => {
    const id = parseCheckoutId(c.req.valid('param').id)
    const checkout = id === null ? null : await reads.checkout(id, c.get('caller').userId)
    if (checkout === null) return refuseAtEdge(c, 'checkout_not_found')
    const seen = asSeenAt(checkout, clock.nowMs(), outages())
    return json(c, 200, checkoutBody(seen, publishableKey))
  })

  router.openapi({ ...reviseCheckout(limits), middleware: keyed }, async (c) => {
    const body = c.req.valid('json')
    const id = parseCheckoutId(c.req.valid('param').id)
    if (id === null) return refuseAtEdge(c, 'checkout_not_found')
    const revise = {
      lines: body.lines ? mergedLines(body.lines) : null,
      shippingAddress: body.shipping_address ? addressFrom(body.shipping_address) : null,
    }
    return tellOutcome(c, await checkouts.revise(keyedRequest(c, body), id, revise), publishableKey)
  })

  router.openapi({ ...payCheckout, middleware: keyed }, async (c) => {
    const body = c.req.valid('json')
    const id = parseCheckoutId(c.req.valid('param').id)
    if (id === null) return refuseAtEdge(c, 'checkout_not_found')
    const pay = { paymentMethod: body.payment_method, expectedTotal: body.expected_total }
    return tellOutcome(c, await checkouts.pay(keyedRequest(c, body), id, pay), publishableKey)
  })

  router.openapi({ ...cancelCheckout, middleware: keyed }, async (c) => {
    const id: CheckoutId | null = parseCheckoutId(c.req.valid('param').id)
    if (id === null) return refuseAtEdge(c, 'checkout_not_found')
    const request = keyedRequest(c, c.req.valid('json'))
    return tellOutcome(c, await checkouts.cancel(request, id), publishableKey)
  })

  return router
}

/** The lines that were named, or those of the cart. */
async function wantedOf(
  lines: Parameters<typeof mergedLines>[0] | undefined,
  carts: CartStore,
  user: UserId,
): Promise<Pick<OpenCheckout, 'lines' | 'cartId'>> {
  if (lines !== undefined) return { lines: mergedLines(lines), cartId: null }
  const cart = await carts.get(user)
  return {
    lines: cart.lines.map(({ sku, quantity, priceSeen }) => ({ sku, quantity, priceSeen })),
    cartId: cart.cartId,
  }
}
