// A failing test is found by its name, so a name stands for one test of its file; and no file is
// narrowed to one test and then forgotten that way.

import { Visitor } from 'oxc-parser'
import { isTest, type SourceFile } from '../source-file.ts'
import type { Violation } from '../violation.ts'

const ONE_NAME = 'Two tests of one suite have this name. Say what each of them shows.'
const NO_ONLY = 'Remove `.only`: it silences every other test of the suite.'

export function checkTestNames(files: readonly SourceFile[]): Violation[] {
  return files.filter((file) => isTest(file.path)).flatMap(checkFile)
}

function checkFile(file: SourceFile): Violation[] {
  const suites = new Set(['test'])
  const seen = new Set<string>()
  const violations: Violation[] = []
  const add = (start: number, found: string, mend: string): void => {
    violations.push({ path: file.path, line: file.lineOf(start), found, mend })
  }
  new Visitor({
    VariableDeclarator: (node) => {
      if (node.id.type !== 'Identifier' || node.init?.type !== 'CallExpression') return
      const { callee } = node.init
      if (callee.type === 'Identifier' && callee.name === 'suite') suites.add(node.id.name)
    },
    CallExpression: (node) => {
      const { callee } = node
      if (callee.type === 'MemberExpression') {
        const { property } = callee
        if (property.type === 'Identifier' && property.name === 'only') {
          add(node.start, 'a call of .only', NO_ONLY)
        }
        return
      }
      const name = node.arguments[0]
      if (callee.type !== 'Identifier' || !suites.has(callee.name)) return
      if (name?.type !== 'Literal' || typeof name.value !== 'string') return
      const key = `${callee.name}: ${name.value}`
      if (seen.has(key)) add(node.start, `a second test '${name.value}'`, ONE_NAME)
      seen.add(key)
    },
  }).visit(file.program)
  return violations
}
