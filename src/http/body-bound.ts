// No body is read past its bound. The announced length is enough when there is one, since the
// server reads no further than that; a body without one is counted while it is read.

import type { MiddlewareHandler, Next } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Answer, HttpContext, HttpEnv } from './http-env.ts'
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

  async function countThenGoOn(c: HttpContext, next: Next): Promise<Response | undefined> {
    let isRead = false
    try {
      const goOn = () => {
        isRead = true
        return next()
      }
      return (await countWhileReading(c, goOn)) ?? undefined
    } catch (error) {
      if (isRead) throw error
      return refuseCutOff(c)
    }
  }

  return async function boundBody(c, next) {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next()
    const announced = c.req.header('content-length')
    if (announced === undefined || c.req.header('transfer-encoding') !== undefined) {
      return countThenGoOn(c, next)
    }
    if (Number(announced) > bodyBytesMax) return tooLarge(c)
    return next()
  }
}

/** The bytes as they were sent; null when the client hung up before the last of them. */
export async function wholeBody(c: HttpContext): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await c.req.arrayBuffer())
  } catch {
    // Reading what arrives does nothing else that can fail.
    return null
  }
}

/** Most likely nobody hears it; but it is the client's doing, and no bug of ours. */
export function refuseCutOff(c: HttpContext): Answer {
  return refuse(
    c,
    'invalid_request',
    'The connection was closed inside the body. Nothing was done. Send the whole body again.',
  )
}
