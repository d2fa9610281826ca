// An answer that the contract does not allow at this point, told so that a person can see what was
// asked and what came back.

import type { HttpAnswer, HttpRequest } from './http-connection.ts'

const BODY_SHOWN = 400

export class UnexpectedAnswer extends Error {
  readonly answer: HttpAnswer

  constructor(asked: HttpRequest, answer: HttpAnswer) {
    const key = asked.key === undefined ? '' : ` (key ${asked.key})`
    const body = JSON.stringify(answer.body)?.slice(0, BODY_SHOWN)
    super(`${asked.method} ${asked.path}${key} answered ${answer.status}: ${body}`)
    this.name = 'UnexpectedAnswer'
    this.answer = answer
  }
}

/** Hands the answer back when its status is one of these. */
export function expectStatus(
  asked: HttpRequest,
  answer: HttpAnswer,
  statuses: readonly number[],
): HttpAnswer {
  if (!statuses.includes(answer.status)) throw new UnexpectedAnswer(asked, answer)
  return answer
}
