// The judge itself: it finds what is wrong with an answer, and is not content with nothing.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { openApiDocument } from '../../src/http/openapi/openapi-document.ts'
import { httpWorld } from '../http/http-world.ts'
import { answerJudge } from './answer-judge.ts'
import { judgeRun } from './run-verdict.ts'
import type { RecordedAnswer } from './seen-answers.ts'

const AVAILABILITY: RecordedAnswer = {
  from: 'in_process',
  method: 'GET',
  path: '/v1/products/ROSE-12/availability?x=1',
  status: 200,
  headers: {
    'content-type': 'application/json',
    'x-request-id': 'req_1',
    'cache-control': 'public, max-age=1',
  },
  text: '{"state":"in_stock","available":3,"as_of":"2026-02-14T09:00:00.000Z"}',
}

const PROBLEM = { type: '/docs/errors#x', title: 'X', detail: 'X.', request_id: 'req_1' }

function refusal(status: number, code: string, headers = {}): RecordedAnswer {
  const type = { 'content-type': 'application/problem+json' }
  const text = JSON.stringify({ ...PROBLEM, status, code })
  return {
    ...AVAILABILITY,
    status,
    headers: { ...AVAILABILITY.headers, ...type, ...headers },
    text,
  }
}

const WRONG: readonly (readonly [string, RecordedAnswer, RegExp])[] = [
  ['an undeclared status', { ...AVAILABILITY, status: 418 }, /status is not declared/],
  ['a field nobody declared', withField('secret', 1), /must NOT have additional properties/],
  ['a field of the wrong type', withField('available', '3'), /available must be integer/],
  ['a time that is none', withField('as_of', 'today'), /must match format "date-time"/],
  ['a state of no list', withField('state', 'maybe'), /must be equal to one of/],
  ['a body that is not JSON', { ...AVAILABILITY, text: '<html>' }, /the body is not JSON/],
  ['an undeclared type', headed({ 'content-type': 'text/html' }), /undeclared type "text\/html"/],
  ['a missing header', headed({ 'x-request-id': undefined }), /X-Request-Id is missing/],
  ['a malformed header', headed({ 'x-request-id': 'a b' }), /X-Request-Id is "a b"/],
  ['a code of another operation', refusal(404, 'order_not_found'), /code must be equal to one of/],
  ['a failure without Retry-After', refusal(503, 'overloaded'), /Retry-After is missing/],
  [
    'a Retry-After that is no number',
    refusal(503, 'overloaded', { 'retry-after': 'soon' }),
    /Retry-After is "soon"/,
  ],
  ['a HEAD with a body', { ...AVAILABILITY, method: 'HEAD' }, /it has a body/],
  [
    'a path that is answered and nowhere declared',
    { ...AVAILABILITY, path: '/v1/secrets' },
    /no operation is declared there/,
  ],
]

const verdicts = suite('run verdict')
const judge = answerJudge(openApiDocument((await httpWorld()).app))

verdicts('what obeys the document is counted as seen', () => {
  const answers = [AVAILABILITY, refusal(404, 'unknown_sku')]
  const { complaints, seen, counted } = judgeRun(judge, answers, false)
  assert.deepEqual(complaints, [])
  assert.deepEqual(seen, ['getAvailability 200', 'getAvailability 404'])
  assert.deepEqual(counted, { in_process: 2, served: 0 })
})

for (const [what, answer, complaint] of WRONG) {
  verdicts(`${what} is found`, () => {
    const { complaints } = judgeRun(judge, [AVAILABILITY, answer, answer], false)
    assert.equal(complaints.length, 1, complaints.join('\n'))
    assert.match(complaints[0] ?? '', complaint)
    assert.match(complaints[0] ?? '', /^2 x /)
  })
}

verdicts('a run without an answer is not green', () => {
  assert.deepEqual(judgeRun(judge, [], false).complaints, ['not one answer was recorded'])
})

verdicts('a whole run with few answers is not green, nor one without served processes', () => {
  const { complaints } = judgeRun(judge, [AVAILABILITY], true)
  assert.deepEqual(complaints, [
    'only 1 answers were recorded in process',
    'only 0 answers of served processes were recorded',
  ])
})

function withField(name: string, value: unknown): RecordedAnswer {
  const text = JSON.stringify({ ...JSON.parse(AVAILABILITY.text), [name]: value })
  return { ...AVAILABILITY, text }
}

function headed(change: Readonly<Record<string, string | undefined>>): RecordedAnswer {
  const headers = Object.entries({ ...AVAILABILITY.headers, ...change })
  const kept = headers.filter((entry): entry is [string, string] => entry[1] !== undefined)
  return { ...AVAILABILITY, headers: Object.fromEntries(kept) }
}

verdicts.run()
