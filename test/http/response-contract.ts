// Every answer the tests of the edge get is held against the document of the very app they ask.

import assert from 'node:assert/strict'
import type { Router } from '../../src/http/new-router.ts'
import { openApiDocument } from '../../src/http/openapi/openapi-document.ts'
import { type AnswerJudge, answerJudge } from '../contract/answer-judge.ts'

export type Contract = (method: string, path: string, answer: Response, text: string) => void

/** Throws when an answer is not one that the document declares. */
export function contractOf(app: Router): Contract {
  let judge: AnswerJudge | null = null
  return function assertDeclared(method, path, { status, headers }, text) {
    judge ??= answerJudge(openApiDocument(app))
    const answer = { method, path, status, headers: Object.fromEntries(headers), text }
    const { complaints } = judge.judge(answer)
    assert.deepEqual(complaints, [], `${method} ${path} -> ${status}`)
  }
}
