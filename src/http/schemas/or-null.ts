// A named schema or null. `.nullable()` on a schema that has a name of its own comes out of the
// document as a reference that takes no null, or makes the name itself nullable everywhere.

import { z } from '@hono/zod-openapi'

export function orNull<Schema extends z.ZodType>(schema: Schema) {
  return z.union([schema, z.null()])
}
