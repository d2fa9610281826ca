// The headers that answers carry, declared once and referred to by name.

import type { DeclaredHeader, HeaderReferences } from './document-shape.ts'

interface AnswerHeaderRow extends DeclaredHeader {
  /** The name on the wire. */
  readonly name: string
}

const CHECKOUT_ADDRESS = '/v1/checkouts/chk_019c0a4f2e107c5d8e3fa1b2c3d4e5f6'
const retryAfter = { type: 'integer', minimum: 1, example: 1 }
const location = { type: 'string', format: 'uri-reference', example: CHECKOUT_ADDRESS }

export const ANSWER_HEADERS = {
  RequestId: {
    name: 'X-Request-Id',
    description: 'Names this request, as the caller did or as minted here.',
    required: true,
    schema: {
      type: 'string',
      pattern: '^[A-Za-z0-9._:-]{1,128}$',
      example: 'req_5f2b6c0d9e1a4b7c8d3e2f10',
    },
  },
  CacheControl: {
    name: 'Cache-Control',
    description: 'Who may keep the answer, and for how long.',
    required: true,
    schema: { type: 'string', example: 'no-store' },
  },
  RetryAfter: {
    name: 'Retry-After',
    description: 'Seconds to wait before asking again.',
    required: true,
    schema: retryAfter,
  },
  RetryAfterIfAny: {
    name: 'Retry-After',
    description: 'Seconds to wait, where waiting helps.',
    required: false,
    schema: retryAfter,
  },
  RateLimit: {
    name: 'RateLimit',
    description: 'How many requests are left (`r`), and in how many seconds there are more (`t`).',
    required: true,
    schema: { type: 'string', example: '"caller";r=0;t=42' },
  },
  RateLimitPolicy: {
    name: 'RateLimit-Policy',
    description: 'How many requests (`q`) are taken in how many seconds (`w`), counted by what.',
    required: true,
    schema: { type: 'string', example: '"caller";q=600;w=60' },
  },
  WwwAuthenticate: {
    name: 'WWW-Authenticate',
    description: 'What kind of token is needed, and what was wrong with the one that was sent.',
    required: true,
    schema: { type: 'string', example: 'Bearer realm="holdfast"' },
  },
  Location: {
    name: 'Location',
    description: 'Where to look at what came of it.',
    required: true,
    schema: location,
  },
  ETag: {
    name: 'ETag',
    description: 'The version, for `If-None-Match` and `If-Match`.',
    required: true,
    schema: { type: 'string', pattern: '^(W/)?"[^"]*"$', example: '"3"' },
  },
  IdempotentReplayed: {
    name: 'Idempotent-Replayed',
    description: '`true` when this is the answer of an earlier request with the same key.',
    required: false,
    schema: { type: 'string', enum: ['true'] },
  },
} as const satisfies Record<string, AnswerHeaderRow>

export type AnswerHeader = keyof typeof ANSWER_HEADERS

/** References to the named headers, as an answer of a route declares them. */
export function headersOf(...names: readonly AnswerHeader[]): HeaderReferences {
  return Object.fromEntries(
    names.map((name) => [ANSWER_HEADERS[name].name, { $ref: `#/components/headers/${name}` }]),
  )
}

/** On an answer that tells to look again, later and elsewhere. */
export const LOOK_AGAIN = headersOf('Location', 'RetryAfter')

/** What the references lead to. */
export function headerComponents(): Record<string, DeclaredHeader> {
  return Object.fromEntries(
    Object.entries(ANSWER_HEADERS).map(([key, { description, required, schema }]) => {
      return [key, { description, required, schema }]
    }),
  )
}
