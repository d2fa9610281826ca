// One operation on the page: what it takes, how to ask it, and everything it can answer.

import { html } from 'hono/html'
import type { DeclaredAnswer, MediaType, Parameter } from '../http/openapi/document-shape.ts'
import { PROBLEM_TYPE } from '../http/problem.ts'
import { PROBLEM_CODES, type ProblemCode } from '../http/problem-codes.ts'
import { curlOf, type OperationPlace } from './curl.ts'
import { blocks, type Html, inline, jsonBox, NOTHING } from './prose.ts'
import { schemaFields, typeOf } from './schema-fields.ts'

export function operationArticle(place: OperationPlace): Html {
  const { method, path, operation } = place
  const { operationId, summary, description, parameters = [], requestBody } = operation
  return html`<article id="${operationId}">
<header><h3>${summary}</h3>${methodBadge(method)} <code class="path">${path}</code>
<span class="who">${operation.security.length === 0 ? 'anyone' : 'with a token'}</span></header>
${description === undefined ? NOTHING : blocks(description)}
${parameters.length === 0 ? NOTHING : html`<h4>Parameters</h4>${parameterList(parameters)}`}
${requestBody === undefined ? NOTHING : requestPart(requestBody.content)}
<h4>Ask</h4>
<pre tabindex="0"><code>${curlOf(place)}</code></pre>
<h4>Answers</h4>
${Object.entries(operation.responses).map(([status, answer]) => answerDetails(status, answer))}
</article>`
}

export function methodBadge(method: string): Html {
  return html`<span class="method ${method}">${method.toUpperCase()}</span>`
}

function parameterList(parameters: readonly Parameter[]): Html {
  return html`<ul class="fields">${parameters.map((parameter) => {
    const { name, schema, required } = parameter
    const description = parameter.description ?? schema['description']
    const place = html`in the ${parameter.in}, ${typeOf(schema)}`
    return html`<li><code>${name}</code><span class="type">${place}</span>${
      required ? html`<span class="must">required</span>` : NOTHING
    }${typeof description === 'string' ? html`<br>${inline(description)}` : NOTHING}</li>`
  })}</ul>`
}

function requestPart(content: Readonly<Record<string, MediaType>>): Html {
  return html`${Object.entries(content).map(([type, media]) => {
    return html`<h4>Body <span class="quiet">${type}</span></h4>${schemaFields(media.schema)}`
  })}`
}

function answerDetails(status: string, { description, content, headers = {} }: DeclaredAnswer) {
  const problem = content?.[PROBLEM_TYPE]
  const names = Object.keys(headers)
  const shortly = problem ? codesOf(problem).join(', ') : description
  return html`<details><summary><span class="status s${status[0]}">${status}</span>
<span class="quiet">${shortly}</span></summary>
<div>${problem ? problemTable(codesOf(problem)) : bodyOf(content)}
${names.length === 0 ? NOTHING : html`<p class="quiet">Headers: ${codeList(names)}</p>`}
${problem ? jsonBox(problem.example) : NOTHING}</div></details>`
}

function bodyOf(content: DeclaredAnswer['content']): Html {
  if (content === undefined) return html`<p>No body.</p>`
  return html`${Object.entries(content).map(([type, { schema, example }]) => {
    const named = schema['$ref'] !== undefined || schema['properties'] === undefined
    const shown = typeof example === 'string' ? textBox(example) : jsonBox(example)
    return html`<p>${named ? typeOf(schema) : NOTHING} <span class="quiet">${type}</span></p>
${named ? NOTHING : schemaFields(schema)}${shown}`
  })}`
}

function textBox(text: string): Html {
  return html`<pre tabindex="0"><code>${text}</code></pre>`
}

function codeList(names: readonly string[]): Html {
  return html`${names.map((name, index) => html`${index === 0 ? '' : ', '}<code>${name}</code>`)}`
}

/** The codes behind a problem; the document writes them as the second half of its schema. */
function codesOf({ schema }: MediaType): readonly ProblemCode[] {
  const carried = (schema['allOf'] as { properties?: { code: { enum: ProblemCode[] } } }[])[1]
  return carried?.properties?.code.enum ?? []
}

function problemTable(codes: readonly ProblemCode[]): Html {
  return html`<ul class="fields">${codes.map((code) => {
    return html`<li><a href="#error-${code}"><code>${code}</code></a>
<span class="type">${PROBLEM_CODES[code].title}</span></li>`
  })}</ul>`
}
