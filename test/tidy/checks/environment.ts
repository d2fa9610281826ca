// The environment is read once, in src/config.ts, where every wrong setting is reported by name.
// A setting read anywhere else is documented nowhere.

import { Visitor } from 'oxc-parser'
import { isIn, type SourceFile } from '../source-file.ts'
import type { Violation } from '../violation.ts'

const READERS = ['src/config.ts', 'src/embedded', 'bench', 'test']

export function checkEnvironment(files: readonly SourceFile[]): Violation[] {
  return files
    .filter((file) => !READERS.some((reader) => isIn(file.path, reader)))
    .flatMap(checkFile)
}

function checkFile(file: SourceFile): Violation[] {
  const violations: Violation[] = []
  const add = (start: number): void => {
    const mend = 'Only src/config.ts reads the environment. Take the value as a parameter.'
    const found = 'reads the environment'
    violations.push({ path: file.path, line: file.lineOf(start), found, mend })
  }
  new Visitor({
    MemberExpression: (node) => {
      const text = file.text.slice(node.start, node.end)
      if (/^process(?:\?\.|\.|\[['"`])env(?:['"`]\])?$/.test(text)) add(node.start)
    },
    ImportDeclaration: (node) => {
      if (!/^(?:node:)?process$/.test(node.source.value)) return
      for (const each of node.specifiers) {
        if (file.text.slice(each.start, each.end).startsWith('env')) add(each.start)
      }
    },
    VariableDeclarator: (node) => {
      const from = node.init === null ? '' : file.text.slice(node.init.start, node.init.end)
      if (from !== 'process' || node.id.type !== 'ObjectPattern') return
      if (/\benv\b/.test(file.text.slice(node.id.start, node.id.end))) add(node.start)
    },
  }).visit(file.program)
  return violations
}
