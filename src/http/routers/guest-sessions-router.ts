// A guest is a buyer nobody knows: the token is all there is of them.

import { createRoute, z } from '@hono/zod-openapi'
import type { AppDeps } from '../app-deps.ts'
import { json } from '../http-env.ts'
import { newRouter, type Router } from '../new-router.ts'
import { refuse } from '../problem.ts'
import { answers, problems } from '../schemas/problem-schema.ts'
import { TimeSchema, timeBody } from '../schemas/time.ts'

const GuestSessionSchema = z
  .strictObject({ token: z.string(), user_id: z.string(), expires_at: TimeSchema })
  .openapi('GuestSession')

const openGuestSession = createRoute({
  method: 'post',
  path: '/v1/guest-sessions',
  operationId: 'openGuestSession',
  tags: ['Guests'],
  summary: 'Open a guest session',
  responses: {
    201: answers(GuestSessionSchema, 'A new guest, with a token for 30 days.'),
    ...problems('guest_sessions_off'),
  },
})

export function guestSessionsRouter({ callers }: Pick<AppDeps, 'callers'>): Router {
  const router = newRouter()
  router.openapi(openGuestSession, async (c) => {
    const session = await callers.openGuestSession()
    if (session === null) {
      return refuse(c, 'guest_sessions_off', 'This shop has no guests: sign in to buy.')
    }
    return json(c, 201, {
      token: session.token,
      user_id: session.userId,
      expires_at: timeBody(session.expiresAtMs),
    })
  })
  return router
}
