// Ids in paths. Any text may stand there: one that no checkout or order can have is answered 404,
// like one that belongs to somebody else, so that guessing teaches nothing.

import { z } from '@hono/zod-openapi'

const HEX = '019c0a4f2e107c5d8e3fa1b2c3d4e5f6'

export const CheckoutIdField = z
  .string()
  .openapi({ description: 'Id of a checkout.', example: `chk_${HEX}` })

export const OrderIdField = z
  .string()
  .openapi({ description: 'Id of an order.', example: `ord_${HEX}` })
