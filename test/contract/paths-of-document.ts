// Types for a client, made from the document: the shape that `openapi-fetch` reads. The result is
// committed as api-schemas.ts and api-paths.ts, and a test says when they are out of date.

import type {
  DeclaredAnswer,
  MediaType,
  OpenApiDocument,
  Operation,
  Parameter,
  Schema,
} from '../../src/http/openapi/document-shape.ts'

const HEADING =
  '// Made from the OpenAPI document by `node --import tsx test/contract/write-client-paths.ts`.'

export interface ClientTypes {
  readonly schemas: string
  readonly paths: string
}

/** Not formatted; `sameText` compares whatever a formatter made of it. */
export function clientTypes(document: OpenApiDocument): ClientTypes {
  const { schemas } = document.components
  const named = Object.entries(schemas).map(([name, schema]) => {
    return `export type ${name} = ${typeOf(schema)}`
  })
  const paths = Object.entries(document.paths).map(([path, operations]) => {
    const methods = Object.entries(operations).map(([method, operation]) => {
      return `${method}: ${operationType(operation)}`
    })
    return `'${path}': { ${methods.join('\n')} }`
  })
  const body = `export interface Paths { ${paths.join('\n')} }`
  const used = Object.keys(schemas).filter((name) => new RegExp(`\\b${name}\\b`).test(body))
  const imported = `import type { ${used.toSorted().join(', ')} } from './api-schemas.ts'`
  return {
    schemas: `${HEADING}\n\n${named.join('\n\n')}\n`,
    paths: `${HEADING}\n\n${imported}\n\n${body}\n`,
  }
}

/** Whether two sources differ in more than their layout. */
export function sameText(left: string, right: string): boolean {
  const bare = (text: string) => text.replaceAll(/[\s,;|()"']+/g, '')
  return bare(left) === bare(right)
}

function operationType({ parameters = [], requestBody, responses }: Operation): string {
  const places = ['query', 'header', 'path'] as const
  const groups = places.flatMap((place) => {
    const own = parameters.filter((parameter) => parameter.in === place)
    if (own.length === 0) return []
    const mark = own.some(({ required }) => required) ? '' : '?'
    return [`${place}${mark}: { ${own.map(parameterType).join('\n')} }`]
  })
  const taken = groups.length === 0 ? '' : `parameters: { ${groups.join('\n')} }\n`
  const mark = requestBody?.required ? '' : '?'
  const body = requestBody ? `requestBody${mark}: ${contentType(requestBody.content)}\n` : ''
  return `{ ${taken}${body}responses: { ${responseTypes(responses)} } }`
}

function parameterType({ name, required, schema }: Parameter): string {
  const key = /^\w+$/.test(name) ? name : `'${name}'`
  return `${key}${required ? '' : '?'}: ${typeOf(schema)}`
}

/** The answers that are no problem, each by its status, and the problem for all the others. */
function responseTypes(responses: Readonly<Record<string, DeclaredAnswer>>): string {
  const good = Object.entries(responses).filter(([status]) => Number(status) < 400)
  const types = good.map(([status, { content }]) => {
    return `${status}: ${content === undefined ? '{ content?: never }' : contentType(content)}`
  })
  const problem = "default: { content: { 'application/problem+json': Problem } }"
  return [...types, problem].join('\n')
}

function contentType(content: Readonly<Record<string, MediaType>>): string {
  const types = Object.entries(content).map(([type, { schema }]) => `'${type}': ${typeOf(schema)}`)
  return `{ content: { ${types.join('\n')} } }`
}

function typeOf(schema: Schema): string {
  const { $ref, anyOf, type } = schema
  if (typeof $ref === 'string') return $ref.slice($ref.lastIndexOf('/') + 1)
  if (Array.isArray(anyOf)) return anyOf.map(typeOf).join(' | ')
  if (Array.isArray(schema['enum'])) return schema['enum'].map(literal).join(' | ')
  const types = [type].flat() as (string | undefined)[]
  return types.map((each) => typeNamed(each, schema)).join(' | ')
}

function typeNamed(type: string | undefined, schema: Schema): string {
  if (type === 'string' || type === 'boolean' || type === 'null') return type
  if (type === 'integer' || type === 'number') return 'number'
  if (type === 'array') return `(${typeOf((schema['items'] ?? {}) as Schema)})[]`
  const properties = schema['properties'] as Record<string, Schema> | undefined
  if (properties !== undefined)
    return objectType(properties, (schema['required'] ?? []) as string[])
  const values = schema['additionalProperties']
  if (typeof values === 'object') return `{ [name: string]: ${typeOf(values as Schema)} }`
  return type === 'object' ? '{ [name: string]: unknown }' : 'unknown'
}

function objectType(properties: Readonly<Record<string, Schema>>, required: readonly string[]) {
  const fields = Object.entries(properties).map(([name, field]) => {
    return `${name}${required.includes(name) ? '' : '?'}: ${typeOf(field)}`
  })
  return fields.length === 0 ? '{ [name: string]: never }' : `{ ${fields.join('\n')} }`
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value)
}
