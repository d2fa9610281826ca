// The API for people: the OpenAPI document as one page, rendered here, readable without a script.

import { html } from 'hono/html'
import type { OpenApiDocument } from '../http/openapi/document-shape.ts'
import type { OperationPlace } from './curl.ts'
import { errorsTable } from './errors-section.ts'
import { methodBadge, operationArticle } from './operation-article.ts'
import { page } from './page.ts'
import { blocks, type Html, inline, jsonBox, NOTHING } from './prose.ts'
import { schemaFields } from './schema-fields.ts'

const SHELL = `HOLDFAST=http://127.0.0.1:8080
TOKEN=$(curl -s -X POST "$HOLDFAST/v1/guest-sessions" | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')`

interface TagGroup {
  readonly name: string
  readonly description: string
  readonly places: readonly OperationPlace[]
}

export function docsPage(document: OpenApiDocument): string {
  const groups = groupsOf(document)
  return page('Holdfast API', navigation(groups), content(document, groups))
}

/** Where the `type` of every problem leads. */
export function errorsPage(): string {
  const home = html`<nav aria-label="Holdfast"><a class="brand" href="/docs">Holdfast API</a></nav>`
  const text = html`<h1>Errors</h1>
<p class="lead">What each <code>code</code> means, and what to do.</p>
${errorsTable((code) => code)}`
  return page('Holdfast API: errors', home, text)
}

function groupsOf({ tags, paths }: OpenApiDocument): TagGroup[] {
  const places = Object.entries(paths).flatMap(([path, operations]) => {
    return Object.entries(operations).map(([method, operation]) => ({ method, path, operation }))
  })
  return tags.map(({ name, description }) => {
    const own = places.filter(({ operation }) => operation.tags.includes(name))
    return { name, description, places: own }
  })
}

function navigation(groups: readonly TagGroup[]): Html {
  return html`<nav aria-label="Contents"><a class="brand" href="#top">Holdfast API</a><ul>
${groups.map(({ name, places }) => {
  return html`<li class="group"><a class="tag" href="#tag-${name}">${name}</a><ul>${places.map(
    ({ method, operation }) => {
      return html`<li><a class="operation" href="#${operation.operationId}">${methodBadge(method)}
<span>${operation.summary}</span></a></li>`
    },
  )}</ul></li>`
})}
<li class="group"><a class="tag" href="#errors">Errors</a></li>
<li class="group"><a class="tag" href="#schemas">Schemas</a></li>
</ul></nav>`
}

function content({ info, components }: OpenApiDocument, groups: readonly TagGroup[]): Html {
  return html`<h1 id="top">${info.title} API</h1>
<p class="lead">${info.summary} Version ${info.version}.
<a href="/openapi.json">OpenAPI document</a></p>
${blocks(info.description)}
<h4>To try the examples</h4>
<pre tabindex="0"><code>${SHELL}</code></pre>
${groups.map(({ name, description, places }) => {
  return html`<section><h2 id="tag-${name}">${name}</h2><p class="quiet">${inline(description)}</p>
${places.map(operationArticle)}</section>`
})}
<section><h2 id="errors">Errors</h2>
<p class="quiet">Every "no" is one of these words in <code>code</code>.</p>
${errorsTable((code) => `error-${code}`)}</section>
<section><h2 id="schemas">Schemas</h2>
<p class="quiet">What goes to and fro.</p>
${Object.entries(components.schemas).map(([name, schema]) => {
  const example = schema['example']
  return html`<article id="schema-${name}"><header><h3>${name}</h3></header>
${schemaFields(schema)}${example === undefined ? NOTHING : jsonBox(example)}</article>`
})}</section>`
}
