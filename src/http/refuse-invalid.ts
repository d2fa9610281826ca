// A request that does not fit its schema is refused with the names of the fields that do not fit.

import type { Answer, HttpContext } from './http-env.ts'
import { refuse } from './problem.ts'

interface Issue {
  readonly code: string
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly keys?: readonly string[]
  /** What is wrong with the key of a record, which ends `path`. */
  readonly issues?: readonly { readonly message: string }[]
}

type Checked =
  | { readonly success: true }
  | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } }

interface FieldError {
  /** Dotted, as in `lines.0.quantity`; empty for the whole. */
  readonly path: string
  readonly message: string
}

// Enough to mend a request by; a body of a thousand faults is not worth an answer of as many.
const ERRORS_MAX = 20

/** Hook of every router: answers 400 `invalid_request`, or lets a valid request pass. */
export function refuseInvalid(result: Checked, c: HttpContext): Response | undefined {
  if (result.success) return undefined
  return refuseFields(c, result.error.issues.flatMap(fieldErrorsOf))
}

/** For what a schema cannot see: answers 400 `invalid_request` with these fields. */
export function refuseFields(c: HttpContext, errors: readonly FieldError[]): Answer {
  const shown = errors.slice(0, ERRORS_MAX)
  const names = [...new Set(shown.map(({ path }) => path || 'the body'))].join(', ')
  return refuse(c, 'invalid_request', `Nothing was done. Please correct: ${names}.`, {
    more: { errors: shown },
  })
}

function fieldErrorsOf(issue: Issue): FieldError[] {
  const path = issue.path.map(String)
  if (issue.code === 'invalid_key' && issue.issues) {
    // The key may be anything, so it is the record around it that is named.
    const rules = issue.issues.map(({ message }) => message).join('; ')
    return [{ path: path.slice(0, -1).join('.'), message: `has a wrong name in it: ${rules}` }]
  }
  if (issue.code !== 'unrecognized_keys' || !issue.keys) {
    return [{ path: path.join('.'), message: issue.message }]
  }
  return issue.keys.map((key) => ({
    path: [...path, key.slice(0, 64)].join('.'),
    message: 'is not a field of this request',
  }))
}
