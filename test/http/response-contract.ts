// Holds every answer against what its route declares: a status it names, and a body that fits that
// status's schema to the last field. Tests send all their requests through this.

import assert from 'node:assert/strict'
import type { z } from '@hono/zod-openapi'
import type { Router } from '../../src/http/new-router.ts'
import { ProblemSchema } from '../../src/http/schemas/problem-schema.ts'

interface DeclaredAnswer {
  readonly content?: Readonly<Record<string, { readonly schema: z.ZodType }>>
}

interface DeclaredRoute {
  readonly method: string
  readonly path: RegExp
  readonly answers: Readonly<Record<string, DeclaredAnswer>>
}

export type Contract = (method: string, path: string, answer: Response, text: string) => void

/** Throws when an answer is not one its route declares. */
export function contractOf(app: Router): Contract {
  const routes = app.openAPIRegistry.definitions.flatMap((definition): DeclaredRoute[] => {
    if (definition.type !== 'route') return []
    const { method, path, responses } = definition.route
    const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
    return [{ method, path: pattern, answers: responses as DeclaredRoute['answers'] }]
  })

  return function assertDeclared(method, path, answer, text) {
    const pathname = path.split('?')[0] ?? path
    const asked = method.toLowerCase()
    const route = routes.find((each) => each.method === asked && each.path.test(pathname))
    const what = `${method} ${path} -> ${answer.status} ${text}`
    if (route === undefined) {
      // No such route, or not with this method: still a problem of the one shape.
      assert.ok(ProblemSchema.safeParse(JSON.parse(text)).success, what)
      return
    }
    const declared = route.answers[answer.status]
    assert.ok(declared, `the route does not declare this status: ${what}`)
    const type = answer.headers.get('content-type')
    if (declared.content === undefined) {
      assert.equal(text, '', what)
      return
    }
    const schema = declared.content[type ?? '']?.schema
    assert.ok(schema, `the route does not declare the type ${type}: ${what}`)
    const fits = schema.safeParse(JSON.parse(text))
    assert.ok(fits.success, `${what}\n${fits.error?.message}`)
  }
}
