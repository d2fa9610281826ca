// What was answered in a test run: appended by every process to a file of its own in a folder the
// runner names, and read when the run is over.

import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { SeenAnswer } from './answer-judge.ts'

/** Also in record-served-answers.mjs, which can import nothing from here. */
export const ANSWERS_VARIABLE = 'TEST_ANSWERS_FOLDER'

export interface RecordedAnswer extends SeenAnswer {
  /** Asked in the test's own process, or over a socket of a process that serves. */
  readonly from: 'in_process' | 'served'
}

/** Does nothing in a run that keeps no answers. */
export function recordAnswer(answer: RecordedAnswer): void {
  const folder = process.env[ANSWERS_VARIABLE]
  if (folder === undefined) return
  // Whole at once: what was recorded before a process is killed stays readable.
  appendFileSync(path.join(folder, `${process.pid}.jsonl`), `${JSON.stringify(answer)}\n`)
}

/** Every answer of the run; throws where a line cannot be read. */
export function* recordedAnswers(folder: string): Generator<RecordedAnswer> {
  for (const file of readdirSync(folder)) {
    for (const line of readFileSync(path.join(folder, file), 'utf8').split('\n')) {
      if (line !== '') yield JSON.parse(line) as RecordedAnswer
    }
  }
}
