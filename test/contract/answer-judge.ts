// Holds an answer against the OpenAPI document: a status its operation declares, the headers that
// go with it, and a body that fits that status's schema to the last field.

import { createRequire } from 'node:module'
import type { Ajv2020 as AjvOf2020, ValidateFunction } from 'ajv/dist/2020.js'
import type { FormatsPlugin } from 'ajv-formats'
import type {
  DeclaredAnswer,
  DeclaredHeader,
  OpenApiDocument,
  Operation,
  Schema,
} from '../../src/http/openapi/document-shape.ts'

// Both are CommonJS whose declarations promise a default export that Node does not see.
const require = createRequire(import.meta.url)
const { Ajv2020 } = require('ajv/dist/2020') as { Ajv2020: typeof AjvOf2020 }
const addFormats = require('ajv-formats') as FormatsPlugin

export interface SeenAnswer {
  readonly method: string
  /** As sent, query included. */
  readonly path: string
  readonly status: number
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

export interface Judgement {
  /** The operation that was asked; null for a path or method the document does not have. */
  readonly operationId: string | null
  /** Empty when the answer obeys the document. */
  readonly complaints: readonly string[]
}

export interface AnswerJudge {
  judge(answer: SeenAnswer): Judgement
  /** Each status of each operation, as `operationId status`. */
  readonly declared: readonly string[]
}

interface Route {
  readonly method: string
  readonly pattern: RegExp
  readonly operation: Operation
}

const PROBLEM: Schema = { $ref: '#/components/schemas/Problem' }

/** What can be said before it is known which operation is asked. */
const BEFORE_ROUTING = [
  'not_found',
  'method_not_allowed',
  'overloaded',
  'rate_limited',
  'body_too_large',
]

export function answerJudge(document: OpenApiDocument): AnswerJudge {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true })
  addFormats(ajv)
  ajv.addVocabulary(['example'])
  ajv.addSchema({ $id: 'named', $defs: referringToNamed(document.components.schemas) })
  const routes = routesOf(document)
  const validators = new Map<Schema, ValidateFunction>()

  function validatorOf(schema: Schema): ValidateFunction {
    const known = validators.get(schema)
    if (known) return known
    const made = ajv.compile(referringToNamed(schema))
    validators.set(schema, made)
    return made
  }

  function bodyComplaints(schema: Schema, text: string): string[] {
    const body = parsed(text)
    if (body === undefined) return [`the body is not JSON: ${text.slice(0, 200)}`]
    const validate = validatorOf(schema)
    if (validate(body)) return []
    return [`${ajv.errorsText(validate.errors, { dataVar: 'body' })}: ${text.slice(0, 2_000)}`]
  }

  function judgeDeclared(answer: SeenAnswer, declared: DeclaredAnswer): string[] {
    const complaints = headerComplaints(answer, declared, document.components.headers)
    if (declared.content === undefined || answer.method === 'HEAD') {
      return answer.text === '' ? complaints : [...complaints, 'it has a body']
    }
    const type = (answer.headers['content-type'] ?? '').split(';')[0] ?? ''
    const media = declared.content[type]
    if (media === undefined) {
      return [...complaints, `it is of the undeclared type "${type}"`]
    }
    if (!/[/+]json$/.test(type)) return complaints
    return [...complaints, ...bodyComplaints(media.schema, answer.text)]
  }

  function judgeUnrouted(answer: SeenAnswer): string[] {
    const code = (parsed(answer.text) as { code?: string } | undefined)?.code ?? ''
    if (answer.method === 'HEAD' && answer.text === '') return []
    // What a browser asks before it asks: of the edge, whatever the path.
    if (answer.method === 'OPTIONS' && answer.status === 204 && answer.text === '') return []
    if (BEFORE_ROUTING.includes(code)) return bodyComplaints(PROBLEM, answer.text)
    return [`no operation is declared there: ${answer.text.slice(0, 200)}`]
  }

  return {
    declared: routes.flatMap(({ operation }) => {
      return Object.keys(operation.responses).map((each) => `${operation.operationId} ${each}`)
    }),
    judge(answer) {
      const pathname = answer.path.split('?')[0] ?? answer.path
      const asked = answer.method === 'HEAD' ? 'get' : answer.method.toLowerCase()
      const route = routes.find(({ method, pattern }) => {
        return method === asked && pattern.test(pathname)
      })
      if (route === undefined) return { operationId: null, complaints: judgeUnrouted(answer) }
      const { operation } = route
      const declared = operation.responses[answer.status]
      const complaints =
        declared === undefined
          ? [`the status is not declared: ${answer.text.slice(0, 300)}`]
          : judgeDeclared(answer, declared)
      return { operationId: operation.operationId, complaints }
    },
  }
}

function routesOf(document: OpenApiDocument): Route[] {
  const routes = Object.entries(document.paths).flatMap(([path, operations]) => {
    const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
    return Object.entries(operations).map(([method, operation]) => {
      return { method, pattern, operation, path }
    })
  })
  // A path that is spelled out goes before one that takes anything there.
  const holes = ({ path }: { readonly path: string }) => path.split('{').length
  return routes.sort((left, right) => holes(left) - holes(right))
}

function headerComplaints(
  answer: SeenAnswer,
  declared: DeclaredAnswer,
  components: Readonly<Record<string, DeclaredHeader>>,
): string[] {
  return Object.entries(declared.headers ?? {}).flatMap(([name, { $ref }]) => {
    const header = components[$ref.slice($ref.lastIndexOf('/') + 1)]
    if (header === undefined) return [`the header ${name} refers to nothing`]
    const value = answer.headers[name.toLowerCase()]
    if (value === undefined) return header.required ? [`the header ${name} is missing`] : []
    return fitsHeader(header, value) ? [] : [`the header ${name} is "${value}"`]
  })
}

function fitsHeader({ schema }: DeclaredHeader, value: string): boolean {
  const { type, pattern, minimum } = schema
  if (Array.isArray(schema['enum']) && !schema['enum'].includes(value)) return false
  if (typeof pattern === 'string' && !new RegExp(pattern).test(value)) return false
  if (type !== 'integer') return true
  return /^\d+$/.test(value) && (typeof minimum !== 'number' || Number(value) >= minimum)
}

/** undefined when it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A schema whose references lead to where the named schemas were put. */
function referringToNamed<Part extends object>(part: Part): Part {
  const text = JSON.stringify(part).replaceAll('"#/components/schemas/', '"named#/$defs/')
  return JSON.parse(text) as Part
}
