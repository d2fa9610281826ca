// A JSON body is read as it was sent or not at all. The platform's own way puts U+FFFD in place of
// bytes that are no UTF-8, and a name that was damaged so would be stored and printed on a parcel.

import type { HttpContext } from './http-env.ts'

/** From here on `c.req.json()` rejects a body that is not JSON in UTF-8; nothing is read yet. */
export async function readJsonStrictly(c: HttpContext, next: () => Promise<void>): Promise<void> {
  c.req.json = async () => {
    const bytes = await c.req.arrayBuffer()
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  }
  await next()
}
