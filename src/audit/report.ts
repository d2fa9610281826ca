// The audit's verdict, and how a person reads it: one line a check, the first counter-examples
// under those that failed, and what to do next.

import { CHECKS } from './checks.ts'
import type { CheckResult } from './tally.ts'

export interface AuditReport {
  /** True when no check found a violation. */
  readonly ok: boolean
  readonly checks: readonly CheckResult[]
  /** RFC 3339, by this machine's clock. */
  readonly startedAt: string
  readonly tookMs: number
  /** True when no checkout was on its way: then nothing had to be excused. */
  readonly quiet: boolean
}

const COLUMNS = 100
const INDENT = ' '.repeat(8)
const COUNT = new Intl.NumberFormat('en-US')

const TITLE_WIDTH = Math.max(...Object.values(CHECKS).map(({ title }) => title.length))

/** Lines without a trailing newline. */
export function renderReport(report: AuditReport): string {
  const rule = '─'.repeat(COLUMNS)
  return [
    `Holdfast audit of ${report.startedAt}`,
    rule,
    ...report.checks.flatMap(linesOf),
    rule,
    ...verdictOf(report).flatMap((sentence) => wrapped(sentence, '')),
  ].join('\n')
}

function linesOf(check: CheckResult): string[] {
  const { id, title, violations, examples, skipped, limits } = check
  const head = `  ${markOf(check)} ${id}  ${title.padEnd(TITLE_WIDTH)}  ${countOf(check)}`
  const remark = skipped ?? limits
  const remarks = remark === undefined ? [] : wrapped(`(${remark})`, INDENT)
  if (violations === 0) return [head, ...remarks]
  const more = violations - examples.length
  return [
    head,
    ...remarks,
    ...examples.flatMap((example) => wrapped(`- ${example}`, INDENT)),
    ...(more > 0 ? [`${INDENT}- and ${COUNT.format(more)} more`] : []),
    ...wrapped(`=> ${CHECKS[id].advice}`, INDENT),
    '',
  ]
}

function markOf({ checked, violations, skipped }: CheckResult): string {
  if (violations > 0) return '✗'
  return skipped !== undefined || checked === 0 ? '–' : '✓'
}

function countOf({ checked, violations, skipped }: CheckResult): string {
  if (skipped !== undefined) return 'not checked'
  if (violations > 0) return `${COUNT.format(violations)} of ${COUNT.format(checked)} wrong`
  return checked === 0 ? 'nothing to check' : `${COUNT.format(checked)} checked`
}

function verdictOf(report: AuditReport): string[] {
  const failed = report.checks.filter(({ violations }) => violations > 0)
  const skipped = report.checks.filter((check) => check.skipped !== undefined)
  const took = `${(report.tookMs / 1_000).toFixed(1)} s`
  const noise = report.quiet
    ? 'Nothing was under way.'
    : 'Checkouts were under way; what was legitimately on its way is not counted.'
  const sum =
    failed.length === 0
      ? `No differences, in ${took}.`
      : `Differences in ${failed.map(({ id }) => id).join(', ')}, in ${took}.`
  const left =
    skipped.length === 0 ? [] : [`Not looked at: ${skipped.map(({ id }) => id).join(', ')}.`]
  return [[sum, noise, ...left].join(' ')]
}

function wrapped(text: string, indent: string): string[] {
  const lines: string[] = []
  let line = indent
  for (const word of text.split(' ')) {
    const longer = line === indent ? indent + word : `${line} ${word}`
    if (longer.length > COLUMNS && line.trim() !== '') {
      lines.push(line)
      line = `${indent}${indent === '' ? '' : '  '}${word}`
    } else line = longer
  }
  return [...lines, line]
}
