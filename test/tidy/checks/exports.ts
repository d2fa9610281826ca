// Exports have one name everywhere, and live in the file that makes them: no default exports, no
// barrels.

import { Visitor } from 'oxc-parser'
import type { SourceFile } from '../source-file.ts'
import type { Violation } from '../violation.ts'

const NO_DEFAULT = 'No default exports: an import must carry the name of what it gets.'
const NO_BARREL = 'No barrels: import from the file that makes it, and delete this re-export.'

export function checkExports(files: readonly SourceFile[]): Violation[] {
  return files.flatMap(checkFile)
}

function checkFile(file: SourceFile): Violation[] {
  const violations: Violation[] = []
  const add = (start: number, found: string, mend: string): void => {
    violations.push({ path: file.path, line: file.lineOf(start), found, mend })
  }
  new Visitor({
    ExportDefaultDeclaration: (node) => add(node.start, 'a default export', NO_DEFAULT),
    ExportAllDeclaration: (node) => add(node.start, 'export * from', NO_BARREL),
    ExportNamedDeclaration: (node) => {
      if (node.source !== null) add(node.start, 'export … from', NO_BARREL)
      for (const { exported } of node.specifiers) {
        if (exported.type === 'Identifier' && exported.name === 'default') {
          add(node.start, 'a default export', NO_DEFAULT)
        }
      }
    },
  }).visit(file.program)
  return violations
}
