// The OpenAPI document: complete, consistent, served, and nothing for a linter to complain of.

import assert from 'node:assert/strict'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { suite } from 'uvu'
import type { OpenApiDocument, Operation } from '../../src/http/openapi/document-shape.ts'
import { httpWorld } from '../http/http-world.ts'

// Rules of the recommended set that do not hold here, each with its reason.
const LEFT_ASIDE: readonly { readonly rule: string; readonly at: RegExp; readonly why: string }[] =
  [
    {
      rule: 'operation-4xx-response',
      at: /^#\/paths\/(~1livez|~1readyz|~1openapi\.json|~1docs|~1docs~1errors)\/get/,
      why: 'they take nothing, so there is nothing to get wrong',
    },
  ]

const contract = suite('document')

contract('every route of the app is described, and nothing else', async () => {
  const { app } = await httpWorld()
  const served = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
  const described = operationsOf(await documentOf()).map(({ method, path }) => {
    return `${method.toUpperCase()} ${path}`
  })
  assert.deepEqual(described.toSorted(), [...new Set(served)].toSorted())
  assert.ok(described.length >= 23)
})

contract('its version is that of the API, as the paths say, and it tells so', async () => {
  const { info, paths } = (await documentOf()) as unknown as {
    info: { version: string; description: string }
    paths: object
  }
  const major = info.version.split('.', 1)[0]
  const numbered = Object.keys(paths).filter((path) => /^\/v\d/.test(path))
  assert.ok(numbered.length > 10)
  assert.ok(numbered.every((path) => path.startsWith(`/v${major}/`)))
  assert.match(info.description, /version of this document is that of the API/)
})

contract('the linter finds nothing to correct', async () => {
  const config = await createConfig({ extends: ['recommended'] })
  const source = JSON.stringify(await documentOf())
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config })
  const found = problems.flatMap(({ ruleId, message, location }) => {
    const at = location[0]?.pointer ?? ''
    const aside = LEFT_ASIDE.some((each) => each.rule === ruleId && each.at.test(at))
    return aside ? [] : [`${ruleId} at ${at}: ${message}`]
  })
  assert.deepEqual(found, [])
})

contract('the linter would find a document that is wrong', async () => {
  const config = await createConfig({ extends: ['recommended'] })
  const document = structuredClone(await documentOf()) as unknown as {
    paths: Record<string, Record<string, { security?: unknown; operationId: string }>>
  }
  const list = document.paths['/v1/products']?.['get']
  assert.ok(list)
  list.operationId = 'getProduct'
  delete list.security
  const source = JSON.stringify(document)
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config })
  const rules = new Set(problems.map(({ ruleId }) => ruleId))
  assert.ok(rules.has('operation-operationId-unique'), [...rules].join())
  assert.ok(rules.has('security-defined'), [...rules].join())
})

contract('an operation has a name, a tag that is explained, and says who may ask', async () => {
  const document = await documentOf()
  const tags = new Set(document.tags.map(({ name }) => name))
  for (const { operation, path } of operationsOf(document)) {
    assert.match(operation.operationId, /^[a-z][A-Za-z]+$/, path)
    assert.equal(operation.tags.length, 1, path)
    for (const tag of operation.tags) assert.ok(tags.has(tag), `${path} ${tag}`)
    assert.ok(Array.isArray(operation.security), path)
  }
})

contract('an operation without security takes anyone, and one with it nobody unknown', async () => {
  const { send, checkouts } = await httpWorld()
  checkouts.script(() => ({ kind: 'in_progress' }))
  for (const { method, path, operation } of operationsOf(await documentOf())) {
    const asked = path.replace('{sku}', 'ROSE-12').replace('{id}', 'chk_1')
    const body = operation.requestBody === undefined ? {} : { body: {} }
    const { status } = await send(method.toUpperCase(), asked, { token: null, ...body })
    assert.equal(status === 401, operation.security.length > 0, `${method} ${path}: ${status}`)
  }
})

contract('a request body, an answer and every problem come with an example', async () => {
  for (const { operation, path } of operationsOf(await documentOf())) {
    const bodies = [operation.requestBody, ...Object.values(operation.responses)]
    for (const body of bodies) {
      for (const media of Object.values(body?.content ?? {})) {
        assert.ok(media.example !== undefined, `${path} ${operation.operationId}`)
      }
    }
  }
})

contract('a document that is known already is 304', async () => {
  const { send } = await httpWorld()
  const first = await send('GET', '/openapi.json', { token: null, key: null })
  assert.equal(first.status, 200)
  assert.equal(first.headers.get('cache-control'), 'public, max-age=300')
  const headers = { 'If-None-Match': first.headers.get('etag') ?? '' }
  const again = await send('GET', '/openapi.json', { token: null, key: null, headers })
  assert.equal(again.status, 304)
  assert.equal(again.text, '')
})

async function documentOf(): Promise<OpenApiDocument> {
  const { send } = await httpWorld()
  const { json } = await send('GET', '/openapi.json', { token: null, key: null })
  return json as unknown as OpenApiDocument
}

interface Described {
  readonly path: string
  readonly method: string
  readonly operation: Operation
}

function operationsOf(document: OpenApiDocument): Described[] {
  return Object.entries(document.paths).flatMap(([path, operations]) => {
    return Object.entries(operations).map(([method, operation]) => ({ path, method, operation }))
  })
}

contract.run()
