// Request bodies made from the document's own schemas: valid ones, and valid ones with exactly one
// thing wrong, of which the path is known.

import fc from 'fast-check'
import type { Schema } from '../../src/http/openapi/document-shape.ts'

/** A valid value, as far as the schema says; examples stand in for what a pattern describes. */
export function validValue(schema: Schema): fc.Arbitrary<unknown> {
  const { type, minimum, maximum, minLength, maxLength } = schema
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...schema['enum'])
  if (schema['properties'] !== undefined) return validObject(schema)
  if (type === 'array') {
    // One at most: that quantities of one SKU are bounded together is beyond a schema.
    const bounds = { minLength: Number(schema['minItems'] ?? 0), maxLength: 1 }
    return fc.array(validValue((schema['items'] ?? {}) as Schema), bounds)
  }
  if (type === 'integer') {
    const bounds = { min: Number(minimum ?? 0), max: Number(maximum ?? 1_000) }
    return fc.integer(bounds).filter((value) => value !== 0 || minimum === 0)
  }
  if (Array.isArray(type) && type.includes('null')) return fc.constant(null)
  if (schema['example'] !== undefined) return fc.constant(schema['example'])
  if (type !== 'string') return fc.constant({})
  const bounds = { minLength: Number(minLength ?? 0), maxLength: Math.min(Number(maxLength), 40) }
  const text = fc.string({ ...bounds, unit: fc.constantFrom(...'aZ 9é😀שלום') })
  return text.filter((value) => value.trim() !== '' && value.length <= bounds.maxLength)
}

function validObject(schema: Schema): fc.Arbitrary<unknown> {
  const fields = Object.entries(schema['properties'] as Record<string, Schema>)
  const made = Object.fromEntries(fields.map(([name, field]) => [name, validValue(field)]))
  return fc.record(made, { requiredKeys: (schema['required'] ?? []) as string[] })
}

export interface Mutation {
  readonly what: string
  /** Of the field that is wrong, dotted. */
  readonly path: string
  readonly apply: (body: unknown) => unknown
}

/** Everything that can be wrong with one field of a body of this schema, by the schema itself. */
export function mutationsOf(schema: Schema, at: readonly string[] = []): Mutation[] {
  const own = wrongValuesFor(schema).map(([what, value]): Mutation => {
    return { what, path: at.join('.'), apply: (body) => replaced(body, at, value) }
  })
  if (schema['type'] === 'array') {
    return [...own, ...mutationsOf((schema['items'] ?? {}) as Schema, [...at, '0'])]
  }
  if (schema['properties'] === undefined) return own
  const required = new Set((schema['required'] ?? []) as string[])
  const fields = Object.entries(schema['properties'] as Record<string, Schema>)
  const unknown = unknownField([...at, 'no_such_field'])
  const inner = fields.flatMap(([name, field]) => {
    const path = [...at, name]
    const missing: Mutation = {
      what: 'missing',
      path: path.join('.'),
      apply: (body) => replaced(body, path, undefined),
    }
    return [...mutationsOf(field, path), ...(required.has(name) ? [missing] : [])]
  })
  return [...own, unknown, ...inner]
}

function unknownField(path: readonly string[]): Mutation {
  return { what: 'unknown', path: path.join('.'), apply: (body) => replaced(body, path, 1) }
}

const LONG = 'x'.repeat(10_001)
const NEVER_TEXT: readonly (readonly [string, unknown])[] = [
  ['NUL', 'a\0b'],
  ['half a surrogate pair', 'a\ud800'],
]

function wrongValuesFor(schema: Schema): (readonly [string, unknown])[] {
  const types = [schema['type']].flat()
  const { minimum, maximum, minLength, pattern, maxItems, minItems } = schema
  const of = {
    true: true,
    'half a number': 1.5,
    text: 'x',
    'a list': types.includes('array') ? {} : ['x'],
    null: null,
  }
  const wrong: (readonly [string, unknown])[] = Object.entries(of).filter(([what]) => {
    if (what === 'text') return !types.includes('string')
    return !(what === 'null' && types.includes('null'))
  })
  if (types.includes('integer')) {
    wrong.push(['a huge number', 1e300], ['a number in words', '7'])
    if (minimum !== undefined) wrong.push(['too small', Number(minimum) - 1])
    if (maximum !== undefined) wrong.push(['too large', Number(maximum) + 1])
  }
  if (types.includes('string')) {
    wrong.push(['endless', LONG], ...NEVER_TEXT)
    if (minLength !== undefined || pattern !== undefined) wrong.push(['empty', ''])
    if (pattern !== undefined) wrong.push(['an emoji', '🌹'], ['right to left', 'שלום'])
    if (Array.isArray(schema['enum'])) wrong.push(['of no list', 'no-such-word'])
  }
  if (types.includes('array')) {
    if (minItems !== undefined) wrong.push(['an empty list', []])
    if (maxItems !== undefined) wrong.push(['a long list', Array(Number(maxItems) + 1).fill({})])
  }
  return wrong
}

/** A copy with another value at the path; undefined takes the field away. */
function replaced(body: unknown, path: readonly string[], value: unknown): unknown {
  const [name, ...rest] = path
  if (name === undefined) return value
  const copy = structuredClone(body ?? {}) as Record<string, unknown>
  copy[name] = rest.length === 0 ? value : replaced(copy[name], rest, value)
  return copy
}
