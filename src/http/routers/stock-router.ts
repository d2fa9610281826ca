// Units arrive, or are written off. The reason is for the log; the ledger keeps the fact.

import { createRoute, z } from '@hono/zod-openapi'
import type { KeyedReply } from '../../../actors/checkout-client.ts'
import type { AppDeps } from '../app-deps.ts'
import { IDEMPOTENCY_KEY_HEADER, keyedRequest, requireIdempotencyKey } from '../idempotency.ts'
import { newRouter, type Router } from '../new-router.ts'
import { requireCaller } from '../require-caller.ts'
import { answers, problems } from '../schemas/problem-schema.ts'
import { SkuPath } from '../schemas/sku-field.ts'
import { StockSchema } from '../schemas/stock-schema.ts'
import { text } from '../schemas/text-schema.ts'
import { tellOutcome } from '../tell-outcome.ts'
import { refuseOtherSeller, refuseUnknownSku } from './product-refusals.ts'

const CHANGE = 'Units received, or written off when negative: at most what is available.'

// No more units than a ledger of one SKU can count.
const UNITS_MAX = 1_000_000_000

const changeStock = createRoute({
  method: 'post',
  path: '/v1/products/{sku}/stock',
  operationId: 'changeStock',
  tags: ['Stock'],
  summary: 'Receive units (+) or write them off (-)',
  security: [{ bearer: [] }],
  parameters: [IDEMPOTENCY_KEY_HEADER],
  request: {
    params: SkuPath,
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z.strictObject({
            quantity: z
              .int()
              .min(-UNITS_MAX)
              .max(UNITS_MAX)
              .refine((value) => value !== 0, 'must not be 0')
              .openapi({ not: { const: 0 }, example: 10, description: CHANGE }),
            reason: text(200).openapi({ example: 'delivery', description: 'For the log.' }),
          }),
        },
      },
    },
  },
  responses: {
    200: answers(StockSchema, 'The balances after it.'),
    ...problems('unknown_sku', 'insufficient_stock', 'stock_limit_reached'),
  },
})

type StockDeps = Pick<AppDeps, 'catalogue' | 'checkouts' | 'callers' | 'publishableKey' | 'log'>

export function stockRouter(deps: StockDeps): Router {
  const { catalogue, checkouts, callers, publishableKey, log } = deps
  const router = newRouter()
  const middleware = [requireCaller(callers, ['seller', 'ops']), requireIdempotencyKey]

  router.openapi({ ...changeStock, middleware }, async (c) => {
    const caller = c.get('caller')
    const { sku } = c.req.valid('param')
    const body = c.req.valid('json')
    const product = (await catalogue.bySkus([sku])).get(sku)
    if (product === undefined) return refuseUnknownSku(c, sku)
    if (!caller.roles.has('ops') && product.sellerId !== caller.sellerId) {
      return refuseOtherSeller(c)
    }
    const request = keyedRequest(c, body)
    const reply = await checkouts.changeStock(request, sku, body.quantity)
    if (isNewChange(reply)) {
      const { requestId } = request
      log.info(
        { sku, quantity: body.quantity, reason: body.reason, userId: caller.userId, requestId },
        'stock was changed by hand',
      )
    }
    return tellOutcome(c, reply, publishableKey)
  })

  return router
}

/** A refusal changed nothing, and a replay was told of when it was no replay. */
function isNewChange(reply: KeyedReply): boolean {
  return reply.kind === 'answer' && !reply.replayed && reply.answer.kind === 'stock_changed'
}
