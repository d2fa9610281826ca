// A SKU as it comes in, in a path (percent-decoded by then) or in a body.

import { z } from '@hono/zod-openapi'
import { parseSku, type Sku } from '../../../actors/domain/ids.ts'

const MESSAGE = 'must be 1 to 64 of A-Z a-z 0-9 space . _ -, no outer spaces, not . or ..'

export const SkuField = z
  .string()
  .refine((value) => parseSku(value) !== null, MESSAGE)
  .transform((value) => value as Sku)
  .openapi({
    type: 'string',
    pattern: '^[A-Za-z0-9._-]([A-Za-z0-9 ._-]{0,62}[A-Za-z0-9._-])?$',
    description: 'The sellable unit, case-sensitive; not `.` or `..`.',
    example: 'ROSE-12',
  })

export const SkuPath = z.object({ sku: SkuField })
