// What paying takes: the gateway's name of a payment method, and the total the buyer saw.

import { z } from '@hono/zod-openapi'
import { TotalField } from './money-schema.ts'

export const PayFields = {
  payment_method: z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
    .openapi({ description: "The gateway's name of it.", example: 'pm_card_visa' }),
  expected_total: TotalField,
}
