// The test file's end of the report pipe. Writes are synchronous, so that a crash right after a
// test cannot lose its report. Without a runner (a file run by hand) there is no pipe.

import { AssertionError } from 'node:assert/strict'
import { writeSync } from 'node:fs'
import { inspect } from 'node:util'
import { REPORT_DESCRIPTOR_VARIABLE, type Report } from './reports.ts'

const ERROR_LENGTH_MAX = 20_000

const descriptor = takeDescriptor()

// Taken out of the environment: a process that a test starts inherits the variable but not the
// pipe, and would write into whatever has that number there.
function takeDescriptor(): number | null {
  const text = process.env[REPORT_DESCRIPTOR_VARIABLE]
  delete process.env[REPORT_DESCRIPTOR_VARIABLE]
  return text === undefined ? null : Number(text)
}

/** True when a runner listens. */
export function hasRunner(): boolean {
  return descriptor !== null
}

export function sendReport(report: Report): void {
  if (descriptor !== null) writeSync(descriptor, `${JSON.stringify(report)}\n`)
}

/** Message, difference, stack and causes of whatever was thrown, as one text. */
export function describeError(error: unknown): string {
  const text = saysItAll(error) ? error.stack : undefined
  return (text ?? inspect(error, { depth: 5 })).slice(0, ERROR_LENGTH_MAX)
}

// The message of an assertion that wrote it itself shows both sides already.
function saysItAll(error: unknown): error is AssertionError {
  if (!(error instanceof AssertionError)) return false
  return error.generatedMessage || error.operator === 'fail'
}
