// Text from outside. PostgreSQL stores neither NUL nor half a surrogate pair, so such text is
// refused here by name and not by the database in the middle of a purchase.

import { z } from '@hono/zod-openapi'

const UNSTORABLE = /[\0\p{Surrogate}]/u

/** 1 to `lengthMax` UTF-16 units, not all blank. */
export function text(lengthMax: number) {
  return storable(lengthMax)
    .min(1)
    .refine((value) => value.trim() !== '', 'must not be blank')
}

/** As `text`, but may be empty. */
export function storable(lengthMax: number) {
  return z
    .string()
    .max(lengthMax)
    .refine((value) => !UNSTORABLE.test(value), 'must not contain NUL or broken characters')
}
