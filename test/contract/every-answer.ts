// The verdict over a run: every answer that any test got, in process or over a socket, is held
// against the document. The runner runs this last, after every run in which something was answered,
// and after a whole run in any case.

import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { openApiDocument } from '../../src/http/openapi/openapi-document.ts'
import { httpWorld } from '../http/http-world.ts'
import { noteInReport } from '../runner/note.ts'
import { answerJudge } from './answer-judge.ts'
import { judgeRun } from './run-verdict.ts'
import { ANSWERS_VARIABLE, recordedAnswers } from './seen-answers.ts'

const COMPLAINTS_SHOWN_MAX = 20

const verdict = suite('verdict')

verdict('every answer of this run obeys the document', async () => {
  const folder = process.env[ANSWERS_VARIABLE]
  assert.ok(folder, 'the runner names no folder of answers')
  const wholeRun = process.env['TEST_WHOLE_RUN'] === '1'
  const judge = answerJudge(openApiDocument((await httpWorld()).app))
  const result = judgeRun(judge, recordedAnswers(folder), wholeRun)
  const { counted, complaints, seen, neverSeen } = result
  noteInReport(
    `${counted.in_process} answers in process, ${counted.served} of served processes; ` +
      `${seen.length} of ${judge.declared.length} declared statuses seen`,
  )
  if (wholeRun) noteInReport(`never seen: ${neverSeen.join(', ')}`)
  const shown = complaints.slice(0, COMPLAINTS_SHOWN_MAX)
  assert.deepEqual(shown, [], `${complaints.length} different complaints`)
})

verdict.run()
