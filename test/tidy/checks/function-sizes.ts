// Functions that fit on a screen. The named functions inside one are screens of their own: a
// factory is read a method at a time, so what is counted is what is left without them.

import { type Node, Visitor } from 'oxc-parser'
import type { SourceFile } from '../source-file.ts'
import type { Violation } from '../violation.ts'

const LINES_MAX = 70
/** A nested function shorter than this reads as part of the one around it. */
const OWN_SCREEN_LINES_MIN = 4

interface Measured {
  readonly first: number
  readonly last: number
}

export function checkFunctionSizes(files: readonly SourceFile[]): Violation[] {
  return files.flatMap(checkFile)
}

function checkFile(file: SourceFile): Violation[] {
  const all: Measured[] = []
  const measure = (node: Node): void => {
    all.push({ first: file.lineOf(node.start), last: file.lineOf(node.end) })
  }
  new Visitor({
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
  }).visit(file.program)
  return all.flatMap((one) => {
    const lines = ownLines(one, all)
    if (lines <= LINES_MAX) return []
    return {
      path: file.path,
      line: one.first,
      found: `a function of ${lines} lines`,
      mend: `A function has at most ${LINES_MAX} lines. Give its parts names of their own.`,
    }
  })
}

/** The lines of a function that belong to no larger function inside it. */
function ownLines(whole: Measured, all: readonly Measured[]): number {
  const inside = all.filter(
    (one) =>
      one !== whole &&
      one.first >= whole.first &&
      one.last <= whole.last &&
      one.last - one.first + 1 >= OWN_SCREEN_LINES_MIN &&
      !(one.first === whole.first && one.last === whole.last),
  )
  const theirs = new Set<number>()
  for (const { first, last } of inside) for (let at = first; at <= last; at += 1) theirs.add(at)
  let own = 0
  for (let at = whole.first; at <= whole.last; at += 1) if (!theirs.has(at)) own += 1
  return own
}
