// The pages for people. They are made once, when first asked for, and say the same to everybody.

import { createRoute, z } from '@hono/zod-openapi'
import { newRouter, type Router } from '../http/new-router.ts'
import type { OpenApiDocument } from '../http/openapi/document-shape.ts'
import { docsPage, errorsPage } from './docs-page.ts'
import { PAGE_POLICY } from './page.ts'

const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': PAGE_POLICY,
  'Cache-Control': 'public, max-age=300',
}

const PageSchema = z.string().openapi({ example: '<!doctype html>' })

const getDocs = createRoute({
  method: 'get',
  path: '/docs',
  operationId: 'getDocsPage',
  tags: ['Documentation'],
  summary: 'This document as a page',
  responses: { 200: { description: 'A page.', content: { 'text/html': { schema: PageSchema } } } },
})

const getErrors = createRoute({
  method: 'get',
  path: '/docs/errors',
  operationId: 'getErrorsPage',
  tags: ['Documentation'],
  summary: 'What each problem code means, as a page',
  responses: { 200: { description: 'A page.', content: { 'text/html': { schema: PageSchema } } } },
})

/** `document` is called at most once. */
export function pagesRouter(document: () => OpenApiDocument): Router {
  const router = newRouter()
  let docs: string | null = null
  let errors: string | null = null

  router.openapi(getDocs, (c) => {
    docs ??= docsPage(document())
    return c.text(docs, 200, HEADERS)
  })

  router.openapi(getErrors, (c) => {
    errors ??= errorsPage()
    return c.text(errors, 200, HEADERS)
  })

  return router
}
