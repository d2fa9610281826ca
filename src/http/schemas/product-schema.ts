// A product as it travels, in and out.

import { z } from '@hono/zod-openapi'
import { parseSellerId, type SellerId, type Sku } from '../../../actors/domain/ids.ts'
import {
  DESCRIPTION_MAX,
  NAME_MAX,
  type Product,
  type ProductInput,
} from '../../../actors/domain/product.ts'
import { RECEIVED_MAX } from '../../../actors/domain/stock-decisions.ts'
import { MoneySchema, moneyBody, PriceField } from './money-schema.ts'
import { storable, text } from './text-schema.ts'
import { TimeSchema, timeBody } from './time.ts'

const ATTRIBUTES_MAX = 50

export const SellerIdField = z
  .string()
  .refine((value) => parseSellerId(value) !== null, 'must be 1 to 128 visible ASCII characters')
  .transform((value) => value as SellerId)
  .openapi({
    type: 'string',
    pattern: '^[!-~]{1,128}$',
    description: 'Who sells it.',
    example: 'seller-1',
  })

/** A record would drop this one name without a word, since objects take it for their prototype. */
function refuseProto(attributes: unknown, context: z.RefinementCtx): unknown {
  if (typeof attributes === 'object' && attributes && Object.hasOwn(attributes, '__proto__')) {
    const message = 'is a name that no attribute can have'
    context.addIssue({ code: 'custom', path: ['__proto__'], message })
  }
  return attributes
}

export const ProductField = z.strictObject({
  name: text(NAME_MAX).openapi({ example: 'A dozen roses' }),
  description: storable(DESCRIPTION_MAX)
    .optional()
    .default('')
    .openapi({ example: 'Red, long-stemmed, cut this morning.' }),
  price: PriceField,
  seller_id: SellerIdField,
  image_url: storable(2_000)
    .pipe(z.url({ protocol: /^https?$/ }))
    .nullable()
    .optional()
    .default(null)
    .openapi({
      type: ['string', 'null'],
      format: 'uri',
      maxLength: 2_000,
      description: 'http or https.',
    }),
  attributes: z
    .preprocess(refuseProto, z.record(text(100), storable(1_000)))
    .refine((all) => Object.keys(all).length <= ATTRIBUTES_MAX, `at most ${ATTRIBUTES_MAX}`)
    .optional()
    .default({})
    .openapi({
      maxProperties: ATTRIBUTES_MAX,
      description: 'Whatever else a page about it shows; names of 1 to 100 characters.',
      example: { colour: 'red' },
    }),
  status: z.enum(['active', 'archived']).optional().default('active'),
  purchase_limit: z
    .int()
    .min(1)
    .max(RECEIVED_MAX)
    .nullable()
    .optional()
    .default(null)
    .openapi({ description: 'The most units one signed-in buyer may have; null: no limit.' }),
})

export const ProductSchema = z
  .strictObject({
    sku: z.string(),
    name: z.string(),
    description: z.string(),
    price: MoneySchema,
    seller_id: z.string(),
    image_url: z.string().nullable(),
    attributes: z.record(z.string(), z.string()),
    status: z.enum(['active', 'archived']),
    purchase_limit: z.int().nullable(),
    version: z.int(),
    updated_at: TimeSchema,
  })
  .openapi('Product')

export function productBody(product: Product): z.infer<typeof ProductSchema> {
  return {
    sku: product.sku,
    name: product.name,
    description: product.description,
    price: moneyBody(product.price),
    seller_id: product.sellerId,
    image_url: product.imageUrl,
    attributes: product.attributes,
    status: product.status,
    purchase_limit: product.purchaseLimit,
    version: product.version,
    updated_at: timeBody(product.updatedAtMs),
  }
}

export function productInput(sku: Sku, field: z.infer<typeof ProductField>): ProductInput {
  return {
    sku,
    name: field.name,
    description: field.description,
    price: field.price,
    sellerId: field.seller_id,
    imageUrl: field.image_url,
    attributes: field.attributes,
    status: field.status,
    purchaseLimit: field.purchase_limit,
  }
}
