// The OpenAPI document, for machines. It is made once, when it is first asked for.

import { createRoute } from '@hono/zod-openapi'
import { sha256Hex } from '../../../actors/domain/hash.ts'
import { textAnswer } from '../http-env.ts'
import { newRouter, type Router } from '../new-router.ts'
import { headersOf } from '../openapi/answer-headers.ts'
import type { OpenApiDocument } from '../openapi/document-shape.ts'
import { IF_NONE_MATCH, isTagSeen } from './product-etag.ts'

// It changes with the release and no sooner; five minutes are short enough for a rolling one.
const CACHE = 'public, max-age=300'

const getDocument = createRoute({
  method: 'get',
  path: '/openapi.json',
  operationId: 'getDocument',
  tags: ['Documentation'],
  summary: 'This document',
  parameters: [IF_NONE_MATCH],
  responses: {
    200: {
      description: 'An OpenAPI 3.1 document.',
      headers: headersOf('ETag'),
      content: {
        'application/json': { schema: { type: 'object', example: { openapi: '3.1.0' } } },
      },
    },
    304: { description: 'It has not changed.', headers: headersOf('ETag') },
  },
})

/** `document` is called at most once. */
export function documentRouter(document: () => OpenApiDocument): Router {
  const router = newRouter()
  let made: { readonly text: string; readonly etag: string } | null = null

  router.openapi(getDocument, (c) => {
    made ??= withTag(JSON.stringify(document()))
    const headers = { 'Cache-Control': CACHE, ETag: made.etag }
    if (isTagSeen(made.etag, c.req.header('if-none-match'))) return c.body(null, 304, headers)
    return textAnswer(c, 200, made.text, { 'Content-Type': 'application/json', ...headers })
  })

  return router
}

function withTag(text: string) {
  return { text, etag: `"${sha256Hex(text).slice(0, 32)}"` }
}
