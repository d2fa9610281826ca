// Text from outside, refused by name when it cannot be stored.

import { z } from '@hono/zod-openapi'
import { isBlank, isStorable } from '../../../actors/domain/storable-text.ts'

/** 1 to `lengthMax` UTF-16 units, not all blank. */
export function text(lengthMax: number) {
  return storable(lengthMax)
    .min(1)
    .refine((value) => !isBlank(value), 'must not be blank')
}

/** As `text`, but may be empty. */
export function storable(lengthMax: number) {
  return z.string().max(lengthMax).refine(isStorable, 'must not contain NUL or broken characters')
}
