// Tests wait for what they wait for, never for a time: a sleep is too short on a busy machine and
// too long on every other one. Polling another process, with a bound, lives in one file. A timer
// that only rejects, or that closes something, is a bound and no sleep.

import { Visitor } from 'oxc-parser'
import { importsOf, targetOf } from '../imports-of.ts'
import { isTest, type SourceFile } from '../source-file.ts'
import type { Violation } from '../violation.ts'

const POLLING = 'test/support/until.ts'

interface Span {
  readonly start: number
  readonly end: number
}

interface Executor extends Span {
  /** What the executor calls its first parameter. */
  readonly resolve: string
}

interface Call extends Span {
  readonly name: string
  readonly firstArgument: Span | null
}

export function checkSleeps(files: readonly SourceFile[]): Violation[] {
  return files.filter((file) => isTest(file.path) && file.path !== POLLING).flatMap(checkFile)
}

function checkFile(file: SourceFile): Violation[] {
  const { executors, calls } = promisesAndCalls(file)
  const sleeps = calls.filter(
    (call) =>
      ['Atomics.wait', 'promisify(setTimeout)'].includes(call.name) ||
      (call.name === 'setTimeout' && executors.some((each) => resolves(file, each, call, calls))),
  )
  const imports = importsOf(file).named.filter(({ specifier }) => {
    const target = targetOf(file.path, specifier)
    return target.kind === 'node' && target.name === 'timers/promises'
  })
  const lines = [
    ...sleeps.map((call) => file.lineOf(call.start)),
    ...imports.map(({ line }) => line),
  ]
  const mend = `Wait for a signal, move a manual clock, or poll with a bound (${POLLING}).`
  return lines.map((line) => ({ path: file.path, line, found: 'a sleep', mend }))
}

// The timer stands in the executor of a promise and, when it fires, fulfils that promise.
function resolves(
  file: SourceFile,
  executor: Executor,
  timer: Call,
  calls: readonly Call[],
): boolean {
  const handler = timer.firstArgument
  if (handler === null || !isInside(timer, executor)) return false
  if (file.text.slice(handler.start, handler.end) === executor.resolve) return true
  return calls.some((call) => call.name === executor.resolve && isInside(call, handler))
}

function isInside(inner: Span, outer: Span): boolean {
  return inner.start >= outer.start && inner.end <= outer.end
}

function promisesAndCalls(file: SourceFile): { executors: Executor[]; calls: Call[] } {
  const executors: Executor[] = []
  const calls: Call[] = []
  new Visitor({
    NewExpression: (node) => {
      const executor = node.arguments[0]
      if (node.callee.type !== 'Identifier' || node.callee.name !== 'Promise') return
      if (executor?.type !== 'ArrowFunctionExpression' && executor?.type !== 'FunctionExpression') {
        return
      }
      const resolve = executor.params[0]
      if (resolve?.type !== 'Identifier') return
      executors.push({ start: executor.start, end: executor.end, resolve: resolve.name })
    },
    CallExpression: (node) => {
      const first = node.arguments[0]
      const callee = file.text.slice(node.callee.start, node.callee.end)
      const isPromisified =
        /^(?:util\.)?promisify$/.test(callee) &&
        first?.type === 'Identifier' &&
        first.name === 'setTimeout'
      calls.push({
        start: node.start,
        end: node.end,
        name: isPromisified ? 'promisify(setTimeout)' : callee.replace(/^globalThis\./, ''),
        firstArgument: first === undefined ? null : { start: first.start, end: first.end },
      })
    },
  }).visit(file.program)
  return { executors, calls }
}
