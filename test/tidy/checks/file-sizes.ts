// Files that can be read in one sitting.

import type { SourceFile } from '../source-file.ts'
import type { Violation } from '../violation.ts'

const LINES_MAX = 500
const LINES_MAX_OF_NINE_IN_TEN = 300

export interface FileSizes {
  readonly median: number
  /** Nine files in ten have at most this many lines. */
  readonly nineInTen: number
  readonly largest: number
}

export function fileSizesOf(files: readonly SourceFile[]): FileSizes {
  const sizes = files.map((file) => file.lines.length).sort((left, right) => left - right)
  const at = (share: number): number => sizes[Math.ceil(share * sizes.length) - 1] ?? 0
  return { median: at(0.5), nineInTen: at(0.9), largest: at(1) }
}

export function checkFileSizes(files: readonly SourceFile[]): Violation[] {
  const violations = files
    .filter((file) => file.lines.length > LINES_MAX)
    .map((file) => ({
      path: file.path,
      line: LINES_MAX + 1,
      found: `${file.lines.length} lines`,
      mend: `A file has at most ${LINES_MAX} lines. Split it by what its parts are about.`,
    }))
  const { nineInTen } = fileSizesOf(files)
  if (nineInTen <= LINES_MAX_OF_NINE_IN_TEN) return violations
  const long = files.filter((file) => file.lines.length > LINES_MAX_OF_NINE_IN_TEN)
  return [
    ...violations,
    ...long.map((file) => ({
      path: file.path,
      line: 1,
      found: `${file.lines.length} lines, one of too many long files`,
      mend: `Nine files in ten have at most ${LINES_MAX_OF_NINE_IN_TEN} lines. Split some.`,
    })),
  ]
}
