// A buyer's cart. It promises nothing: prices are the catalogue's, and stock is only looked at.

import { createRoute, z } from '@hono/zod-openapi'
import type { Cart } from '../../../actors/domain/cart.ts'
import { RetryLater } from '../../../actors/domain/failures.ts'
import type { Sku } from '../../../actors/domain/ids.ts'
import type { Availability } from '../../catalogue/availability.ts'
import type { AppDeps } from '../app-deps.ts'
import { type Answer, type HttpContext, json } from '../http-env.ts'
import { newRouter, type Router } from '../new-router.ts'
import { refuseFields } from '../refuse-invalid.ts'
import { refuseForKeys, requireCaller } from '../require-caller.ts'
import {
  type CartBody,
  CartChangeSchema,
  CartSchema,
  cartLineBody,
  MergedCartSchema,
  notTakenBody,
} from '../schemas/cart-schema.ts'
import { answers, problems } from '../schemas/problem-schema.ts'
import { SkuPath } from '../schemas/sku-field.ts'
import { type AvailabilityState, availabilityOf } from '../schemas/stock-schema.ts'
import { quantityField } from '../schemas/wanted-lines.ts'
import { refuseAtEdge, refuseNotForSale, refuseUnknownSku } from './product-refusals.ts'

// Far longer than any token we issue.
const TOKEN_LENGTH_MAX = 8_192

const GuestTokenField = z.string().min(1).max(TOKEN_LENGTH_MAX).openapi({
  description: 'As its guest session gave it.',
  example: 'eyJhbGciOiJIUzI1NiJ9.e30.sig',
})

const security = [{ bearer: [] }]

const getCart = createRoute({
  method: 'get',
  path: '/v1/cart',
  operationId: 'getCart',
  tags: ['Cart'],
  summary: 'Get the cart, beside what is true now',
  security,
  responses: { 200: answers(CartSchema, 'The cart.'), ...problems('cart_unavailable') },
})

function putItem(quantityMax: number) {
  const schema = z.strictObject({ quantity: quantityField(quantityMax) })
  return createRoute({
    method: 'put',
    path: '/v1/cart/items/{sku}',
    operationId: 'putCartItem',
    tags: ['Cart'],
    summary: 'Set the quantity of a line',
    security,
    request: {
      params: SkuPath,
      body: { required: true, content: { 'application/json': { schema } } },
    },
    responses: {
      200: answers(CartChangeSchema, 'The line as it is now.'),
      ...problems('unknown_sku', 'sku_not_for_sale', 'too_many_lines', 'cart_unavailable'),
    },
  })
}

const removeItem = createRoute({
  method: 'delete',
  path: '/v1/cart/items/{sku}',
  operationId: 'removeCartItem',
  tags: ['Cart'],
  summary: 'Take a line out',
  security,
  request: { params: SkuPath },
  responses: { 204: { description: 'It is not in the cart.' }, ...problems('cart_unavailable') },
})

const clearCart = createRoute({
  method: 'delete',
  path: '/v1/cart',
  operationId: 'clearCart',
  tags: ['Cart'],
  summary: 'Empty the cart',
  security,
  responses: { 204: { description: 'It is empty.' }, ...problems('cart_unavailable') },
})

const mergeCart = createRoute({
  method: 'post',
  path: '/v1/cart/merge',
  operationId: 'mergeCart',
  tags: ['Cart'],
  summary: "Add a guest's lines to the cart, once",
  description:
    'For a guest who signs in. Each line moves once, however often this is sent, so it needs no ' +
    'Idempotency-Key. Quantities of one SKU add up; `not_taken` names what would exceed the ' +
    "bounds of a cart, in a repeat too. The guest's cart is empty afterwards.",
  security,
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z.strictObject({ guest_token: GuestTokenField }),
        },
      },
    },
  },
  responses: {
    200: answers(MergedCartSchema, 'The cart with what it took.'),
    ...problems('cart_unavailable'),
  },
})

type CartDeps = Pick<AppDeps, 'carts' | 'shelf' | 'availability' | 'callers' | 'clock' | 'limits'>

export function cartRouter({
  carts,
  shelf,
  availability,
  callers,
  clock,
  limits,
}: CartDeps): Router {
  const router = newRouter()
  const middleware = requireCaller(callers, ['buyer'])

  async function cartBody(cart: Cart): Promise<CartBody> {
    const skus = cart.lines.map(({ sku }) => sku)
    const [products, stocks] = await Promise.all([
      shelf.bySkus(skus),
      availabilityNow(availability, skus),
    ])
    const lines = cart.lines.map((line) =>
      cartLineBody(line, products.get(line.sku) ?? null, stocks.get(line.sku) ?? null),
    )
    return { cart_id: cart.cartId, lines }
  }

  router.openapi({ ...getCart, middleware }, async (c) => {
    return json(c, 200, await cartBody(await carts.get(c.get('caller').userId)))
  })

  router.openapi({ ...putItem(limits.quantityMax), middleware }, async (c) => {
    const { sku } = c.req.valid('param')
    const { quantity } = c.req.valid('json')
    const product = (await shelf.bySkus([sku])).get(sku)
    if (product === undefined) return refuseUnknownSku(c, sku)
    if (product.status !== 'active') return refuseNotForSale(c, sku)
    const line = { sku, quantity, priceSeen: product.price, addedAtMs: clock.nowMs() }
    const put = await carts.put(c.get('caller').userId, line, limits.cartLinesMax)
    if (!put.ok) return refuseAtEdge(c, 'too_many_lines')
    const stocks = await availabilityNow(availability, [sku])
    const kept = put.cart.lines.find((each) => each.sku === sku) ?? line
    return json(c, 200, {
      cart_id: put.cart.cartId,
      lines_count: put.cart.lines.length,
      line: cartLineBody(kept, product, stocks.get(sku) ?? null),
    })
  })

  router.openapi({ ...removeItem, middleware }, async (c) => {
    await carts.remove(c.get('caller').userId, c.req.valid('param').sku)
    return c.body(null, 204)
  })

  router.openapi({ ...mergeCart, middleware }, async (c) => {
    const into = c.get('caller').userId
    const guest = await callers.identify(c.req.valid('json').guest_token)
    if (!guest.ok) {
      if (guest.refusal === 'keys_unavailable') return refuseForKeys(c)
      return refuseGuestToken(c, GUEST_TOKEN_REFUSED[guest.refusal])
    }
    const { userId: from } = guest.caller
    if (!guest.caller.guest) return refuseGuestToken(c, 'is not the token of a guest session')
    if (from === into) return refuseGuestToken(c, "is the caller's own")
    const { cartLinesMax: linesMax, quantityMax } = limits
    const { cart, notTaken } = await carts.merge(from, into, { linesMax, quantityMax })
    return json(c, 200, { ...(await cartBody(cart)), not_taken: notTaken.map(notTakenBody) })
  })

  router.openapi({ ...clearCart, middleware }, async (c) => {
    await carts.clear(c.get('caller').userId)
    return c.body(null, 204)
  })

  return router
}

// An expired token opens nothing, the cart of its guest included: otherwise one that was stolen
// would be good for ever. The cart ends a week after its last change, the token after thirty days.
const GUEST_TOKEN_REFUSED = {
  token_expired: 'has expired, and nothing was merged',
  token_invalid: 'is not a token of this service',
} as const

function refuseGuestToken(c: HttpContext, message: string): Answer {
  return refuseFields(c, [{ path: 'guest_token', message }])
}

/** Empty when stock cannot be reached: a cart can be looked at and filled all the same. */
async function availabilityNow(
  availability: Availability,
  skus: readonly Sku[],
): Promise<ReadonlyMap<Sku, AvailabilityState>> {
  try {
    const seen = await availability.of(skus)
    return new Map([...seen].map(([sku, { balances }]) => [sku, availabilityOf(balances)]))
  } catch (error) {
    if (error instanceof RetryLater) return new Map()
    throw error
  }
}
