// For operators: where the stock is, what happened to it, where checkouts stand, and whether
// everything adds up.

import { createRoute, z } from '@hono/zod-openapi'
import { CHECKOUT_TRANSITIONS, type CheckoutState } from '../../../actors/domain/checkout.ts'
import { RetryLater } from '../../../actors/domain/failures.ts'
import type { AppDeps } from '../app-deps.ts'
import { json } from '../http-env.ts'
import { newRouter, type Router } from '../new-router.ts'
import { requireCaller } from '../require-caller.ts'
import { LedgerEntrySchema, ledgerEntryBody } from '../schemas/ledger-schema.ts'
import { limitField } from '../schemas/page-query.ts'
import { answers, problems } from '../schemas/problem-schema.ts'
import { SkuPath } from '../schemas/sku-field.ts'
import { StockSchema, stockBody } from '../schemas/stock-schema.ts'

const security = [{ bearer: [] }]
const STATES = Object.keys(CHECKOUT_TRANSITIONS) as CheckoutState[]

const getStock = createRoute({
  method: 'get',
  path: '/v1/ops/skus/{sku}/stock',
  operationId: 'getStock',
  tags: ['Operations'],
  summary: 'Balances of a SKU',
  security,
  request: { params: SkuPath },
  responses: { 200: answers(StockSchema, 'Of the last commit.') },
})

const getLedger = createRoute({
  method: 'get',
  path: '/v1/ops/skus/{sku}/ledger',
  operationId: 'getLedger',
  tags: ['Operations'],
  summary: 'The last ledger entries of a SKU, newest first',
  security,
  request: { params: SkuPath, query: z.strictObject({ limit: limitField(100, 1_000) }) },
  responses: {
    200: answers(z.strictObject({ data: z.array(LedgerEntrySchema) }), 'The entries.'),
  },
})

const countCheckouts = createRoute({
  method: 'get',
  path: '/v1/ops/checkouts',
  operationId: 'countCheckouts',
  tags: ['Operations'],
  summary: 'How many checkouts are in each state',
  security,
  responses: {
    200: answers(z.strictObject({ by_state: z.record(z.enum(STATES), z.int()) }), 'The counts.'),
  },
})

const runAudit = createRoute({
  method: 'get',
  path: '/v1/ops/audit',
  operationId: 'runAudit',
  tags: ['Operations'],
  summary: 'Check every invariant that storage can show',
  description: 'A service that offers no audit answers 404.',
  security,
  responses: {
    200: answers(z.record(z.string(), z.unknown()), 'The report.'),
    ...problems('not_found', 'gateway_unavailable'),
  },
})

// An audit reads everything; two at once take twice the time from the shop and say the same.
const AUDIT_AGAIN_MS = 5_000

type OperationsDeps = Pick<AppDeps, 'checkouts' | 'reads' | 'callers' | 'audit'>

export function operationsRouter({ checkouts, reads, callers, audit }: OperationsDeps): Router {
  const router = newRouter()
  const middleware = requireCaller(callers, ['ops'])

  router.openapi({ ...getStock, middleware }, async (c) => {
    const { sku } = c.req.valid('param')
    return json(c, 200, stockBody(sku, await checkouts.stockOf(sku)))
  })

  router.openapi({ ...getLedger, middleware }, async (c) => {
    const entries = await reads.ledgerTail(c.req.valid('param').sku, c.req.valid('query').limit)
    return json(c, 200, { data: entries.map(ledgerEntryBody) })
  })

  router.openapi({ ...countCheckouts, middleware }, async (c) => {
    const counts = await reads.checkoutsByState()
    const by_state = Object.fromEntries(STATES.map((state) => [state, counts[state]]))
    return json(c, 200, { by_state })
  })

  if (audit !== null) {
    const auditAlone = oneAtATime(audit)
    router.openapi({ ...runAudit, middleware }, async (c) => json(c, 200, await auditAlone()))
  }
  return router
}

function oneAtATime<Report>(audit: () => Promise<Report>): () => Promise<Report> {
  let isRunning = false
  return async function auditAlone() {
    if (isRunning) {
      throw new RetryLater('overloaded', 'an audit is running', { afterMs: AUDIT_AGAIN_MS })
    }
    isRunning = true
    try {
      return await audit()
    } finally {
      isRunning = false
    }
  }
}
