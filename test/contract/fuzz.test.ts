// Thousands of requests made from the document: valid ones, and ones with a single thing wrong.
// Whatever comes in, nothing is our fault, a wrong field is named, a refused request changes
// nothing, and every answer obeys the document (the sender holds each against it).
// FUZZ_RUNS sets how many valid and how many odd requests each operation gets, FUZZ_SEED repeats.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { SignJWT } from 'jose'
import { suite } from 'uvu'
import type { OpenApiDocument, Operation, Schema } from '../../src/http/openapi/document-shape.ts'
import { openApiDocument } from '../../src/http/openapi/openapi-document.ts'
import { type Answered, type HttpWorld, httpWorld, type Sent } from '../http/http-world.ts'
import { ALICE, NOW_MS } from '../http/sample-shop.ts'
import { noteInReport } from '../runner/note.ts'
import { type Mutation, mutationsOf, validValue } from './bodies.ts'

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 40)
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_260_214)
const OURS = 500

interface Asked {
  readonly method: string
  readonly path: string
  readonly operation: Operation
  readonly body: Schema | null
}

// What is wrong with a body although its schema has nothing against it.
const BEYOND_SCHEMAS: Readonly<Record<string, (body: object) => boolean>> = {
  reviseCheckout: (body) => Object.keys(body).length === 0,
  // The token of its example is nobody's.
  mergeCart: () => true,
}

const fuzz = suite('fuzz')
const world = await httpWorld()
const document: OpenApiDocument = openApiDocument(world.app)
const operations = Object.entries(document.paths).flatMap(([path, methods]) => {
  return Object.entries(methods).map(([method, operation]): Asked => {
    const body = operation.requestBody?.content['application/json']?.schema ?? null
    const isOpaque = path.startsWith('/webhooks/')
    return { method: method.toUpperCase(), path, operation, body: isOpaque ? null : body }
  })
})
let requests = 0

world.checkouts.script(() => ({ kind: 'in_progress' }))

for (const asked of operations) {
  const { operationId } = asked.operation
  fuzz(`${operationId} takes whatever its schemas allow`, async () => {
    const bodies = asked.body === null ? fc.constant(undefined) : validValue(asked.body)
    await fc.assert(
      fc.asyncProperty(bodies, oddHeaders(), async (body, headers) => {
        const answer = await ask(asked, { body, headers })
        const isBeyondSchemas = BEYOND_SCHEMAS[operationId]?.(body as object) ?? false
        if (!isBeyondSchemas) assert.notEqual(answer.status, 400, answer.text)
      }),
      { seed: SEED, numRuns: RUNS },
    )
  })

  fuzz(`${operationId} survives odd paths, queries and headers`, async () => {
    await fc.assert(
      fc.asyncProperty(oddText(), oddText(), oddHeaders(), async (hole, query, headers) => {
        const path = asked.path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(hole) || '%20')
        const before = await stateOf(world)
        const sent = asked.body === null ? {} : { raw: hole }
        const answer = await ask(
          { ...asked, path: `${path}?x=${encodeURIComponent(query)}` },
          {
            ...sent,
            headers,
          },
        )
        if (answer.status >= 400) assert.equal(await stateOf(world), before, answer.text)
      }),
      { seed: SEED, numRuns: RUNS },
    )
  })
}

for (const asked of operations.filter(({ body }) => body !== null)) {
  const schema = asked.body ?? {}
  const mutations = mutationsOf(schema)
  fuzz(`${asked.operation.operationId} names the one field that is wrong`, async () => {
    const [valid] = fc.sample(completeValue(schema), { seed: SEED, numRuns: 1 })
    for (const mutation of mutations) await assertNamed(asked, mutation, valid)
  })
}

fuzz('a body that is no JSON, or of another type, is refused and changes nothing', async () => {
  const before = await stateOf(world)
  for (const asked of operations.filter(({ body }) => body !== null)) {
    for (const raw of ['{', 'nonsense', '{"a":1}}', '\ufeff{', '"', '\0']) {
      const answer = await ask(asked, { raw })
      assert.equal(answer.status, 400, `${asked.path} ${answer.text}`)
    }
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded']) {
      const answer = await ask(asked, { raw: '{}', headers: { 'Content-Type': type } })
      assert.equal(answer.status, 415, `${asked.path} ${answer.text}`)
    }
  }
  assert.equal(await stateOf(world), before)
})

fuzz('a token that is expired, forged, unsigned or of another service opens nothing', async () => {
  const before = await stateOf(world)
  const tokens = await badTokens()
  for (const asked of operations.filter(({ operation }) => operation.security.length > 0)) {
    for (const [what, token] of tokens) {
      const answer = await ask(asked, { token, body: asked.body === null ? undefined : {} })
      assert.equal(answer.status, 401, `${asked.path} ${what} ${answer.text}`)
    }
  }
  assert.equal(await stateOf(world), before)
})

fuzz('a query field that is wrong is named', async () => {
  const lists = operations.flatMap((asked) => {
    const fields = (asked.operation.parameters ?? []).filter((each) => each.in === 'query')
    return fields.map(({ name }) => ({ asked, name }))
  })
  assert.ok(lists.length >= 6)
  for (const { asked, name } of lists) {
    const wrong = name === 'limit' ? ['0', '-1', '1e9', '1.5', 'x', '99999999'] : ['\0', 'é😀']
    for (const value of wrong) {
      const path = `${asked.path}?${name}=${encodeURIComponent(value)}`
      const answer = await ask({ ...asked, path }, {})
      assert.equal(answer.status, 400, `${path} ${answer.text}`)
      assert.deepEqual(pathsOf(answer), [name], path)
    }
  }
})

fuzz('thousands of requests were made', () => {
  noteInReport(`${requests} requests, seed ${SEED}, ${RUNS} runs (FUZZ_SEED, FUZZ_RUNS)`)
  assert.ok(requests >= 2_000, `${requests}`)
})

async function assertNamed(asked: Asked, mutation: Mutation, valid: unknown): Promise<void> {
  const before = await stateOf(world)
  const answer = await ask(asked, { raw: JSON.stringify(mutation.apply(valid)) })
  const what = `${asked.operation.operationId}: ${mutation.path} ${mutation.what}: ${answer.text}`
  assert.equal(answer.status, 400, what)
  const named = pathsOf(answer)
  const isNamed = named.some((path) => {
    return path === mutation.path || path.startsWith(`${mutation.path}.`) || path === ''
  })
  assert.ok(isNamed && (mutation.path === '' || named.every((path) => path !== '')), what)
  assert.equal(await stateOf(world), before, what)
}

/** With every field that may be there, so that each can be spoilt. */
function completeValue(schema: Schema): fc.Arbitrary<unknown> {
  const all = (each: Schema): Schema => {
    const properties = each['properties'] as Record<string, Schema> | undefined
    if (each['type'] === 'array') {
      return { ...each, minItems: 1, items: all((each['items'] ?? {}) as Schema) }
    }
    if (properties === undefined) return each
    const inner = Object.entries(properties).map(([name, field]) => [name, all(field)])
    return { ...each, properties: Object.fromEntries(inner), required: Object.keys(properties) }
  }
  return validValue(all(schema))
}

async function ask(asked: Asked, sent: Sent): Promise<Answered> {
  requests += 1
  const path = asked.path.replace('{sku}', 'ROSE-12').replace('{id}', 'chk_of_somebody_else')
  const answer = await world.send(asked.method, path, { token: tokenFor(asked.path), ...sent })
  assert.ok(answer.status < OURS, `${asked.method} ${path}: ${answer.text}`)
  return answer
}

function tokenFor(path: string): string {
  if (path.startsWith('/v1/ops/') || path.startsWith('/metrics')) return world.tokens.ops
  return path.startsWith('/v1/products') ? world.tokens.seller : world.tokens.alice
}

function pathsOf({ json }: Answered): string[] {
  return ((json['errors'] ?? []) as { path: string }[]).map(({ path }) => path)
}

/** Everything that this shop keeps, as one text to compare. */
async function stateOf({ checkouts, carts, catalogue, stored }: HttpWorld): Promise<string> {
  const { lines } = await carts.get(ALICE)
  const products = [...catalogue.products.values()]
  return JSON.stringify([checkouts.asked.length, lines, products, stored.length])
}

function oddText(): fc.Arbitrary<string> {
  return fc.oneof(
    // Dots alone would be taken for steps of the path before anything is sent.
    fc.string({ unit: 'binary', maxLength: 80 }).filter((text) => !/^\.\.?$/.test(text)),
    fc.constantFrom('\0', '🌹', 'שלום', '...', '%', "' or 1=1 --", '{{7*7}}', 'x'.repeat(2_000)),
  )
}

function oddHeaders(): fc.Arbitrary<Record<string, string>> {
  const value = fc.constantFrom('', '"', '*', 'W/"1"', '"1", "2"', 'x'.repeat(300), '1e9', '<b>')
  const name = fc.constantFrom('X-Request-Id', 'If-None-Match', 'Accept', 'X-Forwarded-For')
  return fc.dictionary(name, value, { maxKeys: 2 })
}

async function badTokens(): Promise<(readonly [string, string])[]> {
  const ours = createHash('sha256').update('a secret of the tests').digest()
  const others = createHash('sha256').update('a secret of somebody else').digest()
  const claims = { roles: ['buyer', 'seller', 'ops'], seller_id: 'seller-1' }
  const seconds = NOW_MS / 1_000
  const sign = (secret: Uint8Array, issuer: string, expiresAt: number) => {
    const jwt = new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setSubject('alice')
    return jwt.setIssuer(issuer).setAudience('holdfast').setExpirationTime(expiresAt).sign(secret)
  }
  const good = await sign(ours, 'holdfast', seconds + 60)
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const end = { ...claims, sub: 'alice', iss: 'holdfast', aud: 'holdfast', exp: seconds + 60 }
  return [
    ['expired', await sign(ours, 'holdfast', seconds - 60)],
    ['forged', await sign(others, 'holdfast', seconds + 60)],
    ['of another service', await sign(ours, 'elsewhere', seconds + 60)],
    ['unsigned', `${encode({ alg: 'none' })}.${encode(end)}.`],
    ['with the signature cut off', good.slice(0, good.lastIndexOf('.') + 1)],
    ['of nonsense', 'a.b.c'],
  ]
}

fuzz.run()
