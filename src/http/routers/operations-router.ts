// For operators: where the stock is, what happened to it, where checkouts stand, and whether
// everything adds up.

import { createRoute, z } from '@hono/zod-openapi'
import { RetryLater } from '../../../actors/domain/failures.ts'
import type { HoldId, Sku } from '../../../actors/domain/ids.ts'
import type { AppDeps } from '../app-deps.ts'
import { json } from '../http-env.ts'
import { newRouter, type Router } from '../new-router.ts'
import { requireCaller } from '../require-caller.ts'
import { LedgerEntrySchema, ledgerEntryBody } from '../schemas/ledger-schema.ts'
import {
  CheckoutUnderWaySchema,
  checkoutUnderWayBody,
  OpenHoldSchema,
  openHoldBody,
  parseUnderWayKey,
  STATES,
  STATES_UNDER_WAY,
  underWayCursor,
} from '../schemas/operator-schema.ts'
import { cursorField, cursorOf, limitField, pageOf } from '../schemas/page-query.ts'
import { answers, problems } from '../schemas/problem-schema.ts'
import { SkuPath } from '../schemas/sku-field.ts'
import { StockSchema, stockBody } from '../schemas/stock-schema.ts'
import { refuseUnknownSku } from './product-refusals.ts'

const security = [{ bearer: [] }]

const getStock = createRoute({
  method: 'get',
  path: '/v1/ops/skus/{sku}/stock',
  operationId: 'getStock',
  tags: ['Operations'],
  summary: 'Balances of a SKU',
  security,
  request: { params: SkuPath },
  responses: { 200: answers(StockSchema, 'Of the last commit.'), ...problems('unknown_sku') },
})

const getLedger = createRoute({
  method: 'get',
  path: '/v1/ops/skus/{sku}/ledger',
  operationId: 'getLedger',
  tags: ['Operations'],
  summary: 'The ledger of a SKU, newest entries first',
  security,
  request: {
    params: SkuPath,
    query: z.strictObject({ limit: limitField(100, 1_000), cursor: cursorField(parseSeq) }),
  },
  responses: {
    200: answers(pageOf(LedgerEntrySchema), 'A page.'),
    ...problems('unknown_sku'),
  },
})

const listHolds = createRoute({
  method: 'get',
  path: '/v1/ops/skus/{sku}/holds',
  operationId: 'listHolds',
  tags: ['Operations'],
  summary: 'The holds of a SKU that nothing has ended, in the order they were taken',
  security,
  request: {
    params: SkuPath,
    query: z.strictObject({ limit: limitField(100, 1_000), cursor: cursorField(parseHoldId) }),
  },
  responses: { 200: answers(pageOf(OpenHoldSchema), 'A page.'), ...problems('unknown_sku') },
})

const listUnderWay = createRoute({
  method: 'get',
  path: '/v1/ops/checkouts/under-way',
  operationId: 'listCheckoutsUnderWay',
  tags: ['Operations'],
  summary: 'Checkouts that are not at rest, and why: the one that is due first',
  security,
  request: {
    query: z.strictObject({
      state: z.enum(STATES_UNDER_WAY).optional(),
      limit: limitField(50, 200),
      cursor: cursorField(parseUnderWayKey),
    }),
  },
  responses: { 200: answers(pageOf(CheckoutUnderWaySchema), 'A page.') },
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

type OperationsDeps = Pick<
  AppDeps,
  'checkouts' | 'reads' | 'operatorReads' | 'catalogue' | 'callers' | 'audit'
>

export function operationsRouter(deps: OperationsDeps): Router {
  const { checkouts, reads, operatorReads, callers, audit } = deps
  const router = newRouter()
  const middleware = requireCaller(callers, ['ops'])

  router.openapi({ ...getStock, middleware }, async (c) => {
    const { sku } = c.req.valid('param')
    // Asked for, an actor would start for whatever an operator mistypes.
    if (!(await isKnown(deps, sku))) return refuseUnknownSku(c, sku)
    return json(c, 200, stockBody(sku, await checkouts.stockOf(sku)))
  })

  router.openapi({ ...getLedger, middleware }, async (c) => {
    const { sku } = c.req.valid('param')
    const { limit, cursor } = c.req.valid('query')
    if (!(await isKnown(deps, sku))) return refuseUnknownSku(c, sku)
    // One more than asked for tells whether there is another page.
    const entries = await reads.ledgerTail(sku, limit + 1, cursor)
    const shown = entries.slice(0, limit)
    const last = entries.length > limit ? shown.at(-1) : undefined
    const next_cursor = cursorOf(last === undefined ? null : String(last.seq))
    return json(c, 200, { data: shown.map(ledgerEntryBody), next_cursor })
  })

  router.openapi({ ...listHolds, middleware }, async (c) => {
    const { sku } = c.req.valid('param')
    const { limit, cursor } = c.req.valid('query')
    if (!(await isKnown(deps, sku))) return refuseUnknownSku(c, sku)
    const query = { after: cursor ?? null, limit }
    const page = await operatorReads.openHolds(sku, query)
    const next_cursor = cursorOf(page.nextAfter)
    return json(c, 200, { data: page.holds.map(openHoldBody), next_cursor })
  })

  router.openapi({ ...listUnderWay, middleware }, async (c) => {
    const { state, limit, cursor } = c.req.valid('query')
    const query = { state: state ?? null, after: cursor ?? null, limit }
    const page = await operatorReads.checkoutsUnderWay(query)
    const next_cursor = cursorOf(underWayCursor(page.nextAfter))
    return json(c, 200, { data: page.checkouts.map(checkoutUnderWayBody), next_cursor })
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

/** A SKU of the catalogue, or one that has stock without a product: both leave a trace. */
async function isKnown(
  { catalogue, reads }: Pick<OperationsDeps, 'catalogue' | 'reads'>,
  sku: Sku,
): Promise<boolean> {
  if ((await catalogue.bySkus([sku])).has(sku)) return true
  return (await reads.ledgerTail(sku, 1)).length > 0
}

function parseSeq(text: string): number | null {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null
}

function parseHoldId(text: string): HoldId | null {
  return /^hold_[0-9a-z_]{1,64}$/.test(text) ? (text as HoldId) : null
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
