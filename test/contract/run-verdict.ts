// Judges all answers of a run together: what disobeys the document, how much was seen of what it
// declares, and whether enough was seen at all for silence to mean anything.

import type { AnswerJudge } from './answer-judge.ts'
import type { RecordedAnswer } from './seen-answers.ts'

// A whole run asks thousands of times; far fewer means that the recording is broken.
const IN_PROCESS_AT_LEAST = 500
const SERVED_AT_LEAST = 50

export interface RunVerdict {
  readonly counted: { readonly in_process: number; readonly served: number }
  /** Each different complaint, with how often it came up. */
  readonly complaints: readonly string[]
  /** Declared statuses, as `operationId status`. */
  readonly seen: readonly string[]
  readonly neverSeen: readonly string[]
}

/** `wholeRun`: no test was left out. */
export function judgeRun(
  judge: AnswerJudge,
  answers: Iterable<RecordedAnswer>,
  wholeRun: boolean,
): RunVerdict {
  const answered = new Set<string>()
  const found = new Map<string, number>()
  const counted = { in_process: 0, served: 0 }
  for (const answer of answers) {
    counted[answer.from] += 1
    const { operationId, complaints } = judge.judge(answer)
    if (operationId !== null) answered.add(`${operationId} ${answer.status}`)
    for (const each of complaints) {
      const text = `${whatWasAsked(answer)}: ${each}`
      found.set(text, (found.get(text) ?? 0) + 1)
    }
  }
  return {
    counted,
    complaints: [
      ...tooFew(counted, wholeRun),
      ...[...found].map(([text, times]) => `${times} x ${text}`),
    ],
    seen: judge.declared.filter((each) => answered.has(each)),
    neverSeen: judge.declared.filter((each) => !answered.has(each)),
  }
}

function tooFew({ in_process, served }: RunVerdict['counted'], wholeRun: boolean): string[] {
  const [inProcessMin, servedMin] = wholeRun ? [IN_PROCESS_AT_LEAST, SERVED_AT_LEAST] : [0, 0]
  if (in_process + served === 0) return ['not one answer was recorded']
  return [
    ...(in_process < inProcessMin ? [`only ${in_process} answers were recorded in process`] : []),
    ...(served < servedMin ? [`only ${served} answers of served processes were recorded`] : []),
  ]
}

function whatWasAsked({ from, method, path, status }: RecordedAnswer): string {
  // Without ids the same complaint about a thousand checkouts is one complaint.
  const shown = path.replaceAll(/(chk|ord)_[0-9a-f]{32}/g, '$1_…').slice(0, 120)
  return `${method} ${shown} -> ${status} (${from})`
}
