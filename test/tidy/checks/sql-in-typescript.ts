// SQL lives in .sql files, one statement each, where it can be read, explained and reviewed. Tests
// may write their own.

import { Visitor } from 'oxc-parser'
import { isTest, type SourceFile } from '../source-file.ts'
import type { Violation } from '../violation.ts'

// At the start of a line: prose rarely begins a line like a statement, statements always do.
const STATEMENTS = [
  /^\s*with\s+\w+\s+as\s*\(/im,
  /^\s*select\b[\s\S]*\bfrom\s+[\w"($]/im,
  /^\s*insert\s+into\s+[\w"$]/im,
  /^\s*update\s+[\w".$]+(?:\s+(?:as\s+)?\w+)?\s+set\s/im,
  /^\s*delete\s+from\s+[\w"$]/im,
]

export function checkSqlInTypeScript(files: readonly SourceFile[]): Violation[] {
  return files.filter((file) => !isTest(file.path)).flatMap(checkFile)
}

function checkFile(file: SourceFile): Violation[] {
  const violations: Violation[] = []
  const check = (start: number, text: string): void => {
    if (!STATEMENTS.some((statement) => statement.test(text))) return
    const mend = 'Move the statement into a file of persistence/postgres/sql, named by its verb.'
    violations.push({ path: file.path, line: file.lineOf(start), found: 'SQL in a text', mend })
  }
  new Visitor({
    Literal: (node) => {
      if (typeof node.value === 'string') check(node.start, node.value)
    },
    TemplateLiteral: (node) => {
      check(node.start, node.quasis.map((part) => part.value.cooked ?? '').join('$'))
    },
  }).visit(file.program)
  return violations
}
