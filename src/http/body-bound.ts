// No body is read past its bound. The announced length is enough when there is one, since the
// server reads no further than that; a body without one is counted while it is read.

import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { HttpContext, HttpEnv } from './http-env.ts'
import { refuse } from './problem.ts'

export function boundBody(bodyBytesMax: number): MiddlewareHandler<HttpEnv> {
  function tooLarge(c: HttpContext): Response {
    return refuse(
      c,
      'body_too_large',
      `A body may have ${bodyBytesMax} bytes. Nothing was done. Send less.`,
      // What is left of the body is not read, so the connection cannot be used again.
      { headers: { Connection: 'close' } },
    )
  }
  const countWhileReading = bodyLimit({ maxSize: bodyBytesMax, onError: tooLarge })

  return async function boundBody(c, next) {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next()
    const announced = c.req.header('content-length')
    if (announced === undefined || c.req.header('transfer-encoding') !== undefined) {
      return countWhileReading(c, next)
    }
    if (Number(announced) > bodyBytesMax) return tooLarge(c)
    return next()
  }
}
