// What a person reads when an audit has ended.

import assert from 'node:assert/strict'
import { test } from 'uvu'
import { type AuditReport, renderReport } from '../../src/audit/report.ts'
import { EXAMPLES_MAX, emptyTally } from '../../src/audit/tally.ts'

function reportOf(tell: (tally: ReturnType<typeof emptyTally>) => void): AuditReport {
  const tally = emptyTally()
  tell(tally)
  const checks = tally.results()
  const ok = checks.every(({ violations }) => violations === 0)
  return { ok, checks, startedAt: '2026-01-01T00:00:00.000Z', tookMs: 1_234, quiet: true }
}

test('all violations are counted, the first five are kept', () => {
  const { checks } = reportOf((tally) => {
    tally.looked('I3', 20)
    for (let entry = 1; entry <= 12; entry += 1) tally.violated('I3', `entry ${entry}`)
  })
  const found = checks.find(({ id }) => id === 'I3')
  assert.equal(found?.violations, 12)
  assert.equal(EXAMPLES_MAX, 5)
  assert.deepEqual(found.examples, ['entry 1', 'entry 2', 'entry 3', 'entry 4', 'entry 5'])
})

test('a failed check shows its counter-examples and what to do next', () => {
  const text = renderReport(
    reportOf((tally) => {
      tally.looked('P1', 3_000)
      for (let order = 1; order <= 7; order += 1) tally.violated('P1', `ord_${order}: twice`)
    }),
  )
  assert.match(text, /✗ P1 {2}at most one captured payment per order +7 of 3,000 wrong/)
  assert.match(text, /\n {8}- ord_1: twice\n/)
  assert.match(text, /\n {8}- and 2 more\n {8}=> A customer may have been charged twice\./)
  assert.match(text, /Differences in P1, in 1\.2 s\. Nothing was under way\./)
})

test('a clean check, one that found nothing to look at and a skipped one are told apart', () => {
  const text = renderReport(
    reportOf((tally) => {
      tally.looked('I1', 12_345)
      tally.skip('O4', 'nobody keeps books')
    }),
  )
  assert.match(text, /✓ I1 .* 12,345 checked\n/)
  assert.match(text, /– I2 .* nothing to check\n/)
  assert.match(text, /– O4 .* not checked\n {8}\(nobody keeps books\)\n/)
  assert.match(text, /No differences, in 1\.2 s\. Nothing was under way\. Not looked at: O4\./)
})

test('no line is wider than a terminal, however long an example is', () => {
  const long = Array.from({ length: 60 }, (_, word) => `word${word}`).join(' ')
  const text = renderReport(reportOf((tally) => tally.violated('I8', long)))
  for (const line of text.split('\n')) assert.ok(line.length <= 100, line)
  assert.match(text, /word59/)
})

test.run()
