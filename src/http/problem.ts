// RFC 9457 problem details, the one shape of every "no" this service says.

import { type Answer, type HttpContext, textAnswer } from './http-env.ts'
import { PROBLEM_CODES, type ProblemCode } from './problem-codes.ts'

export const PROBLEM_TYPE = 'application/problem+json'

export interface Problem {
  readonly code: ProblemCode
  /** For a person: what happened, what it means for the order or the stock, what to do next. */
  readonly detail: string
  /** Further members, in this order. */
  readonly more?: Readonly<Record<string, unknown>>
}

/** The body in a fixed field order, so that a stored answer is said again in the same bytes. */
export function problemText(problem: Problem, requestId: string): string {
  const { status, title } = PROBLEM_CODES[problem.code]
  return JSON.stringify({
    type: `/docs/errors#${problem.code}`,
    title,
    status,
    code: problem.code,
    detail: problem.detail,
    request_id: requestId,
    ...problem.more,
  })
}

/** Answers this request with a problem of its own. */
export function refuse(
  c: HttpContext,
  code: ProblemCode,
  detail: string,
  options: {
    readonly more?: Readonly<Record<string, unknown>>
    readonly headers?: Readonly<Record<string, string>>
  } = {},
): Answer {
  const { more = {}, headers = {} } = options
  c.set('problemCode', code)
  const text = problemText({ code, detail, more }, c.get('requestId'))
  return textAnswer(c, PROBLEM_CODES[code].status, text, {
    'Content-Type': PROBLEM_TYPE,
    ...headers,
  })
}
