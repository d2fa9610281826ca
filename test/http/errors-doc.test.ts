// docs/ERRORS.md and the table of problem codes say the same, in both directions.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import { CHECKOUT_REFUSALS } from '../../actors/domain/checkout-answer.ts'
import { EDGE_CODES, PROBLEM_CODES, type ProblemRow } from '../../src/http/problem-codes.ts'
import { PROBLEM_MEANINGS } from '../../src/http/problem-meanings.ts'

const ROW = /^\| `(\w+)` \| (\d{3}) \| (.+) \| ([a-z ]+) \| ([a-z ]+) \|$/

interface Documented {
  readonly code: string
  readonly status: number
  readonly meaning: string
  readonly retry: string
  readonly kept: string
}

const lines = readFileSync(new URL('../../docs/ERRORS.md', import.meta.url), 'utf8').split('\n')

const documented: Documented[] = lines.flatMap((line) => {
  const [, code, status, meaning, retry, kept] = ROW.exec(line) ?? []
  if (!code || !meaning || !retry || !kept) return []
  return [{ code, status: Number(status), meaning, retry, kept }]
})

const coded = new Map<string, ProblemRow>(Object.entries(PROBLEM_CODES))

const errorsPage = suite('errors page')

errorsPage('every row of the page could be read', () => {
  const rows = lines.filter((line) => line.startsWith('| `'))
  assert.equal(documented.length, rows.length)
  assert.ok(rows.length > 0)
})

errorsPage('every code is on the page once', () => {
  const codes = documented.map(({ code }) => code)
  assert.deepEqual(codes.toSorted(), [...coded.keys()].toSorted())
})

errorsPage('status, retry and kept are those of the code', () => {
  for (const { code, status, retry, kept } of documented) {
    const row = coded.get(code)
    assert.deepEqual({ status, retry, kept }, row && without('title', row), code)
  }
})

errorsPage('the meaning is what the API itself says of the code', () => {
  const meanings = documented.map(({ code, meaning }) => [code, meaning])
  assert.deepEqual(Object.fromEntries(meanings), { ...PROBLEM_MEANINGS })
})

errorsPage('the closed lists of the edge and of the shop are all in the table', () => {
  for (const code of [...EDGE_CODES, ...CHECKOUT_REFUSALS]) assert.ok(coded.has(code), code)
})

errorsPage('what a same-key retry can heal is never kept under the key', () => {
  for (const { code, retry, kept } of documented) {
    if (retry === 'same key') assert.equal(kept, 'no', code)
  }
})

function without<Row extends object, Name extends keyof Row>(name: Name, row: Row) {
  const { [name]: _left, ...rest } = row
  return rest
}

errorsPage.run()
