// Where an order goes: complete, or refused at the edge.

import { z } from '@hono/zod-openapi'
import type { ShippingAddress } from '../../../actors/domain/address.ts'
import { COUNTRY_CODES } from './country-codes.ts'
import { text } from './text-schema.ts'

export const AddressField = z.strictObject({
  name: text(200).openapi({ description: 'Of the person.', example: 'Ada Example' }),
  line1: text(200).openapi({ example: '1 Rose Lane' }),
  line2: text(200).nullable().optional(),
  city: text(100).openapi({ example: 'Bath' }),
  region: text(100).nullable().optional(),
  postal_code: text(20).openapi({ example: 'BA1 1AA' }),
  country: z
    .string()
    .refine((value) => COUNTRY_CODES.has(value), 'must be an ISO 3166 alpha-2 code in capitals')
    .openapi({
      description: 'ISO 3166-1 alpha-2, in capitals.',
      pattern: '^[A-Z]{2}$',
      example: 'GB',
    }),
})

export const AddressSchema = z
  .strictObject({
    name: z.string(),
    line1: z.string(),
    line2: z.string().nullable(),
    city: z.string(),
    region: z.string().nullable(),
    postal_code: z.string(),
    country: z.string(),
  })
  .openapi('ShippingAddress')

export type AddressBody = z.infer<typeof AddressSchema>

export function addressFrom(field: z.infer<typeof AddressField>): ShippingAddress {
  return addressBody({ ...field, line2: field.line2 ?? null, region: field.region ?? null })
}

export function addressBody(address: ShippingAddress): AddressBody {
  const { name, line1, line2, city, region, postal_code, country } = address
  return { name, line1, line2, city, region, postal_code, country }
}
