// Problem details as a schema, and how a route declares its answers.

import { z } from '@hono/zod-openapi'
import { PROBLEM_TYPE } from '../problem.ts'
import { PROBLEM_CODES, type ProblemCode } from '../problem-codes.ts'
import { MoneySchema } from './money-schema.ts'
import { PriceChangeSchema } from './price-change-schema.ts'

const FieldErrorSchema = z
  .strictObject({
    path: z.string().openapi({
      description: 'Dotted, as in `lines.0.quantity`; empty for the body as a whole.',
    }),
    message: z.string().openapi({ description: 'What is wrong with it.' }),
  })
  .openapi('FieldError')

const refusedLine = {
  line: z.int().openapi({ description: 'Number of the line in the request, from 1.' }),
  sku: z.string(),
  requested: z.int(),
}

const ShortLineSchema = z
  .strictObject({
    ...refusedLine,
    available: z.int().openapi({ description: 'What it could have had at that moment.' }),
  })
  .openapi('ShortLine')

const LimitedLineSchema = z
  .strictObject({
    ...refusedLine,
    limit: z.int().openapi({ description: 'Units one buyer may have, held and bought together.' }),
    remaining: z.int().openapi({ description: 'Units this line can have.' }),
  })
  .openapi('LimitedLine')

const PartSchema = z
  .strictObject({
    name: z.string(),
    state: z.enum(['ready', 'degraded', 'down']),
    detail: z.string().nullable().openapi({ description: 'For an operator.' }),
  })
  .openapi('Part')

export const PartsSchema = z.array(PartSchema)

const ProblemSchema = z
  .strictObject({
    type: z.string().openapi({ description: 'Address of the explanation of `code`.' }),
    title: z.string().openapi({ description: 'For people; may be reworded.' }),
    status: z.int(),
    code: z.string().openapi({ description: 'The word to program against; it is stable.' }),
    detail: z.string().openapi({
      description:
        'For people: what happened, what it means for the order or the stock, what next.',
    }),
    request_id: z.string().openapi({ description: 'Names the request that was answered first.' }),
    checkout_id: z.string().optional().openapi({ description: 'The checkout it is about.' }),
    errors: z.array(FieldErrorSchema).optional().openapi({
      description: '`invalid_request`, `payment_method_unknown`: what is wrong, by field.',
    }),
    lines: z
      .array(z.union([ShortLineSchema, LimitedLineSchema]))
      .optional()
      .openapi({ description: '`out_of_stock`, `purchase_limit`: what each line could have.' }),
    skus: z
      .array(z.string())
      .optional()
      .openapi({ description: '`unknown_sku`, `sku_not_for_sale`, `sign_in_required`: which.' }),
    expected: MoneySchema.optional(),
    actual: MoneySchema.optional(),
    price_changes: z
      .array(PriceChangeSchema)
      .optional()
      .openapi({ description: '`total_changed`: prices that are not those the buyer saw.' }),
    decline_code: z
      .string()
      .nullable()
      .optional()
      .openapi({ description: "`payment_declined`: the issuer's word, when it gave one." }),
    available: z.int().optional().openapi({
      description: '`insufficient_stock`: how many units could be written off.',
    }),
    parts: PartsSchema.optional().openapi({
      description: '`not_ready`: every part and its state.',
    }),
  })
  .openapi('Problem', { description: 'RFC 9457 problem details.' })

interface ProblemAnswer {
  readonly description: string
  readonly content: {
    readonly 'application/problem+json': { readonly schema: typeof ProblemSchema }
  }
  /** Read again when the document is made, and not part of it. */
  readonly 'x-codes': readonly ProblemCode[]
}

/**
 * Declares the problems a route itself can answer, each under its status. What the edge answers
 * before or without the route (bad bodies, tokens, keys, overload) is added to the document.
 */
export function problems(...codes: readonly ProblemCode[]): Record<number, ProblemAnswer> {
  const statuses = [...new Set(codes.map((code) => PROBLEM_CODES[code].status))]
  return Object.fromEntries(
    statuses.map((status) => {
      const own = codes.filter((code) => PROBLEM_CODES[code].status === status)
      return [status, problemAnswer(own)]
    }),
  )
}

function problemAnswer(codes: readonly ProblemCode[]): ProblemAnswer {
  return {
    description: 'A problem; `code` says which.',
    content: { [PROBLEM_TYPE]: { schema: ProblemSchema } },
    'x-codes': codes,
  }
}

/** Declares a JSON answer; `headers` are names of `ANSWER_HEADERS`. */
export function answers<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  headers: Readonly<Record<string, { readonly $ref: string }>> = {},
) {
  return { description, headers, content: { 'application/json': { schema } } }
}
