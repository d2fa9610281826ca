// Is the process alive, and can it sell? The first asks nobody; the second asks every part.

import { createRoute, z } from '@hono/zod-openapi'
import type { AppDeps } from '../app-deps.ts'
import { json } from '../http-env.ts'
import { newRouter, type Router } from '../new-router.ts'
import { refuse } from '../problem.ts'
import { answers, PartsSchema, problems } from '../schemas/problem-schema.ts'

const livez = createRoute({
  method: 'get',
  path: '/livez',
  operationId: 'getLiveness',
  tags: ['Operations'],
  summary: 'Is the process alive',
  responses: {
    200: answers(z.strictObject({ status: z.literal('alive') }), 'It is.'),
  },
})

const ReadinessSchema = z.strictObject({
  status: z.enum(['ready', 'degraded']),
  parts: PartsSchema,
})

const readyz = createRoute({
  method: 'get',
  path: '/readyz',
  operationId: 'getReadiness',
  tags: ['Operations'],
  summary: 'Can it sell, and which part is not ready or degraded',
  responses: { 200: answers(ReadinessSchema, 'It can sell.'), ...problems('not_ready') },
})

export function healthRouter({ readiness }: Pick<AppDeps, 'readiness'>): Router {
  const router = newRouter()
  router.openapi(livez, (c) => json(c, 200, { status: 'alive' }))
  router.openapi(readyz, async (c) => {
    const now = await readiness()
    const parts = now.parts.map(({ name, state, detail }) => ({ name, state, detail }))
    const troubled = parts.filter(({ state }) => state !== 'ready').map(({ name }) => name)
    if (!now.ready) {
      const detail = `Cannot sell at the moment because of: ${troubled.join(', ') || 'starting'}.`
      return refuse(c, 'not_ready', detail, { more: { parts }, headers: { 'Retry-After': '1' } })
    }
    return json(c, 200, { status: troubled.length === 0 ? 'ready' : 'degraded', parts })
  })
  return router
}
