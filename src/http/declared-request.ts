// What a request brings that its route does not read is refused, not ignored: whoever sent it
// believes that it was heard. Schemas see to the fields of a body and of a declared query; this
// sees to the rest, which is a query where there is none, and a body that is not JSON in UTF-8.

import type { MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { HttpContext, HttpEnv } from './http-env.ts'
import type { Router } from './new-router.ts'
import { refuse } from './problem.ts'
import { refuseFields } from './refuse-invalid.ts'

interface DeclaredRequest {
  readonly takesQuery: boolean
  readonly takesBody: boolean
}

// Probes append to their queries what they like, and so may the gateway.
const HELD_TO_IT = '/v1/'
const JSON_IN_UTF8 = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?;?\s*$/i

/** Answers 400 or 415; knows the routes of `app` from the first request on. */
export function refuseUndeclared(app: Router): MiddlewareHandler<HttpEnv> {
  let requests: ReadonlyMap<string, DeclaredRequest> | null = null
  return async function refuseUndeclared(c, next) {
    if (!c.req.path.startsWith(HELD_TO_IT)) return next()
    requests ??= declaredRequests(app)
    const { method, path } = matchedRoutes(c).at(-1) ?? { method: '', path: '' }
    const declared = requests.get(`${method} ${path}`)
    if (declared === undefined) return next()
    const names = Object.keys(c.req.query())
    if (names.length > 0 && !declared.takesQuery) return refuseQuery(c, names)
    const type = c.req.header('content-type')
    if (declared.takesBody && type !== undefined && !JSON_IN_UTF8.test(type)) {
      return refuseMediaType(c)
    }
    return next()
  }
}

export function refuseMediaType(c: HttpContext) {
  return refuse(
    c,
    'unsupported_media_type',
    'Bodies are application/json in UTF-8 here. Nothing was done. Set Content-Type and send JSON.',
  )
}

function refuseQuery(c: HttpContext, names: readonly string[]) {
  const message = 'is not a query field of this request'
  return refuseFields(
    c,
    names.map((name) => ({ path: name.slice(0, 64), message })),
  )
}

function declaredRequests(app: Router): ReadonlyMap<string, DeclaredRequest> {
  const known = app.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== 'route') return []
    const { method, path, request } = definition.route
    const name = `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`
    const takes = {
      takesQuery: request?.query !== undefined,
      takesBody: request?.body !== undefined,
    }
    return [[name, takes] as const]
  })
  return new Map(known)
}
