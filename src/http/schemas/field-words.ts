// What is said of a field that does not fit, where its schema has no words of its own: what it must
// be, with the limit, and never what it was. Every other message stands beside its rule.

import { z } from '@hono/zod-openapi'

const KINDS: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'an object',
  record: 'an object',
  string: 'text',
}

const UNITS: Readonly<Record<string, string>> = { array: 'item', string: 'character' }

/** zod's words in ours; for a schema library there is no nearer place than the whole process. */
export function speakOfFields(): void {
  z.config({ customError: fieldWords })
}

function fieldWords(issue: z.core.$ZodRawIssue): string {
  if (issue.code === 'invalid_type' || issue.code === 'invalid_value') {
    if (issue.input === undefined) return 'is missing'
  }
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${KINDS[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `must be ${issue.values.map(String).join(' or ')}`
    case 'too_small':
      return bound(
        issue.origin,
        issue.inclusive === false ? 'more than' : 'at least',
        issue.minimum,
      )
    case 'too_big':
      return bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)
    case 'invalid_format':
      return issue.format === 'url' ? 'must be an http or https address' : 'has the wrong form'
    case 'unrecognized_keys':
      return 'has fields that this request does not have'
    default:
      return 'is not what this field takes'
  }
}

function bound(origin: string, relation: string, limit: number | bigint): string {
  const unit = UNITS[origin]
  if (unit === undefined) return `must be ${relation} ${limit}`
  return `must have ${relation} ${limit} ${unit}${Number(limit) === 1 ? '' : 's'}`
}
