// `any` switches the compiler off. Adapters meet libraries that speak it; nobody else does.

import { Visitor } from 'oxc-parser'
import { isIn, type SourceFile } from '../source-file.ts'
import type { Violation } from '../violation.ts'

const ADAPTERS = ['persistence', 'src/payments']

export function checkAnyType(files: readonly SourceFile[]): Violation[] {
  return files
    .filter((file) => !ADAPTERS.some((folder) => isIn(file.path, folder)))
    .flatMap((file) => {
      const violations: Violation[] = []
      new Visitor({
        TSAnyKeyword: (node) => {
          const line = file.lineOf(node.start)
          const mend = 'No `any` outside adapters. Say what it is, or `unknown` and look.'
          violations.push({ path: file.path, line, found: 'the type any', mend })
        },
      }).visit(file.program)
      return violations
    })
}
