// Everything that is measured, for Prometheus. Only for the role ops: turnover and stock are in it,
// and behind a proxy on the same machine everybody looks local (docs/decisions/0014).

import { createRoute, z } from '@hono/zod-openapi'
import type { AppDeps } from '../app-deps.ts'
import { newRouter, type Router } from '../new-router.ts'
import { requireCaller } from '../require-caller.ts'

const EXAMPLE = '# TYPE holdfast_http_requests_total counter'

const getMetrics = createRoute({
  method: 'get',
  path: '/metrics',
  operationId: 'getMetrics',
  tags: ['Operations'],
  summary: 'Everything that is measured, as Prometheus text',
  security: [{ bearer: [] }],
  responses: {
    200: {
      description: 'The metrics.',
      content: { 'text/plain': { schema: z.string().openapi({ example: EXAMPLE }) } },
    },
  },
})

export function metricsRouter({ metrics, callers }: Pick<AppDeps, 'metrics' | 'callers'>): Router {
  const router = newRouter()
  const middleware = requireCaller(callers, ['ops'])
  router.openapi({ ...getMetrics, middleware }, async (c) => {
    const { contentType, text } = await metrics()
    return c.text(text, 200, { 'Content-Type': contentType })
  })
  return router
}
