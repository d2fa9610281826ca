// A buyer's cart. It promises nothing: prices are the catalogue's, and stock is only looked at.

import { createRoute, z } from '@hono/zod-openapi'
import type { CheckoutClient } from '../../../actors/checkout-client.ts'
import { RetryLater } from '../../../actors/domain/failures.ts'
import type { Sku } from '../../../actors/domain/ids.ts'
import type { AppDeps } from '../app-deps.ts'
import { json } from '../http-env.ts'
import { newRouter, type Router } from '../new-router.ts'
import { requireCaller } from '../require-caller.ts'
import { CartChangeSchema, CartSchema, cartLineBody } from '../schemas/cart-schema.ts'
import { answers, problems } from '../schemas/problem-schema.ts'
import { SkuPath } from '../schemas/sku-field.ts'
import { type AvailabilityState, availabilityOf } from '../schemas/stock-schema.ts'
import { quantityField } from '../schemas/wanted-lines.ts'
import { refuseAtEdge, refuseNotForSale, refuseUnknownSku } from './product-refusals.ts'

const security = [{ bearer: [] }]

const getCart = createRoute({
  method: 'get',
  path: '/v1/cart',
  summary: 'Get the cart, beside what is true now',
  security,
  responses: { 200: answers(CartSchema, 'The cart'), ...problems(401, 403) },
})

function putItem(quantityMax: number) {
  const schema = z.strictObject({ quantity: quantityField(quantityMax) })
  return createRoute({
    method: 'put',
    path: '/v1/cart/items/{sku}',
    summary: 'Set the quantity of a line',
    security,
    request: {
      params: SkuPath,
      body: { required: true, content: { 'application/json': { schema } } },
    },
    responses: {
      200: answers(CartChangeSchema, 'The line as it is now'),
      ...problems(401, 403, 404, 409, 415),
    },
  })
}

const removeItem = createRoute({
  method: 'delete',
  path: '/v1/cart/items/{sku}',
  summary: 'Take a line out',
  security,
  request: { params: SkuPath },
  responses: { 204: { description: 'It is not in the cart' }, ...problems(401, 403) },
})

const clearCart = createRoute({
  method: 'delete',
  path: '/v1/cart',
  summary: 'Empty the cart',
  security,
  responses: { 204: { description: 'It is empty' }, ...problems(401, 403) },
})

type CartDeps = Pick<AppDeps, 'carts' | 'catalogue' | 'checkouts' | 'callers' | 'clock' | 'limits'>

export function cartRouter({
  carts,
  catalogue,
  checkouts,
  callers,
  clock,
  limits,
}: CartDeps): Router {
  const router = newRouter()
  const middleware = requireCaller(callers, ['buyer'])

  router.openapi({ ...getCart, middleware }, async (c) => {
    const cart = await carts.get(c.get('caller').userId)
    const products = await catalogue.bySkus(cart.lines.map(({ sku }) => sku))
    const lines = await Promise.all(
      cart.lines.map(async (line) => {
        const availability = await availabilityNow(checkouts, line.sku)
        return cartLineBody(line, products.get(line.sku) ?? null, availability)
      }),
    )
    return json(c, 200, { cart_id: cart.cartId, lines })
  })

  router.openapi({ ...putItem(limits.quantityMax), middleware }, async (c) => {
    const { sku } = c.req.valid('param')
    const { quantity } = c.req.valid('json')
    const product = (await catalogue.bySkus([sku])).get(sku)
    if (product === undefined) return refuseUnknownSku(c, sku)
    if (product.status !== 'active') return refuseNotForSale(c, sku)
    const line = { sku, quantity, priceSeen: product.price, addedAtMs: clock.nowMs() }
    const put = await carts.put(c.get('caller').userId, line, limits.cartLinesMax)
    if (!put.ok) return refuseAtEdge(c, 'too_many_lines')
    const kept = put.cart.lines.find((each) => each.sku === sku) ?? line
    return json(c, 200, {
      cart_id: put.cart.cartId,
      lines_count: put.cart.lines.length,
      line: cartLineBody(kept, product, await availabilityNow(checkouts, sku)),
    })
  })

  router.openapi({ ...removeItem, middleware }, async (c) => {
    await carts.remove(c.get('caller').userId, c.req.valid('param').sku)
    return c.body(null, 204)
  })

  router.openapi({ ...clearCart, middleware }, async (c) => {
    await carts.clear(c.get('caller').userId)
    return c.body(null, 204)
  })

  return router
}

/** null when stock cannot be reached: a cart can be looked at and filled all the same. */
async function availabilityNow(
  checkouts: CheckoutClient,
  sku: Sku,
): Promise<AvailabilityState | null> {
  try {
    return availabilityOf(await checkouts.stockOf(sku))
  } catch (error) {
    if (error instanceof RetryLater) return null
    throw error
  }
}
