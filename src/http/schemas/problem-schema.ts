// Problem details as a schema, and the answers every route shares.

import { z } from '@hono/zod-openapi'
import { PROBLEM_TYPE } from '../problem.ts'
import { MoneySchema } from './money-schema.ts'
import { PriceChangeSchema } from './price-change-schema.ts'

const refusedLine = { line: z.int(), sku: z.string(), requested: z.int() }
/** Of out_of_stock. */
const ShortLineSchema = z.strictObject({ ...refusedLine, available: z.int() })
/** Of purchase_limit. */
const LimitedLineSchema = z.strictObject({
  ...refusedLine,
  limit: z.int(),
  remaining: z.int(),
})

export const ProblemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    request_id: z.string(),
    checkout_id: z.string().optional(),
    errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
    lines: z.array(z.union([ShortLineSchema, LimitedLineSchema])).optional(),
    skus: z.array(z.string()).optional(),
    expected: MoneySchema.optional(),
    actual: MoneySchema.optional(),
    price_changes: z.array(PriceChangeSchema).optional(),
    decline_code: z.string().nullable().optional(),
    available: z.int().optional(),
    parts: z
      .array(z.strictObject({ name: z.string(), state: z.string(), detail: z.string().nullable() }))
      .optional(),
  })
  .openapi('Problem')

interface ProblemAnswer {
  readonly description: string
  readonly content: {
    readonly 'application/problem+json': { readonly schema: typeof ProblemSchema }
  }
}

/** Declares a problem for each status; every route can also answer 400, 413, 500 and 503. */
export function problems<Status extends number = never>(
  ...statuses: readonly Status[]
): Record<Status | 400 | 413 | 500 | 503, ProblemAnswer> {
  const answer: ProblemAnswer = {
    description: 'A problem; `code` says which',
    content: { [PROBLEM_TYPE]: { schema: ProblemSchema } },
  }
  const all = [400, 413, 500, 503, ...statuses] as const
  return Object.fromEntries(all.map((status) => [status, answer])) as ReturnType<
    typeof problems<Status>
  >
}

/** Declares a JSON answer. */
export function answers<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } }
}
