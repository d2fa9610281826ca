// The answer that says no: one per status, with the codes that can be behind it.

import { PROBLEM_TYPE, problemText } from '../problem.ts'
import type { ProblemCode } from '../problem-codes.ts'
import { PROBLEM_MEANINGS } from '../problem-meanings.ts'
import type { DeclaredAnswer } from './document-shape.ts'
import { PROBLEM_EXAMPLES, REQUEST_ID } from './examples.ts'

/** `codes` all have this status, and there is at least one. */
export function problemAnswer(
  status: number,
  codes: readonly [ProblemCode, ...ProblemCode[]],
): DeclaredAnswer {
  const carried = { properties: { status: { const: status }, code: { enum: [...codes] } } }
  return {
    description: codes.map((code) => `- \`${code}\`: ${PROBLEM_MEANINGS[code]}`).join('\n'),
    content: {
      [PROBLEM_TYPE]: {
        schema: { allOf: [{ $ref: '#/components/schemas/Problem' }, carried] },
        example: exampleOfProblem(codes),
      },
    },
  }
}

/** The code that shows most, or else the first. */
function exampleOfProblem(codes: readonly [ProblemCode, ...ProblemCode[]]): unknown {
  const telling = codes.find((code) => PROBLEM_EXAMPLES[code] !== undefined)
  const code = telling ?? codes[0]
  const { detail, more } = PROBLEM_EXAMPLES[code] ?? { detail: PROBLEM_MEANINGS[code], more: {} }
  return JSON.parse(problemText({ code, detail, more }, REQUEST_ID))
}
