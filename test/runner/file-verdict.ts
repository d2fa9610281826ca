// Turns what a test file reported, and how its process ended, into passes, failures and skips.
// The exit code alone is worth nothing: uvu ends with 0 after a `before` hook that threw and for
// suites that were never run. What was registered and has no result is a failure, by name.

import type { Report } from './reports.ts'

export interface Ending {
  readonly code: number | null
  readonly signal: string | null
  /** Set when the process was killed because the file took longer than this. */
  readonly limitExceededSeconds: number | null
}

export interface Failure {
  readonly test: string
  readonly error: string
}

export interface Skip {
  readonly test: string
  readonly reason: string
}

export interface FileVerdict {
  readonly passed: number
  readonly failures: readonly Failure[]
  readonly skips: readonly Skip[]
}

interface Tally {
  readonly registered: string[]
  readonly started: Set<string>
  readonly passed: Set<string>
  readonly failures: Map<string, string>
  readonly skips: Map<string, string>
  readonly notRun: Set<string>
  readonly hookFailures: Failure[]
}

/** Judges one finished file. Never throws: whatever is odd is a failure with a name. */
export function verdictOf(reports: readonly Report[], ending: Ending): FileVerdict {
  const tally = tallyOf(reports)
  const failures: Failure[] = [...tally.failures].map(([test, error]) => ({ test, error }))
  failures.push(...tally.hookFailures)
  for (const test of repeated(tally.registered)) {
    const error = 'Two tests have this name. Rename one: a failure must point at one test.'
    failures.push({ test, error })
  }
  for (const test of new Set(tally.registered)) {
    if (tally.passed.has(test) || tally.failures.has(test) || tally.skips.has(test)) continue
    failures.push({ test, error: whyWithoutResult(test, tally, ending) })
  }
  const fileFailure = failures.length === 0 ? failureOfWholeFile(tally, ending) : null
  if (fileFailure !== null) failures.push({ test: '(the whole file)', error: fileFailure })
  const skips = [...tally.skips].map(([test, reason]) => ({ test, reason }))
  return { passed: tally.passed.size, failures, skips }
}

function tallyOf(reports: readonly Report[]): Tally {
  const tally: Tally = {
    registered: [],
    started: new Set(),
    passed: new Set(),
    failures: new Map(),
    skips: new Map(),
    notRun: new Set(),
    hookFailures: [],
  }
  for (const report of reports) count(report, tally)
  for (const test of tally.failures.keys()) tally.passed.delete(test)
  return tally
}

function count(report: Report, tally: Tally): void {
  switch (report.kind) {
    case 'registered':
      tally.registered.push(report.test)
      break
    case 'started':
      tally.started.add(report.test)
      break
    case 'passed':
      tally.passed.add(report.test)
      break
    case 'failed':
      tally.failures.set(report.test, report.error)
      break
    case 'skipped':
      tally.skips.set(report.test, report.reason)
      break
    case 'not_run':
      tally.notRun.add(report.test)
      break
    case 'note':
      break
    case 'hook_failed': {
      const suite = report.suite === '' ? '' : `${report.suite} > `
      tally.hookFailures.push({ test: `${suite}(${report.hook} hook)`, error: report.error })
      break
    }
  }
}

function whyWithoutResult(test: string, tally: Tally, ending: Ending): string {
  if (ending.limitExceededSeconds !== null) {
    return tally.started.has(test)
      ? `Still running when the file hit its limit of ${ending.limitExceededSeconds} s.`
      : `Never started: the file hit its limit of ${ending.limitExceededSeconds} s before.`
  }
  if (tally.notRun.has(test)) {
    return 'Never ran: `.run()` is not called on its suite. Call it at the end of the file.'
  }
  if (tally.started.has(test)) return `The process ended (${endingText(ending)}) in this test.`
  return tally.hookFailures.length > 0
    ? 'Never ran: the `before` hook of its suite threw.'
    : `Never ran: the process ended (${endingText(ending)}) before its turn.`
}

function failureOfWholeFile(tally: Tally, ending: Ending): string | null {
  if (ending.limitExceededSeconds !== null) {
    return (
      `Did not end within its limit of ${ending.limitExceededSeconds} s: something keeps the ` +
      'process alive (a server, a pool, a timer). Close it in an `after` hook.'
    )
  }
  if (ending.code !== 0) return `The process ended with ${endingText(ending)}.`
  if (tally.registered.length + tally.skips.size === 0) {
    return 'The file registered no test. Write one, or say skipTest(name, reason).'
  }
  return null
}

function endingText(ending: Ending): string {
  return ending.signal === null ? `exit code ${ending.code}` : `signal ${ending.signal}`
}

function repeated(names: readonly string[]): Set<string> {
  return new Set(names.filter((name, index) => names.indexOf(name) !== index))
}
