// Keyset pages: a cursor is the key of the last row seen, and opaque to whoever sends it back.

import { z } from '@hono/zod-openapi'

/** `?limit=`, a number in the query's text. */
export function limitField(limitDefault: number, limitMax: number) {
  return z
    .string()
    .regex(/^[1-9][0-9]{0,5}$/, 'must be a positive whole number')
    .transform(Number)
    .refine((value) => value <= limitMax, `must be at most ${limitMax}`)
    .optional()
    .default(limitDefault)
    .openapi({
      type: 'integer',
      minimum: 1,
      maximum: limitMax,
      default: limitDefault,
      description: 'How many at most.',
    })
}

/** `?cursor=`, read back as the key it hides. */
export function cursorField<Key>(parse: (text: string) => Key | null) {
  return z
    .string()
    .max(256)
    .transform((value, context) => {
      const key = parse(Buffer.from(value, 'base64url').toString('utf8'))
      if (key !== null) return key
      context.addIssue('must be the next_cursor of a page before')
      return z.NEVER
    })
    .optional()
    .openapi({ type: 'string', description: '`next_cursor` of the page before.' })
}

export function cursorOf(key: string | null): string | null {
  return key === null ? null : Buffer.from(key, 'utf8').toString('base64url')
}

export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({
    data: z.array(item),
    next_cursor: z.string().nullable().openapi({
      description: 'Pass it as `cursor` for the next page; null on the last one.',
    }),
  })
}
