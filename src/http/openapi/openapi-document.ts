// The OpenAPI document of an app, made from its own routes. A route declares what is particular to
// it; what is the same everywhere (the edge's problems, headers, who may ask) is added here.

import { Bug } from '../../../actors/domain/failures.ts'
import type { Router } from '../new-router.ts'
import { PROBLEM_CODES, type ProblemCode } from '../problem-codes.ts'
import { type AnswerHeader, headerComponents, headersOf } from './answer-headers.ts'
import { DOCUMENT_INFO } from './document-info.ts'
import type { DeclaredAnswer, MediaType, OpenApiDocument, Operation } from './document-shape.ts'
import { edgeCodesOf, type OperationKind } from './edge-answers.ts'
import { exampleOf } from './examples.ts'
import { problemAnswer } from './problem-answer.ts'

type Config = Parameters<Router['getOpenAPI31Document']>[0]

/** As the routes of `app` declare themselves; throws Bug for a route without a name. */
export function openApiDocument(app: Router): OpenApiDocument {
  const generated = app.getOpenAPI31Document(structuredClone(DOCUMENT_INFO) as unknown as Config)
  const declared = generated as unknown as OpenApiDocument
  const paths = Object.entries(declared.paths).map(([path, operations]) => {
    const completed = Object.entries(operations).map(([method, operation]) => {
      return [method, complete(operation, method, path)]
    })
    return [path, Object.fromEntries(completed)]
  })
  return {
    ...declared,
    paths: Object.fromEntries(paths),
    components: {
      ...declared.components,
      headers: headerComponents(),
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A JWT with issuer and audience `holdfast`; its `roles` say what it may do.',
        },
      },
    },
  }
}

function complete(operation: Operation, method: string, path: string): Operation {
  if (!operation.operationId) throw new Bug(`${method} ${path} has no operationId`)
  const kind = kindOf(operation, method, path)
  const answers = new Map<number, DeclaredAnswer>()
  for (const [status, answer] of Object.entries(operation.responses)) {
    if (codesOf(answer) === null) answers.set(Number(status), withExamples(answer))
  }
  for (const [status, codes] of codesByStatus(operation, kind)) {
    answers.set(status, problemAnswer(status, codes))
  }
  const responses = [...answers].map(([status, answer]) => {
    const headers = { ...headersOf(...headersOn(status, kind)), ...answer.headers }
    return [status, { ...answer, headers }]
  })
  const { requestBody } = operation
  return {
    ...operation,
    security: operation.security ?? [],
    ...(requestBody && { requestBody: withExamples(requestBody) }),
    responses: Object.fromEntries(responses),
  }
}

function kindOf(operation: Operation, method: string, path: string): OperationKind {
  const parameters = operation.parameters ?? []
  return {
    method,
    path,
    needsCaller: (operation.security ?? []).length > 0,
    isKeyed: parameters.some(({ name }) => name === 'Idempotency-Key'),
    takesParameters: parameters.some((parameter) => parameter.in !== 'header'),
    takesJson: operation.requestBody?.content['application/json'] !== undefined,
  }
}

/** What a route declares with `problems`; null for an answer that is none. */
function codesOf(answer: DeclaredAnswer): readonly ProblemCode[] | null {
  const { 'x-codes': codes } = answer as { 'x-codes'?: readonly ProblemCode[] }
  return codes ?? null
}

function codesByStatus(
  operation: Operation,
  kind: OperationKind,
): Map<number, [ProblemCode, ...ProblemCode[]]> {
  const own = Object.values(operation.responses).flatMap((answer) => codesOf(answer) ?? [])
  const byStatus = new Map<number, [ProblemCode, ...ProblemCode[]]>()
  for (const code of new Set([...own, ...edgeCodesOf(kind)])) {
    const { status } = PROBLEM_CODES[code]
    const known = byStatus.get(status)
    if (known) known.push(code)
    else byStatus.set(status, [code])
  }
  return byStatus
}

/** What every answer with this status carries, whatever its route. */
function headersOn(status: number, { isKeyed }: OperationKind): AnswerHeader[] {
  const headers: AnswerHeader[] = ['RequestId', 'CacheControl']
  if (status === 401) headers.push('WwwAuthenticate')
  if (status === 429) headers.push('RetryAfter', 'RateLimit', 'RateLimitPolicy')
  if (status === 500 || status === 503) headers.push('RetryAfter')
  if (isKeyed && status === 409) headers.push('RetryAfterIfAny')
  const mayBeKept = status < 300 || [402, 404, 409, 410].includes(status)
  if (isKeyed && mayBeKept) headers.push('IdempotentReplayed')
  return headers
}

function withExamples<Body extends { readonly content?: Readonly<Record<string, MediaType>> }>(
  body: Body,
): Body {
  if (body.content === undefined) return body
  const content = Object.entries(body.content).map(([type, media]) => {
    const example = media.example ?? exampleOf(media.schema)
    return [type, { ...media, example }]
  })
  return { ...body, content: Object.fromEntries(content) }
}
