// What a run looks like on the terminal: files as groups, every test by name, failures once more
// at the end. Files run side by side, so one file prints live and the others wait their turn.

import type { FileVerdict } from './file-verdict.ts'
import type { Report } from './reports.ts'
import type { TestFileResult } from './test-file-process.ts'

/** In the reason of what was left out: it wants for a service. `.ci/run` looks for the mark. */
const MISSING_SERVICES = [
  { name: 'postgres', pattern: /postgres|database/i },
  { name: 'redis', pattern: /redis/i },
]

export interface Totals {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

interface FileOutput {
  readonly lines: string[]
  readonly failuresPrinted: Set<string>
  finished: boolean
}

export interface Printer {
  /** One more file, behind those that were named at the beginning. */
  expect(file: string): void
  report(file: string, report: Report): void
  finish(file: string, result: TestFileResult): void
  /** A failure that belongs to no test: nothing matched, services did not start. */
  trouble(text: string): void
  /** Prints the failures again and the last line, `N passed, N failed, N skipped`. */
  summary(): Totals
}

/** Groups are printed in the order of `files`; `write` takes one line without its end. */
export function createPrinter(files: readonly string[], write: (line: string) => void): Printer {
  const outputs = new Map<string, FileOutput>(files.map((file) => [file, outputOf(file)]))
  const order = [...files]
  const failureTexts: string[] = []
  let passed = 0
  let failed = 0
  let skipped = 0

  function flush(): void {
    for (let file = order[0]; file !== undefined; file = order[0]) {
      const output = outputs.get(file)
      if (output === undefined) return
      for (const line of output.lines.splice(0)) write(line)
      if (!output.finished) return
      order.shift()
    }
  }

  return {
    expect(file) {
      outputs.set(file, outputOf(file))
      order.push(file)
    },
    report(file, report) {
      const output = outputs.get(file)
      const line = reportLine(report)
      if (output === undefined || line === null) return
      output.lines.push(line)
      if (report.kind === 'failed') output.failuresPrinted.add(report.test)
      flush()
    },
    finish(file, result) {
      const output = outputs.get(file)
      if (output === undefined) return
      output.lines.push(...lateFailureLines(result.verdict, output.failuresPrinted))
      output.finished = true
      passed += result.verdict.passed
      failed += result.verdict.failures.length
      skipped += result.verdict.skips.length
      failureTexts.push(...failuresOf(file, result, output.failuresPrinted))
      flush()
    },
    trouble(text) {
      failed += 1
      failureTexts.push(text)
    },
    summary() {
      if (failureTexts.length > 0) write('\nFailures')
      for (const text of failureTexts) write(`\n${text}`)
      write('')
      write(`${passed} passed, ${failed} failed, ${skipped} skipped`)
      return { passed, failed, skipped }
    },
  }
}

function outputOf(file: string): FileOutput {
  return { lines: [file], failuresPrinted: new Set(), finished: false }
}

function reportLine(report: Report): string | null {
  switch (report.kind) {
    case 'passed':
      return `  ok   ${report.test} (${Math.round(report.durationMs)} ms)`
    case 'failed':
      return `  FAIL ${report.test} (${Math.round(report.durationMs)} ms)`
    case 'skipped':
      return skipLine(report.test, report.reason)
    case 'note':
      return `  note ${report.text}`
    default:
      return null
  }
}

function skipLine(test: string, reason: string): string {
  const missing = MISSING_SERVICES.find(({ pattern }) => pattern.test(reason))
  const mark = missing === undefined ? '' : ` [needs ${missing.name}]`
  return `  skip ${test} (${reason})${mark}`
}

// Tests that only the end of the process showed to have failed.
function lateFailureLines(verdict: FileVerdict, printed: ReadonlySet<string>): string[] {
  return verdict.failures
    .filter((failure) => !printed.has(failure.test))
    .map((failure) => `  FAIL ${failure.test}`)
}

function failuresOf(
  file: string,
  result: TestFileResult,
  failuresPrinted: ReadonlySet<string>,
): string[] {
  const texts = result.verdict.failures.map(
    (failure) => `${file}: ${failure.test}\n${indent(failure.error)}`,
  )
  if (texts.length === 0) return []
  if (result.errorOutput !== '') {
    texts.push(`${file}: end of its error output\n${indent(result.errorOutput)}`)
  }
  // uvu writes the failures it knows to the standard output, a second time.
  if (failuresPrinted.size === 0 && result.output !== '') {
    texts.push(`${file}: end of its output\n${indent(result.output)}`)
  }
  return texts
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '    ')
}
