// Every problem code: what it means and what a client does about it.

import { html } from 'hono/html'
import { type MayRetry, PROBLEM_CODES, type ProblemCode } from '../http/problem-codes.ts'
import { PROBLEM_MEANINGS } from '../http/problem-meanings.ts'
import { type Html, inline } from './prose.ts'

const WHAT_TO_DO = {
  no: 'The same request gets the same answer: change it.',
  'same key': 'Send it again unchanged after `Retry-After`, under the same key.',
  'new key': 'Do what `detail` says, then ask again under a new key.',
} as const satisfies Record<MayRetry, string>

/** `anchor` makes the id of a code's row. */
export function errorsTable(anchor: (code: string) => string): Html {
  const codes = Object.keys(PROBLEM_CODES) as ProblemCode[]
  const byStatus = codes.toSorted((left, right) => {
    return PROBLEM_CODES[left].status - PROBLEM_CODES[right].status
  })
  return html`<ul class="fields">${byStatus.map((code) => {
    const { status, title, retry } = PROBLEM_CODES[code]
    return html`<li id="${anchor(code)}"><span class="status s${String(status)[0]}">${status}</span>
<code>${code}</code><span class="type">${title}</span><br>${inline(PROBLEM_MEANINGS[code])}
<br><span class="quiet">${inline(WHAT_TO_DO[retry])}</span></li>`
  })}</ul>`
}
