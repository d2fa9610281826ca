// Actors run on a manual clock and from a seed in tests. One call to the real clock or to real
// chance anywhere under actors/ and a simulated run no longer repeats.

import { Visitor } from 'oxc-parser'
import { isIn, type SourceFile } from '../source-file.ts'
import type { Violation } from '../violation.ts'

const MEMBERS = new Set([
  'Date.now',
  'Math.random',
  'performance.now',
  'process.hrtime',
  'process.uptime',
  'crypto.randomUUID',
  'crypto.getRandomValues',
])
const TIMERS = new Set(['setTimeout', 'setInterval'])

export function checkTimeIsAPort(files: readonly SourceFile[]): Violation[] {
  return files.filter((file) => isIn(file.path, 'actors')).flatMap(checkFile)
}

function checkFile(file: SourceFile): Violation[] {
  const violations: Violation[] = []
  const add = (start: number, found: string): void => {
    const mend = 'Time and chance are ports (actors/ports/clock.ts). Take them as an argument.'
    violations.push({ path: file.path, line: file.lineOf(start), found, mend })
  }
  new Visitor({
    MemberExpression: (node) => {
      const text = file.text.slice(node.start, node.end).replace(/^globalThis\./, '')
      if (MEMBERS.has(text)) add(node.start, text)
    },
    NewExpression: (node) => {
      if (node.callee.type !== 'Identifier' || node.callee.name !== 'Date') return
      if (node.arguments.length === 0) add(node.start, 'new Date() without an argument')
    },
    CallExpression: (node) => {
      if (node.callee.type === 'Identifier' && node.callee.name === 'Date') {
        add(node.start, 'Date()')
      }
    },
    Identifier: (node) => {
      if (TIMERS.has(node.name)) add(node.start, node.name)
    },
  }).visit(file.program)
  return violations
}
