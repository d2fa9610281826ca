// Lines that fit side by side in a review. The formatter cannot break comments and long texts.

import type { Violation } from '../violation.ts'

const COLUMNS_MAX = 100

interface Text {
  readonly path: string
  readonly text: string
}

export function checkLineWidths(files: readonly Text[]): Violation[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((content, index) => {
      const columns = [...content].length
      if (columns <= COLUMNS_MAX) return []
      const mend = `A line has at most ${COLUMNS_MAX} columns. Break it.`
      return [{ path, line: index + 1, found: `${columns} columns`, mend }]
    }),
  )
}
