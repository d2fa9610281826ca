// Products and their availability, for anyone; putting a product, for its seller and operators.

import { createRoute, z } from '@hono/zod-openapi'
import { Bug, RetryLater } from '../../../actors/domain/failures.ts'
import { sha256Hex } from '../../../actors/domain/hash.ts'
import { parseSku, type Sku } from '../../../actors/domain/ids.ts'
import type { Product } from '../../../actors/domain/product.ts'
import type { PutRefusal } from '../../../actors/ports/catalogue.ts'
import type { Shelf } from '../../catalogue/shelf.ts'
import type { AppDeps } from '../app-deps.ts'
import { type HttpContext, json } from '../http-env.ts'
import { newRouter, type Router } from '../new-router.ts'
import { headersOf } from '../openapi/answer-headers.ts'
import { refuse } from '../problem.ts'
import { requireCaller } from '../require-caller.ts'
import { cursorField, cursorOf, limitField, pageOf } from '../schemas/page-query.ts'
import { answers, problems } from '../schemas/problem-schema.ts'
import {
  ProductField,
  ProductSchema,
  productBody,
  productInput,
  SellerIdField,
} from '../schemas/product-schema.ts'
import { SkuPath } from '../schemas/sku-field.ts'
import { AvailabilitySchema, availabilityBody } from '../schemas/stock-schema.ts'
import {
  etagOf,
  IF_MATCH,
  IF_NONE_MATCH,
  isSeen,
  isTagSeen,
  versionWanted,
} from './product-etag.ts'
import { refuseOtherSeller, refuseUnknownSku } from './product-refusals.ts'

// A few seconds spare the service most of a sale's page views; stale pages are better than none.
const PAGE_CACHE = { 'Cache-Control': 'public, max-age=5, stale-if-error=300' }
const AVAILABILITY_CACHE = { 'Cache-Control': 'public, max-age=1' }

const listProducts = createRoute({
  method: 'get',
  path: '/v1/products',
  operationId: 'listProducts',
  tags: ['Catalogue'],
  summary: 'List products by SKU',
  parameters: [IF_NONE_MATCH],
  request: {
    query: z.strictObject({
      seller_id: SellerIdField.optional(),
      sku_prefix: z
        .string()
        .regex(/^[A-Za-z0-9 ._-]{1,64}$/, 'must be the beginning of a SKU')
        .optional(),
      limit: limitField(50, 200),
      cursor: cursorField(parseSku),
    }),
  },
  responses: {
    200: answers(pageOf(ProductSchema), 'A page.', headersOf('ETag')),
    304: {
      description: 'It is still the one that If-None-Match names.',
      headers: headersOf('ETag'),
    },
  },
})

const getProduct = createRoute({
  method: 'get',
  path: '/v1/products/{sku}',
  operationId: 'getProduct',
  tags: ['Catalogue'],
  summary: 'Get a product',
  parameters: [IF_NONE_MATCH],
  request: { params: SkuPath },
  responses: {
    200: answers(ProductSchema, 'The product.', headersOf('ETag')),
    304: {
      description: 'It is still the one that If-None-Match names.',
      headers: headersOf('ETag'),
    },
    ...problems('unknown_sku'),
  },
})

const getAvailability = createRoute({
  method: 'get',
  path: '/v1/products/{sku}/availability',
  operationId: 'getAvailability',
  tags: ['Catalogue'],
  summary: 'Can it be had right now',
  request: { params: SkuPath },
  responses: {
    200: answers(AvailabilitySchema, 'Good for one second.'),
    ...problems('unknown_sku'),
  },
})

const putProduct = createRoute({
  method: 'put',
  path: '/v1/products/{sku}',
  operationId: 'putProduct',
  tags: ['Catalogue'],
  summary: 'Create or replace a product',
  description: 'If-Match with the ETag of the version to replace guards against lost updates.',
  security: [{ bearer: [] }],
  parameters: [IF_MATCH],
  request: {
    params: SkuPath,
    body: { required: true, content: { 'application/json': { schema: ProductField } } },
  },
  responses: {
    200: answers(ProductSchema, 'Replaced.', headersOf('ETag')),
    201: answers(ProductSchema, 'Created.', headersOf('ETag')),
    ...problems('version_mismatch'),
  },
})

type CatalogueDeps = Pick<AppDeps, 'catalogue' | 'shelf' | 'availability' | 'callers'>

export function catalogueRouter(deps: CatalogueDeps): Router {
  const { catalogue, shelf, availability, callers } = deps
  const router = newRouter()

  router.openapi(listProducts, async (c) => {
    const { seller_id, sku_prefix, limit, cursor } = c.req.valid('query')
    const page = await shelf.page({
      sellerId: seller_id ?? null,
      skuPrefix: sku_prefix ?? null,
      after: cursor ?? null,
      limit,
    })
    const body = { data: page.products.map(productBody), next_cursor: cursorOf(page.nextAfter) }
    // A page has no version of its own: its tag is made of what is on it.
    const ETag = `"${sha256Hex(JSON.stringify(body)).slice(0, 32)}"`
    const headers = { ...PAGE_CACHE, ETag }
    if (isTagSeen(ETag, c.req.header('if-none-match'))) return c.body(null, 304, headers)
    return json(c, 200, body, headers)
  })

  router.openapi(getProduct, async (c) => {
    const { sku } = c.req.valid('param')
    const product = (await shelf.bySkus([sku])).get(sku)
    if (product === undefined) return refuseUnknownSku(c, sku)
    const headers = { ...PAGE_CACHE, ETag: etagOf(product) }
    if (isSeen(product, c.req.header('if-none-match'))) return c.body(null, 304, headers)
    return json(c, 200, productBody(product), headers)
  })

  router.openapi(getAvailability, async (c) => {
    const { sku } = c.req.valid('param')
    if (!(await mayExist(shelf, sku))) return refuseUnknownSku(c, sku)
    const seen = (await availability.of([sku])).get(sku)
    if (seen === undefined) throw new Bug(`nobody said how much there is of ${sku}`)
    return json(c, 200, availabilityBody(seen.balances, seen.asOfMs), AVAILABILITY_CACHE)
  })

  const sellerOrOps = requireCaller(callers, ['seller', 'ops'])
  router.openapi({ ...putProduct, middleware: sellerOrOps }, async (c) => {
    const caller = c.get('caller')
    const input = productInput(c.req.valid('param').sku, c.req.valid('json'))
    const onlySeller = caller.roles.has('ops') ? null : caller.sellerId
    if (onlySeller !== null && input.sellerId !== onlySeller) return refuseOtherSeller(c)
    const wanted = versionWanted(c.req.header('if-match'))
    if (wanted.kind === 'none_of_ours') return refuseVersion(c)
    if (wanted.kind === 'any' && !(await catalogue.bySkus([input.sku])).has(input.sku)) {
      return refuseVersion(c)
    }
    const ifVersion = wanted.kind === 'version' ? wanted.version : null
    const put = await catalogue.put(input, { ifVersion, onlySeller })
    shelf.forget(input.sku)
    if (!put.ok) return refusePut(c, put.refusal)
    return productAnswer(c, put.created ? 201 : 200, put.product)
  })

  return router
}

function productAnswer(c: HttpContext, status: number, product: Product) {
  return json(c, status, productBody(product), { ETag: etagOf(product) })
}

/** A catalogue that cannot be read must not hide the stock, which may be known without it. */
async function mayExist(shelf: Shelf, sku: Sku): Promise<boolean> {
  try {
    return (await shelf.bySkus([sku])).has(sku)
  } catch (error) {
    if (error instanceof RetryLater) return true
    throw error
  }
}

function refusePut(c: HttpContext, refusal: PutRefusal) {
  return refusal === 'other_seller' ? refuseOtherSeller(c) : refuseVersion(c)
}

function refuseVersion(c: HttpContext) {
  return refuse(
    c,
    'version_mismatch',
    'The product is not at the version that If-Match names, so nothing was changed. ' +
      'Get it again, look at what changed, and put it with its new ETag.',
  )
}
