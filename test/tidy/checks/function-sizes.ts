// Functions that fit on a screen. A function counts whole, with the functions inside it.

import { type Node, Visitor } from 'oxc-parser'
import type { SourceFile } from '../source-file.ts'
import type { Violation } from '../violation.ts'

const LINES_MAX = 70

export function checkFunctionSizes(files: readonly SourceFile[]): Violation[] {
  return files.flatMap(checkFile)
}

function checkFile(file: SourceFile): Violation[] {
  const violations: Violation[] = []
  const measure = (node: Node): void => {
    const first = file.lineOf(node.start)
    const lines = file.lineOf(node.end) - first + 1
    if (lines <= LINES_MAX) return
    violations.push({
      path: file.path,
      line: first,
      found: `a function of ${lines} lines`,
      mend: `A function has at most ${LINES_MAX} lines. Give its parts names of their own.`,
    })
  }
  new Visitor({
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
  }).visit(file.program)
  return violations
}
