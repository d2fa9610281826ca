// How to ask an operation from a shell. The address and the token are variables that the page sets
// at its top.

import type { Operation, Parameter } from '../http/openapi/document-shape.ts'

/** An operation and where it is asked. */
export interface OperationPlace {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

export function curlOf({ method, path, operation }: OperationPlace): string {
  const { parameters = [], requestBody, security } = operation
  const media = Object.entries(requestBody?.content ?? {})[0]
  const asked = method === 'get' ? '' : `-X ${method.toUpperCase()} `
  const parts = [
    `curl ${asked}"$HOLDFAST${filled(path, parameters)}"`,
    ...(security.length > 0 ? ['-H "Authorization: Bearer $TOKEN"'] : []),
    ...parameters
      .filter((parameter) => parameter.in === 'header' && parameter.required)
      .map(({ name, schema }) => `-H '${name}: ${schema['example'] ?? 'a-new-key-per-request'}'`),
    ...(media
      ? [
          `-H 'Content-Type: ${media[0]}'`,
          `-d '${JSON.stringify(media[1].example, null, 2).replaceAll('\n', '\n  ')}'`,
        ]
      : []),
  ]
  return parts.join(' \\\n  ')
}

function filled(path: string, parameters: readonly Parameter[]): string {
  return path.replaceAll(/\{(\w+)\}/g, (hole, name: string) => {
    const parameter = parameters.find((each) => each.in === 'path' && each.name === name)
    return String(parameter?.schema['example'] ?? hole)
  })
}
