// Every file says first what it is for. What is left to do is an issue, not a comment; and the
// compiler is answered, not silenced.

import type { TextFile } from '../repository.ts'
import type { SourceFile } from '../source-file.ts'
import type { Violation } from '../violation.ts'

const FORBIDDEN = [
  { pattern: /@ts-(?:ignore|nocheck)/, mend: 'Mend the types, or use @ts-expect-error with why.' },
  { pattern: /\b(?:TODO|FIXME|XXX)\b/, mend: 'Do it now, or open an issue and delete this.' },
] as const

/** Files that start with a comment, and comments without the words above. */
export function checkComments(files: readonly SourceFile[]): Violation[] {
  return files.flatMap((file) => [...checkOpening(file), ...checkWords(file)])
}

/** The same opening rule for SQL, whose comments begin with `--`. */
export function checkSqlOpenings(files: readonly TextFile[]): Violation[] {
  return files
    .filter((file) => !file.text.startsWith('--'))
    .map((file) => ({ path: file.path, line: 1, found: 'no opening comment', mend: OPENING }))
}

const OPENING = 'A file starts with a comment that says what it is for and why.'

function checkOpening(file: SourceFile): Violation[] {
  const text = file.text.replace(/^#!.*\n/, '').trimStart()
  if (text.startsWith('//') || text.startsWith('/*')) return []
  return [{ path: file.path, line: 1, found: 'no opening comment', mend: OPENING }]
}

function checkWords(file: SourceFile): Violation[] {
  return file.comments.flatMap((comment) =>
    FORBIDDEN.flatMap(({ pattern, mend }) => {
      const word = pattern.exec(comment.value)
      if (word === null) return []
      const line = file.lineOf(comment.start + 2 + word.index)
      return [{ path: file.path, line, found: `a comment with ${word[0]}`, mend }]
    }),
  )
}
