// A schema as a list of fields. A named schema is a link to its own place on the page; a nameless
// one is shown where it is used.

import { html } from 'hono/html'
import type { Schema } from '../http/openapi/document-shape.ts'
import { type Html, inline, NOTHING } from './prose.ts'

/** The fields of an object, or what else the schema is. */
export function schemaFields(schema: Schema): Html {
  const inner = objectIn(schema)
  if (inner === null) return html`<p>${typeOf(schema)}</p>`
  const required = new Set((inner['required'] ?? []) as string[])
  const fields = Object.entries((inner['properties'] ?? {}) as Record<string, Schema>)
  if (fields.length === 0) return html`<p class="quiet">An object.</p>`
  return html`<ul class="fields">${fields.map(([name, field]) => {
    return fieldItem(name, field, required.has(name))
  })}</ul>`
}

function fieldItem(name: string, field: Schema, isRequired: boolean): Html {
  const description = field['description']
  const nested = nestedIn(field).map(schemaFields)
  return html`<li><code>${name}</code><span class="type">${typeOf(field)}</span>${
    isRequired ? html`<span class="must">required</span>` : NOTHING
  }${typeof description === 'string' ? html`<br>${inline(description)}` : NOTHING}${nested}</li>`
}

/** The nameless objects a field holds: itself, the items of a list, or one of several. */
function nestedIn(field: Schema): Schema[] {
  const items = field['items'] as Schema | undefined
  const options = (field['anyOf'] ?? [items ?? field]) as Schema[]
  return options.filter((option) => objectIn(option) !== null)
}

function objectIn(schema: Schema): Schema | null {
  return schema['properties'] === undefined ? null : schema
}

/** In a few words: the type, its bounds, or the name it goes by. */
export function typeOf(schema: Schema): Html {
  const { $ref, anyOf, allOf, type } = schema
  if (typeof $ref === 'string') return schemaLink($ref)
  if (Array.isArray(anyOf)) return joined(anyOf as Schema[], ' or ')
  if (Array.isArray(allOf)) return joined(allOf as Schema[], ' with ')
  if (Array.isArray(schema['enum'])) return oneOf(schema['enum'])
  if (type === 'array') {
    const items = (schema['items'] ?? {}) as Schema
    return objectIn(items) === null ? html`list of ${typeOf(items)}` : html`list of objects`
  }
  const types = (Array.isArray(type) ? type : [type ?? 'anything']) as string[]
  return html`${types.join(' or ')}${boundsOf(schema)}`
}

function schemaLink($ref: string): Html {
  const name = $ref.slice($ref.lastIndexOf('/') + 1)
  return html`<a href="#schema-${name}">${name}</a>`
}

function joined(schemas: readonly Schema[], word: string): Html {
  const shown = schemas.map((each, index) => html`${index === 0 ? '' : word}${typeOf(each)}`)
  return html`${shown}`
}

function oneOf(values: readonly unknown[]): Html {
  const shown = values.map((value, index) => {
    return html`${index === 0 ? '' : ', '}<code>${String(value)}</code>`
  })
  return html`${shown}`
}

function boundsOf(schema: Schema): string {
  const { format, minimum, maximum, minLength, maxLength, maxItems, maxProperties } = schema
  const bounds = [
    typeof format === 'string' ? format : '',
    range(minimum, maximum, ''),
    range(minLength, maxLength, ' characters'),
    range(undefined, maxItems, ' items'),
    range(undefined, maxProperties, ' entries'),
  ].filter((each) => each !== '')
  return bounds.length === 0 ? '' : `, ${bounds.join(', ')}`
}

function range(from: unknown, to: unknown, unit: string): string {
  if (from === undefined && to === undefined) return ''
  if (to === undefined) return `at least ${from}${unit}`
  return from === undefined ? `at most ${to}${unit}` : `${from} to ${to}${unit}`
}
